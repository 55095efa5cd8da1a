use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};

use super::*;
use crate::error::BuildErrorKind;
use crate::secrets::Argon2id;

/// Counts the hashes that began. They finish once the gate is dropped, and panic on the secret
/// `panic`.
struct Gated {
    begun: AtomicUsize,
    gate: Receiver<()>,
}

impl Gated {
    fn new() -> (Sender<()>, Arc<Self>) {
        let (closed, gate) = bounded(0);
        let begun = AtomicUsize::new(0);
        (closed, Arc::new(Self { begun, gate }))
    }

    fn open() -> Arc<Self> {
        Self::new().1
    }

    fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }

    async fn until_begun(&self, count: usize) {
        while self.begun() < count {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

impl SecretHasher for Gated {
    fn hash(&self, plaintext: &Plaintext) -> Result<SecretHash, Error> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        assert_ne!(plaintext.expose(), "panic", "as the test asked");
        let _ = self.gate.recv();
        Ok(SecretHash::new(plaintext.expose()))
    }

    fn verify(&self, presented: &Plaintext, hash: &SecretHash) -> Result<bool, Error> {
        Ok(presented.expose() == hash.expose())
    }
}

fn single(hasher: &Arc<Gated>, queue: usize) -> HashPool {
    let builder = HashPool::builder(Arc::clone(hasher)).with_threads(1);
    builder.with_queue(queue).build().unwrap()
}

fn secret() -> Plaintext {
    Plaintext::new("hunter2")
}

/// Polls once, which puts the job in the queue.
async fn begin<F: Future>(future: &mut Pin<&mut F>) {
    tokio::select! {
        biased;
        _ = future => panic!("it ended at once"),
        () = std::future::ready(()) => {}
    }
}

async fn hashes_and_verifies() {
    let cheap = Argon2id::builder().with_memory(64).with_insecure_cost();
    let pool = HashPool::builder(cheap.build().unwrap()).build().unwrap();
    let (plaintext, hash) = pool.hash(secret()).await.unwrap();
    assert_eq!(plaintext.expose(), "hunter2");
    assert!(pool.verify(plaintext, hash.clone()).await.unwrap());
    assert!(!pool.verify(Plaintext::new("hunter3"), hash).await.unwrap());
}

#[tokio::test]
async fn works_on_a_current_thread_runtime() {
    hashes_and_verifies().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn works_on_a_multi_thread_runtime() {
    tokio::spawn(hashes_and_verifies()).await.unwrap();
}

#[tokio::test]
async fn a_full_queue_refuses_at_once() {
    let (gate, hasher) = Gated::new();
    let pool = single(&hasher, 1);

    let (mut running, mut queued) = (pin!(pool.hash(secret())), pin!(pool.hash(secret())));
    begin(&mut running).await;
    hasher.until_begun(1).await;
    begin(&mut queued).await;
    let error = pool.hash(secret()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Overloaded);

    drop(gate);
    assert!(running.await.is_ok() && queued.await.is_ok());
    assert!(pool.hash(secret()).await.is_ok());
}

#[tokio::test]
async fn what_nobody_waits_for_is_not_hashed() {
    let (gate, hasher) = Gated::new();
    let pool = single(&hasher, 2);

    let mut running = pin!(pool.hash(secret()));
    begin(&mut running).await;
    hasher.until_begun(1).await;
    begin(&mut pin!(pool.hash(secret()))).await;

    drop(gate);
    running.await.unwrap();
    pool.verify(secret(), SecretHash::new("")).await.unwrap();
    assert_eq!(hasher.begun(), 1);
}

#[tokio::test]
async fn a_hash_that_began_keeps_its_thread() {
    let (gate, hasher) = Gated::new();
    let pool = single(&hasher, 1);

    {
        let mut abandoned = pin!(pool.hash(secret()));
        begin(&mut abandoned).await;
        hasher.until_begun(1).await;
    }
    let mut queued = pin!(pool.hash(secret()));
    begin(&mut queued).await;
    let error = pool.hash(secret()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Overloaded);

    drop(gate);
    queued.await.unwrap();
    assert_eq!(hasher.begun(), 2);
}

#[tokio::test]
async fn a_panic_is_an_error_and_the_thread_goes_on() {
    let pool = single(&Gated::open(), 1);
    let error = pool.hash(Plaintext::new("panic")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Other);
    assert!(pool.hash(secret()).await.is_ok());
}

#[tokio::test]
async fn the_threads_end_with_the_last_clone() {
    let hasher = Gated::open();
    let pool = single(&hasher, 1);
    drop(pool.clone());
    pool.hash(secret()).await.unwrap();

    drop(pool);
    while Arc::strong_count(&hasher) > 1 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[test]
fn a_pool_has_bounds() {
    let builder = || HashPool::builder(Gated::open());
    for bad in [
        builder().with_threads(0),
        builder().with_threads(usize::MAX),
        builder().with_queue(0),
        builder().with_queue(usize::MAX),
    ] {
        let error = bad.build().unwrap_err();
        assert_eq!(error.kind(), BuildErrorKind::Setting);
    }
}

#[tokio::test]
async fn by_default_32_jobs_wait_for_each_thread() {
    let (gate, hasher) = Gated::new();
    let pool = HashPool::builder(Arc::clone(&hasher)).with_threads(3);
    let pool = pool.build().unwrap();
    let mut jobs = Vec::new();
    for running in 1..=3 {
        jobs.push(Box::pin(pool.hash(secret())));
        begin(&mut jobs[running - 1].as_mut()).await;
        hasher.until_begun(running).await;
    }
    for _ in 0..96 {
        let mut queued = Box::pin(pool.hash(secret()));
        begin(&mut queued.as_mut()).await;
        jobs.push(queued);
    }
    let error = pool.hash(secret()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Overloaded);
    drop(gate);
    for job in jobs {
        job.await.unwrap();
    }
}

/// Verifications that end once the gate is dropped. The hash says what each one costs.
struct Priced {
    usual: AtomicUsize,
    costly: AtomicUsize,
    gate: Receiver<()>,
}

impl SecretHasher for Priced {
    fn hash(&self, _: &Plaintext) -> Result<SecretHash, Error> {
        Err(Error::new(ErrorKind::Other))
    }

    fn verify(&self, _: &Plaintext, hash: &SecretHash) -> Result<bool, Error> {
        let begun = match self.work(hash) {
            ..=2 => &self.usual,
            _ => &self.costly,
        };
        begun.fetch_add(1, Ordering::SeqCst);
        let _ = self.gate.recv();
        Ok(true)
    }

    fn work(&self, hash: &SecretHash) -> u32 {
        hash.expose().parse().unwrap()
    }
}

#[tokio::test]
async fn what_costs_more_than_two_hashes_gets_half_of_the_threads_or_one_of_its_own() {
    for (threads, costly, usual) in [(1, 1, 1), (2, 1, 1), (3, 1, 2), (4, 2, 2), (5, 2, 3)] {
        let (closed, gate) = bounded::<()>(0);
        let hasher = Arc::new(Priced {
            usual: AtomicUsize::new(0),
            costly: AtomicUsize::new(0),
            gate,
        });
        let pool = HashPool::builder(Arc::clone(&hasher)).with_threads(threads);
        let pool = pool.build().unwrap();
        let until = async |begun: &AtomicUsize, count| {
            let wait = async {
                while begun.load(Ordering::SeqCst) < count {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            };
            let waited = tokio::time::timeout(Duration::from_secs(10), wait).await;
            assert!(waited.is_ok(), "{threads} threads");
        };
        let mut jobs = Vec::new();
        let mut verify = async |work: &str| {
            let mut job = Box::pin(pool.verify(secret(), SecretHash::new(work)));
            begin(&mut job.as_mut()).await;
            jobs.push(job);
        };
        for _ in 0..=threads {
            verify("3").await;
        }
        until(&hasher.costly, costly).await;
        for _ in 0..=threads {
            verify("2").await;
        }
        until(&hasher.usual, usual).await;
        let begun = [&hasher.costly, &hasher.usual].map(|begun| begun.load(Ordering::SeqCst));
        assert_eq!(begun, [costly, usual], "{threads} threads");
        drop(closed);
        for job in jobs {
            job.await.unwrap();
        }
    }
}

/// Linux has a nice value for each thread: the pool's is raised, the caller's stays.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn threads_run_at_a_lower_priority() {
    use rustix::process::getpriority_process;

    struct Nice;

    impl SecretHasher for Nice {
        fn hash(&self, _: &Plaintext) -> Result<SecretHash, Error> {
            let nice = getpriority_process(None).unwrap();
            Ok(SecretHash::new(nice.to_string()))
        }

        fn verify(&self, _: &Plaintext, _: &SecretHash) -> Result<bool, Error> {
            Ok(false)
        }
    }

    let before = getpriority_process(None).unwrap();
    let pool = HashPool::builder(Nice).with_threads(1).build().unwrap();
    let (_, hash) = pool.hash(secret()).await.unwrap();
    assert_eq!(hash.expose(), (before + 10).min(19).to_string());
    assert_eq!(getpriority_process(None).unwrap(), before);
}
