//! The host's pool of connections, and how an operation runs on one of them.

use std::ops::DerefMut;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use diesel_async::pooled_connection::{PoolableConnection, bb8, deadpool};
use diesel_async::{AsyncConnection, SimpleAsyncConnection, TransactionManager};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::own::OwnPool;
use super::{Connection, Operation, check, stop};
use crate::repository::diesel::BoxFuture;
use crate::repository::diesel::detaching::Detaching;
use crate::repository::diesel::error::{Fault, Result};
use crate::repository::diesel::retry::Attempts;
use crate::repository::{Error, ErrorKind};

/// How long an operation may take, unless the host says otherwise.
const TIMEOUT: Duration = Duration::from_secs(30);

/// As good as for ever, and within what any clock can tell.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// How long it may take to tell the server that an operation was given up.
const TIME_TO_STOP: Duration = Duration::from_secs(5);

/// How long a place in the pool's queue is kept that nobody waits in any more.
const TIME_FOR_NOBODY: Duration = Duration::from_secs(30);

/// How many lost connections to take out of the pool before giving up.
const LOST_CONNECTIONS: usize = 128;

/// How many scans run at the same time, …
const SCANS: usize = 2;

/// … and how many may wait for one of those.
const WAITING_SCANS: usize = 32;

type Permits = Arc<[OwnedSemaphorePermit; 2]>;

/// What an operation is decides where it runs, and whether it runs again.
#[derive(Clone)]
enum Kind {
    Read,
    /// A read whose cost grows with the tenant, what allows it to run, and until when.
    Scan(Permits, Instant),
    Write,
}

#[derive(Clone)]
pub(super) struct Pool {
    source: Arc<dyn Source>,
    timeout: Duration,
    /// Once the database was found to be set up as it must be: what a connection is to be told.
    suited: Arc<OnceLock<Option<&'static str>>>,
    /// For those that run or wait, and for those that run.
    scans: [Arc<Semaphore>; 2],
}

/// A pool of either kind.
pub(super) trait Source: Send + Sync {
    fn lease(&self) -> BoxFuture<'_, Result<Box<dyn Lease>>>;

    /// How many connections there are.
    fn connections(&self) -> usize;
}

/// A connection that goes back to its pool when it is dropped.
pub(super) trait Lease: DerefMut<Target = Connection> + Send {
    /// Closes it: it is lost, or an operation was left in the middle.
    fn close(self: Box<Self>);
}

impl Source for bb8::Pool<Connection> {
    fn lease(&self) -> BoxFuture<'_, Result<Box<dyn Lease>>> {
        Box::pin(async {
            let lease = self.get_owned().await;
            lease
                .map_err(|error| Fault::Unavailable(error.into()))
                .map(|lease| Box::new(lease) as Box<dyn Lease>)
        })
    }

    fn connections(&self) -> usize {
        usize::try_from(self.state().connections).unwrap_or(usize::MAX)
    }
}

impl Lease for bb8::PooledConnection<'static, Connection> {
    /// The pool can't be told, but throws away what comes back like this.
    fn close(mut self: Box<Self>) {
        type Manager = <Connection as AsyncConnection>::TransactionManager;
        Manager::transaction_manager_status_mut(&mut **self).set_in_error();
    }
}

impl Source for deadpool::Pool<Connection> {
    fn lease(&self) -> BoxFuture<'_, Result<Box<dyn Lease>>> {
        Box::pin(async {
            let lease = self.get().await;
            lease
                .map_err(|error| Fault::Unavailable(error.into()))
                .map(|lease| Box::new(lease) as Box<dyn Lease>)
        })
    }

    fn connections(&self) -> usize {
        self.status().size
    }
}

impl Lease for deadpool::Object<Connection> {
    /// The pool would look at it only when it is next needed, and its locks stay until then.
    fn close(self: Box<Self>) {
        drop(Self::take(*self));
    }
}

