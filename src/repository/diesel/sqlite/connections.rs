use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use diesel_async::{AsyncConnection, TransactionManager};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::{Connection, file};
use crate::repository::diesel::BoxFuture;
use crate::repository::diesel::error::{Fault, Result};
use crate::repository::{Error, ErrorKind};

/// A whole unit of work. It borrows what it needs, so that it can start again.
pub(super) type Operation<A, T> = for<'a> fn(&'a mut Connection, &'a A) -> BoxFuture<'a, Result<T>>;

/// How often an operation starts again when another process is in the way, …
const ATTEMPTS: u32 = 10;

/// … and how long at most, beside what SQLite itself waits for a lock.
const PATIENCE: Duration = Duration::from_secs(5);

/// A few connections to one file, opened when they are first needed.
pub(super) struct Connections {
    /// First come, first served: SQLite's own waiting is not fair.
    permits: Arc<Semaphore>,
    pool: Arc<Pool>,
}

struct Pool {
    path: String,
    setup: &'static str,
    /// The last one used comes first: its caches are warm.
    idle: Mutex<Vec<Connection>>,
}

impl Connections {
    pub(super) fn new(path: String, most: usize, setup: &'static str) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(most)),
            pool: Arc::new(Pool {
                path,
                setup,
                idle: Mutex::default(),
            }),
        }
    }

    /// Opens a connection, if there is none yet.
    pub(super) async fn check(&self) -> Result<(), Error> {
        self.run((), |_, ()| Box::pin(async { Ok(()) })).await
    }

    /// Runs an operation on a blocking thread, in one go.
    ///
    /// What the thread uses belongs to it, so it finishes its work when the caller goes away.
    pub(super) async fn run<A, T>(
        &self,
        arguments: A,
        operation: Operation<A, T>,
    ) -> Result<T, Error>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        let runtime = Handle::try_current().map_err(|error| Error::new(ErrorKind::Other, error))?;
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(|error| Error::new(ErrorKind::Unavailable, error))?;
        let pool = Arc::clone(&self.pool);
        let work = runtime.clone().spawn_blocking(move || {
            let outcome = pool.run(&runtime, &arguments, operation);
            drop(permit);
            outcome
        });
        match work.await {
            Ok(outcome) => outcome.map_err(Error::from),
            Err(error) if error.is_cancelled() => Err(Error::new(ErrorKind::Unavailable, error)),
            Err(error) => Err(Error::new(ErrorKind::Other, error)),
        }
    }
}

impl Pool {
    fn run<A, T>(&self, runtime: &Handle, arguments: &A, operation: Operation<A, T>) -> Result<T> {
        let start = Instant::now();
        let mut attempt = 1;
        loop {
            match self.attempt(runtime, arguments, operation) {
                Err(fault)
                    if fault.is_contention()
                        && attempt < ATTEMPTS
                        && start.elapsed() < PATIENCE =>
                {
                    thread::sleep(backoff(attempt));
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }

    fn attempt<A, T>(
        &self,
        runtime: &Handle,
        arguments: &A,
        operation: Operation<A, T>,
    ) -> Result<T> {
        let idle = self.idle().pop();
        let mut conn = match idle {
            Some(conn) => conn,
            None => file::connect(&self.path, self.setup)?,
        };
        let outcome = runtime.block_on(operation(&mut conn, arguments));
        let sound = outcome
            .as_ref()
            .err()
            .is_none_or(Fault::leaves_connection_sound);
        if sound && !is_broken(&mut conn) {
            self.idle().push(conn);
        }
        outcome
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_broken(conn: &mut Connection) -> bool {
    <Connection as AsyncConnection>::TransactionManager::is_broken_transaction_manager(conn)
}

/// 1 to 2 ms, doubled with each attempt: those who met must not meet again.
fn backoff(attempt: u32) -> Duration {
    let longest = 1_000_u64 << attempt.min(ATTEMPTS);
    Duration::from_micros(rand::random_range(longest / 2..=longest))
}
