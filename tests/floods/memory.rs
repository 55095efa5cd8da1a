//! Lasting floods: memory stays within the limit of the hashing threads, and reads go on. With the
//! real cost of a hash, on every kind of storage.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use http::Method;
use serde_json::Value;
use tokio::task::JoinSet;
use tower_oauth_clients::authentication::{ErrorKind, Presented};
use tower_oauth_clients::domain::ClientId;
use tower_oauth_clients::secrets::{AnyHash, HashPool, Plaintext};

use support::console::path;
use support::place::DIGITS;
use support::{App, CLIENTS, Store};

const THREADS: usize = 2;

/// The memory of one hash at the default cost.
const BLOCK: u64 = 19 * 1024 * 1024;

/// The limit for all other memory: connections, queues, pending responses.
const ROOM: u64 = 32 * 1024 * 1024;

/// The parameters of a flood.
struct Case {
    concurrency: usize,
    length: Duration,
    query: String,
    rows: u64,
}

impl Case {
    fn of(id: &str) -> Self {
        let cases: Value = serde_json::from_str(include_str!("../data/hostile.json")).unwrap();
        let cases = cases.as_array().unwrap();
        let input = &cases.iter().find(|case| case["id"] == id).unwrap()["input"];
        let number = |name: &str| input[name].as_u64();
        Self {
            concurrency: usize::try_from(number("concurrency").unwrap()).unwrap(),
            length: Duration::from_secs(number("seconds").unwrap_or(10)),
            query: input["query"].as_str().unwrap_or_default().to_owned(),
            rows: number("rows").unwrap_or_default(),
        }
    }
}

/// The current memory of this process, in bytes.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib: u64 = line
        .unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    kib * 1024
}

fn pool() -> HashPool {
    let pool = HashPool::builder(AnyHash::default());
    pool.with_threads(THREADS).build().unwrap()
}

async fn app(store: Store) -> App {
    App::with(store, |manager| manager.with_hash_pool(pool())).await
}

/// Reads until `stop` is set. Returns the durations, sorted.
async fn read(app: Arc<App>, client_id: String, stop: Arc<AtomicBool>) -> Vec<Duration> {
    let mut took = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        let start = Instant::now();
        assert_eq!(app.get(&client_id).await.status, 200);
        took.push(start.elapsed());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    took.sort();
    took
}

fn median(took: &[Duration]) -> Duration {
    took[took.len() / 2]
}

