//! Clients that come from another system, and clients that move from one storage to another.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod support;

use std::time::Duration;

use rusqlite::Connection;
use serde_json::{Value, json};
use support::TestClock;
use tempfile::TempDir;
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::domain::{
    Action, AuthMethod, Client, ClientId, ClientStatus, Clock, Draft, Operator, Page, Patch, Role,
    SecretHash, SecretRecord, SecretStatus, TenantId,
};
use tower_oauth_clients::manager::transfer::{ClientExport, ClientImport, Imported};
use tower_oauth_clients::manager::{Error, ErrorKind, Expected};
use tower_oauth_clients::repository::{ClientRepository, MemoryRepository, SqliteRepository};
use tower_oauth_clients::secrets::{AnyHash, Argon2id, HashPool, Plaintext};

/// As crypt_blowfish's own tests have it: the hash of `U*U`.
const BCRYPT: &str = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

fn pool() -> HashPool {
    let cheap = Argon2id::builder().with_memory(8).with_iterations(1);
    let cheap = cheap.with_insecure_cost().build().unwrap();
    let pool = HashPool::builder(AnyHash::new(cheap)).with_threads(2);
    pool.with_queue(1024).build().unwrap()
}

struct Host {
    manager: ClientManager,
    clock: TestClock,
    folder: Option<TempDir>,
}

impl Host {
    fn over(repository: impl ClientRepository, folder: Option<TempDir>) -> Self {
        let clock = TestClock::new();
        let manager = ClientManager::builder(repository);
        let manager = manager.with_hash_pool(pool()).with_clock(clock.clone());
        Self {
            manager: manager.build().unwrap(),
            clock,
            folder,
        }
    }

    fn memory() -> Self {
        Self::over(MemoryRepository::new(), None)
    }

