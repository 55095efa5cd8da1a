//! PgBouncer between the hosts and PostgreSQL, which lends a connection for one transaction.

use std::error::Error;
use std::time::{Duration, Instant};

use super::POOLS;
use super::contention::Session;
use super::migrations::race;
use support::hosts::behind::{Behind, assert_whole, rows};
use support::hosts::{Connections, Host, Pool, Repository, assert_unavailable};
use support::servers::{Database, Pooler, Proxy, postgres};
use tokio::task::JoinSet;
use tower_oauth_clients::repository::{self, ErrorKind, PostgresRepository};

/// As before 1.21: what is prepared on one connection to PostgreSQL is not there on the next.
const FORGETFUL: &str = "max_prepared_statements = 0";

const CALLERS: usize = 8;

fn assert_refused(error: &repository::Error, place: &str) {
    let source = error.source().unwrap().to_string();
    assert!(
        source.contains("max_prepared_statements"),
        "{place}: {source}"
    );
}

#[tokio::test]
async fn a_pooler_that_confuses_statements_is_refused() {
    for turns in ["server_round_robin = 0", "server_round_robin = 1"] {
        let database = Database::postgres().await;
        let Some(pooler) = Pooler::with(&database, &[FORGETFUL, turns]).await else {
            return;
        };
        let refused = PostgresRepository::connect(pooler.url()).await;
        assert_refused(&refused.unwrap_err(), turns);
        let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()";
        assert_eq!(rows(database.url(), tables).await, ["0"]);
    }
}

#[tokio::test]
async fn so_it_is_on_a_host_s_own_pool() {
    let database = Database::postgres().await;
    let Some(pooler) = Pooler::with(&database, &[FORGETFUL]).await else {
        return;
    };
    for pool in POOLS {
        let connections = Connections::new(pooler.url(), pool, 2).await;
        let refused = connections.repository().migrate().await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Other, "{pool:?}");
        assert_refused(&refused, "a host's pool");
    }
}

/// Others use all connections to PostgreSQL at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn such_a_pooler_is_refused_also_when_it_is_busy() {
    let database = Database::postgres().await;
    let Some(pooler) = Pooler::with(&database, &[FORGETFUL]).await else {
        return;
    };
    let mut others = JoinSet::new();
    for _ in 0..CALLERS {
        let client = postgres(pooler.url()).await.unwrap();
        others.spawn(async move { while client.batch_execute("SELECT 1").await.is_ok() {} });
    }
    // By chance it looks like two sessions once in some 500 times. Then `migrate` looks again.
    let refused = match PostgresRepository::connect(pooler.url()).await {
        Ok(repository) => repository.migrate().await.map(drop),
        Err(error) => Err(error),
    };
    assert_refused(&refused.unwrap_err(), "busy");
}

/// One connection to PostgreSQL holds the lock, and the other one builds.
#[tokio::test]
async fn names_are_indexed_through_a_pooler() {
    let database = Database::postgres().await;
    let schema = "DO $$ BEGIN PERFORM pg_advisory_xact_lock(1234); \
        CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public; END $$";
    database.execute(&[schema]).await;
    let Some(pooler) = Pooler::with(&database, &[]).await else {
        return;
    };
    let repository = PostgresRepository::connect(pooler.url()).await.unwrap();
    repository.migrate().await.unwrap();
    let indexed = tokio::join!(repository.index_names(), repository.index_names());
    indexed.0.unwrap();
    indexed.1.unwrap();
    let valid = "SELECT indisvalid FROM pg_index \
        WHERE indexrelid = to_regclass('oauth_clients_by_name')";
    assert_eq!(rows(database.url(), valid).await, ["t"]);
}

/// It is not known then what the pooler does.
#[tokio::test]
async fn a_pool_of_one_connection_waits_a_moment_and_goes_on() {
    let database = Database::postgres().await;
    let Some(pooler) = Pooler::with(&database, &[FORGETFUL]).await else {
        return;
    };
    let connections = Connections::new(pooler.url(), Pool::Deadpool, 1).await;
    let start = Instant::now();
    assert_eq!(connections.repository().migrate().await.unwrap(), 6);
    let waited = start.elapsed();
    assert!(waited < Duration::from_secs(4), "{waited:?}");
}

/// It is known by the number of the server's process, whatever forwards it, and without a second
/// connection.
#[tokio::test]
async fn a_direct_connection_is_known_at_once() {
    let database = Database::postgres().await;
    let proxy = Proxy::before(database.url());
    let repository = PostgresRepository::connect(proxy.url()).await.unwrap();
    repository.migrate().await.unwrap();
    assert_eq!(proxy.accepted(), 1);
}

#[tokio::test]
async fn a_pooler_of_sessions_is_as_good_as_none() {
    let database = Database::postgres().await;
    let sessions = [FORGETFUL, "pool_mode = session", "default_pool_size = 20"];
    let Some(pooler) = Pooler::with(&database, &sessions).await else {
        return;
    };
    let host = Host::connect(pooler.url()).await;
    let client_id = host.client().await;
    assert_eq!(host.get(&client_id).await.status, 200);
}

