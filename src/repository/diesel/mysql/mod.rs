#[cfg(all(feature = "authentication", feature = "jwt"))]
#[path = "../shared/assertions.rs"]
mod assertions;
#[path = "../shared/complete.rs"]
mod complete;
#[path = "../shared/stepwise.rs"]
mod compound;
mod establish;
#[path = "../shared/pooled/find.rs"]
mod find;
mod guarded;
#[path = "../shared/pooled/handle.rs"]
mod handle;
mod lock;
#[path = "../shared/migrate.rs"]
mod migrate;
mod names;
mod narrow;
#[path = "../shared/pooled/own.rs"]
mod own;
#[path = "../shared/pooled/pool.rs"]
mod pool;
#[path = "../shared/queries/mod.rs"]
mod queries;
#[path = "../shared/refold.rs"]
mod refold;
#[path = "../shared/reorigin.rs"]
mod reorigin;
#[path = "../shared/repository.rs"]
mod repository;
mod settings;
mod transaction;

use self::lock::Lock;
use self::narrow::{Asked, indexed, narrow};
use self::pool::Pool;
use self::settings::check;
use crate::repository::Error;
use crate::repository::diesel::error::Result;
use crate::repository::diesel::migrations::MYSQL as MIGRATIONS;
use crate::repository::diesel::one_by_one as together;
use crate::repository::diesel::position::instr as position;
use crate::repository::diesel::{Argument, BoxFuture, regardless as by_value, untimed as timed};

/// A read under a lock: the host's transaction may have begun long before, and a plain read would
/// see the state of that time.
macro_rules! latest {
    ($query:expr) => {
        $query.for_update()
    };
}

use latest;

pub use transaction::MysqlTransaction;

type Backend = diesel::mysql::Mysql;
type Connection = diesel_async::AsyncMysqlConnection;
type Operation<A, T> = for<'a> fn(&'a mut Connection, &'a A) -> BoxFuture<'a, Result<T>>;
type Repository = MysqlRepository;

const NAME: &str = "MysqlRepository";

/// Whether the planner reads a list in its order to find a few of its clients.
const WALKS_LISTS: bool = false;

/// Whether statements name the index that has a list in its order.
const NAMES_INDEXES: bool = true;

/// Whether a folded name contains non-ASCII characters.
const NOT_ASCII: &str = "octet_length(name_folded) <> char_length(name_folded)";

/// The database's current time, in microseconds.
const NOW: &str = "CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)";

/// Whether the index of registrations by their state leaves out the approved ones.
#[cfg(feature = "registration")]
const LEAVES_OUT_APPROVED: bool = false;

/// Statements have numbers of their own connection here, which proxies that share connections keep
/// track of.
async fn examine(_: &Pool) -> Result<(), Error> {
    Ok(())
}

/// Tells the server to cancel the statement of a connection.
fn stop(conn: &Connection) -> impl Future<Output = ()> + use<> {
    let token = conn.cancel_token();
    async move {
        // It is unknown whether it arrived, and whether in time.
        let _ = token.cancel_query().await;
    }
}

/// Stores everything in a MySQL or MariaDB database.
///
/// Any number of hosts may share the database; nothing is kept in the process. The driver is pure
/// Rust and does not need `libmysqlclient`. Clones share their pool.
///
/// - A caller that goes away leaves no open transaction and no lock, and its connection remains
///   usable: the operation is completed in its own task. This requires a Tokio runtime with I/O and
///   time.
/// - Contention (deadlocks, lock timeouts) is retried up to 10 times within 5 seconds, and then
///   becomes [`ErrorKind::Unavailable`](crate::repository::ErrorKind::Unavailable).
/// - Statements are prepared once per connection. Without contention, reads and `touch_secret` take
///   1 round trip (2 for a page past the end, 3 in an audit trail), `update` 4, `create` 5,
///   `delete`, a clone and a change of one secret 7, `rotate_secret` 8. Add one if a rotation ends
///   a retired secret, one if a write of a secret removes an inactive one, and one for an `update`
///   of a client that registered itself. `register` takes 6, or 7 with a token.
/// - Lists that count or search, including audit trails, use at most two connections at once, and
///   at most 32 of them wait; more are refused as unavailable.
/// - On a Galera cluster, hosts may use different nodes: a statement waits for what the others have
///   committed (`wsrep_sync_wait`). On connections that are not of [`connect`](Self::connect) or
///   [`manager`](Self::manager) this takes another round trip per operation, unless the server or
///   the pool sets `wsrep_sync_wait = 7` itself.
#[derive(Clone)]
pub struct MysqlRepository(Pool);
