#[cfg(feature = "_jwt")]
#[path = "../assertions.rs"]
mod assertions;
#[path = "../stepwise.rs"]
mod compound;
mod connections;
mod database;
mod file;
mod find;
mod inline;
mod job;
#[path = "../migrate.rs"]
mod migrate;
mod private;
#[path = "../queries/mod.rs"]
mod queries;
#[path = "../refold.rs"]
mod refold;
#[path = "../repository.rs"]
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

use self::connections::{Connections, Operation};
use self::database::Database;
use self::inline::Inline;
use self::weight::Weight;
use crate::repository::Result;
use crate::repository::diesel::error::Fault;
use crate::repository::diesel::{check, one_by_one as together, plainly as latest};

pub use transaction::SqliteTransaction;

type Backend = diesel::sqlite::Sqlite;
type Connection =
    diesel_async::sync_connection_wrapper::SyncConnectionWrapper<diesel::SqliteConnection, Inline>;
type Repository = SqliteRepository;

/// What a write is given, and how much memory that holds.
trait Argument: Weight + Send + Sync + 'static {}

impl<A: Weight + Send + Sync + 'static> Argument for A {}

/// Whether a name, folded, has other characters than those of ASCII.
const NOT_ASCII: &str = "octet_length(name_folded) <> length(name_folded)";

/// The database's own time, in microseconds.
#[cfg(feature = "_jwt")]
const NOW: &str = "unixepoch() * 1000000";

/// What the runner of the migrations needs.
const UNLOCK: &str = "COMMIT";
const UNDO: &str = "ROLLBACK";
const MIGRATIONS: [(&str, &str); 3] = [
    (
        "0001_clients",
        include_str!("../migrations/sqlite/0001_clients.sql"),
    ),
    (
        "0002_assertions",
        include_str!("../migrations/sqlite/0002_assertions.sql"),
    ),
    (
        "0003_purge",
        include_str!("../migrations/sqlite/0003_purge.sql"),
    ),
];

/// The connection itself has patience with those who hold the lock.
async fn lock(conn: &mut Connection, _: Duration) -> Result<(), Fault> {
    let locked = conn.batch_execute("BEGIN IMMEDIATE").await;
    locked.map_err(Fault::Repeatable)
}

/// What a reader's connection is set to besides.
const READ_ONLY: &str = "PRAGMA query_only = ON;";

/// How many operations may wait for the writer or a reader: what takes more than
/// [4 KiB](weight::UNIT) counts as several, so that 64 MiB may wait.
const WAITING: usize = 16_384;

/// How many scans may wait for the one that runs.
const SCANS: usize = 16;

/// How many reads run at the same time: more than there are processors would only take turns.
fn readers() -> usize {
    std::thread::available_parallelism().map_or(1, |processors| processors.get().min(4))
}

/// Keeps everything in a SQLite database file.
///
/// SQLite is linked in; nothing has to be installed. Writes run one after the other, in the order
/// that they came in; reads run beside them and never wait for them. Several processes on one
/// machine may share the file. Clones share their connections.
///
/// The file is in write-ahead mode, so two more files (`-wal` and `-shm`) stand beside it while it
/// is in use. What a method has answered survives a loss of power (`synchronous=FULL`), as far as
/// the disk keeps its own promises.
///
/// Lists that count or search, audit trails among them, run one at a time, on a connection of their
/// own, and at most 16 wait for it: what costs more as a tenant grows holds up nothing else.
///
/// The connections work on threads of their own, which end with the last clone. A method that has
/// begun there runs to its end whether its caller still waits or not; one that has not goes away with
/// its caller, and is [`Unavailable`](crate::repository::ErrorKind::Unavailable) when it had to wait
/// for more than 30 seconds, or found 64 MiB waiting. A lock that another process holds is waited for
/// up to 5 seconds, which all who wait have in common.
///
/// The file stays the one that was there when the repository was opened: to put a copy in its place,
/// stop the process first. Nothing is opened that was moved there meanwhile, and nothing made.
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
    /// Opens a database file, and creates it if it is missing; the folder must be there.
    ///
    /// A new file can be read and written by its owner only, on Unix and whatever the umask. One that is
    /// there keeps its permissions; if others may read or write it, that is logged as a warning.
    ///
    /// The path names a file and nothing else: no URI, no in-memory database (that is
    /// [`MemoryRepository`](crate::repository::MemoryRepository)). It must be valid UTF-8.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Other`](crate::repository::ErrorKind::Other) with a source that says why the
    /// file can't be opened, such as that its file system has no write-ahead mode, and
    /// [`ErrorKind::Unavailable`](crate::repository::ErrorKind::Unavailable) when others lock it.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self> {
        let file = Arc::new(Database::new(file::locate(path.as_ref())?));
        let inner = Inner {
            writer: Connections::start("sqlite-writer", 1, WAITING, &file, "")?,
            readers: Connections::start("sqlite-reader", readers(), WAITING, &file, READ_ONLY)?,
            scanner: Connections::start("sqlite-scanner", 1, SCANS, &file, READ_ONLY)?,
        };
        inner.writer.check().await?;
        Ok(Self(Arc::new(inner)))
    }

    /// Brings the tables up to this version of the crate, and says how many steps that took. What
    /// older versions have stored of names for searches is brought up to date, too, also where an
    /// older host wrote it after the last time.
    ///
    /// Call it once at the start. Processes that start at the same time may all call it.
    ///
    /// # Errors
    ///
    /// Those that any method may have.
    pub async fn migrate(&self) -> Result<usize> {
        let steps = self.write((), |conn, ()| {
            Box::pin(migrate::migrate(conn, Duration::ZERO))
        });
        let steps = steps.await?;
        self.refold().await?;
        Ok(steps)
    }

    async fn read<A, T>(&self, arguments: A, operation: Operation<A, T>) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.0.readers.run(arguments, 1, operation).await
    }

    /// Runs a read whose cost grows with the tenant, one at a time: the others never wait for it.
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
