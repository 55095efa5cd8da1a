#[cfg(all(feature = "authentication", feature = "jwt"))]
#[path = "../shared/assertions.rs"]
mod assertions;
mod clock;
#[path = "../shared/complete.rs"]
mod complete;
#[path = "../shared/stepwise.rs"]
mod compound;
mod connections;
mod database;
mod file;
mod find;
mod inline;
mod job;
#[path = "../shared/migrate.rs"]
mod migrate;
mod names;
mod narrow;
mod private;
#[path = "../shared/queries/mod.rs"]
mod queries;
#[path = "../shared/refold.rs"]
mod refold;
#[path = "../shared/reorigin.rs"]
mod reorigin;
#[path = "../shared/repository.rs"]
mod repository;
#[cfg(test)]
mod tests;
mod transaction;
mod weight;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use diesel_async::SimpleAsyncConnection;

use self::connections::{Connections, LIMIT, Operation};
use self::database::Database;
use self::inline::Inline;
use self::migrate::apply;
use self::narrow::{Asked, indexed, narrow};
use self::weight::Weight;
use crate::repository::Result;
use crate::repository::diesel::error::Fault;
use crate::repository::diesel::migrations::{Migration, SQLITE as MIGRATIONS};
use crate::repository::diesel::position::instr as position;
use crate::repository::diesel::{
    check, end, one_by_one as together, plainly as latest, regardless as by_value,
    unguarded as guarded,
};

pub use transaction::SqliteTransaction;

type Backend = diesel::sqlite::Sqlite;
type Connection =
    diesel_async::sync_connection_wrapper::SyncConnectionWrapper<diesel::SqliteConnection, Inline>;
type Repository = SqliteRepository;

/// The arguments of a write, which know how much memory they use.
trait Argument: Weight + Send + Sync + 'static {}

impl<A: Weight + Send + Sync + 'static> Argument for A {}

/// Whether the planner reads a list in its order to find a few of its clients.
const WALKS_LISTS: bool = true;

/// Whether statements name the index that has a list in its order.
const NAMES_INDEXES: bool = false;

/// Whether a folded name contains non-ASCII characters.
const NOT_ASCII: &str = "octet_length(name_folded) <> length(name_folded)";

/// The database's current time, in microseconds.
#[cfg(all(feature = "authentication", feature = "jwt"))]
const NOW: &str = "unixepoch() * 1000000";

/// Whether the index of registrations by their state leaves out the approved ones.
#[cfg(feature = "registration")]
const LEAVES_OUT_APPROVED: bool = true;

/// Ends a list with an error once its operation has taken too long. Only what comes first in a
/// condition is evaluated for each row.
macro_rules! timed {
    ($condition:expr, $searches:expr) => {
        match $searches {
            true => Box::new($condition.and($crate::repository::diesel::sqlite::clock::in_time())),
            false => $condition,
        }
    };
}

use timed;

/// The lock around the migrations, which are one transaction.
#[derive(Debug)]
struct Lock;

impl Lock {
    fn new() -> Self {
        Self
    }

    /// Begins a transaction. The connection's own timeout limits the wait.
    async fn take(&mut self, conn: &mut Connection, _: Duration) -> Result<(), Fault> {
        let locked = conn.batch_execute("BEGIN IMMEDIATE").await;
        locked.map_err(Fault::Repeatable)
    }

    async fn apply(&self, conn: &mut Connection, migration: Migration) -> Result<(), Fault> {
        apply(conn, migration).await
    }

    async fn release(self, conn: &mut Connection, complete: bool) -> Result<(), Fault> {
        Ok(end(conn, complete).await?)
    }
}

/// An additional setting of the readers' connections.
const READ_ONLY: &str = "PRAGMA query_only = ON;";

/// How many operations may wait for the writer or for a reader. One that takes more than [4
/// KiB](weight::UNIT) counts as several, so that at most 64 MiB wait.
const WAITING: usize = 16_384;

/// How many scans may wait for the running one.
const SCANS: usize = 16;

/// How many reads run in parallel: with more threads than processors, they would only take turns.
fn readers() -> usize {
    std::thread::available_parallelism().map_or(1, |processors| processors.get().min(4))
}

