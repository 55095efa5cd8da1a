//! A statement that the host has given up is cancelled on the server, too.

use std::time::{Duration, Instant};

use diesel_async::SimpleAsyncConnection;
use http::Method;
use tower_oauth_clients::repository::{ErrorKind, PostgresRepository};

use super::contention::Session;
use super::{KINDS, database};
use support::CLIENTS;
use support::hosts::behind::rows;
use support::hosts::{Connections, Host, Pool, Repository, assert_unavailable};
use support::servers::{Database, Kind, Server};

const LIMIT: Duration = Duration::from_millis(300);

/// Locks the table even against reads.
async fn lock(url: &str) -> Session {
    let mut session = Session::open(url).await;
    let lock = match Kind::of(url) {
        Kind::Postgres => "BEGIN; LOCK TABLE oauth_clients",
        Kind::Mysql => "LOCK TABLES oauth_clients WRITE",
    };
    session.execute(lock).await;
    session
}

async fn unlock(mut session: Session) {
    let unlock = match session {
        Session::Postgres(_) => "COMMIT",
        Session::Mysql(_) => "UNLOCK TABLES",
    };
    session.execute(unlock).await;
}

/// The number of sessions that wait for a lock.
async fn waiting(database: &Database) -> String {
    let waiting = match database.kind() {
        Kind::Postgres => format!(
            "SELECT count(*) FROM pg_stat_activity
             WHERE application_name = '{}' AND wait_event_type = 'Lock'",
            database.name()
        ),
        Kind::Mysql => "SELECT count(*) FROM information_schema.processlist
            WHERE db = DATABASE() AND state LIKE 'Waiting for%'"
            .to_owned(),
    };
    rows(database.url(), &waiting).await.remove(0)
}

/// The time spent waiting for a turn and for a connection counts towards the limit.
#[tokio::test]
async fn a_list_that_waits_for_others_has_no_longer_for_it() {
    const LIMIT: Duration = Duration::from_millis(1_500);

    for kind in KINDS {
        let database = database(kind).await;
        let repository = Repository::connect(database.url()).await;
        repository.migrate().await.unwrap();
        let host = Host::over(&repository.with_timeout(LIMIT));
        let session = lock(database.url()).await;
        let start = Instant::now();
        let lists: Vec<_> = (0..5)
            .map(|_| {
                let host = host.clone();
                tokio::spawn(async move { host.call(Method::GET, CLIENTS, None).await })
            })
            .collect();
        for list in lists {
            assert_unavailable(&list.await.unwrap(), &format!("{kind:?}"));
        }
        let waited = start.elapsed();
        assert!(
            waited >= LIMIT && waited < LIMIT * 3 / 2,
            "{kind:?}: {waited:?}"
        );
        unlock(session).await;
    }
}

#[tokio::test]
async fn the_server_does_not_wait_for_what_nobody_waits_for() {
    for kind in KINDS {
        let place = format!("{kind:?}");
        let database = database(kind).await;
        let repository = Repository::connect(database.url()).await;
        repository.migrate().await.unwrap();
        let host = Host::over(&repository.with_timeout(LIMIT));
        let client_id = host.client().await;

        let session = lock(database.url()).await;
        for _ in 0..3 {
            let list = host.call(Method::GET, CLIENTS, None);
            let (read, renamed, listed) =
                tokio::join!(host.get(&client_id), host.rename(&client_id, "No"), list);
            for answer in [read, renamed, listed] {
                assert_unavailable(&answer, &place);
            }
        }
        let mut left = waiting(&database).await;
        for _ in 0..100 {
            if left == "0" {
                break;
            }
            tokio::time::sleep(LIMIT / 10).await;
            left = waiting(&database).await;
        }
        assert_eq!(left, "0", "{place}");
        unlock(session).await;
        let read = host.get(&client_id).await;
        assert_eq!(read.header("etag"), Some("\"1\""), "{place}");
    }
}

/// Two lists run at a time. The last of many must not wait until all the others have timed out.
#[tokio::test]
async fn a_list_that_waits_for_others_gives_up_as_they_do() {
    for kind in KINDS {
        let place = format!("{kind:?}");
        let database = database(kind).await;
        let repository = Repository::connect(database.url()).await;
        repository.migrate().await.unwrap();
        let host = Host::over(&repository.with_timeout(LIMIT));

        let session = lock(database.url()).await;
        let start = Instant::now();
        let lists: Vec<_> = (0..30)
            .map(|_| {
                let host = host.clone();
                tokio::spawn(async move { host.call(Method::GET, CLIENTS, None).await })
            })
            .collect();
        for list in lists {
            assert_unavailable(&list.await.unwrap(), &place);
        }
        assert!(
            start.elapsed() < LIMIT * 10,
            "{place}: {:?}",
            start.elapsed()
        );
        unlock(session).await;
    }
}

/// Other code of the host may reset a connection. The request is not tried again, since this may
/// also be a pooler, which may run the wrong statement.
#[tokio::test]
async fn a_connection_that_forgot_what_was_prepared_is_replaced() {
    let database = database(Kind::Postgres).await;
    let connections = Connections::new(database.url(), Pool::Deadpool, 1).await;
    let repository = connections.repository();
    repository.migrate().await.unwrap();
    let host = Host::over(&repository);
    let client_id = host.client().await;
    assert_eq!(host.get(&client_id).await.status, 200);
    let Connections::PostgresDeadpool(pool) = &connections else {
        panic!("it is one");
    };
    let mut conn = pool.get().await.unwrap();
    conn.batch_execute("DEALLOCATE ALL").await.unwrap();
    drop(conn);
    assert_eq!(host.get(&client_id).await.status, 500);
    let read = host.get(&client_id).await;
    assert_eq!(read.status, 200, "{read:?}");
}

/// The only connection of the pool must not stay in a failed transaction.
#[tokio::test]
async fn migrations_that_were_held_up_leave_a_connection_in_order() {
    let server = Server::postgres().start().await;
    let database = Database::on(&server.url()).await;
    let url = database.url_with(&[("lock_timeout", "100ms")]);
    let connections = Connections::new(&url, Pool::Deadpool, 1).await;
    let Repository::Postgres(repository) = connections.repository() else {
        panic!("it is one");
    };
    let mut session = Session::open(database.url()).await;
    session
        .execute("BEGIN; SELECT pg_advisory_xact_lock(7205759403792794)")
        .await;
    let held_up = PostgresRepository::migrate(&repository).await.unwrap_err();
    assert_eq!(held_up.kind(), ErrorKind::Unavailable, "{held_up:?}");
    session.execute("COMMIT").await;
    assert_eq!(repository.migrate().await.unwrap(), 6);
}
