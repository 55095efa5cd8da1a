//! Storage that fails for a while, or that commits after the caller went away.

use std::sync::atomic::Ordering;

use tokio::task::yield_now;
use tokio::time::timeout;

use super::*;
use crate::documents::{ErrorKind, Pin};
use crate::domain::{DocumentBlockOptions, Operator, Role};
use crate::repository::testing::Troubled;

/// A pinned document, which is never fetched.
fn resolver(troubled: &Troubled, stage: &Stage) -> ClientResolver {
    let (fetcher, _) = stage.server.fetcher(&stage.names, &stage.clock);
    let trust = DomainPolicy::new(Domains::all()).unwrap();
    ClientResolver::builder(troubled.clone(), fetcher.build().unwrap(), trust)
        .with_clock(stage.clock.clone())
        .with_pinned_document(URL, document(URL).to_string(), Pin::Always)
        .build()
        .unwrap()
}

fn operator() -> Operator {
    Operator::new("alice", Role::Admin, tenant("acme"))
}

async fn until(what: &str, reached: impl AsyncFn() -> bool) {
    let waits = async {
        while !reached().await {
            yield_now().await;
        }
    };
    timeout(seconds(30), waits).await.expect(what);
}

/// No time passes here: what was read before the commit must not be used.
#[tokio::test]
async fn a_block_holds_at_once_though_its_caller_went_away() {
    let stage = Stage::with(vec![served(&document(URL))]).await;
    let troubled = Troubled::new();
    let resolver = resolver(&troubled, &stage);
    resolve(&resolver, URL).await.unwrap();
    let blocking = tokio::spawn({
        let resolver = resolver.clone();
        async move {
            let options = DocumentBlockOptions::of_domain("example.net");
            resolver.block_documents(&operator(), options).await
        }
    });
    yield_now().await;
    blocking.abort();
    assert!(blocking.await.unwrap_err().is_cancelled());
    resolve(&resolver, URL).await.unwrap();
    troubled.commits.add_permits(1);
    until("the block holds", async || {
        let refused = resolve(&resolver, URL).await.err();
        refused.is_some_and(|error| error.kind() == ErrorKind::Untrusted)
    })
    .await;
}

#[tokio::test]
async fn a_use_that_was_not_noted_is_noted_later() {
    let stage = Stage::with(vec![served(&document(URL))]).await;
    let troubled = Troubled::new();
    let resolver = resolver(&troubled, &stage);
    let noted = async |count| {
        resolve(&resolver, URL).await.unwrap();
        until("a note", async || {
            troubled.notes.load(Ordering::SeqCst) == count
        })
        .await;
        let listed = resolver.documents(&operator(), None, 1, 9).await;
        listed.unwrap().items.len()
    };
    troubled.fails.store(true, Ordering::SeqCst);
    assert_eq!(noted(1).await, 0);
    stage.clock.pass(seconds(59));
    assert_eq!(noted(1).await, 0, "the storage is left alone for a minute");
    troubled.fails.store(false, Ordering::SeqCst);
    stage.clock.pass(seconds(1));
    assert_eq!(noted(2).await, 1);
    stage.clock.pass(seconds(300));
    assert_eq!(noted(2).await, 1);
}
