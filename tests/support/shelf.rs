//! A host that accepts clients with metadata documents, all of which it pins.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response};
use serde_json::{Value, json};
use tower::ServiceExt;
use tower_oauth_clients::adapters::tower::ManagementService;
use tower_oauth_clients::documents::{
    ClientResolver, ClientResolverBuilder, DomainPolicy, Domains, Error, Pin, Resolved,
};
use tower_oauth_clients::domain::{ClientId, TenantId};
use tower_oauth_clients::outbound::{self, Fetch, FetchRequest};

use crate::{Answer, App, Repository, admin};

pub const DOCUMENTS: &str = "/admin/oauth/metadata-documents";
pub const BLOCKS: &str = "/admin/oauth/metadata-document-blocks";

/// The URLs of the documents.
pub const URLS: [&str; 3] = [
    "https://a.example.net/m.json",
    "https://b.example.net/m.json",
    "https://example.org/m.json",
];

/// A network that nothing is on. It counts what is asked for.
#[derive(Clone, Default)]
pub struct Nowhere(Arc<AtomicUsize>);

impl Nowhere {
    pub fn asked(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Fetch for Nowhere {
    async fn get(&self, _: &FetchRequest<'_>) -> Result<Response<Bytes>, outbound::Error> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Err(outbound::ErrorKind::Unavailable.into())
    }
}

/// A resolver of all documents, with clients of that name at these URLs.
pub fn pinning(repository: &Repository, network: Nowhere, name: &str) -> ClientResolverBuilder {
    let trust = DomainPolicy::new(Domains::all()).unwrap();
    let mut builder = repository.resolver(network, trust);
    for url in URLS {
        let document = json!({
            "client_id": url,
            "client_name": name,
            "redirect_uris": ["https://client.example.net/cb"],
            "token_endpoint_auth_method": "none",
        });
        builder = builder.with_pinned_document(url, document.to_string(), Pin::Always);
    }
    builder
}

/// A host with the documents of the clients that it accepts.
pub struct Shelf<'a> {
    pub app: &'a App,
    pub tenant: TenantId,
    pub resolver: ClientResolver,
    pub network: Nowhere,
}

impl<'a> Shelf<'a> {
    pub fn open(app: &'a App) -> Self {
        Self::with(app, "Example", |resolver| resolver)
    }

    /// With clients of that name.
    pub fn with(
        app: &'a App,
        name: &str,
        settle: impl FnOnce(ClientResolverBuilder) -> ClientResolverBuilder,
    ) -> Self {
        let network = Nowhere::default();
        let builder = pinning(&app.repository, network.clone(), name);
        let builder = settle(builder.with_clock(app.clock.clone()));
        Self {
            app,
            tenant: TenantId::parse("tenant_a").unwrap(),
            resolver: builder.build().unwrap(),
            network,
        }
    }

    pub async fn resolve(&self, url: &str) -> Result<Resolved, Error> {
        self.resolve_in(&self.tenant, url).await
    }

    pub async fn resolve_in(&self, tenant: &TenantId, url: &str) -> Result<Resolved, Error> {
        let client_id = ClientId::parse(url).unwrap();
        self.resolver.resolve(tenant, &client_id).await
    }

    /// The admin API of a host that accepts documents.
    pub fn management(&self) -> ManagementService {
        let handlers = self.app.handlers.clone();
        ManagementService::new(handlers.with_client_resolver(self.resolver.clone()))
    }

    /// Asks the admin API, as an administrator of the tenant.
    pub async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let token = admin(self.tenant.as_str());
        self.ask_as(&token, method, path, body).await
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

    pub async fn block(&self, body: &Value) -> Answer {
        self.ask(Method::POST, BLOCKS, Some(body)).await
    }

    /// Blocks these, and returns the block.
    pub async fn blocked(&self, body: &Value) -> Value {
        let answer = self.block(body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.data()
    }

    pub async fn unblock(&self, block: &Value) -> Answer {
        let path = format!("{BLOCKS}/{}", block["id"].as_str().unwrap());
        self.ask(Method::DELETE, &path, None).await
    }

    /// The documents that are listed.
    pub async fn listed(&self, query: &str) -> Vec<Value> {
        let path = format!("{DOCUMENTS}{query}");
        let answer = self.ask(Method::GET, &path, None).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["items"].as_array().unwrap().clone()
    }
}