impl Kind {
    fn may_run_again(&self, fault: &Fault) -> bool {
        match self {
            Self::Read | Self::Scan(..) => fault.is_lost_connection(),
            Self::Write => fault.may_run_elsewhere(),
        }
    }

    /// Whether nobody knows what became of it: the answer is lost, or was not waited for.
    fn may_be_done(&self, fault: &Fault) -> bool {
        let is_open = fault.is_lost_connection() || matches!(fault, Fault::Unavailable(_));
        is_open && matches!(self, Self::Write)
    }
}

impl Pool {
    pub(super) fn own(pool: OwnPool) -> Self {
        Self::new(Arc::new(pool))
    }

    pub(super) fn bb8(pool: bb8::Pool<Connection>) -> Self {
        Self::new(Arc::new(pool))
    }

    pub(super) fn deadpool(pool: deadpool::Pool<Connection>) -> Self {
        Self::new(Arc::new(pool))
    }

    fn new(source: Arc<dyn Source>) -> Self {
        Self {
            source,
            timeout: TIMEOUT,
            suited: Arc::default(),
            scans: [SCANS + WAITING_SCANS, SCANS].map(|permits| Arc::new(Semaphore::new(permits))),
        }
    }

    pub(super) fn with_timeout(self, timeout: Duration) -> Self {
        let timeout = timeout.min(LONGEST_TIMEOUT);
        Self { timeout, ..self }
    }

    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Runs a read, which may as well run twice.
    pub(super) async fn read<A, T>(
        &self,
        arguments: A,
        operation: Operation<A, T>,
    ) -> Result<T, Error>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.run(arguments, operation, Kind::Read).await
    }

    /// Runs a read whose cost grows with the tenant. Few run at the same time, so that connections
    /// are left for everything else.
    pub(super) async fn scan<A, T>(
        &self,
        arguments: A,
        operation: Operation<A, T>,
    ) -> Result<T, Error>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        let [present, running] = self.scans.each_ref().map(Arc::clone);
        let many = |_| Error::new(ErrorKind::Unavailable, "too many lists wait");
        let present = present.try_acquire_owned().map_err(many)?;
        let closed = |error| Error::new(ErrorKind::Other, error);
        Handle::try_current().map_err(|error| Fault::Task(error.into()))?;
        let slow = |_| Error::new(ErrorKind::Unavailable, "the lists before it take too long");
        // For all of it: whoever waits behind others has no more time than they.
        let deadline = Instant::now() + self.timeout;
        let running = timeout_at(deadline, running.acquire_owned()).await;
        let running = running.map_err(slow)?.map_err(closed)?;
        let permits = Arc::new([present, running]);
        let kind = Kind::Scan(permits, deadline);
        self.run(arguments, operation, kind).await
    }

    /// Runs a write. It runs again only if it had not begun.
    pub(super) async fn write<A, T>(
        &self,
        arguments: A,
        operation: Operation<A, T>,
    ) -> Result<T, Error>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.run(arguments, operation, Kind::Write).await
    }

    /// Runs an operation. Where its connection turns out to be lost, so may be all the others that
    /// there are: each of them is tried, and then a new one.
    async fn run<A, T>(
        &self,
        arguments: A,
        operation: Operation<A, T>,
        kind: Kind,
    ) -> Result<T, Error>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        let runtime = Handle::try_current().map_err(|error| Fault::Task(error.into()))?;
        let arguments = Arc::new(arguments);
        let mut deadline = match kind {
            Kind::Scan(_, deadline) => Some(deadline),
            Kind::Read | Kind::Write => None,
        };
        let mut others = None;
        loop {
            // Whoever goes away meanwhile leaves the place in the queue to be given up when its turn
            // comes: the pool may be asking the connection a question, and nobody else may get it before
            // it has answered.
            let lease = Detaching::new(&runtime, lease(Arc::clone(&self.source)));
            let lease = lease.alone_for(TIME_FOR_NOBODY);
            let lease = match kind {
                Kind::Scan(_, deadline) => {
                    let none = |_| Fault::Unavailable("no connection is free in time".into());
                    timeout_at(deadline, lease).await.map_err(none)??
                }
                Kind::Read | Kind::Write => lease.await?,
            };
            let deadline = *deadline.get_or_insert_with(|| Instant::now() + self.timeout);
            let suited = Arc::clone(&self.suited);
            let work = run_on(lease, arguments.clone(), operation, deadline, suited);
            let outcome = match kind.clone() {
                Kind::Read => Detaching::new(&runtime, work).await,
                Kind::Scan(permits, _) => in_own_task(&runtime, work, Some(permits)).await,
                Kind::Write => in_own_task(&runtime, work, None).await,
            };
            match outcome {
                Err(fault) if kind.may_run_again(&fault) => {
                    let left = others.get_or_insert_with(|| self.source.connections() + 1);
                    *left = left.checked_sub(1).ok_or(fault)?;
                }
                Err(fault) if kind.may_be_done(&fault) => {
                    return Err(Error::from(fault).with_unknown_outcome());
                }
                outcome => return outcome.map_err(Error::from),
            }
        }
    }
}