/// A host that did not ask is told with the first request that meets it, which is not repeated.
#[tokio::test]
async fn a_confused_statement_is_told_and_its_connection_closed() {
    let database = Database::postgres().await;
    let client_id = Host::connect(database.url()).await.client().await;
    let Some(pooler) = Pooler::with(&database, &[FORGETFUL]).await else {
        return;
    };
    let connections = Connections::new(pooler.url(), Pool::Deadpool, 1).await;
    let host = Host::over(&connections.repository());
    assert_eq!(host.get(&client_id).await.status, 200);
    // It gets the connection to PostgreSQL that the host used, and the host another one.
    let mut other = Session::open(pooler.url()).await;
    other.execute("BEGIN").await;
    assert_eq!(host.get(&client_id).await.status, 500);
    assert_eq!(host.get(&client_id).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_may_migrate_through_a_pooler() {
    let database = Database::postgres().await;
    let Some(pooler) = Pooler::before(&database).await else {
        return;
    };
    race(pooler.url(), 6).await;
}

/// Callers that create clients until they are told to stop, and read each of them.
struct Callers(JoinSet<Vec<String>>, tokio::sync::watch::Sender<bool>);

impl Callers {
    /// Each answer is a success, or unavailable if that is `allowed`.
    fn start(host: &Host, allowed: bool) -> Self {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let mut callers = JoinSet::new();
        for _ in 0..CALLERS {
            let (host, stopped) = (host.clone(), stopped.clone());
            callers.spawn(async move {
                let mut created = Vec::new();
                while !*stopped.borrow() {
                    let answer = host.create().await;
                    if answer.status != 201 && allowed {
                        assert_unavailable(&answer, "a creation");
                        continue;
                    }
                    assert_eq!(answer.status, 201, "{answer:?}");
                    let client_id = answer.data()["client_id"].as_str().unwrap().to_owned();
                    let read = host.get(&client_id).await;
                    if read.status != 200 && allowed {
                        assert_unavailable(&read, "a read");
                    } else {
                        assert_eq!(read.status, 200, "{read:?}");
                    }
                    created.push(client_id);
                }
                created
            });
        }
        Self(callers, stop)
    }

    /// The clients whose creation was answered.
    async fn stop(self) -> Vec<String> {
        self.1.send_replace(true);
        self.0.join_all().await.concat()
    }
}

/// Asserts that what was answered is stored, and nothing in part.
async fn assert_kept(database: &Database, created: &[String], place: &str) {
    let stored = rows(database.url(), "SELECT client_id FROM oauth_clients").await;
    assert!(!created.is_empty(), "{place}");
    for client_id in created {
        assert!(stored.contains(client_id), "{place}: {client_id}");
    }
    assert_whole(database.url(), place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_that_reloads_or_reconnects_is_not_noticed() {
    let database = Database::postgres().await;
    let Some(pooler) = Pooler::before(&database).await else {
        return;
    };
    let host = Host::connect(pooler.url()).await;
    let callers = Callers::start(&host, false);
    for size in 1..=3 {
        pooler.set(&[&format!("default_pool_size = {size}")]);
        pooler.tell("RELOAD").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        pooler.tell("RECONNECT").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let created = callers.stop().await;
    assert_kept(&database, &created, "after RELOAD").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_wait_for_a_pooler_that_pauses_or_are_told_to_come_again() {
    let database = Database::postgres().await;
    let Some(pooler) = Pooler::before(&database).await else {
        return;
    };
    let connections = Connections::new(pooler.url(), Pool::Deadpool, 4).await;
    let repository = connections.repository();
    repository.migrate().await.unwrap();
    let host = Host::over(&repository);
    let callers = Callers::start(&host, false);
    tokio::time::sleep(Duration::from_millis(100)).await;
    pooler.tell("PAUSE").await;
    let mut behind = Behind::open(database.url()).await;
    let before = behind.entries().await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(behind.entries().await, before);
    pooler.tell("RESUME").await;
    let created = callers.stop().await;
    assert!(created.len() >= CALLERS);
    assert_kept(&database, &created, "after PAUSE").await;

    pooler.set(&["query_wait_timeout = 1"]);
    pooler.tell("RELOAD").await;
    let client_id = host.client().await;
    let before = behind.dump().await;
    pooler.tell("PAUSE").await;
    let start = Instant::now();
    let (read, created, renamed) = tokio::join!(
        host.get(&client_id),
        host.create(),
        host.rename(&client_id, "Renamed")
    );
    for answer in [read, created, renamed] {
        assert_unavailable(&answer, "a long pause");
    }
    let waited = start.elapsed();
    assert!(waited < Duration::from_secs(4), "{waited:?}");
    assert_eq!(behind.dump().await, before);
    pooler.tell("RESUME").await;
    assert_eq!(host.get(&client_id).await.status, 200);
    assert_eq!(host.create().await.status, 201);
    assert_eq!(host.rename(&client_id, "Renamed").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_that_is_killed_loses_nothing_and_is_found_again() {
    let database = Database::postgres().await;
    let Some(mut pooler) = Pooler::before(&database).await else {
        return;
    };
    let mut repositories = vec![Repository::connect(pooler.url()).await];
    for pool in POOLS {
        let connections = Connections::new(pooler.url(), pool, 4).await;
        repositories.push(connections.repository());
    }
    repositories[0].migrate().await.unwrap();
    for (at, repository) in repositories.iter().enumerate() {
        let host = Host::over(repository);
        for round in 0..3 {
            let place = format!("pool {at}, round {round}");
            let callers = Callers::start(&host, true);
            tokio::time::sleep(Duration::from_millis(100 + 13 * round)).await;
            pooler.kill();
            // The own pool waits for 5 seconds.
            if at > 0 {
                assert_unavailable(&host.create().await, &place);
            }
            pooler.restart().await;
            let back = Instant::now();
            assert_eq!(host.create().await.status, 201, "{place}");
            assert!(back.elapsed() < Duration::from_secs(2), "{place}");
            let created = callers.stop().await;
            assert_kept(&database, &created, &place).await;
        }
    }
}
