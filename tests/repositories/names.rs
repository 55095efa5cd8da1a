//! The index of names: with it, searches find the same.

use std::collections::BTreeSet;
use std::error::Error as _;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use diesel::SqliteConnection;
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncConnection, AsyncMysqlConnection};
use mysql_async::prelude::Queryable;
use tokio::task::JoinSet;
use tower_oauth_clients::domain::{
    Action, AuditEntry, Client, ClientId, ClientMetadata, ClientStatus, Id, Operator, Page, Role,
    TenantId, Timestamp,
};
use tower_oauth_clients::repository::{
    ClientFilter, ClientRepository, ClientUpdate, Error, ErrorKind, MemoryRepository,
    MysqlRepository, MysqlTransaction, NewClient, PostgresRepository, PurgeRepository,
    SqliteRepository, SqliteTransaction, Write,
};

use super::contract::{mysql, sqlite};
use support::hosts::behind::rows;
use support::servers::{self, Database, Server, execute, postgres, postgres_url};

/// Names that an index might take apart wrongly.
const NAMES: [&str; 20] = [
    "My Application",
    "MY APPLICATION",
    "100%_!\\ 'quoted' \"twice\"",
    "%%%!_",
    "Straße 東京 😀",
    "STRASSE",
    "e\u{301}te\u{301}",
    "\u{e9}t\u{e9}",
    "a",
    "ab",
    "abc",
    "Ⅱ Ⅱ two",
    "ⅱ Three",
    "aaaa",
    "\"\"\"",
    "abc AND NOT abc OR NEAR(abc)",
    "--; DROP TABLE oauth_clients",
    "İstanbul",
    "name_folded : abc*",
    "日本語の名前",
];

static TENANT: LazyLock<TenantId> = LazyLock::new(|| TenantId::parse("acme").unwrap());

fn at(second: u64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000) + Duration::from_secs(second)
}

fn write(client_id: &ClientId, action: Action, second: u64) -> Write {
    let operator = Operator::new("alice", Role::Admin, TENANT.clone());
    AuditEntry::new(&operator, client_id.clone(), action, "", at(second)).into()
}

fn client(name: &str, second: u64) -> Client {
    let id = Id::generate(at(second));
    let client_id = ClientId::parse(&format!("app-{id}")).unwrap();
    let metadata = ClientMetadata::new(name, ["https://app.example.com/callback"]);
    let mut client = Client::new(id, TENANT.clone(), client_id, metadata, at(second));
    if second.is_multiple_of(3) {
        client.status = ClientStatus::Suspended;
    }
    client
}

async fn create(repository: &impl ClientRepository, client: &Client) {
    let second = (client.created_at.as_micros() - at(0).as_micros()) / 1_000_000;
    let audit = write(&client.client_id, Action::ClientCreate, second as u64);
    let new = NewClient::new(client.clone());
    repository.create(&TENANT, &new, &audit).await.unwrap();
}

async fn rename(repository: &impl ClientRepository, id: &ClientId, name: &str) {
    let mut client = repository.get(&TENANT, id).await.unwrap();
    client.metadata.name = name.to_owned();
    let audit = write(id, Action::ClientUpdate, 100);
    let update = ClientUpdate::new(client);
    repository.update(&TENANT, &update, &audit).await.unwrap();
}

/// The error and its sources, as a log shows them.
fn told(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}

/// Parts of all names, of one to five characters, and texts that no name contains.
fn texts() -> BTreeSet<String> {
    let mut texts: BTreeSet<String> = ["zzz", "my  app", "abcd", "\"abc\"", "aaaaa", "Ⅱ"]
        .map(str::to_owned)
        .into();
    for name in NAMES {
        texts.insert(name.to_uppercase());
        let characters: Vec<char> = name.chars().collect();
        for length in 1..=5 {
            for part in characters.windows(length).step_by(3) {
                texts.insert(part.iter().collect());
            }
        }
    }
    texts
}

