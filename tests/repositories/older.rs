//! Databases that an older version made, with its data, are migrated by the next host.

use std::any::Any;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use rusqlite::Connection;
use support::servers::Database;
use support::{Repository, Store, call};
use tower_oauth_clients::domain::{
    Action, AuditEntry, Client, ClientId, ClientMetadata, ClientOrigin, Id, Operator, Page,
    Registration, RegistrationState, Role, TenantId, Timestamp,
};
use tower_oauth_clients::repository::{
    ClientFilter, ClientRepository, ErrorKind, MysqlRepository, NewClient, NewRegistration,
    OriginRepository, PostgresRepository, RegistrationRepository, SqliteRepository, Write,
};

const BOOKKEEPING: &str = "CREATE TABLE oauth_client_migrations (
    name VARCHAR(64) NOT NULL PRIMARY KEY,
    applied_at BIGINT NOT NULL
)";

/// A public client that was used, as the first version stored it.
const DATA: [&str; 3] = [
    r#"INSERT INTO oauth_clients (client_id, tenant_id, id, name, name_folded, redirect_uris,
        scopes, grant_types, client_auth_methods, is_confidential, status, secret_last_four,
        version, clones, created_at, updated_at)
    VALUES ('app-older', 'acme', '01KP6Q2W000000000000000001', 'Älter', 'älter',
        '["https://app.example.com/callback"]', '["openid"]', '["authorization_code"]',
        '["none"]', 0, 'active', 'abcd', 7, 0, 1776249000000000, 1776249000000001)"#,
    "INSERT INTO oauth_client_secrets (tenant_id, client_id, id, hash, last_four, status,
        created_at, updated_at, last_used_at)
    VALUES ('acme', 'app-older', '01KP6Q2W000000000000000002', '$argon2id$x', 'abcd', 'active',
        1776249000000000, 1776249000000000, 1776249000000002)",
    "INSERT INTO oauth_client_audit_logs (tenant_id, client_id, id, action, operator_id,
        operator_type, message, at)
    VALUES ('acme', 'app-older', '01KP6Q2W000000000000000003', 'client.create', 'alice', 'admin',
        'created', 1776249000000000)",
];

/// A kind of database, and how many steps its first version took.
const KINDS: [(Store, &str, usize); 3] = [
    (Store::Sqlite, "sqlite", 1),
    (Store::Postgres, "postgres", 1),
    (Store::Mysql, "mysql", 3),
];

/// The names and the statements of all steps, in order.
fn steps(folder: &str) -> Vec<(String, String)> {
    let migrations = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../src/repository/diesel/migrations"
    );
    let files = fs::read_dir(Path::new(migrations).join(folder)).unwrap();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    let steps = paths.iter().map(|path| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(path).unwrap())
    });
    steps.collect()
}

/// What an older version left: its steps, and data that was there from the first version on.
fn left_behind(steps: &[(String, String)], first: usize) -> Vec<String> {
    let mut statements = vec![BOOKKEEPING.to_owned()];
    for (number, (name, step)) in steps.iter().enumerate() {
        if number == first {
            statements.extend(DATA.map(str::to_owned));
        }
        statements.push(step.clone());
        statements.push(format!(
            "INSERT INTO oauth_client_migrations VALUES ('{name}', 0)"
        ));
    }
    if steps.len() == first {
        statements.extend(DATA.map(str::to_owned));
    }
    statements
}

