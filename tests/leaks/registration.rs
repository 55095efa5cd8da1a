//! Registration does not leak secrets either: a token is in the responses of its bearer alone.

use std::error::Error as _;
use std::fmt::Write as _;
use std::sync::Arc;

use http::Method;
use serde_json::{Value, json};
use tower::ServiceExt;
use tower_oauth_clients::adapters::tower::RegistrationService;
use tower_oauth_clients::registration::{self, InitialAccessTokenOptions};

use crate::Secrets;
use support::registrant::{Door, REGISTER, Registered, confidential, public};
use support::{Answer, App, request};

/// Registers, reads, replaces and deletes, rightly and wrongly. Returns all errors, and all
/// responses that issue nothing.
pub(super) async fn everything(app: &App, secrets: &mut Secrets) -> String {
    let door = Door::open(app);
    let options = InitialAccessTokenOptions::new().with_uses(3);
    let operator = door.operator();
    let issued = door
        .registrar
        .issue_initial_access_token(&operator, options);
    let issued = issued.await.unwrap();
    let initial = issued.plaintext.expose().to_owned();
    secrets.add("an initial access token", &initial);
    let mut told = format!("{:?}{issued:?}{issued:#?}", door.registrar);

    let mut caller = Caller {
        door: &door,
        told: &mut told,
    };
    let registered = caller
        .send(&initial, Method::POST, REGISTER, &confidential())
        .await;
    let client = Registered(registered.json());
    secrets.add("a secret of a registration", client.text("client_secret"));
    secrets.add("a registration access token", client.token());
    let wrong = format!("{}WR0NG-CANARY-WR0NG", &client.token()[..30]);
    secrets.add("a wrong token", &wrong);
    secrets.add("a part of it", "WR0NG-CANARY-WR0NG");
    secrets.add("a member that nobody asked for", "S3CR3T-CANARY");
    let key = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";
    secrets.add("a private key of a registration", key);

    let path = client.path();
    let mut body = client.body(&public());
    for (token, method, path, body) in [
        (client.token(), Method::GET, &*path, json!({})),
        (&wrong, Method::GET, &path, json!({})),
        (client.token(), Method::POST, REGISTER, public()),
        (&wrong, Method::POST, REGISTER, public()),
        (
            "",
            Method::POST,
            REGISTER,
            json!({"client_name": "S3CR3T-CANARY", "scope": 7}),
        ),
        (
            "",
            Method::POST,
            REGISTER,
            json!({"client_secret": "S3CR3T-CANARY", "jwks": {"keys": [{
            "kty": "EC", "crv": "P-256", "d": key}]}, "token_endpoint_auth_method": "none",
            "redirect_uris": ["https://app.example.net/S3CR3T-CANARY#"]}),
        ),
    ] {
        caller.send(token, method, path, &body).await;
    }
    body["client_secret"] = "S3CR3T-CANARY".into();
    caller.send(client.token(), Method::PUT, &path, &body).await;
    body["client_secret"] = client.text("client_secret").into();
    caller.send(client.token(), Method::PUT, &path, &body).await;
    let body = client.body(&confidential());
    let replaced = caller.send(client.token(), Method::PUT, &path, &body).await;
    let second = replaced.json()["client_secret"]
        .as_str()
        .unwrap()
        .to_owned();
    secrets.add("a second secret of a registration", &second);
    let stored = door.stored(client.id()).await;
    write!(told, "{stored:?}{stored:#?}").unwrap();
    let mut caller = Caller {
        door: &door,
        told: &mut told,
    };
    caller
        .send(client.token(), Method::DELETE, &path, &json!({}))
        .await;
    let trail = app.repository.audit(client.id()).await;
    write!(told, "{trail:?}").unwrap();
    told
}

struct Caller<'a> {
    door: &'a Door<'a>,
    told: &'a mut String,
}

impl Caller<'_> {
    async fn send(&mut self, token: &str, method: Method, path: &str, body: &Value) -> Answer {
        let service = RegistrationService::new(self.door.registrar.clone());
        let Ok(response) = service
            .oneshot(request(token, method, path, Some(body)))
            .await;
        let error = response.extensions().get::<Arc<registration::Error>>();
        if let Some(error) = error {
            write!(self.told, "{error} {error:?}").unwrap();
            let mut source = error.source();
            while let Some(cause) = source {
                write!(self.told, "{cause} {cause:?}").unwrap();
                source = cause.source();
            }
        }
        write!(self.told, "{:?}", response.headers()).unwrap();
        let answer = Answer::read(response).await;
        if !answer.status.is_success() {
            self.told.push_str(&String::from_utf8_lossy(&answer.body));
        }
        answer
    }
}
