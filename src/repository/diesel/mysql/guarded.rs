//! Transactions on a Galera cluster. If another node commits first while a node of MariaDB prepares
//! a statement, it may undo the transaction so far without an error, and would then commit each of
//! the following statements by itself.

use std::sync::atomic::{AtomicBool, Ordering};

use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error};
use diesel_async::{AsyncConnection, SimpleAsyncConnection, TransactionManager};

use super::Connection;

type Manager = <Connection as AsyncConnection>::TransactionManager;

/// Whether this process has met a node of a cluster: only then do transactions take the additional
/// statements, which mean nothing elsewhere.
static IS_NEEDED: AtomicBool = AtomicBool::new(false);

/// A savepoint of this name is there as long as the transaction is.
const BEGUN: &str = "SET autocommit = 0; SAVEPOINT oauth_clients_begun";
const KEPT: &str = "RELEASE SAVEPOINT oauth_clients_begun";
const OVER: &str = "ROLLBACK; SET autocommit = 1";

pub(super) fn guard_from_now_on() {
    IS_NEEDED.store(true, Ordering::Relaxed);
}

/// After the beginning of a transaction: from now on, nothing is committed by itself.
pub(in super::super) async fn begun(conn: &mut Connection) -> QueryResult<()> {
    if !is_guarded(conn, 1) {
        return Ok(());
    }
    let begun = conn.batch_execute(BEGUN).await;
    if begun.is_err() {
        set_in_error(conn);
    }
    begun
}

/// Before a commit: fails, as contention, unless the transaction is still the one that was begun.
pub(in super::super) async fn kept(conn: &mut Connection) -> QueryResult<()> {
    if !is_guarded(conn, 1) {
        return Ok(());
    }
    conn.batch_execute(KEPT).await.map_err(|error| match error {
        Error::DatabaseError(_, information) if is_missing(information.message()) => {
            let text = "deadlock: the transaction was undone by another node";
            Error::DatabaseError(
                DatabaseErrorKind::SerializationFailure,
                Box::new(text.to_owned()),
            )
        }
        error => error,
    })
}

/// After a commit, or whatever ended the transaction instead.
pub(in super::super) async fn over(conn: &mut Connection) {
    if is_guarded(conn, 0) && conn.batch_execute(OVER).await.is_err() {
        set_in_error(conn);
    }
}

/// Whether it is a guarded transaction of our own, within so many others. The host's are the
/// host's.
fn is_guarded(conn: &mut Connection, depth: u32) -> bool {
    let status = Manager::transaction_manager_status_mut(conn);
    let within = status.transaction_depth().ok().flatten();
    IS_NEEDED.load(Ordering::Relaxed) && within.map_or(0, u32::from) == depth
}

/// The server names the savepoint, in any language.
fn is_missing(message: &str) -> bool {
    message.contains("oauth_clients_begun")
}

/// The connection is not used again.
fn set_in_error(conn: &mut Connection) {
    Manager::transaction_manager_status_mut(conn).set_in_error();
}
