use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;

use crossbeam_channel::{Receiver, Sender, TrySendError};
use diesel_async::{AsyncConnection, TransactionManager};
use tokio::sync::oneshot;

use super::{Connection, file};
use crate::repository::diesel::BoxFuture;
use crate::repository::diesel::error::{Fault, Result};
use crate::repository::diesel::retry::Attempts;
use crate::repository::{Error, ErrorKind};

/// A whole unit of work. It borrows what it needs, so that it can start again.
pub(super) type Operation<A, T> = for<'a> fn(&'a mut Connection, &'a A) -> BoxFuture<'a, Result<T>>;

type Job = Box<dyn FnOnce(&mut Slot) + Send>;

/// A few connections to one file, each on a thread of its own.
///
/// They take their work from one queue: first come, first served, where SQLite's own waiting is
/// not fair. A thread that is awake takes the next operation without being woken for it, so that
/// under load an operation costs little more than its statements.
pub(super) struct Connections(Sender<Job>);

impl Connections {
    /// Starts the threads; they end when this is dropped and the queue is empty.
    ///
    /// What finds the queue full is refused as [`ErrorKind::Unavailable`].
    pub(super) fn start(
        name: &str,
        threads: usize,
        queue: usize,
        path: &str,
        setup: &'static str,
    ) -> Result<Self> {
        let (sender, jobs) = crossbeam_channel::bounded(queue);
        for _ in 0..threads {
            let slot = Slot {
                path: path.to_owned(),
                setup,
                conn: None,
            };
            let jobs = jobs.clone();
            thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || work(slot, &jobs))
                .map_err(|error| Fault::Connection(error.into()))?;
        }
        Ok(Self(sender))
    }

    /// Opens a connection, if there is none yet.
    pub(super) async fn check(&self) -> Result<(), Error> {
        self.run((), |_, ()| Box::pin(async { Ok(()) })).await
    }

    /// Runs an operation. It runs to its end also when its caller goes away.
    pub(super) async fn run<A, T>(
        &self,
        arguments: A,
        operation: Operation<A, T>,
    ) -> Result<T, Error>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |slot| {
            // Nobody waits for an answer that is dropped.
            let _ = answer.send(slot.run(&arguments, operation));
        });
        self.0.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Error::new(ErrorKind::Unavailable, "too many operations wait"),
            TrySendError::Disconnected(_) => {
                Error::new(ErrorKind::Other, "the database threads have ended")
            }
        })?;
        let gone = |error: &'static str| Error::new(ErrorKind::Other, error);
        let outcome = answered.await.map_err(|_| gone("the operation panicked"))?;
        outcome.map_err(Error::from)
    }
}

fn work(mut slot: Slot, jobs: &Receiver<Job>) {
    for job in jobs {
        // A panic drops the job's answer, which its caller sees, and a connection in any state.
        if catch_unwind(AssertUnwindSafe(|| job(&mut slot))).is_err() {
            slot.conn = None;
        }
    }
}

/// The place for a thread's connection: opened when it is first needed, and again when it broke.
struct Slot {
    path: String,
    setup: &'static str,
    conn: Option<Connection>,
}

impl Slot {
    fn run<A, T>(&mut self, arguments: &A, operation: Operation<A, T>) -> Result<T> {
        let mut attempts = Attempts::new();
        loop {
            let outcome = self.attempt(arguments, operation);
            match attempts.again(&outcome) {
                Some(pause) => thread::sleep(pause),
                None => return outcome,
            }
        }
    }

    fn attempt<A, T>(&mut self, arguments: &A, operation: Operation<A, T>) -> Result<T> {
        let mut conn = match self.conn.take() {
            Some(conn) => conn,
            None => file::connect(&self.path, self.setup)?,
        };
        let outcome = finish(operation(&mut conn, arguments));
        let fault = outcome.as_ref().err();
        if fault.is_none_or(Fault::leaves_connection_sound) && !is_broken(&mut conn) {
            self.conn = Some(conn);
        }
        outcome
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

fn is_broken(conn: &mut Connection) -> bool {
    <Connection as AsyncConnection>::TransactionManager::is_broken_transaction_manager(conn)
}
