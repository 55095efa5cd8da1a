//! Two hosts between which clients are moved.

use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::authentication::ClientAuthenticatorBuilder;
use tower_oauth_clients::domain::{
    Client, ClientId, Clock, Draft, Operator, Patch, Role, SecretRecord, SecretStatus, TenantId,
};
use tower_oauth_clients::manager::transfer::{ClientExport, Imported};
use tower_oauth_clients::manager::{Error, ErrorKind, Expected};
use tower_oauth_clients::repository::MemoryRepository;
use tower_oauth_clients::secrets::{AnyHash, Argon2id, HashPool, Plaintext};

use support::place::Place;
use support::{Repository, Store, TestClock};

/// The hash of `U*U`, from the tests of crypt_blowfish.
pub const BCRYPT: &str = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

pub fn pool() -> HashPool {
    let cheap = Argon2id::builder().with_memory(8).with_iterations(1);
    let cheap = cheap.with_insecure_cost().build().unwrap();
    let pool = HashPool::builder(AnyHash::new(cheap)).with_threads(2);
    pool.with_queue(1024).build().unwrap()
}

pub struct Host {
    pub manager: ClientManager,
    pub clock: TestClock,
    repository: Repository,
    place: Place,
}

impl Host {
    pub async fn over(store: Store) -> Self {
        let clock = TestClock::new();
        let (repository, place) = Repository::open(store).await;
        let manager = repository.manager();
        let manager = manager.with_hash_pool(pool()).with_clock(clock.clone());
        Self {
            manager: manager.build().unwrap(),
            clock,
            repository,
            place,
        }
    }

    pub async fn memory() -> Self {
        Self::over(Store::Memory).await
    }

    pub async fn sqlite() -> Self {
        Self::over(Store::Sqlite).await
    }

    pub async fn each() -> Vec<Self> {
        let mut each = Vec::new();
        for store in Store::ALL {
            each.push(Self::over(store).await);
        }
        each
    }

    pub fn authenticator(&self) -> ClientAuthenticatorBuilder {
        self.repository.authenticator()
    }

    pub fn memory_repository(&self) -> MemoryRepository {
        match &self.repository {
            Repository::Memory(it) => it.clone(),
            other => panic!("not in memory: {other:?}"),
        }
    }

    pub fn database(&self) -> Connection {
        Connection::open(self.place.file()).unwrap()
    }

    pub async fn export(&self) -> Vec<String> {
        let (mut lines, mut after) = (Vec::new(), None);
        loop {
            let page = self.manager.export(&operator(), after).await.unwrap();
            lines.extend(
                page.clients
                    .iter()
                    .map(|client| serde_json::to_string(client).unwrap()),
            );
            after = page.next;
            if after.is_none() {
                return lines;
            }
        }
    }

    pub async fn import(&self, line: &str) -> Result<Imported, Error> {
        let client: ClientExport = serde_json::from_str(line).unwrap();
        self.manager.import(&operator(), client).await
    }

    pub async fn refusal(&self, document: &Value) -> Error {
        self.import(&document.to_string()).await.unwrap_err()
    }

    pub async fn seen(&self, id: &ClientId) -> (Client, Vec<String>) {
        let client = self.manager.get(&operator(), id).await.unwrap();
        (client, self.secrets(id).await.iter().map(fields).collect())
    }

    pub async fn secrets(&self, id: &ClientId) -> Vec<SecretRecord> {
        self.manager.secrets(&operator(), id).await.unwrap()
    }

    /// The statuses of the client's secrets that a plaintext verifies against now.
    pub async fn verifies(&self, id: &ClientId, plaintext: &str) -> Vec<SecretStatus> {
        let mut verified = Vec::new();
        for secret in self.secrets(id).await {
            let presented = Plaintext::new(plaintext);
            if secret.verifies_at(self.clock.now())
                && pool().verify(presented, secret.hash).await.unwrap()
            {
                verified.push(secret.status);
            }
        }
        verified
    }
}

pub fn tenant(name: &str) -> TenantId {
    TenantId::parse(name).unwrap()
}

pub fn operator() -> Operator {
    Operator::new("alice", Role::Admin, tenant("acme"))
}

pub fn id(text: &str) -> ClientId {
    ClientId::parse(text).unwrap()
}

pub fn draft() -> Draft {
    Draft::new("My Application", ["https://app.example.com/cb"])
}

pub fn fields(secret: &SecretRecord) -> String {
    format!("{secret:?} {}", secret.hash.expose())
}

pub fn said(error: &Error) -> String {
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    error.to_string()
}

/// Creates a client with an active, a retired and an inactive secret. Returns the plaintexts of the
/// first two.
pub async fn rich(host: &Host) -> (ClientId, [String; 2]) {
    let (manager, operator) = (&host.manager, operator());
    let issued = manager.create(&operator, draft()).await.unwrap();
    let id = issued.client.client_id;
    let first = manager.secrets(&operator, &id).await.unwrap()[0].id;
    host.clock.advance(Duration::from_secs(1));
    let second = manager.rotate_secret(&operator, &id).await.unwrap();
    manager
        .deactivate_secret(&operator, &id, first)
        .await
        .unwrap();
    host.clock.advance(Duration::from_millis(1_234));
    let third = manager.rotate_secret(&operator, &id).await.unwrap();
    let patch = Patch::new().with_name("Renamed €").with_scopes(["openid"]);
    let patch = patch.with_website(Some("https://app.example.com/"));
    let patch = patch.with_contacts(["ops@example.com"]);
    let patch = patch.with_metadata([("cost center", "4711")]);
    manager
        .update(&operator, &id, patch, &Expected::Any)
        .await
        .unwrap();
    let plaintexts = [third.plaintext, second.plaintext];
    (
        id,
        plaintexts.map(|plaintext| plaintext.expose().to_owned()),
    )
}
