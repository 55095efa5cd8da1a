//! The server stops responding.

use std::time::Duration;

use tokio::time::timeout;

use super::{KINDS, database};
use support::hosts::behind::assert_whole;
use support::hosts::{Connections, Host, Pool, assert_unavailable};
use support::servers::Proxy;

/// Much longer than any of the timeouts.
const HANGS: Duration = Duration::from_secs(20);

const LIMIT: Duration = Duration::from_millis(300);

#[tokio::test]
async fn an_operation_ends_at_its_limit_and_its_connection_is_not_used_again() {
    for kind in KINDS {
        let database = database(kind).await;
        for pool in [Pool::Bb8(LIMIT), Pool::Deadpool] {
            let place = format!("{kind:?} {pool:?}");
            let proxy = Proxy::before(database.url());
            let connections = Connections::new(proxy.url(), pool, 1).await;
            let repository = connections.repository().with_timeout(LIMIT);
            repository.migrate().await.unwrap();
            let host = Host::over(&repository);
            let (one, other) = (host.client().await, host.client().await);

            for round in 0..3 {
                let connected = proxy.accepted();
                proxy.stall();
                let answer = if round == 0 {
                    timeout(HANGS, host.get(&one)).await
                } else {
                    timeout(HANGS, host.create()).await
                };
                assert_unavailable(&answer.expect("hangs"), &place);
                if pool != Pool::Deadpool {
                    // There is no connection left, and no new one can be opened.
                    let answer = timeout(HANGS, host.get(&one)).await;
                    assert_unavailable(&answer.expect("hangs"), &place);
                }
                proxy.resume();
                // A late response must not reach another caller.
                let read = host.get(&other).await;
                assert_eq!(read.status, 200, "{place}: {read:?}");
                assert_eq!(read.data()["client_id"], *other, "{place}");
                assert!(proxy.accepted() > connected, "{place}: used again");
                let renamed = host.rename(&one, &format!("Round {round}")).await;
                assert_eq!(renamed.status, 200, "{place}: {renamed:?}");
            }
            assert_whole(database.url(), &place).await;
        }
    }
}

/// The caller has already disconnected. The connection would block the next caller.
#[tokio::test]
async fn a_connection_whose_answer_nobody_waited_for_is_not_used_again_either() {
    for kind in KINDS {
        let database = database(kind).await;
        for pool in [Pool::Bb8(HANGS), Pool::Deadpool] {
            let place = format!("{kind:?} {pool:?}");
            let proxy = Proxy::before(database.url());
            let connections = Connections::new(proxy.url(), pool, 1).await;
            let repository = connections.repository().with_timeout(LIMIT);
            repository.migrate().await.unwrap();
            let host = Host::over(&repository);
            let client_id = host.client().await;

            let connected = proxy.accepted();
            proxy.stall();
            let patience = LIMIT / 10;
            assert!(timeout(patience, host.get(&client_id)).await.is_err());
            tokio::time::sleep(LIMIT * 2).await;
            proxy.resume();
            let read = timeout(HANGS, host.get(&client_id)).await;
            assert_eq!(read.expect("hangs").status, 200, "{place}");
            assert!(proxy.accepted() > connected, "{place}: used again");
        }
    }
}
