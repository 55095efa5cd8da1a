//! A SQLite file that others lock, move or make read-only.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::domain::{Draft, Page};
use tower_oauth_clients::manager::Error;
use tower_oauth_clients::repository::{ClientFilter, SqliteRepository};

use super::told::{assert_told, operator};
use support::cheap_pool;
use support::servers::Folder;

struct World {
    folder: Folder,
    manager: ClientManager,
}

impl World {
    async fn new() -> Self {
        let folder = Folder::new(None).unwrap();
        let repository = SqliteRepository::open(folder.path().join("clients.db"));
        let repository = repository.await.unwrap();
        repository.migrate().await.unwrap();
        let manager = ClientManager::builder(repository);
        let manager = manager.with_hash_pool(cheap_pool()).build().unwrap();
        Self { folder, manager }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("clients.db")
    }

    fn other(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path()).unwrap()
    }

    /// Moves the database by renaming its files.
    fn rename(&self, from: &str, to: &str) {
        let folder = self.folder.path();
        for file in ["clients.db", "clients.db-wal", "clients.db-shm"] {
            let from = folder.join(format!("{from}{file}"));
            if from.exists() {
                std::fs::rename(from, folder.join(format!("{to}{file}"))).unwrap();
            }
        }
    }

    async fn create(&self, name: &str) -> Result<(), Error> {
        let draft = Draft::new(name, ["https://app.example.com/callback"]);
        self.manager.create(&operator(), draft).await.map(drop)
    }

    async fn names(&self) -> Vec<String> {
        let page = Page::Number { number: 1, size: 9 };
        let filter = ClientFilter::default();
        let slice = self.manager.list(&operator(), &filter, page).await.unwrap();
        let mut names: Vec<_> = slice.items.into_iter().map(|c| c.metadata.name).collect();
        names.sort();
        names
    }
}

#[tokio::test]
async fn whoever_waits_behind_others_for_a_lock_has_waited_for_it_too() {
    let world = World::new().await;
    let other = world.other();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let begin = Instant::now();
    let mut waiting = JoinSet::new();
    for _ in 0..4 {
        let manager = world.manager.clone();
        let draft = Draft::new("One", ["https://app.example.com/callback"]);
        waiting.spawn(async move { manager.create(&operator(), draft).await.map(drop) });
    }
    for outcome in waiting.join_all().await {
        assert_told(outcome, "is locked");
    }
    let took = begin.elapsed();
    assert!((4..9).contains(&took.as_secs()), "{took:?}");
    other.execute_batch("ROLLBACK").unwrap();
    world.create("After").await.unwrap();
    assert_eq!(world.names().await, ["After"]);
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_is_not_done() {
    let world = World::new().await;
    let other = world.other();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    // The first write has started, and runs to completion.
    let brief = Duration::from_millis(300);
    timeout(brief, world.create("Begun")).await.unwrap_err();
    for _ in 0..3 {
        timeout(brief, world.create("Left")).await.unwrap_err();
    }
    other.execute_batch("ROLLBACK").unwrap();
    world.create("Stayed").await.unwrap();
    assert_eq!(world.names().await, ["Begun", "Stayed"]);
}

#[tokio::test]
async fn searches_that_nobody_waits_for_keep_nobody_out() {
    let world = World::new().await;
    world.create("One").await.unwrap();
    // Enough clients for a search to take a few hundred milliseconds.
    let many = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150000)
        INSERT INTO oauth_clients (client_id, tenant_id, id, name, name_folded, redirect_uris,
            scopes, grant_types, client_auth_methods, fapi_profile, is_confidential, jwks,
            jwks_uri, logo_url, privacy_policy, terms_url, website, status, secret_last_four,
            version, clones, created_at, updated_at, deleted_at)
        SELECT 'app-' || i, tenant_id, printf('%026d', i), name, name_folded, redirect_uris, scopes,
            grant_types, client_auth_methods, fapi_profile, is_confidential, jwks, jwks_uri,
            logo_url, privacy_policy, terms_url, website, status, secret_last_four, version,
            clones, created_at, updated_at, deleted_at
        FROM oauth_clients, n LIMIT 150000";
    world.other().execute_batch(many).unwrap();
    let search = || {
        let manager = world.manager.clone();
        async move {
            let filter = ClientFilter::new().with_name("nobody");
            let page = Page::Number { number: 1, size: 9 };
            manager.list(&operator(), &filter, page).await.map(drop)
        }
    };
    let begin = Instant::now();
    search().await.unwrap();
    let alone = begin.elapsed();
    for _ in 0..3 {
        let mut leaving = JoinSet::new();
        for _ in 0..17 {
            leaving.spawn(search());
        }
        sleep(alone / 10).await;
        leaving.shutdown().await;
    }
    let begin = Instant::now();
    search().await.unwrap();
    let took = begin.elapsed();
    assert!(took < alone * 8, "{took:?} where {alone:?} is enough");
}

#[tokio::test]
async fn a_taken_key_leaves_the_connection_as_it_is() {
    let world = World::new().await;
    world.create("One").await.unwrap();
    let other = world.other();
    other
        .execute_batch(
            "CREATE TRIGGER taken BEFORE INSERT ON oauth_client_audit_logs BEGIN
                INSERT INTO oauth_client_migrations SELECT * FROM oauth_client_migrations;
            END",
        )
        .unwrap();
    assert!(world.create("Two").await.is_err());
    other.execute_batch("DROP TRIGGER taken").unwrap();
    // Only the existing connection still has the file open.
    world.rename("", "moved-");
    world.create("Three").await.unwrap();
    world.rename("moved-", "");
    assert_eq!(world.names().await, ["One", "Three"]);
}

#[tokio::test]
async fn no_other_file_is_opened_in_its_place() {
    let world = World::new().await;
    world.create("One").await.unwrap();
    // An error after which the connection is closed.
    let lose = |sql: &str| world.other().execute_batch(sql).unwrap();
    lose(
        "CREATE TRIGGER fails BEFORE INSERT ON oauth_client_audit_logs BEGIN
            SELECT RAISE(ABORT, 'by a test');
        END",
    );
    world.rename("", "moved-");
    assert!(world.create("Two").await.is_err());
    // There is no file.
    assert_told(world.create("Three").await, "not the one that was there");
    assert!(!world.path().exists(), "a database was made");
    // There is a valid copy.
    let moved = world.folder.path().join("moved-clients.db");
    std::fs::copy(moved, world.path()).unwrap();
    assert_told(world.create("Four").await, "not the one that was there");
    std::fs::remove_file(world.path()).unwrap();
    // The original file is back.
    world.rename("moved-", "");
    lose("DROP TRIGGER fails");
    world.create("Five").await.unwrap();
    assert_eq!(world.names().await, ["Five", "One"]);
}

#[tokio::test]
async fn a_file_that_may_not_be_written_is_unavailable() {
    let world = World::new().await;
    world.create("One").await.unwrap();
    // SQLite's message, for example after the file system was remounted.
    world
        .other()
        .execute_batch(
            "CREATE TRIGGER unwritable BEFORE INSERT ON oauth_client_audit_logs BEGIN
                SELECT RAISE(ABORT, 'attempt to write a readonly database');
            END",
        )
        .unwrap();
    assert_told(world.create("Two").await, "readonly");
}
