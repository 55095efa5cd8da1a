//! Compound writes, for databases that take statements one by one.

use diesel::result::QueryResult;
use diesel_async::RunQueryDsl;

use super::Connection;
use super::queries::{Statement, insert_audit, insert_secret};
use crate::repository::diesel::rows::{AuditRow, SecretRow};

/// Whether the writes below are atomic without a transaction.
pub(super) fn is_atomic(_: &mut Connection) -> bool {
    false
}

/// Inserts a client with its registration, its first secrets and its first audit entry.
pub(super) async fn insert(
    conn: &mut Connection,
    client: impl Statement,
    registration: Option<impl Statement>,
    secrets: &[SecretRow],
    audit: &AuditRow,
) -> QueryResult<()> {
    client.execute(conn).await?;
    if let Some(registration) = registration {
        registration.execute(conn).await?;
    }
    for secret in secrets {
        insert_secret(secret).execute(conn).await?;
    }
    insert_audit(audit).execute(conn).await?;
    Ok(())
}

/// Makes a change and writes its audit entry, if a row matches. Returns the number of changed rows.
pub(super) async fn change(
    conn: &mut Connection,
    statement: impl Statement,
    audit: &AuditRow,
) -> QueryResult<usize> {
    let changed = statement.execute(conn).await?;
    if changed > 0 {
        insert_audit(audit).execute(conn).await?;
    }
    Ok(changed)
}
