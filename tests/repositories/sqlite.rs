//! Properties of a database file: its path, access by other processes, and data that outlives a
//! process.

use std::error::Error as _;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;
use tower_oauth_clients::domain::{
    Action, AuditEntry, Client, ClientId, ClientMetadata, Id, Operator, Page, Role, SecretHash,
    SecretRecord, TenantId, Timestamp,
};
use tower_oauth_clients::repository::{
    ClientFilter, ClientRepository, ClientUpdate, Error, ErrorKind, NewClient, Result,
    SqliteRepository, Write, conformance,
};

const ENOUGH: Page = Page::Number {
    number: 1,
    size: 100,
};

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

async fn migrated(path: impl AsRef<Path>) -> SqliteRepository {
    let repository = SqliteRepository::open(path).await.unwrap();
    repository.migrate().await.unwrap();
    repository
}

static TENANT: LazyLock<TenantId> = LazyLock::new(|| TenantId::parse("acme").unwrap());

fn client(name: &str) -> Client {
    let now = Timestamp::from(SystemTime::now());
    let id = Id::generate(now);
    let client_id = ClientId::parse(&format!("app-{id}")).unwrap();
    let mut metadata = ClientMetadata::new(name, ["https://app.example.com/callback"]);
    metadata.scopes = vec!["openid".into()];
    Client::new(id, TENANT.clone(), client_id, metadata, now)
}

fn entry(client_id: &ClientId, action: Action) -> Write {
    let operator = Operator::new("alice", Role::Admin, TENANT.clone());
    let now = Timestamp::from(SystemTime::now());
    AuditEntry::new(&operator, client_id.clone(), action, "", now).into()
}

async fn create(repository: &SqliteRepository, client: &Client) -> Result<()> {
    let id = Id::generate(client.created_at);
    let hash = SecretHash::new("$argon2id$x");
    let secret = SecretRecord::new(id, hash, "abcd", client.created_at);
    let audit = entry(&client.client_id, Action::ClientCreate);
    let new = NewClient::new(client.clone()).with_secret(secret);
    repository.create(&TENANT, &new, &audit).await
}

