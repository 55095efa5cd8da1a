//! The connection is lost during a write.

use super::writes::{WRITES, client_before, write};
use super::{POOLS, database};
use support::hosts::behind::Behind;
use support::hosts::{Connections, Host, assert_unavailable};
use support::servers::{Kind, Proxy};

/// Far more messages than a write takes.
const MOST: u64 = 100;

#[derive(Clone, Copy, Debug)]
enum Cut {
    /// The message is not delivered.
    Message,
    /// The message is processed, and the response is lost.
    Answer,
}

#[tokio::test]
async fn postgres_stores_all_of_it_or_nothing() {
    at_every_message(Kind::Postgres).await;
}

#[tokio::test]
async fn mysql_stores_all_of_it_or_nothing() {
    at_every_message(Kind::Mysql).await;
}

async fn at_every_message(kind: Kind) {
    for kind_of_write in WRITES {
        let database = database(kind).await;
        let url = database.url();
        let direct = Host::connect(url).await;
        let mut behind = Behind::open(url).await;
        let other = direct.client().await;
        for (cut, pool) in [(Cut::Message, POOLS[0]), (Cut::Answer, POOLS[1])] {
            let proxy = Proxy::before(url);
            let connections = Connections::new(proxy.url(), pool, 1).await;
            let host = Host::over(&connections.repository());
            let mut refused = Vec::new();
            let mut stored = Vec::new();
            for message in 0..MOST {
                let place = format!("{kind:?}, {kind_of_write}, {cut:?} {message}");
                let (client_id, secret_id) = client_before(&direct, kind_of_write).await;
                // Reconnects after a cut.
                assert_eq!(host.rename(&other, "Before").await.status, 200, "{place}");
                let (before, had) = (behind.dump().await, behind.entries().await);

                match cut {
                    Cut::Message => proxy.cut_instead_of(message),
                    Cut::Answer => proxy.cut_after(message + 1),
                }
                let answer = write(&host, kind_of_write, &client_id, &secret_id).await;
                let over = proxy.is_to_cut();
                proxy.do_not_cut();

                behind.assert_whole(&place).await;
                let written = behind.entries().await - had;
                if written == 0 {
                    assert_eq!(behind.dump().await, before, "{place}");
                }
                if answer.status.is_success() {
                    assert_eq!(written, 1, "{place}");
                } else {
                    assert_unavailable(&answer, &place);
                    assert!(written <= 1, "{place}");
                    refused.push(message);
                    if written == 1 {
                        stored.push(message);
                    }
                }
                // No lock is left, and no connection in an open transaction.
                let again = host.rename(&client_id, "After").await;
                let gone = kind_of_write == "delete" && written == 1;
                assert_eq!(
                    again.status,
                    if gone { 404 } else { 200 },
                    "{place}: {again:?}"
                );
                if over {
                    break;
                }
            }
            let place = format!("{kind:?}, {kind_of_write}, {cut:?}: {refused:?}, {stored:?}");
            let is_told = matches!(cut, Cut::Answer);
            assert!(is_told || !refused.is_empty(), "{place}");
            assert!(refused.len() < 40, "{place}");
            // Statements before the transaction, and its beginning, are retried. A creation may be
            // a single statement, which must not be executed twice.
            let one_statement = kind == Kind::Postgres && kind_of_write.starts_with("create");
            assert!(one_statement || !refused.contains(&0), "{place}");
            // A stored change is reported as successful, even if the database's response was lost.
            assert!(stored.is_empty(), "{place}");
        }
    }
}
