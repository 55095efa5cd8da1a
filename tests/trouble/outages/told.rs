//! Messages of failing databases, each from a real server: they are interpreted correctly, and not
//! passed on to the caller.

use std::error::Error as _;
use std::time::Duration;

use diesel_async::{AsyncConnection, AsyncMysqlConnection};
use http::StatusCode;
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::domain::{ClientId, Draft, Operator, Role, TenantId};
use tower_oauth_clients::manager::{Error, ErrorKind, Expected};
use tower_oauth_clients::repository::{MysqlTransaction, SqliteRepository};

use super::contention::{Session, waiting};
use super::{KINDS, database, german};
use support::cheap_pool;
use support::hosts::behind::{assert_whole, rows};
use support::hosts::{Host, Repository, assert_unavailable};
use support::servers::{Database, Kind, Server, execute};

pub fn operator() -> Operator {
    let tenant = TenantId::parse("tenant_a").unwrap();
    Operator::new("alice", Role::Admin, tenant)
}

/// The part of the error for the host's log.
fn causes(error: &Error) -> String {
    let mut text = String::new();
    let mut next = error.source();
    while let Some(error) = next {
        text.push_str(&error.to_string().to_lowercase());
        text.push('\n');
        next = error.source();
    }
    text
}

/// Deletes a client, which begins with a write, and applies `fault` meanwhile.
async fn deletion(
    host: &Host,
    url: &str,
    fault: impl AsyncFnOnce(&mut Session, &str),
) -> Result<(), Error> {
    let client_id = host.client().await;
    let mut other = Session::open(url).await;
    other.hold(&client_id).await;
    let delete = tokio::spawn({
        let (manager, client_id) = (host.manager.clone(), ClientId::parse(&client_id).unwrap());
        async move {
            manager
                .delete(&operator(), &client_id, &Expected::Any)
                .await
        }
    });
    let session = waiting(url, "UPDATE").await;
    let mut more = Session::open(url).await;
    fault(&mut more, &session).await;
    let outcome = delete.await.unwrap();
    // It may be gone, together with its server.
    let _ = other.try_execute("COMMIT").await;
    outcome
}

pub fn assert_told(outcome: Result<(), Error>, text: &str) {
    let error = outcome.unwrap_err();
    let causes = causes(&error);
    assert!(causes.contains(text), "{text}: {causes}");
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{causes}");
    assert!(!error.to_string().to_lowercase().contains(text));
}

/// A Galera node that has lost its cluster refuses every statement, on a working connection.
#[tokio::test]
async fn mysql_is_a_node_without_its_cluster() {
    let database = Database::mysql().await;
    let host = Host::connect(database.url()).await;
    let client_id = host.client().await;
    let cut_off = "CREATE TRIGGER cut_off BEFORE INSERT ON oauth_client_audit_logs FOR EACH ROW \
        SIGNAL SQLSTATE '08S01' SET MYSQL_ERRNO = 1047, \
        MESSAGE_TEXT = 'WSREP has not yet prepared node for application use'";
    execute(database.url(), &[cut_off]).await.unwrap();
    assert_unavailable(&host.rename(&client_id, "Renamed").await, "an update");
    assert_unavailable(&host.create().await, "a creation");
    let join = "DROP TRIGGER cut_off";
    execute(database.url(), &[join]).await.unwrap();
    assert_eq!(host.rename(&client_id, "Renamed").await.status, 200);
    assert_whole(database.url(), "Galera").await;
}

#[tokio::test]
async fn postgres_terminates_a_connection_or_cancels_its_statement() {
    let database = Database::postgres().await;
    let url = &german(&database);
    let host = Host::connect(url).await;
    let client_id = host.client().await;
    let mut other = Session::open(url).await;
    other.execute("BEGIN; LOCK TABLE oauth_clients").await;
    let read = tokio::spawn({
        let (host, client_id) = (host.clone(), client_id.clone());
        async move { host.get(&client_id).await }
    });
    let session = waiting(url, "SELECT").await;
    let terminate = format!("SELECT pg_terminate_backend({session})");
    Session::open(url).await.execute(&terminate).await;
    waiting(url, "SELECT").await;
    other.execute("COMMIT").await;
    assert_eq!(read.await.unwrap().status, 200);

    let outcome = deletion(&host, url, async |more, session| {
        more.execute(&format!("SELECT pg_terminate_backend({session})"))
            .await;
    });
    assert_told(outcome.await, "sqlstate 57p01");

    let outcome = deletion(&host, url, async |more, session| {
        more.execute(&format!("SELECT pg_cancel_backend({session})"))
            .await;
    });
    assert_told(outcome.await, "sqlstate 57014");
    assert_whole(url, "terminated").await;
}