async fn count(repository: &SqliteRepository) -> Option<u64> {
    let everything = ClientFilter::default();
    let listed = repository.list(&TENANT, &everything, ENOUGH).await;
    listed.unwrap().total
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

#[tokio::test]
async fn a_file_outlives_its_process() {
    let folder = folder();
    let path = folder.path().join("clients.db");
    let client = client("Kept");
    create(&migrated(&path).await, &client).await.unwrap();

    let reopened = SqliteRepository::open(&path).await.unwrap();
    assert_eq!(reopened.migrate().await.unwrap(), 0);
    let id = &client.client_id;
    assert_eq!(reopened.get(&TENANT, id).await.unwrap(), client);
    let secrets = reopened.secrets(&TENANT, id).await.unwrap();
    assert_eq!(secrets[0].hash.expose(), "$argon2id$x");
    let trail = reopened.audit_entries(&TENANT, id, ENOUGH).await.unwrap();
    assert_eq!(trail.total, Some(1));
}

#[tokio::test]
async fn a_path_is_the_name_of_a_file() {
    for name in [
        "with blanks .db",
        "100%25.db",
        "what?mode=memory",
        "with#fragment",
        "file:clients.db",
        "sqlite:clients.db",
        "-dash",
        "ünï💥.db",
        "quote'\".db",
        "back\\slash",
        ":memory: ",
    ] {
        let folder = folder();
        let path = folder.path().join(name);
        let repository = migrated(&path).await;
        create(&repository, &client("A")).await.unwrap();
        assert!(path.is_file(), "{name}");
        assert_eq!(count(&repository).await, Some(1));
        for file in folder.path().read_dir().unwrap() {
            let file = file.unwrap().file_name().into_string().unwrap();
            assert!(file.starts_with(name), "{file}");
        }
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_path_is_told() {
    let folder = folder();
    let file = folder.path().join("file");
    std::fs::write(
        &file,
        "This is no database, although it is long enough for one.",
    )
    .unwrap();
    for (path, reason) in [
        (folder.path().join("none/clients.db"), "does not exist"),
        (folder.path().into(), "it is a folder"),
        (file.join("clients.db"), "is a file"),
        (file, "not a database"),
        ("/proc/clients.db".into(), "allowed to write"),
        (":memory:".into(), "in memory"),
        ("".into(), "the path is empty"),
        ("a\0b".into(), "NUL"),
    ] {
        let error = SqliteRepository::open(&path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Other);
        assert!(told(&error).contains(reason), "{}", told(&error));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_path_that_is_not_unicode_is_refused() {
    use std::os::unix::ffi::OsStrExt;

    let folder = folder();
    let path = folder.path().join(std::ffi::OsStr::from_bytes(b"\xff.db"));
    let error = SqliteRepository::open(&path).await.unwrap_err();
    assert!(told(&error).contains("UTF-8"), "{}", told(&error));
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

#[tokio::test]
async fn a_database_without_tables_says_what_to_do() {
    let folder = folder();
    let path = folder.path().join("clients.db");
    let repository = SqliteRepository::open(path).await.unwrap();
    let client = client("A");
    let id = &client.client_id;
    for error in [
        repository.get(&TENANT, id).await.unwrap_err(),
        create(&repository, &client).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Other);
        assert!(told(&error).contains("call migrate()"), "{}", told(&error));
    }
    assert_eq!(repository.migrate().await.unwrap(), 6);
    create(&repository, &client).await.unwrap();
    assert_eq!(repository.get(&TENANT, id).await.unwrap(), client);
}

#[tokio::test]
async fn what_can_not_be_read_is_told_by_its_column() {
    let folder = folder();
    let path = folder.path().join("clients.db");
    let repository = migrated(&path).await;
    let client = client("A");
    create(&repository, &client).await.unwrap();
    let plain = rusqlite::Connection::open(&path).unwrap();
    for (column, was) in [
        ("scopes", "[\"openid\"]"),
        ("grant_types", "[\"authorization_code\"]"),
        ("status", "active"),
        ("id", &client.id.to_string()),
    ] {
        let set = format!("UPDATE oauth_clients SET {column} = ?1");
        // A value that no version stores.
        plain.execute(&set, ["hidden away"]).unwrap();
        let error = repository.get(&TENANT, &client.client_id).await;
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Other);
        assert!(told(&error).contains(column) && !told(&error).contains("hidden"));
        plain.execute(&set, [was]).unwrap();
    }
    let read = repository.get(&TENANT, &client.client_id).await;
    assert_eq!(read.unwrap(), client);
}

/// A caller may also disconnect on a runtime with one thread.
#[tokio::test(flavor = "current_thread")]
async fn abandoned_writes_are_whole_or_nothing_on_one_thread() {
    let (repository, _folder) = crate::contract::sqlite::open().await;
    conformance::abandoned_writes_are_whole_or_nothing(repository).await;
}

#[tokio::test(flavor = "current_thread")]
async fn many_abandoned_callers_do_not_block_the_others() {
    let (repository, _folder) = crate::contract::sqlite::open().await;
    for _ in 0..200 {
        let client = client("A");
        let write = create(&repository, &client);
        let read = repository.get(&TENANT, &client.client_id);
        let both = async { tokio::join!(write, read) };
        let _ = tokio::time::timeout(Duration::ZERO, both).await;
    }
    let last = client("Last");
    create(&repository, &last).await.unwrap();
    let read = repository.get(&TENANT, &last.client_id).await.unwrap();
    assert_eq!(read, last);
}

/// Each instance has its own connections, as each process has.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn instances_share_a_file() {
    let folder = folder();
    let path = folder.path().join("clients.db");
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        tasks.spawn(work(path.clone()));
    }
    let applied: usize = tasks.join_all().await.into_iter().sum();
    assert_eq!(applied, 6);
    assert_shared(&path, 8).await;
}

const CLIENTS_EACH: usize = 10;
const SHARED: &str = "app-shared";

/// The work of one of several hosts: migrates, creates clients, and increments the version of a
/// shared client. Returns how many migrations it applied.
async fn work(path: impl AsRef<Path>) -> usize {
    let repository = SqliteRepository::open(path).await.unwrap();
    let applied = repository.migrate().await.unwrap();
    let mut shared = client("Shared");
    shared.client_id = ClientId::parse(SHARED).unwrap();
    match create(&repository, &shared).await {
        Err(error) if error.kind() == ErrorKind::Conflict => {}
        other => other.unwrap(),
    }
    for _ in 0..CLIENTS_EACH {
        create(&repository, &client("A")).await.unwrap();
        let audit = entry(&shared.client_id, Action::ClientUpdate);
        loop {
            let read = repository.get(&TENANT, &shared.client_id).await.unwrap();
            let update = ClientUpdate::new(read.clone());
            match repository.update(&TENANT, &update, &audit).await {
                Err(error) if error.kind() == ErrorKind::Stale => {}
                other => break assert!(other.unwrap().version > read.version),
            }
        }
    }
    applied
}

async fn assert_shared(path: &Path, workers: usize) {
    let repository = SqliteRepository::open(path).await.unwrap();
    let clients = workers * CLIENTS_EACH + 1;
    assert_eq!(count(&repository).await, Some(clients as u64));
    let shared = ClientId::parse(SHARED).unwrap();
    let writes = clients as i64;
    let read = repository.get(&TENANT, &shared).await.unwrap();
    assert_eq!(read.version.as_i64(), writes);
    let trail = repository.audit_entries(&TENANT, &shared, ENOUGH).await;
    assert_eq!(trail.unwrap().total, Some(writes as u64));
}

const PATH: &str = "SHARED_DATABASE";

/// One of the processes of the test below; does nothing on its own.
#[tokio::test]
async fn one_process_of_several() {
    if let Ok(path) = std::env::var(PATH) {
        work(path).await;
    }
}

#[test]
fn processes_share_a_file() {
    let folder = folder();
    let path = folder.path().join("clients.db");
    let program = std::env::current_exe().unwrap();
    let start = || {
        let mut command = Command::new(&program);
        command.args(["sqlite::one_process_of_several", "--exact"]);
        command.env(PATH, &path).spawn().unwrap()
    };
    let processes: Vec<_> = (0..4).map(|_| start()).collect();
    for mut process in processes {
        assert!(process.wait().unwrap().success());
    }
    conformance::run(async move { assert_shared(&path, 4).await });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn searches_are_bounded_and_hold_up_no_other_read() {
    let folder = folder();
    let repository = migrated(folder.path().join("clients.db")).await;
    let kept = client("kept");
    create(&repository, &kept).await.unwrap();
    for number in 0..500 {
        create(&repository, &client(&format!("client {number}")))
            .await
            .unwrap();
    }

    let filter = ClientFilter::new().with_name("nobody has this");
    let mut searches = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (repository, filter) = (repository.clone(), filter.clone());
        searches.spawn(async move { repository.list(&TENANT, &filter, ENOUGH).await });
    }
    assert_eq!(
        repository.get(&TENANT, &kept.client_id).await.unwrap(),
        kept
    );

    let outcomes = searches.join_all().await;
    let refused = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    assert!(
        refused
            .clone()
            .all(|error| error.kind() == ErrorKind::Unavailable)
    );
    assert!(
        refused.count() > 0,
        "200 searches at once, and none too many"
    );
    assert!(outcomes.iter().any(Result::is_ok));
}
