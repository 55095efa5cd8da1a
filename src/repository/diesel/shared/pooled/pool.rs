//! The connection pool, and how an operation runs on one of its connections.

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

/// The default time limit of an operation.
const TIMEOUT: Duration = Duration::from_secs(30);

/// One year, so that `Instant + timeout` can't overflow.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The time limit for telling the server to cancel an operation.
const TIME_TO_STOP: Duration = Duration::from_secs(5);

/// How long an abandoned place in the pool's queue is kept.
const TIME_FOR_NOBODY: Duration = Duration::from_secs(30);

/// How many lost connections are discarded before giving up.
const LOST_CONNECTIONS: usize = 128;

/// How many scans run at the same time.
const SCANS: usize = 2;

/// How many scans may wait for a running one.
const WAITING_SCANS: usize = 32;

type Permits = Arc<[OwnedSemaphorePermit; 2]>;

/// The kind of an operation, which decides where it runs and whether it is retried.
#[derive(Clone)]
enum Kind {
    Read,
    /// A read whose cost grows with the tenant, with its permits and its deadline.
    Scan(Permits, Instant),
    Write,
}

#[derive(Clone)]
pub(super) struct Pool {
    source: Arc<dyn Source>,
    timeout: Duration,
    /// Set once the database's settings have been checked: the statement to run before each use of
    /// a connection, if any.
    suited: Arc<OnceLock<Option<&'static str>>>,
    /// Permits for all scans, waiting or running, and for the running ones.
    scans: [Arc<Semaphore>; 2],
    /// Where lists are read from instead.
    replica: Option<Arc<Self>>,
    /// Whether lists are read from here instead.
    is_replica: bool,
}

/// A connection pool of any type.
pub(super) trait Source: Send + Sync {
    fn lease(&self) -> BoxFuture<'_, Result<Box<dyn Lease>>>;

    /// The current number of connections.
    fn connections(&self) -> usize;
}

/// A connection that returns to its pool on drop.
pub(super) trait Lease: DerefMut<Target = Connection> + Send {
    /// Closes it, because it is lost or an operation was interrupted.
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
    /// The pool has no such method, but discards a connection in this state.
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
    /// Otherwise the pool would check it only before its next use, and it would hold its locks
    /// until then.
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

    /// Whether the outcome is unknown: the answer was lost or not waited for.
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
            replica: None,
            is_replica: false,
        }
    }

    pub(super) fn with_timeout(self, timeout: Duration) -> Self {
        let timeout = timeout.min(LONGEST_TIMEOUT);
        Self { timeout, ..self }
    }

    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    pub(super) fn with_replica(self, replica: Self) -> Self {
        let replica = Self {
            is_replica: true,
            ..replica
        };
        Self {
            replica: Some(Arc::new(replica)),
            ..self
        }
    }

    pub(super) fn for_lists(&self) -> Self {
        self.replica.as_deref().unwrap_or(self).clone()
    }

    /// Runs a read, which may be repeated.
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

    /// Runs a read whose cost grows with the tenant. Only a few run at once, so that connections
    /// remain for everything else.
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
        let many = |_| Error::new(ErrorKind::Unavailable).with_source("too many lists wait");
        let present = present.try_acquire_owned().map_err(many)?;
        let closed = |error| Error::new(ErrorKind::Other).with_source(error);
        Handle::try_current().map_err(|error| Fault::Task(error.into()))?;
        let slow =
            |_| Error::new(ErrorKind::Unavailable).with_source("the lists before it take too long");
        // One deadline for waiting and running: a scan that waits behind others gets no extra time.
        let deadline = Instant::now() + self.timeout;
        let running = timeout_at(deadline, running.acquire_owned()).await;
        let running = running.map_err(slow)?.map_err(closed)?;
        let permits = Arc::new([present, running]);
        let kind = Kind::Scan(permits, deadline);
        self.run(arguments, operation, kind).await
    }

    /// Runs a write. It is repeated only if it had not begun.
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

    /// Waits for a connection. If the caller goes away, its place in the queue stays until its turn
    /// comes: the pool may be checking the connection, which must not be used until the check is
    /// complete.
    pub(super) fn lease(
        &self,
        runtime: &Handle,
    ) -> Detaching<impl Future<Output = Result<Box<dyn Lease>>> + use<>> {
        let lease = Detaching::new(runtime, lease(Arc::clone(&self.source)));
        lease.alone_for(TIME_FOR_NOBODY)
    }

    /// Runs an operation. If its connection turns out to be lost, all existing connections may be:
    /// it tries as many of them, and then a new one.
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
            let lease = self.lease(&runtime);
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
                Err(fault) if self.is_replica => return Err(fault.of_replica().into()),
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

/// Runs an operation on a connection, which then returns to its pool or is closed.
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
        Ok(Err(fault)) if fault.spoils_connection() => {
            lease.close();
            Err(fault)
        }
        Ok(outcome) => outcome,
        Err(_) => {
            // A server that waits for a lock does not notice that its client is gone.
            let stop = stop(&lease);
            tokio::spawn(timeout(TIME_TO_STOP, stop));
            lease.close();
            Err(Fault::Unavailable("the database took too long".into()))
        }
    }
}

/// Runs an operation to completion, even if its caller goes away.
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

/// Retries an operation after contention.
pub(super) async fn repeat<A, T>(
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
