//! How a host creates a repository, and how the repository uses its pool.

use std::fmt;
use std::time::Duration;

use diesel_async::pooled_connection::{AsyncDieselConnectionManager, bb8, deadpool};

use super::own::{self, OwnPool};
use super::{Connection, Operation, Pool, Repository, examine, migrate};
use crate::repository::Result;

impl Repository {
    /// Creates a pool for the database at `url`, with 10 connections and without TLS, and connects
    /// once. A request waits up to 5 seconds for a connection.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](crate::repository::ErrorKind::Unavailable) if it can't connect.
    /// The source gives the reason without any part of the URL, here and whenever a later operation
    /// gets no connection. [`ErrorKind::Other`](crate::repository::ErrorKind::Other) if a pooler in
    /// front of PostgreSQL would mix up prepared statements.
    pub async fn connect(url: &str) -> Result<Self> {
        let repository = Self(Pool::own(OwnPool::new(url).await?));
        repository
            .read((), |_, ()| Box::pin(async { Ok(()) }))
            .await?;
        examine(&repository.0).await?;
        Ok(repository)
    }

    /// A manager for a pool of the host's own. Its connections are those of
    /// [`connect`](Self::connect), without TLS, and can be used for anything else, too:
    ///
    /// - Whether a connection is lost is detected without a query before each use, which would take
    ///   as long as a read.
    /// - On PostgreSQL, `SQLSTATE` and the code precede the message of each error, since Diesel
    ///   does not keep the code. Not on Unix sockets: there, and on connections from elsewhere,
    ///   errors are recognized by messages in English.
    /// - A node of a Galera cluster waits for the others.
    /// - The reason for a failed connection contains no part of `url`.
    pub fn manager(url: &str) -> AsyncDieselConnectionManager<Connection> {
        own::manager(url, own::LastRefusal::default())
    }

    /// Uses the host's own connection pool, with connections of its [`manager`](Self::manager) or
    /// any other, whose recycling method should be
    /// [`RecyclingMethod::Fast`](diesel_async::pooled_connection::RecyclingMethod::Fast). The
    /// reason for a failed connection goes only to the pool's own error sink.
    pub fn from_bb8(pool: bb8::Pool<Connection>) -> Self {
        Self(Pool::bb8(pool))
    }

    /// Uses the host's own connection pool, like [`from_bb8`](Self::from_bb8), except that errors
    /// include the reason for a failed connection. Set a wait timeout: without one, a request waits
    /// for a connection for as long as its caller does.
    pub fn from_deadpool(pool: deadpool::Pool<Connection>) -> Self {
        Self(Pool::deadpool(pool))
    }

    /// Sets the time limit of an operation once it has a connection, including retries. 30 seconds
    /// by default. An operation that takes longer fails as
    /// [`ErrorKind::Unavailable`](crate::repository::ErrorKind::Unavailable); if it was about to
    /// commit, it is unknown whether it did.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self(self.0.with_timeout(timeout))
    }

    /// Reads lists, searches and audit trails from a replica of the database, which keeps its own
    /// pool and time limit. All other reads, those that authenticate clients among them, stay here.
    ///
    /// What a replica returns may be older than what was answered: a list may lack a client that
    /// was just created, and its audit trail may not be found. If the replica can't be reached, or
    /// has yet to receive the tables, lists are unavailable.
    #[must_use]
    pub fn with_replica(self, replica: Self) -> Self {
        Self(self.0.with_replica(replica.0))
    }

    /// Applies the missing migrations, and returns how many. Also updates the search form of names
    /// that older versions stored, including those that an older host wrote since the last call.
    ///
    /// Call it once at startup. Hosts that start at the same time may all call it: one of them runs
    /// the migrations, and the others wait for it, but no longer than an operation may take
    /// ([`with_timeout`](Self::with_timeout)). The migrations themselves have no time limit. The
    /// right to create tables is needed only if migrations are missing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](crate::repository::ErrorKind::Unavailable) if the database can't
    /// be reached, or another host takes too long with the migrations;
    /// [`ErrorKind::Other`](crate::repository::ErrorKind::Other) if a migration fails, or for a
    /// pooler like in [`connect`](Self::connect).
    pub async fn migrate(&self) -> Result<usize> {
        examine(&self.0).await?;
        let patience = self.0.timeout();
        let patient = self.clone().with_timeout(Duration::MAX);
        let steps = patient.write(patience, |conn, patience| {
            Box::pin(migrate::migrate(conn, *patience))
        });
        let steps = steps.await?;
        patient.refold().await?;
        patient.derive_origins().await?;
        Ok(steps)
    }

    pub(super) fn for_lists(&self) -> Self {
        Self(self.0.for_lists())
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
