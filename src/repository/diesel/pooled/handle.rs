//! How a host comes to a repository, and how the repository gets to its pool.

use std::fmt;
use std::time::Duration;

use diesel_async::pooled_connection::{bb8, deadpool};

use super::own::OwnPool;
use super::{Connection, Operation, Pool, Repository, migrate};
use crate::repository::Result;

impl Repository {
    /// Makes a pool of its own for the database at `url`, of 10 connections without TLS, and
    /// connects once. A request waits up to 5 seconds for a connection.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](crate::repository::ErrorKind::Unavailable) when there is no
    /// connection to be had. The source says why, and nothing of the URL; so it does later, when an
    /// operation finds no connection.
    pub async fn connect(url: &str) -> Result<Self> {
        let repository = Self(Pool::own(OwnPool::new(url).await?));
        repository
            .read((), |_, ()| Box::pin(async { Ok(()) }))
            .await?;
        Ok(repository)
    }

    /// Uses the host's own pool.
    ///
    /// Its manager should recycle with
    /// [`RecyclingMethod::Fast`](diesel_async::pooled_connection::RecyclingMethod::Fast): the
    /// default asks the database a question before each use, which takes as long as a read. The
    /// pool tells nobody why it has no connection but the error sink that it was built with.
    pub fn from_bb8(pool: bb8::Pool<Connection>) -> Self {
        Self(Pool::bb8(pool))
    }

    /// Uses the host's own pool; see [`from_bb8`](Self::from_bb8), but that this one says why it has
    /// no connection. Give it a timeout to wait:
    /// without one, a request waits for a connection for as long as its caller does.
    pub fn from_deadpool(pool: deadpool::Pool<Connection>) -> Self {
        Self(Pool::deadpool(pool))
    }

    /// How long an operation may take once it has a connection, repetitions included. 30 seconds
    /// by default. One that takes longer is given up as
    /// [`ErrorKind::Unavailable`](crate::repository::ErrorKind::Unavailable); if it was about to
    /// commit, nobody knows whether it did.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self(self.0.with_timeout(timeout))
    }

    /// Brings the tables up to this version of the crate, and says how many steps that took. What
    /// older versions have stored of names for searches is brought up to date, too, also where an
    /// older host wrote it after the last time.
    ///
    /// Call it once at the start. Hosts that start at the same time may all call it: one of them takes
    /// the steps, and the others wait for it, but for no longer than an operation may take
    /// ([`with_timeout`](Self::with_timeout)). The steps themselves take as long as they take. The right
    /// to make tables is needed only when some are missing.
    ///
    /// # Errors
    ///
    /// Those that any method may have;
    /// [`ErrorKind::Unavailable`](crate::repository::ErrorKind::Unavailable) when another host is at it
    /// for too long.
    pub async fn migrate(&self) -> Result<usize> {
        let patience = self.0.timeout();
        let patient = self.clone().with_timeout(Duration::MAX);
        let steps = patient.write(patience, |conn, patience| {
            Box::pin(migrate::migrate(conn, *patience))
        });
        let steps = steps.await?;
        patient.refold().await?;
        Ok(steps)
    }

    pub(super) async fn read<A, T>(&self, arguments: A, operation: Operation<A, T>) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.0.read(arguments, operation).await
    }

    pub(super) async fn scan<A, T>(&self, arguments: A, operation: Operation<A, T>) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.0.scan(arguments, operation).await
    }

    pub(super) async fn write<A, T>(&self, arguments: A, operation: Operation<A, T>) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.0.write(arguments, operation).await
    }
}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(super::NAME).finish_non_exhaustive()
    }
}
