use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use diesel_async::{AsyncConnection, SimpleAsyncConnection, TransactionManager};
use tokio::sync::{Semaphore, oneshot};

use super::Connection;
use super::database::{BUSY_TIMEOUT, Database};
use super::job::{Awaited, Job};
use crate::repository::diesel::BoxFuture;
use crate::repository::diesel::error::{Fault, Result};
use crate::repository::diesel::retry::Attempts;
use crate::repository::{Error, ErrorKind};

/// A whole unit of work. It borrows what it needs, so that it can start again.
pub(super) type Operation<A, T> = for<'a> fn(&'a mut Connection, &'a A) -> BoxFuture<'a, Result<T>>;

/// How many jobs a queue holds, with those that nobody waits for any more and that are empty.
const QUEUE: usize = 16_384;

/// How long after it was queued an operation may still begin.
const DEADLINE: Duration = Duration::from_secs(30);

/// How long an operation waits for a lock at least, however long it has waited for its turn.
const LAST_CHANCE: Duration = Duration::from_millis(100);

/// A few connections to one file, each on a thread of its own.
///
/// They take their work from one queue: first come, first served, where SQLite's own waiting is
/// not fair. A thread that is awake takes the next operation without being woken for it, so that
/// under load an operation costs little more than its statements.
pub(super) struct Connections {
    queue: Sender<Job<Slot>>,
    /// What may wait, in units that an operation says how many of it takes.
    room: Arc<Semaphore>,
}

impl Connections {
    /// Starts the threads; they end when this is dropped and the queue is empty.
    ///
    /// What finds no room to wait is refused as [`ErrorKind::Unavailable`].
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
        Ok(Self { queue, room })
    }

    /// Opens a connection, if there is none yet.
    pub(super) async fn check(&self) -> Result<(), Error> {
        self.run((), 1, |_, ()| Box::pin(async { Ok(()) })).await
    }

    /// Runs an operation, which takes so much room while it waits. Once begun it runs to its end,
    /// also when its caller goes away; until then it is given up with its caller.
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
        let many = || Error::new(ErrorKind::Unavailable, "too many operations wait");
        let place = Arc::clone(&self.room).try_acquire_many_owned(units);
        let place = place.map_err(|_| many())?;
        let (answer, answered) = oneshot::channel();
        let queued = Instant::now();
        let job = Job::new(move |slot: &mut Slot| {
            drop(place);
            // Nobody waits for an answer that is dropped.
            let _ = answer.send(slot.run(&arguments, operation, queued));
        });
        let _awaited = Awaited::new(&job);
        self.queue.try_send(job).map_err(|_| many())?;
        let gone = |error: &'static str| Error::new(ErrorKind::Other, error);
        let outcome = answered.await.map_err(|_| gone("the operation panicked"))?;
        outcome.map_err(Error::from)
    }
}

fn work(mut slot: Slot, jobs: &Receiver<Job<Slot>>) {
    for job in jobs {
        // A panic drops the job's answer, which its caller sees, and a connection in any state.
        if catch_unwind(AssertUnwindSafe(|| job.run(&mut slot))).is_err() {
            slot.conn = None;
        }
    }
}

/// The place for a thread's connection: opened when it is first needed, and again when it broke.
struct Slot {
    database: Arc<Database>,
    setup: &'static str,
    conn: Option<Connection>,
    /// How long the connection waits for a lock.
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
    ) -> Result<T> {
        if queued.elapsed() > DEADLINE {
            let late = "the operations before it took too long";
            return Err(Fault::Unavailable(late.into()));
        }
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

    /// Whoever waits behind those that wait for a lock has waited for it, too.
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

/// Every statement runs where it is awaited, so an operation is over the first time it is polled.
fn finish<T>(operation: BoxFuture<'_, Result<T>>) -> Result<T> {
    match pin!(operation)
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => Err(Fault::Connection("an operation waits for nothing".into())),
    }
}

/// Whether nothing was left open, which SQLite itself knows best.
fn is_outside_transaction(conn: &mut Connection) -> bool {
    let begun = finish(Box::pin(async {
        Ok(conn.batch_execute("BEGIN; ROLLBACK").await?)
    }));
    begun.is_ok()
}

fn is_broken(conn: &mut Connection) -> bool {
    <Connection as AsyncConnection>::TransactionManager::is_broken_transaction_manager(conn)
}