async fn compare(one: &impl ClientRepository, other: &impl ClientRepository) {
    let number = |number| Page::Number { number, size: 2 };
    let first = Page::After { id: None, size: 3 };
    let some = [number(1), number(2), number(9), first];
    for text in texts() {
        let plain = ClientFilter::new().with_name(&text);
        let mut active = plain.clone();
        active.status = Some(ClientStatus::Active);
        let mut granted = plain.clone();
        granted.is_confidential = Some(false);
        let deleted = plain.clone().with_deleted(true);
        for filter in [plain, active, granted, deleted] {
            for page in some {
                let [found, expected] = [
                    one.list(&TENANT, &filter, page).await.unwrap(),
                    other.list(&TENANT, &filter, page).await.unwrap(),
                ];
                let ids = |items: &[Client]| items.iter().map(|one| one.id).collect::<Vec<_>>();
                let place = format!("{filter:?}, {page:?}");
                assert_eq!(ids(&found.items), ids(&expected.items), "{place}");
                assert_eq!(found.total, expected.total, "{place}");
                assert_eq!(found.has_more, expected.has_more, "{place}");
            }
        }
    }
}

/// Changes the same in both, of which `index` gives the first an index after the first half.
async fn finds_the_same<R: PurgeRepository>(one: &R, index: impl AsyncFnOnce()) {
    let other = MemoryRepository::new();
    let mut clients = Vec::new();
    for (second, name) in (0..).zip(NAMES) {
        clients.push(client(name, second));
    }
    let (before, after) = clients.split_at(NAMES.len() / 2);
    for client in before {
        create(one, client).await;
        create(&other, client).await;
    }
    compare(one, &other).await;
    index().await;
    for client in after {
        create(one, client).await;
        create(&other, client).await;
    }
    compare(one, &other).await;
    let [gone, back, purged] = [0, 7, 14].map(|number: usize| clients[number].client_id.clone());
    for (number, name) in [
        (1, "aaab"),
        (10, "Straße"),
        (12, "My Application"),
        (15, "x"),
    ] {
        let id = &clients[number].client_id;
        rename(one, id, name).await;
        rename(&other, id, name).await;
    }
    for (second, id) in [(201, &purged), (300, &gone), (300, &back)] {
        let audit = write(id, Action::ClientDelete, second);
        one.delete(&TENANT, id, None, &audit).await.unwrap();
        other.delete(&TENANT, id, None, &audit).await.unwrap();
    }
    compare(one, &other).await;
    let audit = write(&back, Action::ClientRestore, 301);
    let deleted = one.get_deleted(&TENANT, &back).await.unwrap();
    let restored = one.restore(&TENANT, &back, deleted.version, &audit);
    restored.await.unwrap();
    let restored = other.restore(&TENANT, &back, deleted.version, &audit);
    restored.await.unwrap();
    let purged = one.purge_deleted_clients(at(250), 9).await.unwrap();
    assert!(purged > 0);
    let expected = other.purge_deleted_clients(at(250), 9).await;
    assert_eq!(purged, expected.unwrap());
    compare(one, &other).await;
}

#[tokio::test]
async fn searches_of_sqlite_find_the_same() {
    let (repository, _folder) = sqlite::open().await;
    finds_the_same(&repository, async || {
        repository.index_names().await.unwrap();
    })
    .await;
    repository.index_names().await.unwrap();
}

/// What is created in a transaction is found there.
#[tokio::test]
async fn searches_within_a_transaction_find_the_same() {
    async fn create_and_find(within: impl ClientRepository) {
        let other = MemoryRepository::new();
        for (second, name) in (0..).zip(NAMES) {
            let client = client(name, second);
            create(&within, &client).await;
            create(&other, &client).await;
        }
        compare(&within, &other).await;
    }

    let (repository, folder) = sqlite::open().await;
    repository.index_names().await.unwrap();
    let path = folder.path().join("clients.db");
    let opened = SyncConnectionWrapper::<SqliteConnection>::establish(path.to_str().unwrap());
    let mut connection = opened.await.unwrap();
    connection.begin_test_transaction().await.unwrap();
    SqliteTransaction::scope(&mut connection, create_and_find).await;

    let (repository, database) = mysql::open().await;
    repository.index_names().await.unwrap();
    let opened = AsyncMysqlConnection::establish(database.url());
    let mut connection = opened.await.unwrap();
    connection.begin_test_transaction().await.unwrap();
    MysqlTransaction::scope(&mut connection, create_and_find).await;
}