    async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clients.db");
        let repository = SqliteRepository::open(file).await.unwrap();
        repository.migrate().await.unwrap();
        Self::over(repository, Some(folder))
    }

    async fn each() -> [Self; 2] {
        [Self::memory(), Self::sqlite().await]
    }

    fn database(&self) -> Connection {
        let folder = self.folder.as_ref().unwrap().path();
        Connection::open(folder.join("clients.db")).unwrap()
    }

    async fn export(&self) -> Vec<String> {
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

    async fn import(&self, line: &str) -> Result<Imported, Error> {
        let client: ClientExport = serde_json::from_str(line).unwrap();
        self.manager.import(&operator(), client).await
    }

    async fn refusal(&self, document: &Value) -> Error {
        self.import(&document.to_string()).await.unwrap_err()
    }

    async fn seen(&self, id: &ClientId) -> (Client, Vec<String>) {
        let client = self.manager.get(&operator(), id).await.unwrap();
        (client, self.secrets(id).await.iter().map(fields).collect())
    }

    async fn secrets(&self, id: &ClientId) -> Vec<SecretRecord> {
        self.manager.secrets(&operator(), id).await.unwrap()
    }

    /// Which of a client's secrets a plaintext verifies with now.
    async fn verifies(&self, id: &ClientId, plaintext: &str) -> Vec<SecretStatus> {
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

fn tenant(name: &str) -> TenantId {
    TenantId::parse(name).unwrap()
}

fn operator() -> Operator {
    Operator::new("alice", Role::Admin, tenant("acme"))
}

fn id(text: &str) -> ClientId {
    ClientId::parse(text).unwrap()
}

fn draft() -> Draft {
    Draft::new("My Application", ["https://app.example.com/cb"])
}

fn fields(secret: &SecretRecord) -> String {
    format!("{secret:?} {}", secret.hash.expose())
}

fn said(error: &Error) -> String {
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    error.to_string()
}

/// A client with an active, a retired and an inactive secret; the plaintexts of the first two.
async fn rich(host: &Host) -> (ClientId, [String; 2]) {
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

#[tokio::test]
async fn a_client_of_another_system_keeps_its_id_and_its_secret() {
    for host in Host::each().await {
        let import = ClientImport::new(id("payroll"), draft());
        let import = import.with_secret(SecretHash::from_phc(BCRYPT), "");
        let imported = host.manager.import(&operator(), import).await.unwrap();
        let Imported::Created(client) = imported else {
            panic!("it was not there before")
        };
        assert_eq!(client.client_id, id("payroll"));
        assert_eq!(host.seen(&client.client_id).await.0, client);
        assert_eq!(
            host.verifies(&client.client_id, "U*U").await,
            [SecretStatus::Active]
        );
        assert!(host.verifies(&client.client_id, "U*V").await.is_empty());

        let first = Page::After { id: None, size: 10 };
        let operator = operator();
        let trail = host
            .manager
            .audit_entries(&operator, &client.client_id, first);
        let trail = trail.await.unwrap().items;
        let told: Vec<_> = trail
            .iter()
            .map(|e| (e.action, e.message.as_str()))
            .collect();
        assert_eq!(told, [(Action::ClientCreate, "imported")]);
    }
}

#[tokio::test]
async fn an_import_keeps_the_rules_of_a_creation() {
    for host in Host::each().await {
        let manager = &host.manager;
        let hash = || SecretHash::from_phc(BCRYPT);
        let import = |import: ClientImport| async { manager.import(&operator(), import).await };
        let bad = Draft::new("", ["https://app.example.com/cb#x"]);
        let error = import(ClientImport::new(id("a"), bad)).await.unwrap_err();
        assert!(said(&error).contains("redirect_uris[0]: must not contain a fragment"));

        let public = draft().with_is_confidential(false);
        let public = ClientImport::new(id("a"), public);
        let error = import(public.clone().with_secret(hash(), ""))
            .await
            .unwrap_err();
        assert!(said(&error).contains("secrets[0].status"));

        let secretless = draft().with_client_auth_methods([AuthMethod::PrivateKeyJwt]);
        let secretless = secretless.with_jwks_uri(Some("https://app.example.com/jwks"));
        let secretless = ClientImport::new(id("a"), secretless).with_secret(hash(), "");
        assert!(said(&import(secretless).await.unwrap_err()).contains("secrets[0].status"));

        for unreadable in [
            "",
            "hunter2",
            "$2b$15$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        ] {
            let hash = SecretHash::from_phc(unreadable);
            let error = import(ClientImport::new(id("a"), draft()).with_secret(hash, "")).await;
            assert!(said(&error.unwrap_err()).contains("secrets[0].hash: must have a format"));
        }
        let plaintext = ClientImport::new(id("a"), draft()).with_secret(hash(), "hunter2");
        let error = import(plaintext).await.unwrap_err();
        assert!(said(&error).contains("secrets[0].last_four"));
        assert!(!said(&error).contains("hunter2"));

        assert!(import(public).await.is_ok());
    }
}

#[tokio::test]
async fn a_taken_id_is_a_conflict() {
    for host in Host::each().await {
        let manager = &host.manager;
        let import = || ClientImport::new(id("payroll"), draft());
        manager.import(&operator(), import()).await.unwrap();
        let other = Operator::new("bob", Role::Admin, tenant("other"));
        for operator in [operator(), other] {
            let error = manager.import(&operator, import()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Conflict);
        }
        manager
            .delete(&operator(), &id("payroll"), &Expected::Any)
            .await
            .unwrap();
        let error = manager.import(&operator(), import()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
    }
}

#[tokio::test]
async fn a_client_moves_with_everything_and_authenticates_there() {
    let pairs = [
        (Host::sqlite().await, Host::memory()),
        (Host::memory(), Host::sqlite().await),
    ];
    for (old, new) in pairs {
        let (id, [active, retired]) = rich(&old).await;
        let lines = old.export().await;
        assert_eq!(lines.len(), 1);
        assert!(!lines[0].contains(&active) && !lines[0].contains(&retired));
        let imported = new.import(&lines[0]).await.unwrap();
        assert!(matches!(imported, Imported::Created(_)));

        assert_eq!(new.seen(&id).await, old.seen(&id).await);
        assert_eq!(new.verifies(&id, &active).await, [SecretStatus::Active]);
        assert_eq!(new.verifies(&id, &retired).await, [SecretStatus::Retired]);
        assert!(new.verifies(&id, "hunter2").await.is_empty());
        new.clock.advance(Duration::from_secs(4 * 60 * 60 + 60));
        assert!(new.verifies(&id, &retired).await.is_empty());

        // It lives on as any other: a change starts from the version that it came with.
        let before = new.seen(&id).await.0.version;
        new.manager.rotate_secret(&operator(), &id).await.unwrap();
        assert_eq!(new.seen(&id).await.0.version, before.next());
    }
}

#[tokio::test]
async fn a_second_import_changes_nothing() {
    for new in Host::each().await {
        let old = Host::memory();
        let (id, _) = rich(&old).await;
        let line = &old.export().await[0];
        new.import(line).await.unwrap();
        let before = new.seen(&id).await;
        let again = new.import(line).await.unwrap();
        assert_eq!(again, Imported::Unchanged(before.0.clone()));
        assert_eq!(new.seen(&id).await, before);
        let first = Page::After { id: None, size: 10 };
        let trail = new
            .manager
            .audit_entries(&operator(), &id, first)
            .await
            .unwrap();
        assert_eq!(trail.items.len(), 1);

        // What was changed there since is not overwritten.
        let patch = Patch::new().with_status(ClientStatus::Suspended);
        new.manager
            .update(&operator(), &id, patch, &Expected::Any)
            .await
            .unwrap();
        let before = new.seen(&id).await;
        let error = new.import(line).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert_eq!(new.seen(&id).await, before);
    }
}

#[tokio::test]
async fn an_export_has_every_live_client_of_the_tenant_once() {
    for host in Host::each().await {
        let other = Operator::new("bob", Role::Admin, tenant("other"));
        host.manager.create(&other, draft()).await.unwrap();
        let public = || draft().with_is_confidential(false);
        let mut expected = Vec::new();
        for _ in 0..205 {
            let issued = host.manager.create(&operator(), public()).await.unwrap();
            expected.push(issued.client.client_id.to_string());
        }
        let gone = id(&expected.remove(100));
        host.manager
            .delete(&operator(), &gone, &Expected::Any)
            .await
            .unwrap();
        let exported = host.export().await;
        let exported = exported.iter().map(|line| {
            let client: ClientExport = serde_json::from_str(line).unwrap();
            assert_eq!(client.tenant_id(), "acme");
            client.client_id().to_owned()
        });
        let mut exported: Vec<_> = exported.collect();
        exported.sort_unstable();
        expected.sort_unstable();
        assert!(exported == expected, "{} exported", exported.len());
    }
}

#[tokio::test]
async fn a_document_is_checked_like_anything_from_outside() {
    let old = Host::memory();
    let (client_id, _) = rich(&old).await;
    let document: Value = serde_json::from_str(&old.export().await[0]).unwrap();
    for new in Host::each().await {
        let mut active = document["secrets"][0].clone();
        active["secret_id"] = json!("01ARZ3NDEKTSV4RRFFQ69G5FAV");
        for (pointer, value, message) in [
            ("/id", json!("1"), "id: must be a ULID"),
            ("/client_id", json!("a b"), "client_id: must be"),
            ("/client_id", json!(""), "client_id: must be"),
            (
                "/tenant_id",
                json!(" "),
                "tenant_id: must be the id of a tenant",
            ),
            (
                "/tenant_id",
                json!("other"),
                "tenant_id: must be the operator's tenant",
            ),
            ("/version", json!(0), "version: must be at least 1"),
            ("/name", json!(""), "name: must be"),
            ("/redirect_uris", json!([]), "redirect_uris: must hold"),
            (
                "/grant_types",
                json!(["magic"]),
                "grant_types[0]: must be one of",
            ),
            ("/status", json!("gone"), "status: must be one of"),
            (
                "/is_confidential",
                json!(false),
                "client_auth_methods: must be none alone",
            ),
            (
                "/secrets/1/secret_id",
                json!("x"),
                "secrets[1].secret_id: must be a ULID",
            ),
            (
                "/secrets/1/secret_id",
                document["secrets"][0]["secret_id"].clone(),
                "secrets[1].secret_id: must not be there twice",
            ),
            (
                "/secrets/0/status",
                json!("new"),
                "secrets[0].status: must be one of",
            ),
            (
                "/secrets/0/hash",
                json!("hunter2"),
                "secrets[0].hash: must have a format",
            ),
            (
                "/secrets/0/last_four",
                json!("12345"),
                "secrets[0].last_four: must be at most",
            ),
            (
                "/secrets/1/expires_at",
                Value::Null,
                "secrets[1].expires_at: must be set",
            ),
            (
                "/secrets",
                json!([active, active, active]),
                "must not be there twice",
            ),
        ] {
            let mut document = document.clone();
            *document.pointer_mut(pointer).unwrap() = value;
            let error = new.refusal(&document).await;
            assert!(said(&error).contains(message), "{pointer}: {error}");
        }
        let mut many = document.clone();
        for n in 0..2 {
            let mut more = active.clone();
            more["secret_id"] = json!(format!("01ARZ3NDEKTSV4RRFFQ69G5FA{n}"));
            many["secrets"].as_array_mut().unwrap().push(more);
        }
        assert!(said(&new.refusal(&many).await).contains("secrets: must hold at most 2"));

        let nothing = new.manager.get(&operator(), &client_id).await.unwrap_err();
        assert_eq!(nothing.kind(), ErrorKind::NotFound);
        assert!(new.import(&document.to_string()).await.is_ok());
    }
}

#[test]
fn a_document_of_another_shape_is_not_read() {
    for text in [
        "",
        "null",
        "{}",
        "[]",
        r#"{"id":"x"}"#,
        r#"{"client_secret":"x"}"#,
    ] {
        assert!(
            serde_json::from_str::<ClientExport>(text).is_err(),
            "{text}"
        );
    }
}

#[tokio::test]
async fn times_are_kept_to_the_microsecond() {
    let old = Host::memory();
    old.clock.advance(Duration::from_micros(123_457));
    rich(&old).await;
    let line = &old.export().await[0];
    let document: Value = serde_json::from_str(line).unwrap();
    for (time, sound) in [
        ("2026-04-15T10:30:00.123456Z", true),
        ("2026-04-15T12:30:00+02:00", true),
        ("1969-12-31T23:59:59Z", false),
        ("2026-04-15", false),
        ("", false),
    ] {
        let mut document = document.clone();
        document["created_at"] = json!(time);
        let read: Result<ClientExport, _> = serde_json::from_value(document);
        assert_eq!(read.is_ok(), sound, "{time}");
        if time.ends_with("456Z") {
            let written = serde_json::to_value(read.unwrap()).unwrap();
            assert_eq!(written["created_at"], time);
        }
    }
}

/// The second of three secrets is not stored, nor is anything else.
#[tokio::test]
async fn an_import_that_fails_halfway_leaves_nothing() {
    let old = Host::memory();
    let (client_id, _) = rich(&old).await;
    let line = &old.export().await[0];
    let new = Host::sqlite().await;
    let database = new.database();
    let fault = "CREATE TRIGGER fault BEFORE INSERT ON oauth_client_secrets
                 WHEN (SELECT count(*) FROM oauth_client_secrets) = 1
                 BEGIN SELECT RAISE(ABORT, 'the disk is on fire'); END";
    database.execute_batch(fault).unwrap();
    let error = new.import(line).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    for table in [
        "oauth_clients",
        "oauth_client_secrets",
        "oauth_client_audit_logs",
    ] {
        let count = format!("SELECT count(*) FROM {table}");
        let rows: i64 = database.query_row(&count, [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 0, "{table}");
    }
    database.execute_batch("DROP TRIGGER fault").unwrap();
    assert!(matches!(
        new.import(line).await.unwrap(),
        Imported::Created(_)
    ));
    assert_eq!(new.seen(&client_id).await, old.seen(&client_id).await);
}

#[tokio::test]
async fn only_the_document_itself_shows_a_hash() {
    let old = Host::memory();
    rich(&old).await;
    let page = old.manager.export(&operator(), None).await.unwrap();
    assert!(
        serde_json::to_string(&page.clients[0])
            .unwrap()
            .contains("$argon2id$")
    );
    assert!(!format!("{page:?}").contains("argon2id"));
    let import = ClientImport::from(page.clients[0].clone());
    assert!(!format!("{import:?}").contains("argon2id"));
    let import = ClientImport::new(id("a"), draft()).with_secret(SecretHash::from_phc(BCRYPT), "");
    assert!(!format!("{import:?}").contains("$2a$"));
}