#[tokio::test]
async fn postgres_has_timeouts_of_its_own() {
    let database = Database::postgres().await;
    Host::connect(database.url()).await;
    for (setting, text) in [
        ("lock_timeout", "sqlstate 55p03"),
        ("statement_timeout", "sqlstate 57014"),
    ] {
        let url = database.url_with(&[(setting, "300ms"), ("lc_messages", "C.UTF-8")]);
        let host = Host::over(&Repository::connect(&url).await);
        let outcome = deletion(&host, database.url(), async |_, _| {
            tokio::time::sleep(Duration::from_secs(5)).await;
        });
        assert_told(outcome.await, text);
    }
    assert_whole(database.url(), "timeouts").await;
}

#[tokio::test]
async fn mariadb_kills_a_connection_or_its_statement() {
    let database = Database::mysql().await;
    let host = Host::connect(database.url()).await;
    let outcome = deletion(&host, database.url(), async |more, session| {
        more.execute(&format!("KILL {session}")).await;
    });
    assert_told(outcome.await, "connection closed");
    let outcome = deletion(&host, database.url(), async |more, session| {
        more.execute(&format!("KILL QUERY {session}")).await;
    });
    assert_told(outcome.await, "query execution was interrupted");
    assert_whole(database.url(), "killed").await;
    // A waiting session only finds its connection closed; a running one gets an error.
    let kill = "CREATE TRIGGER deadly BEFORE UPDATE ON oauth_clients
        FOR EACH ROW KILL CONNECTION CONNECTION_ID()";
    database.execute(&[kill]).await;
    let id = ClientId::parse(&host.client().await).unwrap();
    let outcome = host.manager.delete(&operator(), &id, &Expected::Any).await;
    assert_told(outcome, "connection was killed");
    database.execute(&["DROP TRIGGER deadly"]).await;

    // A read whose connection is killed is retried, even while it waits.
    let client_id = host.client().await;
    let mut other = Session::open(database.url()).await;
    let lock = "LOCK TABLES oauth_clients WRITE, oauth_client_secrets WRITE";
    other.execute(lock).await;
    let read = tokio::spawn({
        let (host, client_id) = (host.clone(), client_id.clone());
        async move { host.get(&client_id).await }
    });
    let session = waiting(database.url(), "SELECT").await;
    let kill = format!("KILL {session}");
    Session::open(database.url()).await.execute(&kill).await;
    waiting(database.url(), "SELECT").await;
    other.execute("UNLOCK TABLES").await;
    let read = read.await.unwrap();
    assert_eq!(read.status, 200, "{read:?}");
}

#[tokio::test]
async fn mariadb_ends_what_takes_too_long_and_shuts_down() {
    let own = Server::mysql().with_arguments(&["--innodb-lock-wait-timeout=1"]);
    let mut server = own.start().await;
    let url = server.url();
    let host = Host::connect(&url).await;
    let outcome = deletion(&host, &url, async |_, _| {
        tokio::time::sleep(Duration::from_secs(8)).await;
    });
    assert_told(outcome.await, "lock wait timeout");

    let statement_time = "SET GLOBAL max_statement_time = 0.5";
    execute(&url, &[statement_time]).await.unwrap();
    let strict = Host::connect(&url).await;
    let outcome = deletion(&strict, &url, async |_, _| {
        tokio::time::sleep(Duration::from_secs(1)).await;
    });
    assert_told(outcome.await, "query execution was interrupted");

    let outcome = deletion(&host, &url, async |more, _| {
        // The server may shut down before it responds.
        let _ = more.try_execute("SHUTDOWN").await;
    });
    let error = outcome.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    server.restart().await;
    host.client().await;
    assert_whole(&url, "after a shutdown").await;
}

/// In a host's transaction whose snapshot is older than another session's change.
#[tokio::test]
async fn mariadb_does_not_change_what_changed_since_it_was_read() {
    let own = Server::mysql().with_arguments(&["--innodb-snapshot-isolation=ON"]);
    let server = own.start().await;
    let url = server.url();
    let host = Host::connect(&url).await;
    let client_id = host.client().await;
    let mut conn = AsyncMysqlConnection::establish(&url).await.unwrap();
    let manager = host.manager.clone();
    let id = ClientId::parse(&client_id).unwrap();
    let outcome = conn
        .transaction::<_, Box<dyn std::error::Error + Send + Sync>, _>(async |conn| {
            let deletion = MysqlTransaction::scope(conn, async |repository| {
                let manager = manager.within(repository);
                manager.get(&operator(), &id).await?;
                assert_eq!(host.rename(&client_id, "Renamed").await.status, 200);
                manager.delete(&operator(), &id, &Expected::Any).await
            });
            Ok(deletion.await?)
        })
        .await;
    let error = outcome.unwrap_err().downcast::<Error>().unwrap();
    assert_told(Err(*error), "record has changed since last read");
    assert_eq!(host.get(&client_id).await.data()["name"], "Renamed");
    assert_whole(&url, "snapshot").await;
}