#[tokio::test]
async fn searches_of_postgres_find_the_same() {
    let (repository, _database) = indexable().await;
    finds_the_same(&repository, async || {
        repository.index_names().await.unwrap();
    })
    .await;
    repository.index_names().await.unwrap();
}

#[tokio::test]
async fn searches_of_mysql_find_the_same() {
    let (repository, database) = mysql::open().await;
    finds_the_same(&repository, async || {
        repository.index_names().await.unwrap();
    })
    .await;
    repository.index_names().await.unwrap();
    let left = "SELECT COUNT(*) FROM oauth_client_name_parts AS parts JOIN oauth_clients \
        USING (client_id) WHERE part <> CAST(SUBSTRING(name_folded, position, 8) AS BINARY)";
    assert_eq!(rows(database.url(), left).await, ["0"]);
}

/// With the extension in a schema of its own: those of the tests are dropped one by one.
pub(super) async fn indexable() -> (PostgresRepository, Database) {
    static ONCE: tokio::sync::OnceCell<()> = tokio::sync::OnceCell::const_new();
    ONCE.get_or_init(async || {
        let create = "DO $$ BEGIN PERFORM pg_advisory_xact_lock(1234); \
            CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public; END $$";
        execute(&postgres_url(), &[create]).await.unwrap();
    })
    .await;
    let database = Database::postgres().await;
    let repository = PostgresRepository::connect(database.url()).await.unwrap();
    repository.migrate().await.unwrap();
    (repository, database)
}

/// What `index_names` makes.
pub(super) const INDEX: &str = "CREATE INDEX oauth_clients_by_name ON oauth_clients \
    USING gin (name_folded public.gin_trgm_ops) WITH (fastupdate = off)";

const MANY: &str = "INSERT INTO oauth_clients (client_id, tenant_id, id, name, name_folded, \
    redirect_uris, scopes, grant_types, client_auth_methods, is_confidential, status, version, \
    clones, created_at, updated_at) \
    WITH RECURSIVE tens (t) AS (SELECT 0 UNION ALL SELECT t + 1 FROM tens WHERE t < 99), \
    numbers (n) AS (SELECT a.t * 50 + b.t + 1 FROM tens AS a JOIN tens AS b ON b.t < 50) \
    SELECT 'app-' || n, 'acme', '01ARZ3NDEKTSV4RRFF' || (10000000 + n), 'Name', \
    'number ' || n || ' of many', '[]', '[]', '[]', '[]', 1, 'active', 1, 0, 1, 1 FROM numbers";