/// Returns the repository, and what deletes its database when it is dropped.
async fn opened(store: Store, statements: &[String]) -> (Repository, Box<dyn Any>) {
    let statements: Vec<_> = statements.iter().map(String::as_str).collect();
    match store {
        Store::Sqlite => {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("clients.db");
            let conn = Connection::open(&path).unwrap();
            conn.execute_batch(&statements.join(";")).unwrap();
            drop(conn);
            let repository = SqliteRepository::open(&path).await.unwrap();
            (Repository::Sqlite(repository), Box::new(folder))
        }
        Store::Mysql => {
            let database = Database::mysql().await;
            database.execute(&statements).await;
            let repository = MysqlRepository::connect(database.url()).await.unwrap();
            (Repository::Mysql(repository), Box::new(database))
        }
        _ => {
            let database = Database::postgres().await;
            database.execute(&statements).await;
            let repository = PostgresRepository::connect(database.url()).await.unwrap();
            (Repository::Postgres(repository), Box::new(database))
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_older_database_is_migrated_with_its_data() {
    for store in Store::DATABASES {
        let (_, folder, first) = KINDS.into_iter().find(|(kind, ..)| *kind == store).unwrap();
        let steps = steps(folder);
        for taken in first..steps.len() {
            let statements = left_behind(&steps[..taken], first);
            let (repository, _place) = opened(store, &statements).await;
            let migrated = repository.migrate().await.unwrap();
            assert_eq!(migrated, steps.len() - taken, "{store:?}");
            assert_eq!(repository.migrate().await.unwrap(), 0, "{store:?}");
            assert_whole(&repository).await;
            assert_up_to_date(&repository).await;
        }
    }
}

/// Asserts that nothing is lost, and that what is new has the value that it should have.
async fn assert_whole(repository: &Repository) {
    let tenant = TenantId::parse("acme").unwrap();
    let id = ClientId::parse("app-older").unwrap();
    let client = call!(repository, get(&tenant, &id)).unwrap();
    assert_eq!(client.metadata.name, "Älter");
    assert_eq!(
        client.metadata.redirect_uris,
        ["https://app.example.com/callback"]
    );
    assert_eq!(client.version.as_i64(), 7);
    assert_eq!(client.created_at.as_micros(), 1_776_249_000_000_000);
    assert_eq!(client.origin, ClientOrigin::Administrator);
    let used = client.last_used_at.map(Timestamp::as_micros);
    assert_eq!(used, Some(1_776_249_000_000_002));

    let secrets = call!(repository, secrets(&tenant, &id)).unwrap();
    assert_eq!(secrets[0].hash.expose(), "$argon2id$x");
    let page = Page::Number {
        number: 1,
        size: 10,
    };
    let trail = call!(repository, audit_entries(&tenant, &id, page)).unwrap();
    assert_eq!(trail.items[0].message, "created");
    let named = ClientFilter::new().with_name("ÄLT");
    let listed = call!(repository, list(&tenant, &named, page)).unwrap();
    assert_eq!(listed.items, [client]);
    let origin = "https://app.example.com";
    assert!(call!(repository, is_cors_origin(origin)).unwrap());
}

/// Asserts that it takes what only this version stores.
async fn assert_up_to_date(repository: &Repository) {
    let tenant = TenantId::parse("acme").unwrap();
    let older = ClientId::parse("app-older").unwrap();
    let none = call!(repository, registration(&tenant, &older));
    assert_eq!(none.unwrap_err().kind(), ErrorKind::NotFound);

    let now = Timestamp::from(SystemTime::now());
    let id = Id::generate(now);
    let client_id = ClientId::parse("app-newer").unwrap();
    let metadata = ClientMetadata::new("Newer", ["https://new.example.com/callback"]);
    let mut client = Client::new(id, tenant.clone(), client_id.clone(), metadata, now);
    client.origin = ClientOrigin::Dynamic;
    let operator = Operator::new("alice", Role::Admin, tenant.clone());
    let entry = AuditEntry::new(&operator, client_id, Action::ClientRegister, "", now);
    let registration = Registration::new(RegistrationState::Approved);
    let new = NewRegistration::new(NewClient::new(client), registration);
    let write = Write::new(entry);
    call!(repository, register(&tenant, &new, &write)).unwrap();

    let later = Timestamp::from_micros(now.as_micros() + 1);
    let unused = call!(repository, unused_registrations(later, None, 10)).unwrap();
    let unused: Vec<_> = unused
        .iter()
        .map(|one| one.client.client_id.as_str())
        .collect();
    assert_eq!(unused, ["app-newer"]);
}
