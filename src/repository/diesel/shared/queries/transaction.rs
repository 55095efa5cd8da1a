//! A transaction in steps, to distinguish failures before its start from those within.

use diesel_async::{AsyncConnection, TransactionManager};

use super::{Connection, guarded};
use crate::repository::diesel::error::{Fault, Result};

type Manager = <Connection as AsyncConnection>::TransactionManager;

/// Begins a transaction, or a savepoint in the open one.
pub(super) async fn begin(conn: &mut Connection) -> Result<()> {
    let begun = Manager::begin_transaction(conn).await;
    begun.map_err(Fault::Repeatable)?;
    guarded::begun(conn).await.map_err(Fault::Repeatable)
}

/// Commits a success, and rolls back a failure.
pub(super) async fn end<T>(conn: &mut Connection, outcome: Result<T>) -> Result<T> {
    let outcome = match outcome {
        Ok(value) => guarded::kept(conn)
            .await
            .map(|()| value)
            .map_err(Fault::from),
        failure => failure,
    };
    let outcome = commit_or_undo(conn, outcome).await;
    guarded::over(conn).await;
    outcome
}

async fn commit_or_undo<T>(conn: &mut Connection, outcome: Result<T>) -> Result<T> {
    if outcome.is_ok() {
        Manager::commit_transaction(conn).await?;
        return outcome;
    }
    let undone = Manager::rollback_transaction(conn).await;
    if undone.is_err() {
        // In MySQL, a deadlock rolls back the host's whole transaction: prevent further writes,
        // which would run outside of it.
        Manager::transaction_manager_status_mut(conn).set_in_error();
    }
    match (&outcome, undone) {
        (Err(Fault::Refused(_) | Fault::Unreadable(_)), Err(error)) => Err(error.into()),
        // The first error is more informative: after a deadlock, MySQL has no savepoint any more.
        _ => outcome,
    }
}