/// Runs the flood for this time beside a reader, and checks memory and response times.
async fn endure<F>(name: &str, app: Arc<App>, client_id: &str, length: Duration, flood: F)
where
    F: Future<Output = ()>,
{
    let reader = |stop: &Arc<AtomicBool>| {
        tokio::spawn(read(app.clone(), client_id.to_owned(), stop.clone()))
    };
    let stop = Arc::new(AtomicBool::new(false));
    let idle = reader(&stop);
    tokio::time::sleep(Duration::from_secs(1)).await;
    stop.store(true, Ordering::SeqCst);
    let idle = idle.await.unwrap();

    let before = resident();
    let stop = Arc::new(AtomicBool::new(false));
    let busy = reader(&stop);
    let peak = tokio::spawn({
        let stop = stop.clone();
        async move {
            let mut peak = 0;
            while !stop.load(Ordering::SeqCst) {
                peak = peak.max(resident());
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            peak
        }
    });
    assert!(
        tokio::time::timeout(length, flood).await.is_err(),
        "a flood has no end"
    );
    stop.store(true, Ordering::SeqCst);
    let (busy, peak) = (busy.await.unwrap(), peak.await.unwrap());
    let grown = peak.saturating_sub(before);
    let store = app.store;
    eprintln!(
        "{name}, {store:?}: {} MiB more; a read took {:?} before and {:?} meanwhile (medians)",
        grown >> 20,
        median(&idle),
        median(&busy)
    );
    assert!(busy.len() > 10, "{name}, {store:?}: {} reads", busy.len());
    let bound = BLOCK * u64::try_from(THREADS).unwrap() + ROOM;
    assert!(grown <= bound, "{name}, {store:?}: {grown} bytes more");
}

/// TM-006: guessed secrets.
async fn wrong_secrets(store: Store) {
    let case = Case::of("TM-006");
    let app = Arc::new(app(store).await);
    let (client_id, _) = app.client().await;
    let authenticator = app.repository.authenticator().with_hash_pool(pool());
    // Without a limiter, so that every guess may cost a hash.
    let authenticator = authenticator.with_insecure_no_limiter().build().unwrap();
    let flood = async {
        let mut guesses = JoinSet::new();
        for _ in 0..case.concurrency {
            let (authenticator, id) = (authenticator.clone(), ClientId::parse(&client_id).unwrap());
            guesses.spawn(async move {
                loop {
                    let guess = Presented::SecretBasic {
                        client_id: id.clone(),
                        secret: Plaintext::new("a guess"),
                    };
                    let outcome = authenticator.authenticate_presented(guess, None).await;
                    match outcome.unwrap_err().kind() {
                        ErrorKind::InvalidClient => {}
                        ErrorKind::Overloaded => tokio::time::sleep(Duration::from_millis(1)).await,
                        other => panic!("{other:?}"),
                    }
                }
            });
        }
        guesses.join_next().await.unwrap().unwrap();
    };
    endure("wrong secrets", app.clone(), &client_id, case.length, flood).await;
}

/// TM-008: an administrator who rotates all the time.
async fn rotations(store: Store) {
    let case = Case::of("TM-008");
    let app = Arc::new(app(store).await);
    let (read, _) = app.client().await;
    let (client_id, _) = app.client().await;
    let flood = async {
        let mut rotators = JoinSet::new();
        for _ in 0..case.concurrency {
            let (app, client_id) = (app.clone(), client_id.clone());
            rotators.spawn(async move {
                loop {
                    let path = path(&client_id, "/rotate-secret");
                    let answer = app.call(Method::POST, &path, None).await;
                    match answer.status.as_u16() {
                        200 => {}
                        503 => assert!(answer.header("retry-after").is_some()),
                        other => panic!("{other}: {:?}", answer.body),
                    }
                }
            });
        }
        rotators.join_next().await.unwrap().unwrap();
    };
    endure("rotations", app.clone(), &read, case.length, flood).await;
}

/// Inserts 100,000 clients.
async fn fill(app: &App) {
    let number = "a.d, b.d, c.d, d.d, e.d";
    let clients = format!(
        "INSERT INTO oauth_clients (client_id, tenant_id, id, name, name_folded, redirect_uris, \
        scopes, grant_types, client_auth_methods, is_confidential, status, version, clones, \
        created_at, updated_at) \
        SELECT CONCAT('app-', {number}), 'tenant_a', CONCAT('01ARZ3NDEKTSV4RRFFQ69', {number}), \
        CONCAT('Application ', {number}), CONCAT('application ', {number}), '[]', '[]', '[]', \
        '[]', 1, 'active', 1, 0, 1, 1 FROM {DIGITS} a, {DIGITS} b, {DIGITS} c, {DIGITS} d, {DIGITS} e"
    );
    app.place.execute(&[&clients]).await;
}

/// TM-010: searches by name in a long list.
async fn searches(store: Store) {
    let case = Case::of("TM-010");
    let app = Arc::new(app(store).await);
    fill(&app).await;
    let (client_id, _) = app.client().await;
    let flood = async {
        let mut searchers = JoinSet::new();
        for _ in 0..case.concurrency {
            let (app, query) = (app.clone(), case.query.clone());
            searchers.spawn(async move {
                loop {
                    let path = format!("{CLIENTS}?{query}");
                    let answer = app.call(Method::GET, &path, None).await;
                    assert_eq!(answer.status, 200, "{:?}", answer.body);
                    assert_eq!(answer.json()["total"], case.rows + 1);
                }
            });
        }
        searchers.join_next().await.unwrap().unwrap();
    };
    endure("searches", app.clone(), &client_id, case.length, flood).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_is_bounded_and_reads_go_on() {
    let _alone = crate::ALONE.lock().await;
    for store in [Store::Sqlite, Store::Postgres] {
        wrong_secrets(store).await;
        rotations(store).await;
    }
    for store in Store::DATABASES {
        searches(store).await;
    }
}