/// A connection that is not known to be lost.
async fn lease(source: Arc<dyn Source>) -> Result<Box<dyn Lease>> {
    for _ in 0..LOST_CONNECTIONS {
        let mut lease = source.lease().await?;
        if !lease.is_broken() {
            return Ok(lease);
        }
        lease.close();
    }
    Err(Fault::Unavailable("every connection is lost".into()))
}

/// Runs an operation on a connection, which its pool gets back or never again.
async fn run_on<A, T>(
    mut lease: Box<dyn Lease>,
    arguments: Arc<A>,
    operation: Operation<A, T>,
    deadline: Instant,
    suited: Arc<OnceLock<Option<&'static str>>>,
) -> Result<T> {
    let work = async {
        let setup = match suited.get() {
            Some(setup) => *setup,
            None => {
                let setup = check(&mut lease).await?;
                *suited.get_or_init(|| setup)
            }
        };
        if let Some(setup) = setup {
            let told = lease.batch_execute(setup).await;
            told.map_err(Fault::Repeatable)?;
        }
        repeat(&mut lease, &*arguments, operation).await
    };
    match timeout_at(deadline, work).await {
        Ok(Err(fault)) if fault.is_lost_connection() => {
            lease.close();
            Err(fault)
        }
        Ok(outcome) => outcome,
        Err(_) => {
            // The server does not notice that its client is gone while it waits for a lock.
            let stop = stop(&lease);
            tokio::spawn(timeout(TIME_TO_STOP, stop));
            lease.close();
            Err(Fault::Unavailable("the database took too long".into()))
        }
    }
}

/// Runs an operation to its end, whoever still waits for it or looks after it.
async fn in_own_task<T>(
    runtime: &Handle,
    work: impl Future<Output = Result<T>> + Send + 'static,
    held: Option<Permits>,
) -> Result<T>
where
    T: Send + 'static,
{
    let task = runtime.spawn(async move {
        let _held = held;
        work.await
    });
    task.await.unwrap_or_else(|error| {
        Err(match error.is_panic() {
            true => Fault::Task(error.into()),
            false => Fault::Unavailable("the runtime shuts down".into()),
        })
    })
}

/// Starts an operation again when others were in its way.
async fn repeat<A, T>(
    conn: &mut Connection,
    arguments: &A,
    operation: Operation<A, T>,
) -> Result<T> {
    let mut attempts = Attempts::since(Instant::now().into_std());
    loop {
        let outcome = operation(conn, arguments).await;
        match attempts.again(&outcome) {
            Some(pause) => sleep(pause).await,
            None => return outcome,
        }
    }
}
