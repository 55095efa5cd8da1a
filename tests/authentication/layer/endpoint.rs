//! A token endpoint that reports what it receives.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::any;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tower::util::BoxCloneSyncService;
use tower::{Layer, ServiceExt, service_fn};
use tower_oauth_clients::adapters::axum::AuthenticatedClient;
use tower_oauth_clients::adapters::tower::ClientAuthenticationLayer;
use tower_oauth_clients::authentication::{Authenticated, ClientAuthenticator};
use tower_oauth_clients::domain::{AuthMethod, Draft, Operator, Role, SecretHash, TenantId};
use tower_oauth_clients::handlers::Body;
use tower_oauth_clients::secrets::{Argon2id, Error, ErrorKind, HashPool, Plaintext, SecretHasher};

use support::{Answer, App, Repository, Store, cheap_pool};

/// The outcome of every verification.
#[derive(Clone, Copy, Default)]
pub enum Plan {
    #[default]
    Works,
    Overloaded,
    Broken,
}

impl SecretHasher for Plan {
    fn hash(&self, plaintext: &Plaintext) -> Result<SecretHash, Error> {
        Argon2id::default().hash(plaintext)
    }

    fn verify(&self, _: &Plaintext, _: &SecretHash) -> Result<bool, Error> {
        let kind = match self {
            Self::Overloaded => ErrorKind::Overloaded,
            _ => ErrorKind::Other,
        };
        Err(Error::new(kind).with_source("as planned"))
    }

    fn needs_rehash(&self, _: &SecretHash) -> bool {
        false
    }
}

pub type Door = BoxCloneSyncService<Request<Full<Bytes>>, Response<axum::body::Body>, Infallible>;

pub async fn send(door: &Door, request: Request<Full<Bytes>>) -> Answer {
    let response = door.clone().oneshot(request).await;
    Answer::read(response.unwrap_or_else(|never| match never {})).await
}

pub struct Endpoint {
    pub layer: ClientAuthenticationLayer,
    /// A client that registered both secret methods.
    pub client_id: String,
    pub secret: String,
    pub public_id: String,
    let_in: Arc<AtomicUsize>,
    _app: App,
}

impl Endpoint {
    pub async fn new(plan: Plan) -> Self {
        let app = App::new(Store::Memory).await;
        let operator = Operator::new("alice", Role::Admin, TenantId::parse("tenant_a").unwrap());
        let draft = |method: &[AuthMethod]| {
            Draft::new("Client", ["https://app.example.com/callback"])
                .with_client_auth_methods(method.iter().cloned())
        };
        let secret = [AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost];
        let issued = app.manager.create(&operator, draft(&secret)).await.unwrap();
        let public = draft(&[AuthMethod::None]).with_is_confidential(false);
        let public = app.manager.create(&operator, public).await.unwrap();

        let Repository::Memory(repository) = &app.repository else {
            panic!("another repository")
        };
        let pool = match plan {
            Plan::Works => cheap_pool(),
            broken => HashPool::builder(broken).build().unwrap(),
        };
        let authenticator = ClientAuthenticator::builder(repository.clone())
            .with_hash_pool(pool)
            .with_clock(app.clock.clone())
            .build();
        Self {
            layer: ClientAuthenticationLayer::new(authenticator.unwrap()),
            client_id: issued.client.client_id.to_string(),
            secret: issued.secret.unwrap().expose().to_owned(),
            public_id: public.client.client_id.to_string(),
            let_in: Arc::default(),
            _app: app,
        }
    }

    /// The endpoint behind plain tower, and behind axum.
    pub fn doors(&self) -> [Door; 2] {
        self.doors_of(self.layer.clone())
    }

    pub fn doors_of(&self, layer: ClientAuthenticationLayer) -> [Door; 2] {
        let let_in = Arc::clone(&self.let_in);
        let plain = layer.layer(service_fn(move |request: Request<Body>| {
            let_in.fetch_add(1, Ordering::SeqCst);
            async move {
                let (head, body) = request.into_parts();
                let caller = head.extensions.get::<Arc<Authenticated>>().unwrap();
                let body = body.collect().await.unwrap().to_bytes();
                Ok::<_, Infallible>(Response::new(Full::from(seen(caller, &body))))
            }
        }));
        let plain = ServiceExt::<Request<Full<Bytes>>>::map_response(plain, |response| {
            response.map(axum::body::Body::new)
        });

        let let_in = Arc::clone(&self.let_in);
        let handler = async move |AuthenticatedClient(caller): AuthenticatedClient, body: Bytes| {
            let_in.fetch_add(1, Ordering::SeqCst);
            seen(&caller, &body)
        };
        let axum = Router::new().route("/token", any(handler).layer(layer));
        let axum =
            axum.map_request(|request: Request<Full<Bytes>>| request.map(axum::body::Body::new));
        [
            BoxCloneSyncService::new(plain),
            BoxCloneSyncService::new(axum),
        ]
    }

    /// The number of requests that passed the layer.
    pub fn let_in(&self) -> usize {
        self.let_in.load(Ordering::SeqCst)
    }
}

fn seen(caller: &Authenticated, body: &[u8]) -> String {
    let (id, method) = (&caller.client.client_id, caller.method.as_str());
    format!("{id} {method} {}", String::from_utf8_lossy(body))
}
