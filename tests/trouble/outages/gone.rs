//! The server stops, and is started again.

use std::time::Duration;

use super::{KINDS, POOLS, database};
use support::hosts::behind::assert_whole;
use support::hosts::{Connections, Host, Repository, assert_unavailable};
use support::servers::{Kind, Proxy, Server};

const CONNECTIONS: u8 = 4;

/// A host with a full pool.
async fn host(url: &str, pool: support::hosts::Pool) -> (Host, Connections) {
    let connections = Connections::new(url, pool, CONNECTIONS).await;
    let repository = connections.repository();
    repository.migrate().await.unwrap();
    drop(connections.lease(CONNECTIONS).await);
    (Host::over(&repository), connections)
}

#[tokio::test]
async fn while_the_server_is_down_nobody_is_served_and_then_everybody() {
    for kind in KINDS {
        let mut server = Server::of(kind).start().await;
        for pool in POOLS {
            let place = format!("{kind:?} {pool:?}");
            let (host, connections) = host(&server.url(), pool).await;
            let client_id = host.client().await;
            server.kill();
            for _ in 0..2 {
                assert_unavailable(&host.get(&client_id).await, &place);
                assert_unavailable(&host.rename(&client_id, "Lost").await, &place);
                assert_unavailable(&host.create().await, &place);
            }
            server.restart().await;
            let renamed = host.rename(&client_id, "Renamed").await;
            assert_eq!(renamed.status, 200, "{place}: {renamed:?}");
            assert_eq!(
                host.get(&client_id).await.data()["name"],
                "Renamed",
                "{place}"
            );

            // There are no requests during this downtime, so the loss of the connections is not
            // noticed. A creation begins with a write.
            drop(connections.lease(CONNECTIONS).await);
            server.kill();
            server.restart().await;
            for _ in 0..2 * CONNECTIONS {
                let created = host.create().await;
                assert_eq!(created.status, 201, "{place}: {created:?}");
            }
            drop(connections.lease(CONNECTIONS).await);
            server.kill();
            server.restart().await;
            for _ in 0..2 * CONNECTIONS {
                let read = host.get(&client_id).await;
                assert_eq!(read.status, 200, "{place}: {read:?}");
            }
            assert_whole(&server.url(), &place).await;
        }
    }
}

/// The same rules apply to the pool that `connect` creates.
#[tokio::test]
async fn the_repository_s_own_pool_finds_its_connections_lost() {
    for kind in KINDS {
        let database = database(kind).await;
        let proxy = Proxy::before(database.url());
        let host = Host::connect(proxy.url()).await;
        let creations = || async {
            let creations: Vec<_> = (0..20)
                .map(|_| {
                    let host = host.clone();
                    tokio::spawn(async move { host.create().await.status })
                })
                .collect();
            for creation in creations {
                assert_eq!(creation.await.unwrap(), 201, "{kind:?}");
            }
        };
        creations().await;
        proxy.cut();
        // PostgreSQL's driver notices the loss after a moment; MySQL's does not.
        tokio::time::sleep(Duration::from_millis(50)).await;
        creations().await;
        assert_whole(database.url(), &format!("{kind:?}")).await;
    }
}

/// If the server accepts connections and loses them, the number of attempts is limited.
#[tokio::test]
async fn a_server_that_loses_every_connection_is_asked_a_few_times() {
    for kind in KINDS {
        let database = database(kind).await;
        let proxy = Proxy::before(database.url());
        for pool in POOLS {
            let place = format!("{kind:?} {pool:?}");
            let (host, connections) = host(proxy.url(), pool).await;
            let client_id = host.client().await;
            let before = proxy.accepted();
            proxy.refuse();
            proxy.cut();
            assert_unavailable(&host.get(&client_id).await, &place);
            assert_unavailable(&host.create().await, &place);
            assert_eq!(proxy.accepted(), before, "{place}");
            proxy.accept();
            assert_eq!(host.create().await.status, 201, "{place}");
            assert_eq!(host.get(&client_id).await.status, 200, "{place}");
            drop(connections);
        }
    }
}

#[tokio::test]
async fn connect_says_that_there_is_no_server() {
    use tower_oauth_clients::repository::{ErrorKind, MysqlRepository, PostgresRepository};
    for kind in KINDS {
        let database = database(kind).await;
        let proxy = Proxy::before(database.url());
        proxy.refuse();
        let error = match kind {
            Kind::Postgres => PostgresRepository::connect(proxy.url()).await.map(drop),
            Kind::Mysql => MysqlRepository::connect(proxy.url()).await.map(drop),
        };
        assert_eq!(
            error.unwrap_err().kind(),
            ErrorKind::Unavailable,
            "{kind:?}"
        );
        proxy.accept();
        Repository::connect(proxy.url())
            .await
            .migrate()
            .await
            .unwrap();
    }
}
