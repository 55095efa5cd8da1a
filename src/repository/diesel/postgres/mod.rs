#[cfg(all(feature = "authentication", feature = "jwt"))]
#[path = "../shared/assertions.rs"]
mod assertions;
mod compound;
mod establish;
#[path = "../shared/pooled/find.rs"]
mod find;
#[path = "../shared/pooled/handle.rs"]
mod handle;
mod language;
#[path = "../shared/migrate.rs"]
mod migrate;
mod names;
#[path = "../shared/pooled/own.rs"]
mod own;
#[path = "../shared/pooled/pool.rs"]
mod pool;
mod pooler;
#[path = "../shared/queries/mod.rs"]
mod queries;
#[path = "../shared/refold.rs"]
mod refold;
#[path = "../shared/reorigin.rs"]
mod reorigin;
#[path = "../shared/repository.rs"]
mod repository;
mod sqlstate;
mod together;
mod transaction;

use std::time::Duration;

use diesel::dsl::sql;
use diesel::sql_types::Bool;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use tokio::time::{Instant, sleep};
use tokio_postgres::NoTls;

use self::language::warn_of_language;
use self::migrate::apply;
use self::pool::Pool;
use self::pooler::refuse_confusion;
use self::sqlstate::{Coded, is_coded};
use self::together::together;
use crate::repository::Error;
use crate::repository::diesel::error::{Fault, Result};
use crate::repository::diesel::migrations::{Migration, POSTGRES as MIGRATIONS};
use crate::repository::diesel::position::strpos as position;
use crate::repository::diesel::unaided::{Asked, indexed, narrow};
use crate::repository::diesel::{Argument, BoxFuture, unguarded as guarded};
use crate::repository::diesel::{check, end, plainly as latest, untimed as timed};

pub use transaction::PostgresTransaction;

type Backend = diesel::pg::Pg;
type Connection = diesel_async::AsyncPgConnection;
type Operation<A, T> = for<'a> fn(&'a mut Connection, &'a A) -> BoxFuture<'a, Result<T>>;
type Repository = PostgresRepository;

const NAME: &str = "PostgresRepository";

/// Whether the planner reads a list in its order to find a few of its clients.
const WALKS_LISTS: bool = false;

/// A condition that the planner weighs anew for each value.
macro_rules! by_value {
    ($condition:expr) => {
        $crate::repository::diesel::anew::Anew($condition)
    };
}

use by_value;

/// Whether statements name the index that has a list in its order.
const NAMES_INDEXES: bool = false;

/// Whether a folded name contains non-ASCII characters.
const NOT_ASCII: &str = "octet_length(name_folded) <> char_length(name_folded)";

/// The database's current time, in microseconds.
#[cfg(all(feature = "authentication", feature = "jwt"))]
const NOW: &str = "CAST(EXTRACT(EPOCH FROM now()) * 1000000 AS BIGINT)";

/// Whether the index of registrations by their state leaves out the approved ones.
#[cfg(feature = "registration")]
const LEAVES_OUT_APPROVED: bool = false;

/// The lock around the migrations, which are one transaction.
#[derive(Debug)]
struct Lock;

impl Lock {
    fn new() -> Self {
        Self
    }

    /// Takes the lock in a transaction that sees what others did while it waited. It polls instead
    /// of waiting in the server, whose timeout message may be in any language. The number is
    /// arbitrary, but must not change.
    async fn take(&mut self, conn: &mut Connection, patience: Duration) -> Result<()> {
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
                return Err(Fault::locked_out());
            }
            sleep(PAUSE).await;
        }
    }

    async fn apply(&self, conn: &mut Connection, migration: Migration) -> Result<()> {
        apply(conn, migration).await
    }

    async fn release(self, conn: &mut Connection, complete: bool) -> Result<()> {
        Ok(end(conn, complete).await?)
    }
}

async fn examine(pool: &Pool) -> Result<(), Error> {
    pool.read(pool.clone(), |conn, pool| {
        Box::pin(async {
            refuse_confusion(conn, pool).await?;
            warn_of_language(conn).await
        })
    })
    .await
}

/// Tells the server to cancel the statement of a connection. This does not work over TLS, which
/// only the host can set up: then nothing is sent.
fn stop(conn: &Connection) -> impl Future<Output = ()> + use<> {
    let token = conn.cancel_token();
    async move {
        // It is unknown whether it arrived, and whether in time.
        if token.cancel_query(NoTls).await.is_err() && is_coded(&token).await {
            let _ = token.cancel_query(Coded).await;
        }
    }
}

/// Stores everything in a PostgreSQL database.
///
/// Any number of hosts may share the database; nothing is kept in the process. The driver is pure
/// Rust and does not need `libpq`. Clones share their pool.
///
/// - A caller that goes away leaves no open transaction and no lock, and its connection remains
///   usable: the operation is completed in its own task. This requires a Tokio runtime with I/O and
///   time.
/// - Contention (serialization failures, deadlocks) is retried up to 10 times within 5 seconds, and
///   then becomes [`ErrorKind::Unavailable`](crate::repository::ErrorKind::Unavailable).
/// - Statements are prepared once per connection, and pipelined if they don't depend on each
///   other's results. Without contention, reads, `create`, `update` and `touch_secret` take 1 round
///   trip (2 for a page past the end, 3 in an audit trail), `delete` and an update that ends
///   secrets 4, a clone and a change of one secret 5, `rotate_secret` 6. Add one if a rotation ends
///   a retired secret, and one if a write of a secret removes an inactive one. `register` takes 1
///   round trip, or 4 with a token; an `update` of a client that registered itself takes 4. A
///   statement that searches by name is prepared each time, which adds one.
/// - Lists that count or search, including audit trails, use at most two connections at once, and
///   at most 32 of them wait; more are refused as unavailable.
/// - Between it and the server there may be a pooler of sessions, or one of transactions that keeps
///   track of prepared statements, as PgBouncer does since 1.21.
#[derive(Clone)]
pub struct PostgresRepository(Pool);
