//! A transaction in steps, so that what fails before its start is told from what fails within.

use diesel_async::{AsyncConnection, TransactionManager};

use super::Connection;
use crate::repository::diesel::error::{Fault, Result};

type Manager = <Connection as AsyncConnection>::TransactionManager;

/// Begins a transaction, or a part of the one that is open.
pub(super) async fn begin(conn: &mut Connection) -> Result<()> {
    let begun = Manager::begin_transaction(conn).await;
    begun.map_err(Fault::Repeatable)
}

/// Commits what came out well, and takes back everything else.
pub(super) async fn end<T>(conn: &mut Connection, outcome: Result<T>) -> Result<T> {
    if outcome.is_ok() {
        Manager::commit_transaction(conn).await?;
        return outcome;
    }
    let undone = Manager::rollback_transaction(conn).await;
    if undone.is_err() {
        // A deadlock in MySQL takes the host's whole transaction with it: nothing may be added to
        // what is no transaction any more.
        Manager::transaction_manager_status_mut(conn).set_in_error();
    }
    match (&outcome, undone) {
        (Err(Fault::Refused(_) | Fault::Unreadable(_)), Err(error)) => Err(error.into()),
        // What made it necessary tells more: after a deadlock, MySQL knows of no savepoint.
        _ => outcome,
    }
}