#[tokio::test]
async fn tables_that_are_missing_or_old_are_an_error_that_says_what_to_do() {
    for kind in KINDS {
        let database = database(kind).await;
        let host = Host::over(&Repository::connect(database.url()).await);
        let id = ClientId::parse("app-1").unwrap();
        let text = match kind {
            Kind::Postgres => "does not exist",
            Kind::Mysql => "doesn't exist",
        };
        let missing = host.manager.get(&operator(), &id).await.unwrap_err();
        assert_unmigrated(&missing, text);

        let host = Host::connect(database.url()).await;
        let client_id = host.client().await;
        database
            .execute(&["ALTER TABLE oauth_clients DROP COLUMN website"])
            .await;
        let text = match kind {
            Kind::Postgres => "does not exist",
            Kind::Mysql => "unknown column",
        };
        let host = Host::over(&Repository::connect(database.url()).await);
        let id = ClientId::parse(&client_id).unwrap();
        let old = host.manager.get(&operator(), &id).await.unwrap_err();
        assert_unmigrated(&old, text);
        let draft = Draft::new("Two", ["https://app.example.com/callback"]);
        let old = host.manager.create(&operator(), draft).await.unwrap_err();
        assert_unmigrated(&old, text);
        let answer = host.get(&client_id).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(answer.message(), "internal error");
    }
}

fn assert_unmigrated(error: &Error, text: &str) {
    let causes = causes(error);
    assert_eq!(error.kind(), ErrorKind::Internal, "{causes}");
    assert!(causes.contains("migrate()"), "{causes}");
    assert!(causes.contains(text), "{causes}");
}

/// The driver's errors during the failures of the other tests in this folder.
#[tokio::test]
async fn a_driver_that_lost_its_server_is_told_from_a_fault() {
    let mut server = Server::mysql().start().await;
    let host = Host::connect(&server.url()).await;
    host.client().await;
    let outcome = deletion(&host, &server.url(), async |_, _| server.kill()).await;
    let error = outcome.unwrap_err();
    let text = causes(&error);
    assert!(
        text.contains("input/output error:") || text.contains("driver error:"),
        "{text}"
    );
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{text}");
    let client_id = "app-1";
    assert_unavailable(&host.get(client_id).await, "killed");
}

/// The connections were idle when they were closed, and no error is reported.
#[tokio::test]
async fn mariadb_ends_sessions_that_do_nothing() {
    let mut server = Server::mysql().start().await;
    let url = server.url();
    let host = Host::connect(&url).await;
    execute(&url, &["SET GLOBAL wait_timeout = 1"])
        .await
        .unwrap();
    for end in ["kill", "timeout", "shutdown"] {
        let brief = Host::connect(&url).await;
        let mut session = Session::open(&url).await;
        let sessions = "SELECT id FROM information_schema.processlist WHERE db = DATABASE()
             AND id <> CONNECTION_ID() AND command = 'Sleep'";
        match end {
            "kill" => {
                for id in rows(&url, sessions).await {
                    execute(&url, &[&format!("KILL {id}")]).await.unwrap();
                }
            }
            "timeout" => tokio::time::sleep(Duration::from_secs(3)).await,
            _ => {
                let _ = execute(&url, &["SHUTDOWN"]).await;
                tokio::time::sleep(Duration::from_secs(1)).await;
                server.restart().await;
            }
        }
        let said = session.try_execute("BEGIN").await.unwrap_err();
        assert!(
            said.to_string().starts_with("Input/output error"),
            "{end}: {said}"
        );
        for host in [&host, &brief] {
            let created = host.create().await;
            assert_eq!(created.status, 201, "{end}: {created:?}");
        }
    }
    assert_whole(&url, "idle").await;
}

#[tokio::test]
async fn sqlite_is_locked_or_has_no_tables() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("clients.db");
    let repository = SqliteRepository::open(&path).await.unwrap();
    let manager = ClientManager::builder(repository.clone());
    let manager = manager.with_hash_pool(cheap_pool()).build().unwrap();
    let draft = || Draft::new("One", ["https://app.example.com/callback"]);
    let missing = manager.create(&operator(), draft()).await.unwrap_err();
    assert_unmigrated(&missing, "no such table");

    repository.migrate().await.unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let created = manager.create(&operator(), draft()).await;
    assert_told(created.map(drop), "is locked");
    other.execute_batch("COMMIT").unwrap();
    let issued = manager.create(&operator(), draft()).await.unwrap();

    let drop_column = "ALTER TABLE oauth_clients DROP COLUMN website";
    other.execute_batch(drop_column).unwrap();
    let old = manager.get(&operator(), &issued.client.client_id).await;
    assert_unmigrated(&old.unwrap_err(), "no such column");
}
