//! Many hosts start at the same time.

use crate::hosts::behind::assert_whole;
use crate::hosts::{Connections, Host, Repository};
use crate::support::servers::{Database, Kind, Server, execute};
use crate::{KINDS, POOLS, database};
use tower_oauth_clients::repository::MysqlRepository;

const STARTERS: usize = 8;

/// All of them succeed, and each step is taken once.
async fn race(url: &str, steps: usize) {
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
        Kind::Postgres => 3,
        Kind::Mysql => 5,
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

/// What would go wrong later is told at the start.
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

        // Also where the host makes the tables and the pool.
        for pool in POOLS {
            let connections = Connections::new(&server.url(), pool, 1).await;
            let host = Host::over(&connections.repository());
            let answer = host
                .call(http::Method::GET, crate::support::CLIENTS, None)
                .await;
            assert_eq!(answer.status, 500, "{setting}");
            let refused = connections.repository().migrate().await.unwrap_err();
            let source = std::error::Error::source(&refused).unwrap().to_string();
            assert!(source.contains(&named), "{source}");
        }
    }
}

/// A host that dies in the middle holds up nobody.
#[tokio::test]
async fn who_comes_after_one_that_died_goes_on() {
    let database = database(Kind::Mysql).await;
    Repository::connect(database.url())
        .await
        .migrate()
        .await
        .unwrap();
    // As if the last step had been cut short after its definition.
    let undo = "DELETE FROM oauth_client_migrations WHERE name LIKE '0005%'";
    execute(database.url(), &[undo]).await.unwrap();
    let repository = Repository::connect(database.url()).await;
    assert_eq!(repository.migrate().await.unwrap(), 1);
}
