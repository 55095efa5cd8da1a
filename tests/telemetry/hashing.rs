//! The gauges of running and queued hashes return to zero, whatever the outcome is.

use std::sync::Arc;

use tokio::task::JoinHandle;
use tower_oauth_clients::authentication::ErrorKind;
use tower_oauth_clients::domain::SecretHash;
use tower_oauth_clients::secrets::{self, HashPool, Plaintext, SecretHasher};

use crate::watch::{HASHING, WAITING, Watch};
use support::world::{Counting, Host, Member, Outcome, eventually, outcome};
use support::{App, Store};

const SHED: &str = "oauth_clients_hashes_shed_total";

fn send(host: &Arc<Host>, member: &Member) -> JoinHandle<Outcome> {
    let (host, sent) = (Arc::clone(host), member.basic());
    tokio::spawn(async move { outcome(host.send(&sent).await) })
}

/// A host with two busy threads and a full queue of two.
async fn busy(app: &App, member: &Member) -> (Arc<Host>, Vec<JoinHandle<Outcome>>) {
    let host = Host::hashing(app, Counting::new(8), 2, |builder| {
        builder.with_insecure_no_limiter().without_cache()
    });
    let host = Arc::new(host);
    host.hasher.pause(true);
    let mut sent = vec![send(&host, member), send(&host, member)];
    eventually("both threads hash", async || host.hasher.started() == 2).await;
    sent.extend([send(&host, member), send(&host, member)]);
    (host, sent)
}

#[tokio::test]
async fn the_gauges_show_what_runs_and_what_waits() {
    let watch = Watch::begin().await;
    let app = App::new(Store::Memory).await;
    let member = Member::confidential(&app).await;
    let (host, sent) = busy(&app, &member).await;
    eventually("a full queue", async || {
        watch.numbers().get(WAITING) == Some(&2)
    })
    .await;
    assert_eq!(watch.numbers().get(HASHING), Some(&2));

    let shed = send(&host, &member).await.unwrap();
    assert_eq!(shed, Err(ErrorKind::Overloaded));
    let numbers = watch.numbers();
    let of = |name: &str| numbers.get(name).copied();
    assert_eq!(
        (of(SHED), of(WAITING), of(HASHING)),
        (Some(1), Some(2), Some(2))
    );

    host.hasher.pause(false);
    for sent in sent {
        assert!(sent.await.unwrap().is_ok());
    }
    let numbers = watch.numbers();
    let verified = "oauth_clients_hash_duration_seconds{work=verify}";
    assert_eq!(numbers.get(verified), Some(&4));
    assert!(!numbers.contains_key(WAITING) && !numbers.contains_key(HASHING));
}

#[tokio::test]
async fn they_go_back_when_callers_hang_up() {
    let watch = Watch::begin().await;
    let app = App::new(Store::Memory).await;
    let member = Member::confidential(&app).await;
    let (host, sent) = busy(&app, &member).await;
    eventually("a full queue", async || {
        watch.numbers().get(WAITING) == Some(&2)
    })
    .await;
    for sent in sent {
        sent.abort();
        assert!(sent.await.unwrap_err().is_cancelled());
    }
    // Running and queued hashes are not affected by the cancellation.
    let numbers = watch.numbers();
    assert_eq!((numbers[WAITING], numbers[HASHING]), (2, 2));
    host.hasher.pause(false);
    eventually("rest", async || watch.is_at_rest()).await;
    assert_eq!(host.hasher.started(), 2);
}

#[tokio::test]
async fn they_go_back_when_the_pool_is_gone() {
    let watch = Watch::begin().await;
    let app = App::new(Store::Memory).await;
    let member = Member::confidential(&app).await;
    let (host, sent) = busy(&app, &member).await;
    eventually("a full queue", async || {
        watch.numbers().get(WAITING) == Some(&2)
    })
    .await;
    let hasher = Arc::clone(&host.hasher);
    drop(host);
    for sent in sent {
        sent.abort();
        assert!(sent.await.unwrap_err().is_cancelled());
    }
    hasher.pause(false);
    eventually("rest", async || watch.is_at_rest()).await;
}

struct Panicking;

impl SecretHasher for Panicking {
    fn hash(&self, _: &Plaintext) -> Result<SecretHash, secrets::Error> {
        panic!("as the test asked")
    }

    fn verify(&self, _: &Plaintext, _: &SecretHash) -> Result<bool, secrets::Error> {
        panic!("as the test asked")
    }
}

#[tokio::test]
async fn they_go_back_when_a_hasher_panics() {
    let watch = Watch::begin().await;
    let app = App::new(Store::Memory).await;
    let member = Member::confidential(&app).await;
    let pool = HashPool::builder(Panicking).build().unwrap();
    let host = Host::with(&app, |builder| builder.with_hash_pool(pool));
    watch.numbers();
    let error = host.send(&member.basic()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    let numbers = watch.numbers();
    assert!(!numbers.contains_key(WAITING) && !numbers.contains_key(HASHING));
    let failed = "oauth_clients_authentications_total{method=client_secret_basic,outcome=internal}";
    assert_eq!(numbers.get(failed), Some(&1));
}
