use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use tower::ServiceExt;
use tower_oauth_clients::adapters::tower::{ManagementService, RegistrationService};
use tower_oauth_clients::authorization::jwt::JwtAuthorizer;
use tower_oauth_clients::documents::{self, ClientResolver};
use tower_oauth_clients::domain::{
    AuditEntry, Client, ClientId, Clock, Page, Policy, SecretRecord, TenantId,
};
use tower_oauth_clients::handlers::Handlers;
use tower_oauth_clients::manager::ClientManagerBuilder;
use tower_oauth_clients::registration::RegistrationMode;
use tower_oauth_clients::repository::{ClientRepository, Result};
use tower_oauth_clients::secrets::{HashPool, Plaintext, SecretFormat};

use support::place::Place;
use support::registrant::{ENDPOINT, REGISTER, public};
use support::shelf::{Nowhere, pinning};
use support::{
    Answer, Repository, Store, TestClock, authorizer, authorizer_builder, call, cheap_pool, request,
};

/// The whole service, with access to its storage.
#[derive(Debug)]
pub struct Service {
    pub clock: TestClock,
    management: ManagementService,
    repository: Repository,
    pool: HashPool,
    place: Place,
    policy: Policy,
    audits_values: bool,
    imports: bool,
    /// The tenant whose clients register themselves.
    pub registers: Option<TenantId>,
    registration: Option<RegistrationService>,
    /// Of the clients with metadata documents.
    resolver: Option<ClientResolver>,
}

impl Service {
    pub async fn open(store: Store) -> Self {
        let (clock, pool) = (TestClock::new(), cheap_pool());
        // Start at a full second, so that times in whole seconds are exact.
        let past = clock.now().as_micros().rem_euclid(1_000_000);
        clock.advance(Duration::from_micros(1_000_000 - past.unsigned_abs()));
        let (repository, place) = Repository::open(store).await;
        let authorizer = authorizer(clock.clone());
        let builder = builder(&repository, &pool, &clock, Policy::default());
        let management = management(builder, authorizer);
        Self {
            clock,
            management,
            repository,
            pool,
            place,
            policy: Policy::default(),
            audits_values: false,
            imports: false,
            registers: None,
            registration: None,
            resolver: None,
        }
    }

    /// Changes the host's policy.
    pub fn settle(&mut self, change: impl FnOnce(Policy) -> Policy) {
        self.policy = change(self.policy.clone());
        self.restart(authorizer(self.clock.clone()));
    }

    /// Records the values that updates change.
    pub fn audit_values(&mut self) {
        self.audits_values = true;
        self.restart(authorizer(self.clock.clone()));
    }

    /// Allows imports over HTTP.
    pub fn allow_imports(&mut self) {
        self.imports = true;
        self.restart(authorizer(self.clock.clone()));
    }

    /// Accepts numbers as operators and tenants.
    pub fn accept_numbers(&mut self) {
        let builder = authorizer_builder(self.clock.clone()).with_numeric_ids();
        self.restart(builder.build().unwrap());
    }

    /// Lets the clients of a tenant register themselves, and asks for an approval.
    pub fn let_register(&mut self, tenant: TenantId) {
        self.registers = Some(tenant);
        self.restart(authorizer(self.clock.clone()));
    }

    /// A client registers itself, with a token if there is one.
    pub async fn register(&self, name: &str, token: &str) -> Answer {
        self.clock.advance(Duration::from_millis(1));
        let mut body = public();
        body["client_name"] = name.into();
        let request = request(token, Method::POST, REGISTER, Some(&body));
        let service = self.registration.clone().expect("clients may register");
        let Ok(response) = service.oneshot(request).await;
        Answer::read(response).await
    }

    /// Accepts clients with metadata documents.
    pub fn accept_documents(&mut self) {
        let resolver = pinning(&self.repository, Nowhere::default(), "Example");
        let resolver = resolver.with_clock(self.clock.clone());
        self.resolver = Some(resolver.build().unwrap());
        self.restart(authorizer(self.clock.clone()));
    }

    /// Whether the host accepts the client with this metadata document.
    pub async fn accepts_document(&self, tenant: &TenantId, url: &str) -> bool {
        let resolver = self.resolver.as_ref().expect("documents are accepted");
        let client_id = ClientId::parse(url).unwrap();
        match resolver.resolve(tenant, &client_id).await {
            Ok(_) => true,
            Err(error) => {
                assert_eq!(error.kind(), documents::ErrorKind::Untrusted);
                false
            }
        }
    }

    fn restart(&mut self, authorizer: JwtAuthorizer) {
        let policy = self.policy.clone();
        let mut builder = builder(&self.repository, &self.pool, &self.clock, policy);
        if self.audits_values {
            builder = builder.with_audited_values();
        }
        if self.imports {
            builder = builder.with_http_import();
        }
        let manager = builder.build().unwrap();
        let mut handlers = Handlers::new(manager.clone(), authorizer);
        if let Some(resolver) = &self.resolver {
            handlers = handlers.with_client_resolver(resolver.clone());
        }
        let Some(tenant) = self.registers.clone() else {
            self.management = ManagementService::new(handlers);
            return;
        };
        let registrar = self.repository.registrar(manager.clone(), ENDPOINT);
        let registrar = registrar
            .with_tenant(tenant)
            .with_mode(RegistrationMode::Approval)
            .build()
            .unwrap();
        let handlers = handlers.with_registrar(registrar.clone());
        self.management = ManagementService::new(handlers);
        self.registration = Some(RegistrationService::new(registrar));
    }

    pub async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        self.clock.advance(Duration::from_millis(1));
        let Ok(response) = self.management.clone().oneshot(request).await;
        Answer::read(response).await
    }

    pub async fn stored(&self, tenant: &TenantId, client_id: &ClientId) -> Result<Client> {
        call!(self.repository, get(tenant, client_id))
    }

    pub async fn trail(&self, tenant: &TenantId, client_id: &ClientId) -> Vec<AuditEntry> {
        let page = Page::Number {
            number: 1,
            size: Page::MAX_SIZE,
        };
        let slice = call!(self.repository, audit_entries(tenant, client_id, page));
        slice.map(|slice| slice.items).unwrap_or_default()
    }

    pub async fn secrets(&self, tenant: &TenantId, client_id: &ClientId) -> Vec<SecretRecord> {
        call!(self.repository, secrets(tenant, client_id)).unwrap()
    }

    /// Whether a token endpoint would accept the secret now.
    pub async fn accepts(&self, tenant: &TenantId, client_id: &ClientId, secret: &str) -> bool {
        let presented = Plaintext::new(secret);
        let id = SecretFormat::lookup_id(&presented).expect("a well-formed secret");
        let records = self.secrets(tenant, client_id).await;
        let Some(record) = records.into_iter().find(|record| record.id == id) else {
            return false;
        };
        record.verifies_at(self.clock.now())
            && self.pool.verify(presented, record.hash).await.unwrap()
    }

    /// All stored bytes; empty for memory.
    pub fn database(&self) -> Vec<u8> {
        self.place.bytes()
    }
}

fn builder(
    repository: &Repository,
    pool: &HashPool,
    clock: &TestClock,
    policy: Policy,
) -> ClientManagerBuilder {
    let builder = repository.manager().with_policy(policy);
    builder
        .with_hash_pool(pool.clone())
        .with_clock(clock.clone())
}

fn management(builder: ClientManagerBuilder, authorizer: JwtAuthorizer) -> ManagementService {
    let manager = builder.build().unwrap();
    ManagementService::new(Handlers::new(manager, authorizer))
}
