use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use diesel_async::{AsyncConnection, SimpleAsyncConnection, TransactionManager};
use tokio::sync::{Semaphore, oneshot};

use super::database::{BUSY_TIMEOUT, Database};
use super::job::{Awaited, Job};
use super::{Connection, clock};
use crate::repository::diesel::BoxFuture;
use crate::repository::diesel::error::{Fault, Result};
use crate::repository::diesel::retry::Attempts;
use crate::repository::{Error, ErrorKind};

/// A unit of work. It borrows its arguments, so that it can be retried.
pub(super) type Operation<A, T> = for<'a> fn(&'a mut Connection, &'a A) -> BoxFuture<'a, Result<T>>;

/// The capacity of a queue, including the empty jobs of callers that went away.
const QUEUE: usize = 16_384;

/// How long after it was queued an operation may still start, and a search may run.
pub(super) const LIMIT: Duration = Duration::from_secs(30);

/// The minimum time that an operation waits for a lock, however long it was queued.
const LAST_CHANCE: Duration = Duration::from_millis(100);

/// A few connections to one file, each on its own thread.
///
/// They share one queue: first come, first served, whereas SQLite's own waiting is not fair. A
/// running thread takes the next operation without a wakeup, so that under load an operation costs
/// little more than its statements.
pub(super) struct Connections {
    queue: Sender<Job<Slot>>,
    /// How much may wait, in the units of [`run`](Self::run).
    room: Arc<Semaphore>,
    limit: Duration,
}

impl Connections {
    /// Starts the threads, which end once this is dropped and the queue is empty.
    ///
    /// Operations that exceed `room` are refused as [`ErrorKind::Unavailable`].
    pub(super) fn start(
        name: &str,
        threads: usize,
        room: usize,
        database: &Arc<Database>,
        setup: &'static str,
    ) -> Result<Self> {
        let (queue, jobs) = crossbeam_channel::bounded(QUEUE);
        for _ in 0..threads {
            let slot = Slot::new(database.clone(), setup);
            let jobs = jobs.clone();
            thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || work(slot, &jobs))
                .map_err(|error| Fault::Connection(error.into()))?;
        }
        let room = Arc::new(Semaphore::new(room));
        Ok(Self {
            queue,
            room,
            limit: LIMIT,
        })
    }

    pub(super) fn with_limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// Opens a connection, if there is none yet.
    pub(super) async fn check(&self) -> Result<(), Error> {
        self.run((), 1, |_, ()| Box::pin(async { Ok(()) })).await
    }

    /// Runs an operation, which takes this many units of room while it waits. Once started it runs
    /// to completion, even if its caller goes away; before that it is cancelled with its caller.
    pub(super) async fn run<A, T>(
        &self,
        arguments: A,
        units: u32,
        operation: Operation<A, T>,
    ) -> Result<T, Error>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        let many = || Error::new(ErrorKind::Unavailable).with_source("too many operations wait");
        let place = Arc::clone(&self.room).try_acquire_many_owned(units);
        let place = place.map_err(|_| many())?;
        let (answer, answered) = oneshot::channel();
        let queued = Instant::now();
        let deadline = queued + self.limit;
        let job = Job::new(move |slot: &mut Slot| {
            drop(place);
            // If the caller is gone, the result is dropped.
            let _ = answer.send(slot.run(&arguments, operation, queued, deadline));
        });
        let _awaited = Awaited::new(&job);
        self.queue.try_send(job).map_err(|_| many())?;
        let gone = |error: &'static str| Error::new(ErrorKind::Other).with_source(error);
        let outcome = answered.await.map_err(|_| gone("the operation panicked"))?;
        outcome.map_err(Error::from)
    }
}

fn work(mut slot: Slot, jobs: &Receiver<Job<Slot>>) {
    for job in jobs {
        // A panic drops the result channel, which the caller notices, and leaves the connection in
        // an unknown state.
        if catch_unwind(AssertUnwindSafe(|| job.run(&mut slot))).is_err() {
            slot.conn = None;
        }
    }
}

/// A thread's connection: opened on first use, and again after it broke.
struct Slot {
    database: Arc<Database>,
    setup: &'static str,
    conn: Option<Connection>,
    /// The current lock timeout of the connection.
    patience: Duration,
}

impl Slot {
    fn new(database: Arc<Database>, setup: &'static str) -> Self {
        Self {
            database,
            setup,
            conn: None,
            patience: BUSY_TIMEOUT,
        }
    }

    fn run<A, T>(
        &mut self,
        arguments: &A,
        operation: Operation<A, T>,
        queued: Instant,
        deadline: Instant,
    ) -> Result<T> {
        if Instant::now() > deadline {
            let late = "the operations before it took too long";
            return Err(Fault::Unavailable(late.into()));
        }
        clock::set(deadline);
        let mut attempts = Attempts::since(queued);
        loop {
            let outcome = self.attempt(arguments, operation, queued);
            match attempts.again(&outcome) {
                Some(pause) => thread::sleep(pause),
                None => return outcome,
            }
        }
    }

    fn attempt<A, T>(
        &mut self,
        arguments: &A,
        operation: Operation<A, T>,
        queued: Instant,
    ) -> Result<T> {
        let mut conn = match self.conn.take() {
            Some(conn) => conn,
            None => self.connect()?,
        };
        self.limit_patience(&mut conn, queued)?;
        let outcome = finish(operation(&mut conn, arguments));
        let is_sound = match &outcome {
            Ok(_) => true,
            Err(Fault::Refused(_) | Fault::Unreadable(_)) => true,
            Err(fault) => fault.is_expected() && is_outside_transaction(&mut conn),
        };
        if is_sound && !is_broken(&mut conn) {
            self.conn = Some(conn);
        }
        outcome
    }

    fn connect(&mut self) -> Result<Connection> {
        self.patience = BUSY_TIMEOUT;
        self.database.connect(self.setup)
    }

    /// An operation queued behind others that wait for a lock has already waited for it, too.
    fn limit_patience(&mut self, conn: &mut Connection, queued: Instant) -> Result<()> {
        let waited = queued.elapsed();
        let patience = match waited < LAST_CHANCE {
            true => BUSY_TIMEOUT,
            false => BUSY_TIMEOUT.saturating_sub(waited).max(LAST_CHANCE),
        };
        if patience != self.patience {
            let set = format!("PRAGMA busy_timeout = {}", patience.as_millis());
            finish(Box::pin(async { Ok(conn.batch_execute(&set).await?) }))?;
            self.patience = patience;
        }
        Ok(())
    }
}

/// Every statement runs synchronously, so an operation is complete after one poll.
fn finish<T>(operation: BoxFuture<'_, Result<T>>) -> Result<T> {
    match pin!(operation)
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => Err(Fault::Connection("an operation waits for nothing".into())),
    }
}

/// Whether no transaction is open, according to SQLite itself.
fn is_outside_transaction(conn: &mut Connection) -> bool {
    let begun = finish(Box::pin(async {
        Ok(conn.batch_execute("BEGIN; ROLLBACK").await?)
    }));
    begun.is_ok()
}

fn is_broken(conn: &mut Connection) -> bool {
    <Connection as AsyncConnection>::TransactionManager::is_broken_transaction_manager(conn)
}
