//! The host's pool of connections, and how an operation runs on one of them.

use std::ops::DerefMut;
use std::sync::Arc;
use std::time::Duration;

use diesel_async::pooled_connection::{PoolableConnection, bb8, deadpool};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use super::{Connection, Operation};
use crate::repository::diesel::BoxFuture;
use crate::repository::diesel::error::{Fault, Result};
use crate::repository::diesel::retry::Attempts;
use crate::repository::{Error, ErrorKind};

/// How long an operation may take, unless the host says otherwise.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How many lost connections to take out of the pool before giving up.
const LOST_CONNECTIONS: usize = 128;

/// How many scans run at the same time, …
const SCANS: usize = 2;

/// … and how many may wait for one of those.
const WAITING_SCANS: usize = 32;

type Permits = Arc<[OwnedSemaphorePermit; 2]>;

#[derive(Clone)]
pub(super) struct Pool {
    source: Arc<dyn Source>,
    timeout: Duration,
    /// For those that run or wait, and for those that run.
    scans: [Arc<Semaphore>; 2],
}

/// A pool of either kind.
trait Source: Send + Sync {
    fn lease(&self) -> BoxFuture<'_, Result<Box<dyn Lease>>>;
}

/// A connection that goes back to its pool when it is dropped.
trait Lease: DerefMut<Target = Connection> + Send {
    /// Closes it: an operation may have been left in the middle.
    fn close(self: Box<Self>);
}

impl Source for bb8::Pool<Connection> {
    fn lease(&self) -> BoxFuture<'_, Result<Box<dyn Lease>>> {
        Box::pin(async {
            let lease = self.get_owned().await;
            lease
                .map_err(|error| Fault::Pool(error.into()))
                .map(|lease| Box::new(lease) as Box<dyn Lease>)
        })
    }
}

impl Lease for bb8::PooledConnection<'static, Connection> {
    /// The pool itself throws a connection away that comes back with an open transaction.
    fn close(self: Box<Self>) {}
}

impl Source for deadpool::Pool<Connection> {
    fn lease(&self) -> BoxFuture<'_, Result<Box<dyn Lease>>> {
        Box::pin(async {
            let lease = self.get().await;
            lease
                .map_err(|error| Fault::Pool(error.into()))
                .map(|lease| Box::new(lease) as Box<dyn Lease>)
        })
    }
}

impl Lease for deadpool::Object<Connection> {
    /// The pool would look at it only when it is next needed, and its locks stay until then.
    fn close(self: Box<Self>) {
        drop(Self::take(*self));
    }
}

impl Pool {
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
            scans: [SCANS + WAITING_SCANS, SCANS].map(|permits| Arc::new(Semaphore::new(permits))),
        }
    }

    pub(super) fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Runs a read. It may as well run twice: where a connection turns out to be lost, another one
    /// may do.
    pub(super) async fn read<A, T>(
        &self,
        arguments: A,
        operation: Operation<A, T>,
    ) -> Result<T, Error>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.read_with(arguments, operation, None).await
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
        let running = running.acquire_owned().await.map_err(closed)?;
        let permits = Arc::new([present, running]);
        self.read_with(arguments, operation, Some(permits)).await
    }

    /// Runs a write.
    pub(super) async fn write<A, T>(
        &self,
        arguments: A,
        operation: Operation<A, T>,
    ) -> Result<T, Error>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        let outcome = self.run(Arc::new(arguments), operation, None).await;
        outcome.map_err(Error::from)
    }

    async fn read_with<A, T>(
        &self,
        arguments: A,
        operation: Operation<A, T>,
        permits: Option<Permits>,
    ) -> Result<T, Error>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        let arguments = Arc::new(arguments);
        let first = self.run(arguments.clone(), operation, permits.clone());
        let outcome = match first.await {
            Err(fault) if fault.is_lost_connection() => {
                self.run(arguments, operation, permits).await
            }
            outcome => outcome,
        };
        outcome.map_err(Error::from)
    }

    /// Runs an operation, and starts it again when others were in its way.
    ///
    /// The caller waits for a connection itself, and gives up its place by going away. From there
    /// on a task of its own does the work: it ends what it began, whoever still waits for it.
    async fn run<A, T>(
        &self,
        arguments: Arc<A>,
        operation: Operation<A, T>,
        permits: Option<Permits>,
    ) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        let runtime = Handle::try_current().map_err(|error| Fault::Task(error.into()))?;
        let mut lease = self.lease().await?;
        let limit = self.timeout;
        let task = runtime.spawn(async move {
            let _permits = permits;
            let work = repeat(&mut lease, &*arguments, operation);
            if let Ok(outcome) = timeout(limit, work).await {
                return outcome;
            }
            lease.close();
            Err(Fault::Pool("the database took too long".into()))
        });
        task.await.unwrap_or_else(|error| {
            Err(match error.is_panic() {
                true => Fault::Task(error.into()),
                false => Fault::Pool("the runtime shuts down".into()),
            })
        })
    }

    /// A connection that is not known to be lost.
    async fn lease(&self) -> Result<Box<dyn Lease>> {
        for _ in 0..LOST_CONNECTIONS {
            let mut lease = self.source.lease().await?;
            if !lease.is_broken() {
                return Ok(lease);
            }
            lease.close();
        }
        Err(Fault::Pool("every connection is lost".into()))
    }
}

async fn repeat<A, T>(
    conn: &mut Connection,
    arguments: &A,
    operation: Operation<A, T>,
) -> Result<T> {
    let mut attempts = Attempts::new();
    loop {
        let outcome = operation(conn, arguments).await;
        match attempts.again(&outcome) {
            Some(pause) => sleep(pause).await,
            None => return outcome,
        }
    }
}
