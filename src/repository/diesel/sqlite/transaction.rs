#[path = "../shared/borrowed.rs"]
mod borrowed;
#[path = "../shared/complete.rs"]
#[allow(dead_code, reason = "a transaction makes no index")]
mod complete;
#[path = "../shared/stepwise.rs"]
mod compound;
#[path = "../shared/pooled/find.rs"]
mod find;
#[path = "narrow.rs"]
mod narrow;
#[path = "../shared/queries/mod.rs"]
#[allow(dead_code, unused_imports, reason = "a transaction does not migrate")]
mod queries;
#[path = "../shared/repository.rs"]
mod repository;

use self::borrowed::Jobs;
use self::narrow::{Asked, indexed, narrow};
#[cfg(feature = "registration")]
use super::LEAVES_OUT_APPROVED;
use super::{NAMES_INDEXES, WALKS_LISTS};
use crate::repository::diesel::error::Result;
use crate::repository::diesel::position::instr as position;
use crate::repository::diesel::{
    Argument, BoxFuture, one_by_one as together, plainly as latest, regardless as by_value,
    unguarded as guarded, untimed as timed,
};

type Backend = diesel::sqlite::Sqlite;
/// The host's connection, whose statements run on Tokio's blocking threads.
type Connection =
    diesel_async::sync_connection_wrapper::SyncConnectionWrapper<diesel::SqliteConnection>;
type Operation<A, T> = for<'a> fn(&'a mut Connection, &'a A) -> BoxFuture<'a, Result<T>>;
type Repository = SqliteTransaction;

const NAME: &str = "SqliteTransaction";

/// A repository in the host's transaction, on the host's own connection: changes to clients and
/// their audit trail commit together with the rest of the transaction.
///
/// Pass it to [`ClientManager::within`](crate::ClientManager::within), inside
/// [`scope`](Self::scope). From the first write of a transaction to its end, nobody else can write
/// to the file: create the client first, since hashing its secret takes a while.
///
/// ```no_run
/// # use diesel::SqliteConnection;
/// # use diesel_async::AsyncConnection;
/// # use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
/// # use tower_oauth_clients::ClientManager;
/// # use tower_oauth_clients::domain::{Draft, Operator};
/// # use tower_oauth_clients::manager::Issued;
/// # use tower_oauth_clients::repository::SqliteTransaction;
/// # type Error = Box<dyn std::error::Error + Send + Sync>;
/// # async fn sign_up(
/// #     conn: &mut SyncConnectionWrapper<SqliteConnection>,
/// #     manager: &ClientManager,
/// #     operator: &Operator,
/// #     draft: Draft,
/// # ) -> Result<Issued, Error> {
/// conn.transaction::<_, Error, _>(async |conn| {
///     let issued = SqliteTransaction::scope(conn, async |repository| {
///         manager.within(repository).create(operator, draft).await
///     });
///     let issued = issued.await?;
///     // … what else belongs to it …
///     Ok(issued)
/// })
/// .await
/// # }
/// ```
///
/// The connection must enforce foreign keys (`PRAGMA foreign_keys = ON`), wait for locks
/// (`PRAGMA busy_timeout = 5000`), and use the same file.
#[derive(Clone)]
pub struct SqliteTransaction(Jobs);