/// Several hosts make the index while one of them writes.
async fn index_at_once<R, F>(hosts: Vec<R>, index: impl Fn(R) -> F)
where
    R: ClientRepository + Clone + Send + 'static,
    F: Future<Output = Result<(), Error>> + Send + 'static,
{
    let writer = hosts[0].clone();
    let mut running = JoinSet::new();
    for host in hosts {
        running.spawn(index(host));
    }
    for number in 0..40 {
        create(&writer, &client(&format!("Meanwhile {number}"), number)).await;
        let id = ClientId::parse(&format!("app-{}", 100 * number + 1)).unwrap();
        rename(&writer, &id, &format!("Renamed {number}")).await;
        let id = ClientId::parse(&format!("app-{}", 100 * number + 2)).unwrap();
        let audit = write(&id, Action::ClientDelete, 300);
        let deleted = writer.delete(&TENANT, &id, None, &audit);
        deleted.await.unwrap();
    }
    while let Some(outcome) = running.join_next().await {
        outcome.unwrap().unwrap();
    }
    for (text, count) in [
        ("meanwhile", 40),
        ("Meanwhile 39", 1),
        ("renamed", 40),
        ("number 4001 of", 1),
        ("number 101 of", 0),
        ("number 102 of", 0),
        ("number 103 of", 1),
        ("of many", 4_920),
    ] {
        let filter = ClientFilter::new().with_name(text);
        let page = Page::Number { number: 1, size: 1 };
        let found = writer.list(&TENANT, &filter, page).await.unwrap();
        assert_eq!(found.total, Some(count), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_may_index_a_file_at_once() {
    let (repository, folder) = sqlite::open().await;
    let path = folder.path().join("clients.db");
    let plain = rusqlite::Connection::open(&path).unwrap();
    plain.execute_batch(MANY).unwrap();
    let other = SqliteRepository::open(&path).await.unwrap();
    let third = SqliteRepository::open(&path).await.unwrap();
    index_at_once(vec![repository, other, third], |host| async move {
        host.index_names().await
    })
    .await;
    let count = |sql| plain.query_row(sql, [], |row| row.get::<_, i64>(0));
    let indexed = count("SELECT COUNT(*) FROM oauth_client_names").unwrap();
    assert_eq!(
        indexed,
        count("SELECT COUNT(*) FROM oauth_clients").unwrap()
    );
    // Another program, which knows nothing of the index, writes and vacuums.
    plain
        .execute_batch(
            "UPDATE oauth_clients SET name_folded = 'by another' WHERE client_id = 'app-7'; \
             VACUUM; \
             INSERT INTO oauth_client_names_index (oauth_client_names_index) \
             VALUES ('integrity-check');",
        )
        .unwrap();
    let late = SqliteRepository::open(&path).await.unwrap();
    for (text, client) in [("by another", "app-7"), ("number 4321 of", "app-4321")] {
        let filter = ClientFilter::new().with_name(text);
        let page = Page::After { id: None, size: 5 };
        let found = late.list(&TENANT, &filter, page).await.unwrap();
        let ids: Vec<&str> = found
            .items
            .iter()
            .map(|one| one.client_id.as_str())
            .collect();
        assert_eq!(ids, [client]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_may_index_a_database_at_once() {
    let (repository, database) = indexable().await;
    database.execute(&[MANY]).await;
    let mut hosts = Vec::new();
    hosts.push(repository.with_timeout(Duration::from_secs(120)));
    for _ in 0..3 {
        let host = PostgresRepository::connect(database.url()).await;
        hosts.push(host.unwrap().with_timeout(Duration::from_secs(120)));
    }
    index_at_once(hosts, |host| async move { host.index_names().await }).await;
    assert_eq!(is_valid(&database).await, Some(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_may_index_mysql_at_once() {
    let (repository, database) = mysql::open().await;
    let alike = "SET sql_mode = CONCAT(@@sql_mode, ',PIPES_AS_CONCAT')";
    database.execute(&[alike, MANY]).await;
    let mut hosts = vec![repository];
    for _ in 0..3 {
        hosts.push(MysqlRepository::connect(database.url()).await.unwrap());
    }
    index_at_once(hosts, |host| async move { host.index_names().await }).await;
    let complete = "SELECT COUNT(*) FROM oauth_clients LEFT JOIN oauth_client_name_parts AS parts \
        ON parts.client_id = oauth_clients.client_id AND position = 1 \
        AND part = CAST(LEFT(name_folded, 8) AS BINARY) WHERE part IS NULL";
    assert_eq!(rows(database.url(), complete).await, ["0"]);
    // Another program, which knows nothing of the index, writes.
    let rename = "UPDATE oauth_clients SET name_folded = 'by another  ' WHERE client_id = 'app-7'";
    database.execute(&[rename]).await;
    let late = MysqlRepository::connect(database.url()).await.unwrap();
    for text in ["by another", "another  "] {
        let filter = ClientFilter::new().with_name(text);
        let page = Page::After { id: None, size: 5 };
        let found = late.list(&TENANT, &filter, page).await.unwrap();
        assert_eq!(found.items.len(), 1, "{text:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_the_right_to_create_triggers_is_told_so() {
    let server = Server::mysql().start().await;
    let url = server.url();
    let statements = [
        "CREATE USER app",
        "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, REFERENCES, DROP \
         ON oauth_clients.* TO app",
    ];
    execute(&url, &statements).await.unwrap();
    let app = url.replace("//tests@", "//app@");
    let repository = MysqlRepository::connect(&app).await.unwrap();
    repository.migrate().await.unwrap();
    create(&repository, &client("My Application", 1)).await;
    let error = repository.index_names().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Other);
    assert!(
        told(&error).contains("grant it TRIGGER"),
        "{}",
        told(&error)
    );
    create(&repository, &client("My Application", 2)).await;
    let allow = ["GRANT TRIGGER ON oauth_clients.* TO app"];
    execute(&url, &allow).await.unwrap();
    let repository = MysqlRepository::connect(&app).await.unwrap();
    repository.index_names().await.unwrap();
    create(&repository, &client("My Application", 4)).await;
}

/// A trigger that waits for the table blocks all others behind it.
#[tokio::test(flavor = "multi_thread")]
async fn an_index_does_not_wait_for_long_transactions() {
    let (repository, database) = mysql::open().await;
    let one = client("My Application", 1);
    create(&repository, &one).await;
    let mut other = servers::mysql(database.url()).await.unwrap();
    other.query_drop("BEGIN").await.unwrap();
    let read = "SELECT COUNT(*) FROM oauth_clients";
    other.query_drop(read).await.unwrap();
    let indexing = tokio::spawn({
        let repository = repository.clone();
        async move { repository.index_names().await }
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    let start = Instant::now();
    repository.get(&TENANT, &one.client_id).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(10));
    let error = indexing.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{}", told(&error));
    other.query_drop("COMMIT").await.unwrap();
    repository.index_names().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_interrupted_build_has_left_is_replaced() {
    let (repository, database) = indexable().await;
    repository.index_names().await.unwrap();
    let break_it = "UPDATE pg_index SET indisvalid = false \
        WHERE indexrelid = 'oauth_clients_by_name'::regclass";
    database.execute(&[break_it]).await;
    assert_eq!(is_valid(&database).await, Some(false));
    repository.index_names().await.unwrap();
    assert_eq!(is_valid(&database).await, Some(true));
}

async fn is_valid(database: &Database) -> Option<bool> {
    let conn = postgres(database.url()).await.unwrap();
    let state = "SELECT indisvalid FROM pg_index \
        WHERE indexrelid = to_regclass('oauth_clients_by_name')";
    let row = conn.query_opt(state, &[]).await.unwrap();
    row.map(|row| row.get(0))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_needs_tables() {
    let database = Database::postgres().await;
    let repository = PostgresRepository::connect(database.url()).await.unwrap();
    let _ = indexable().await;
    let error = repository.index_names().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Other);
    assert!(told(&error).contains("migrate()"), "{}", told(&error));
    let folder = tempfile::tempdir().unwrap();
    let repository = SqliteRepository::open(folder.path().join("clients.db"));
    let error = repository.await.unwrap().index_names().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Other);
    assert!(told(&error).contains("migrate()"), "{}", told(&error));
}

/// In a database of its own, where the extension is missing.
#[tokio::test(flavor = "multi_thread")]
async fn a_missing_extension_says_what_to_run() {
    let name = format!("test_{:032x}", rand::random::<u128>());
    let server = postgres_url();
    let statements = [
        format!("CREATE DATABASE {name} TEMPLATE template0"),
        format!("CREATE ROLE {name} LOGIN"),
    ];
    for statement in &statements {
        execute(&server, &[statement]).await.unwrap();
    }
    let mut url = url::Url::parse(&server).unwrap();
    url.set_path(&name);
    let owner = format!("GRANT CREATE ON SCHEMA public TO {name}");
    execute(url.as_str(), &[&owner]).await.unwrap();
    url.set_username(&name).unwrap();
    let repository = PostgresRepository::connect(url.as_str()).await.unwrap();
    repository.migrate().await.unwrap();
    let error = repository.index_names().await.unwrap_err();
    drop(repository);
    execute(&server, &[&format!("DROP DATABASE {name} WITH (FORCE)")])
        .await
        .unwrap();
    execute(&server, &[&format!("DROP ROLE {name}")])
        .await
        .unwrap();
    assert_eq!(error.kind(), ErrorKind::Other);
    assert!(
        told(&error).contains("CREATE EXTENSION pg_trgm"),
        "{}",
        told(&error)
    );
}
