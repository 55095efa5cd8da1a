//! More creations than can be hashed: some succeed, the others get a 503, and nothing else is
//! affected. With the real cost of a hash.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use http::Method;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;
use tower_oauth_clients::domain::SecretHash;
use tower_oauth_clients::secrets::{Argon2id, Error, HashPool, Plaintext, SecretHasher};

use support::{Answer, App, CLIENTS, Store, admin, base, request};

const FLOOD: usize = 256;
const QUEUE: usize = 2;

/// Longer than the whole queue takes to be hashed, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Counts the hashes that were started, and can pause them.
#[derive(Default)]
struct Counting {
    inner: Argon2id,
    hashes: AtomicUsize,
    paused: AtomicBool,
}

impl Counting {
    fn hashes(&self) -> usize {
        self.hashes.load(Ordering::SeqCst)
    }
}

impl SecretHasher for Counting {
    fn hash(&self, plaintext: &Plaintext) -> Result<SecretHash, Error> {
        self.hashes.fetch_add(1, Ordering::SeqCst);
        while self.paused.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(1));
        }
        self.inner.hash(plaintext)
    }

    fn verify(&self, presented: &Plaintext, hash: &SecretHash) -> Result<bool, Error> {
        self.inner.verify(presented, hash)
    }
}

/// A service that computes one hash at a time, at the default cost.
async fn app(store: Store) -> (App, Arc<Counting>) {
    let hasher = Arc::new(Counting::default());
    let pool = HashPool::builder(Arc::clone(&hasher))
        .with_threads(1)
        .with_queue(QUEUE);
    let pool = pool.build().unwrap();
    let app = App::with(store, |manager| manager.with_hash_pool(pool)).await;
    (app, hasher)
}

fn creation(app: &App) -> JoinHandle<Answer> {
    let request = request(&admin("tenant_a"), Method::POST, CLIENTS, Some(&base()));
    let service = app.service();
    tokio::spawn(async move { Answer::read(service.oneshot(request).await.unwrap()).await })
}

async fn a_flood_is_served_in_part(store: Store) {
    let (app, hasher) = app(store).await;
    let created = app.create(&base()).await;
    let client_id = created["client_id"].as_str().unwrap();
    let creations: Vec<_> = (0..FLOOD).map(|_| creation(&app)).collect();

    // Reads do not wait for hashes.
    let mut reads = 0;
    while !creations.iter().all(JoinHandle::is_finished) {
        let read = timeout(PATIENCE, app.get(client_id))
            .await
            .expect("a read hangs");
        assert_eq!(read.status, 200);
        reads += 1;
        sleep(Duration::from_millis(1)).await;
    }
    assert!(reads > 0);

    let mut made = BTreeSet::from([client_id.to_owned()]);
    for creation in creations {
        let answer = timeout(PATIENCE, creation)
            .await
            .expect("a creation hangs")
            .unwrap();
        match answer.status.as_u16() {
            201 => {
                let client_id = answer.data()["client_id"].as_str().unwrap().to_owned();
                assert!(made.insert(client_id));
            }
            503 => {
                assert_eq!(answer.json()["code"], 503_001);
                let pause = answer.header("retry-after").unwrap();
                assert!(pause.parse::<u32>().unwrap() > 0);
            }
            other => panic!("{other}: {}", answer.message()),
        }
    }
    assert!(made.len() > QUEUE, "nothing was served: {}", made.len());
    assert!(made.len() < FLOOD, "nothing was refused");
    let stored = app.stored_clients("tenant_a").await;
    let stored = stored
        .into_iter()
        .map(|client| client.client_id.as_str().to_owned());
    assert_eq!(stored.collect::<BTreeSet<_>>(), made);
    assert_eq!(hasher.hashes(), made.len(), "a hash for nobody");

    // Afterwards, creations succeed again.
    app.create(&base()).await;
}

#[tokio::test]
async fn a_flood_on_one_thread() {
    let _alone = crate::ALONE.lock().await;
    for store in Store::ALL {
        a_flood_is_served_in_part(store).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_flood_on_several_threads() {
    let _alone = crate::ALONE.lock().await;
    for store in Store::ALL {
        a_flood_is_served_in_part(store).await;
    }
}

async fn who_leaves_costs_no_hash(store: Store) {
    let (app, hasher) = app(store).await;
    hasher.paused.store(true, Ordering::SeqCst);
    let running = creation(&app);
    while hasher.hashes() == 0 {
        sleep(Duration::from_millis(1)).await;
    }
    // The thread is busy: further creations are queued until the queue is full.
    let mut waiting = Vec::new();
    while waiting.len() < QUEUE {
        waiting.push(creation(&app));
        sleep(Duration::from_millis(20)).await;
    }
    let refused = timeout(PATIENCE, creation(&app))
        .await
        .expect("no room and no answer");
    assert_eq!(refused.unwrap().status, 503);
    for creation in waiting {
        creation.abort();
        assert!(creation.await.unwrap_err().is_cancelled());
    }
    hasher.paused.store(false, Ordering::SeqCst);
    assert_eq!(running.await.unwrap().status, 201);
    // The queue is in order: the thread skips the cancelled creations before it hashes this one.
    while creation(&app).await.unwrap().status != 201 {
        sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(app.stored_clients("tenant_a").await.len(), 2);
    assert_eq!(hasher.hashes(), 2, "a hash for nobody");
}

#[tokio::test]
async fn who_leaves_costs_no_hash_on_one_thread() {
    let _alone = crate::ALONE.lock().await;
    for store in Store::ALL {
        who_leaves_costs_no_hash(store).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_leaves_costs_no_hash_on_several_threads() {
    let _alone = crate::ALONE.lock().await;
    for store in Store::ALL {
        who_leaves_costs_no_hash(store).await;
    }
}