/// Stores everything in a SQLite database file.
///
/// SQLite is linked in; nothing has to be installed. Writes run one after the other, in the order
/// of their calls; reads run concurrently and never wait for them. Several processes on one machine
/// may share the file. Clones share their connections.
///
/// The file is in write-ahead mode, with two more files (`-wal` and `-shm`) beside it while it is
/// in use. Completed writes survive a power loss (`synchronous=FULL`), provided that the disk does.
///
/// Lists that count or search, including audit trails, run one at a time on a separate connection,
/// and at most 16 wait for it: what costs more as a tenant grows delays nothing else. A search that
/// has waited and run for 30 seconds is cut off, and is
/// [`Unavailable`](crate::repository::ErrorKind::Unavailable).
///
/// The connections run on their own threads, which end with the last clone. An operation that has
/// started there runs to completion even if its caller goes away; before that it is cancelled with
/// its caller. It is [`Unavailable`](crate::repository::ErrorKind::Unavailable) if it waited for
/// more than 30 seconds, or if 64 MiB are already waiting. A lock held by another process is waited
/// for up to 5 seconds, counted once for all waiting operations.
///
/// The file must remain the one that was opened: to replace it with a copy, stop the process first.
/// A file that was moved there meanwhile is not opened, and a missing one not created.
///
/// # Examples
///
/// ```
/// use tower_oauth_clients::ClientManager;
/// use tower_oauth_clients::repository::SqliteRepository;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("clients.db");
/// let repository = SqliteRepository::open(path).await?;
/// repository.migrate().await?;
/// let manager = ClientManager::builder(repository).build()?;
/// # let _ = manager;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SqliteRepository(Arc<Inner>);

struct Inner {
    writer: Connections,
    readers: Connections,
    scanner: Connections,
}

impl SqliteRepository {
    /// Opens a database file, and creates it if it is missing; its folder must exist.
    ///
    /// On Unix, only the owner can read and write a new file, whatever the umask. An existing one
    /// keeps its permissions; if others may read or write it, a warning is logged.
    ///
    /// The path is always a file: never a URI, nor an in-memory database (use
    /// [`MemoryRepository`](crate::repository::MemoryRepository) instead). It must be valid UTF-8.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Other`](crate::repository::ErrorKind::Other) if the file can't be opened, with
    /// the reason as its source, such as a file system without support for write-ahead mode;
    /// [`ErrorKind::Unavailable`](crate::repository::ErrorKind::Unavailable) if others lock it.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_within(path.as_ref(), LIMIT).await
    }

    /// With a time limit of scans.
    async fn open_within(path: &Path, limit: Duration) -> Result<Self> {
        let file = Arc::new(Database::new(file::locate(path)?));
        let inner = Inner {
            writer: Connections::start("sqlite-writer", 1, WAITING, &file, "")?,
            readers: Connections::start("sqlite-reader", readers(), WAITING, &file, READ_ONLY)?,
            scanner: Connections::start("sqlite-scanner", 1, SCANS, &file, READ_ONLY)?
                .with_limit(limit),
        };
        inner.writer.check().await?;
        Ok(Self(Arc::new(inner)))
    }

    /// Applies the missing migrations, and returns how many. Also updates the search form of names
    /// that older versions stored, including those that an older host wrote since the last call.
    ///
    /// Call it once at startup. Processes that start at the same time may all call it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](crate::repository::ErrorKind::Unavailable) if others lock the
    /// file for too long; [`ErrorKind::Other`](crate::repository::ErrorKind::Other) if a migration
    /// fails.
    pub async fn migrate(&self) -> Result<usize> {
        let steps = self.write((), |conn, ()| {
            Box::pin(migrate::migrate(conn, Duration::ZERO))
        });
        let steps = steps.await?;
        self.refold().await?;
        self.derive_origins().await?;
        Ok(steps)
    }

    fn for_lists(&self) -> &Self {
        self
    }

    async fn read<A, T>(&self, arguments: A, operation: Operation<A, T>) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.0.readers.run(arguments, 1, operation).await
    }

    /// Runs a read whose cost grows with the tenant, one at a time: other reads never wait for it.
    async fn scan<A, T>(&self, arguments: A, operation: Operation<A, T>) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.0.scanner.run(arguments, 1, operation).await
    }

    async fn write<A, T>(&self, arguments: A, operation: Operation<A, T>) -> Result<T>
    where
        A: Argument,
        T: Send + 'static,
    {
        let units = weight::units(&arguments);
        self.0.writer.run(arguments, units, operation).await
    }
}

impl fmt::Debug for SqliteRepository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SqliteRepository")
    }
}
