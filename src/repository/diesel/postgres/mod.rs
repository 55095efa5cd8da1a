#[cfg(feature = "_jwt")]
#[path = "../assertions.rs"]
mod assertions;
mod compound;
mod establish;
#[path = "../pooled/find.rs"]
mod find;
#[path = "../pooled/handle.rs"]
mod handle;
#[path = "../migrate.rs"]
mod migrate;
#[path = "../pooled/own.rs"]
mod own;
#[path = "../pooled/pool.rs"]
mod pool;
#[path = "../queries/mod.rs"]
mod queries;
#[path = "../refold.rs"]
mod refold;
#[path = "../repository.rs"]
mod repository;
mod together;
mod transaction;

use std::time::Duration;

use diesel::dsl::sql;
use diesel::sql_types::Bool;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use tokio::time::{Instant, sleep};
use tokio_postgres::NoTls;

use self::pool::Pool;
use self::together::together;
use crate::repository::diesel::error::{Fault, Result};
use crate::repository::diesel::{Argument, BoxFuture};
use crate::repository::diesel::{check, plainly as latest};

pub use transaction::PostgresTransaction;

type Backend = diesel::pg::Pg;
type Connection = diesel_async::AsyncPgConnection;
type Operation<A, T> = for<'a> fn(&'a mut Connection, &'a A) -> BoxFuture<'a, Result<T>>;
type Repository = PostgresRepository;

const NAME: &str = "PostgresRepository";

/// Whether a name, folded, has other characters than those of ASCII.
const NOT_ASCII: &str = "octet_length(name_folded) <> char_length(name_folded)";

/// The database's own time, in microseconds.
#[cfg(feature = "_jwt")]
const NOW: &str = "CAST(EXTRACT(EPOCH FROM now()) * 1000000 AS BIGINT)";

/// What the runner of the migrations needs.
const UNLOCK: &str = "COMMIT";
const UNDO: &str = "ROLLBACK";
const MIGRATIONS: [(&str, &str); 3] = [
    (
        "0001_clients",
        include_str!("../migrations/postgres/0001_clients.sql"),
    ),
    (
        "0002_assertions",
        include_str!("../migrations/postgres/0002_assertions.sql"),
    ),
    (
        "0003_purge",
        include_str!("../migrations/postgres/0003_purge.sql"),
    ),
];

/// In a transaction that sees what others did while it waited. The lock is asked for, not waited for: the
/// server would say in its own language that this took too long. The number is any, as long as it stays.
async fn lock(conn: &mut Connection, patience: Duration) -> Result<()> {
    const PAUSE: Duration = Duration::from_millis(50);

    let begin = "BEGIN ISOLATION LEVEL READ COMMITTED";
    conn.batch_execute(begin).await.map_err(Fault::Repeatable)?;
    let start = Instant::now();
    loop {
        let had = sql::<Bool>("pg_try_advisory_xact_lock(7205759403792794)");
        if diesel::select(had).get_result(conn).await? {
            return Ok(());
        }
        if start.elapsed() >= patience {
            return Err(Fault::Unavailable("another host makes the tables".into()));
        }
        sleep(PAUSE).await;
    }
}

/// Tells the server to stop what a connection is about. It can't be told over TLS, which only the
/// host knows how to do.
fn stop(conn: &Connection) -> impl Future<Output = ()> + use<> {
    let token = conn.cancel_token();
    async move {
        // Whether it arrived is not known, as little as whether it came in time.
        let _ = token.cancel_query(NoTls).await;
    }
}

/// Keeps everything in a PostgreSQL database.
///
/// Any number of hosts may share the database; nothing is kept in the process. The driver is pure
/// Rust: `libpq` is not needed. Clones share their pool.
///
/// - A caller that goes away leaves no open transaction, no lock, and a connection that is in order:
///   what it began is finished in a task of its own. It needs a Tokio runtime with I/O and time.
/// - What others are in the way of (serialization failures, deadlocks) starts again, up to 10 times
///   within 5 seconds, and is
///   [`ErrorKind::Unavailable`](crate::repository::ErrorKind::Unavailable) then.
/// - Statements are prepared once for each connection, and those that need no answer in between go
///   out together. Without contention, reads, `create`, `update` and `touch_secret` take 1 round
///   trip (2 for a page past the end, 3 in an audit trail), `delete` and an update that ends secrets
///   4, a clone and a change of one secret 5, `rotate_secret` 6. One more
///   when a rotation ends a retired secret, and when a write of a secret removes an inactive one.
/// - Lists that count or search, audit trails among them, take at most two connections at a time, and
///   at most 32 of them wait; more are refused as unavailable.
#[derive(Clone)]
pub struct PostgresRepository(Pool);
