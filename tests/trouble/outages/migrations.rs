//! Many hosts migrate at the same time.

use std::time::{Duration, Instant};

use super::contention::Session;
use super::{KINDS, POOLS, database};
use support::hosts::behind::assert_whole;
use support::hosts::{Connections, Host, Repository};
use support::servers::{Database, Kind, Server, execute};
use tower_oauth_clients::repository::{ErrorKind, MysqlRepository};

const STARTERS: usize = 8;

/// Asserts that all of them succeed, and each step is applied once.
pub(super) async fn race(url: &str, steps: usize) {
    let mut starters = Vec::new();
    for _ in 0..STARTERS {
        starters.push(Repository::connect(url).await);
    }
    let starters: Vec<_> = starters
        .into_iter()
        .map(|repository| tokio::spawn(async move { repository.migrate().await }))
        .collect();
    let mut taken = 0;
    for starter in starters {
        taken += starter.await.unwrap().unwrap();
    }
    assert_eq!(taken, steps, "{url}");
    Host::over(&Repository::connect(url).await).client().await;
    assert_whole(url, url).await;
}

fn steps(kind: Kind) -> usize {
    match kind {
        Kind::Postgres => 6,
        Kind::Mysql => 9,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_them_may_migrate() {
    for kind in KINDS {
        for _ in 0..3 {
            race(database(kind).await.url(), steps(kind)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn also_under_serializable() {
    for level in ["repeatable read", "serializable"] {
        let database = Database::postgres().await;
        let url = database.url_with(&[("default_transaction_isolation", level)]);
        race(&url, steps(Kind::Postgres)).await;
    }
    let serializable = ["--transaction-isolation=SERIALIZABLE"];
    let server = Server::mysql().with_arguments(&serializable).start().await;
    race(&server.url(), steps(Kind::Mysql)).await;
}

/// Settings that would cause faults later are refused at the start.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_fit_is_refused() {
    for setting in [
        "--autocommit=0",
        "--sql-mode=ANSI",
        "--transaction-isolation=READ-UNCOMMITTED",
    ] {
        let server = Server::mysql().with_arguments(&[setting]).start().await;
        let named = setting.trim_start_matches('-').split('=').next().unwrap();
        let named = named.replace('-', "_");
        let refused = MysqlRepository::connect(&server.url()).await.unwrap_err();
        let source = std::error::Error::source(&refused).unwrap().to_string();
        assert!(source.contains(&named), "{source}");

        // Also on a host's own pool and tables.
        for pool in POOLS {
            let connections = Connections::new(&server.url(), pool, 1).await;
            let host = Host::over(&connections.repository());
            let answer = host.call(http::Method::GET, support::CLIENTS, None).await;
            assert_eq!(answer.status, 500, "{setting}");
            let refused = connections.repository().migrate().await.unwrap_err();
            let source = std::error::Error::source(&refused).unwrap().to_string();
            assert!(source.contains(&named), "{source}");
        }
    }
}

/// A host does not wait forever for another one that never finishes.
#[tokio::test]
async fn who_waits_for_another_host_does_so_for_a_while() {
    const PATIENCE: Duration = Duration::from_millis(300);

    for kind in KINDS {
        let server = Server::of(kind).start().await;
        let (lock, unlock) = match kind {
            Kind::Postgres => (
                "SELECT pg_advisory_lock(7205759403792794)",
                "SELECT pg_advisory_unlock(7205759403792794)",
            ),
            Kind::Mysql => (
                "SELECT GET_LOCK(CONCAT('oauth_clients.', LEFT(SHA2(DATABASE(), 256), 40)), 0)",
                "SELECT RELEASE_LOCK(CONCAT('oauth_clients.', LEFT(SHA2(DATABASE(), 256), 40)))",
            ),
        };
        let mut other = Session::open(&server.url()).await;
        other.execute(lock).await;
        for pool in POOLS {
            let connections = Connections::new(&server.url(), pool, 1).await;
            let repository = connections.repository().with_timeout(PATIENCE);
            let start = Instant::now();
            let error = repository.migrate().await.unwrap_err();
            let waited = start.elapsed();
            assert_eq!(error.kind(), ErrorKind::Unavailable, "{kind:?}");
            let source = std::error::Error::source(&error).unwrap().to_string();
            assert!(
                source.contains("another host migrates"),
                "{kind:?}: {source}"
            );
            let long = PATIENCE..Duration::from_secs(5);
            assert!(long.contains(&waited), "{kind:?}: {waited:?}");
        }
        // A migration that timed out holds no lock, and one that gets the lock has enough time.
        let patient = Repository::connect(&server.url()).await;
        let migration = tokio::spawn(async move { patient.migrate().await });
        tokio::time::sleep(PATIENCE).await;
        assert!(!migration.is_finished(), "{kind:?}");
        other.execute(unlock).await;
        assert_eq!(migration.await.unwrap().unwrap(), steps(kind), "{kind:?}");
    }
}

/// A host that crashes during a migration does not block others.
#[tokio::test]
async fn who_comes_after_one_that_died_goes_on() {
    let database = database(Kind::Mysql).await;
    Repository::connect(database.url())
        .await
        .migrate()
        .await
        .unwrap();
    // As if the host had crashed after the definition of the last step, before its record.
    let undo = "DELETE FROM oauth_client_migrations WHERE name LIKE '0009%'";
    execute(database.url(), &[undo]).await.unwrap();
    let repository = Repository::connect(database.url()).await;
    assert_eq!(repository.migrate().await.unwrap(), 1);
}
