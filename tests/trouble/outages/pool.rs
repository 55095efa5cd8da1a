//! All connections are in use.

use std::time::Duration;

use super::{KINDS, POOLS, database};
use support::base;
use support::hosts::{Connections, Host, Pool, assert_unavailable};
use tower_oauth_clients::domain::{Draft, Operator, Role, TenantId};

#[tokio::test]
async fn who_finds_no_connection_is_told_so_when_the_pool_gives_up() {
    for kind in KINDS {
        let database = database(kind).await;
        let connections = Connections::new(database.url(), POOLS[0], 2).await;
        let repository = connections.repository();
        repository.migrate().await.unwrap();
        let host = Host::over(&repository);
        let client_id = host.client().await;

        let leases = connections.lease(2).await;
        let place = format!("{kind:?}");
        assert_unavailable(&host.get(&client_id).await, &place);
        assert_unavailable(&host.rename(&client_id, "Renamed").await, &place);
        assert_unavailable(&host.create().await, &place);
        drop(leases);
        assert_eq!(host.get(&client_id).await.data()["name"], base()["name"]);
        assert_eq!(host.rename(&client_id, "Renamed").await.status, 200);
    }
}

#[tokio::test]
async fn without_a_timeout_whoever_waits_gets_the_next_connection_and_may_go_away() {
    for kind in KINDS {
        let database = database(kind).await;
        let connections = Connections::new(database.url(), Pool::Deadpool, 1).await;
        let repository = connections.repository().with_timeout(Duration::MAX);
        repository.migrate().await.unwrap();
        let host = Host::over(&repository);
        let client_id = host.client().await;

        let leases = connections.lease(1).await;
        let (given_up, waits) = (host.clone(), host.clone());
        let id = client_id.clone();
        let given_up = tokio::spawn(async move { given_up.rename(&id, "Given up").await });
        let id = client_id.clone();
        let waits = tokio::spawn(async move { waits.rename(&id, "Waited").await });
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(!waits.is_finished(), "{kind:?}");
        given_up.abort();
        assert!(given_up.await.is_err());
        drop(leases);
        let answer = waits.await.unwrap();
        assert_eq!(answer.data()["name"], "Waited", "{kind:?}");
        let read = host.get(&client_id).await;
        assert_eq!(read.header("etag"), Some("\"2\""), "{kind:?}");
    }
}

/// Lists with a total must not take all connections, however many are requested.
#[tokio::test]
async fn lists_leave_connections_for_others() {
    for kind in KINDS {
        let database = database(kind).await;
        let connections = Connections::new(database.url(), POOLS[0], 3).await;
        let repository = connections.repository();
        repository.migrate().await.unwrap();
        let host = Host::over(&repository);
        let tenant = TenantId::parse("tenant_a").unwrap();
        let operator = Operator::new("alice", Role::Admin, tenant);
        let draft = Draft::new("One", ["https://app.example.com/callback"]);
        let created = host.manager.create(&operator, draft).await.unwrap();

        let trail = format!("/{}/audit-logs", created.client.client_id);
        for counted in ["", &trail] {
            let lists: Vec<_> = (0..100)
                .map(|_| {
                    let host = host.clone();
                    let path = format!("{}{counted}?page=1", support::CLIENTS);
                    tokio::spawn(async move { host.call(http::Method::GET, &path, None).await })
                })
                .collect();
            let (mut listed, mut refused) = (0, 0);
            for list in lists {
                let answer = list.await.unwrap();
                if answer.status == 200 {
                    listed += 1;
                } else {
                    assert_unavailable(&answer, &format!("{kind:?}"));
                    refused += 1;
                }
            }
            let outcome = format!("{kind:?}{counted}: {listed} lists, {refused} refused");
            assert!(listed >= 34 && refused > 0, "{outcome}");
        }
    }
}
