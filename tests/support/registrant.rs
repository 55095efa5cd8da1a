//! The endpoints of registration, and clients that call them.

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use serde_json::{Value, json};
use tower::ServiceExt;
use tower_oauth_clients::adapters::tower::{ManagementService, RegistrationService};
use tower_oauth_clients::domain::{
    ClientId, Operator, Page, RegisteredClient, RegistrationBounds, Role, TenantId,
};
use tower_oauth_clients::handlers::PeerIp;
use tower_oauth_clients::registration::{
    InitialAccessTokenOptions, Registrar, RegistrarBuilder, RegistrationMode,
};
use tower_oauth_clients::repository::RegistrationRepository as _;

use crate::{Answer, App, admin, call};

pub const REGISTER: &str = "/oauth/register";
pub const TOKENS: &str = "/admin/oauth/initial-access-tokens";
pub const REGISTRATIONS: &str = "/admin/oauth/registrations";
pub const ENDPOINT: &str = "https://id.example.com/oauth/register";
pub const SCOPES: [&str; 3] = ["mcp:read", "mcp:write", "offline_access"];

/// A host's registration, with the default policy of the cases, in one tenant.
pub struct Door<'a> {
    pub app: &'a App,
    pub tenant: TenantId,
    pub registrar: Registrar,
}

impl<'a> Door<'a> {
    pub fn open(app: &'a App) -> Self {
        Self::with(app, "tenant_a", |registrar| registrar)
    }

    pub fn with(
        app: &'a App,
        tenant: &str,
        settle: impl FnOnce(RegistrarBuilder) -> RegistrarBuilder,
    ) -> Self {
        let tenant = TenantId::parse(tenant).unwrap();
        let builder = app
            .repository
            .registrar(app.manager.clone(), ENDPOINT)
            .with_tenant(tenant.clone())
            .with_mode(RegistrationMode::Open)
            .with_scopes(SCOPES);
        Self {
            app,
            tenant,
            registrar: settle(builder).build().unwrap(),
        }
    }

    pub fn operator(&self) -> Operator {
        Operator::new("alice", Role::Admin, self.tenant.clone())
    }

    pub async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        let service = RegistrationService::new(self.registrar.clone());
        let Ok(response) = service.oneshot(request).await;
        Answer::read(response).await
    }

    pub async fn call(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        self.send(crate::request(token, method, path, body)).await
    }

    /// Asks the admin API, as an administrator of the tenant.
    pub async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.ask_as(&admin(self.tenant.as_str()), method, path, body)
            .await
    }

    pub async fn ask_as(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        // What is done later is newer.
        self.app.clock.advance(Duration::from_millis(1));
        let request = crate::request(token, method, path, body);
        let Ok(response) = self.management().oneshot(request).await;
        Answer::read(response).await
    }

    /// The admin API of a host that serves registration.
    pub fn management(&self) -> ManagementService {
        let handlers = self.app.handlers.clone();
        ManagementService::new(handlers.with_registrar(self.registrar.clone()))
    }

    pub async fn approve(&self, client_id: &str) -> Answer {
        let path = format!("{REGISTRATIONS}/{client_id}/approve");
        self.ask(Method::POST, &path, None).await
    }

    pub async fn deny(&self, client_id: &str) -> Answer {
        let path = format!("{REGISTRATIONS}/{client_id}/deny");
        self.ask(Method::POST, &path, None).await
    }

    pub async fn post(&self, body: &Value) -> Answer {
        self.call("", Method::POST, REGISTER, Some(body)).await
    }

    pub async fn post_from(&self, ip: &str, body: &Value) -> Answer {
        let mut request = crate::request("", Method::POST, REGISTER, Some(body));
        let ip: IpAddr = ip.parse().unwrap();
        request.extensions_mut().insert(PeerIp(ip));
        self.send(request).await
    }

    /// Registers a client, and returns what it is told.
    pub async fn registered(&self, body: &Value) -> Registered {
        let answer = self.post(body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        Registered(answer.json())
    }

    pub async fn issue(&self, options: InitialAccessTokenOptions) -> String {
        let operator = self.operator();
        let issued = self
            .registrar
            .issue_initial_access_token(&operator, options);
        issued.await.unwrap().plaintext.expose().to_owned()
    }

    /// What is stored of a client that registered itself.
    pub async fn stored(&self, client_id: &str) -> RegisteredClient {
        let client_id = ClientId::parse(client_id).unwrap();
        let repository = &self.app.repository;
        call!(repository, registration(&self.tenant, &client_id)).unwrap()
    }

    /// The number of clients that registered themselves.
    pub async fn count(&self) -> usize {
        let page = Page::Number {
            number: 1,
            size: 100,
        };
        let repository = &self.app.repository;
        let slice = call!(repository, registrations(&self.tenant, None, page));
        slice.unwrap().items.len()
    }
}

/// The answer to a registration.
#[derive(Debug, Clone)]
pub struct Registered(pub Value);

impl Registered {
    pub fn text(&self, member: &str) -> &str {
        self.0[member].as_str().unwrap()
    }

    pub fn id(&self) -> &str {
        self.text("client_id")
    }

    pub fn token(&self) -> &str {
        self.text("registration_access_token")
    }

    pub fn path(&self) -> String {
        format!("{REGISTER}/{}", self.id())
    }

    /// The body of an update.
    pub fn body(&self, members: &Value) -> Value {
        let mut body = json!({"client_id": self.id()});
        let members = members.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(members);
        body
    }
}

/// The smallest registration of a public client.
pub fn public() -> Value {
    json!({
        "client_name": "X",
        "redirect_uris": ["https://app.example.net/cb"],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
    })
}

/// The same of a client with a secret.
pub fn confidential() -> Value {
    json!({"client_name": "Y", "redirect_uris": ["https://app.example.net/cb"]})
}

pub fn bounds(settle: impl FnOnce(&mut RegistrationBounds)) -> RegistrationBounds {
    let mut bounds = RegistrationBounds::default();
    settle(&mut bounds);
    bounds
}
