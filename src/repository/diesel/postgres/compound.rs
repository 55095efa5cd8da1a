//! Compound writes as a single statement, which is a transaction of its own: one round trip.

use std::mem;

use diesel::Insertable;
use diesel::connection::TransactionManagerStatus;
use diesel::insertable::InsertValues;
use diesel::query_builder::{AstPass, QueryFragment, QueryId, ValuesClause};
use diesel::result::QueryResult;
use diesel_async::{AnsiTransactionManager, RunQueryDsl, TransactionManager};

use super::queries::{Statement, insert_audit, insert_secret};
use super::{Backend, Connection};
use crate::repository::diesel::rows::{AuditRow, SecretRow};
use crate::repository::diesel::schema::oauth_client_audit_logs;

/// Whether the writes below are atomic without a transaction, with at most one secret. Not inside
/// the host's transaction, which a failure would abort.
pub(super) fn is_atomic(conn: &mut Connection) -> bool {
    matches!(status(conn).transaction_depth(), Ok(None))
}

/// Inserts a client with its registration, its first secrets and its first audit entry.
pub(super) async fn insert(
    conn: &mut Connection,
    client: impl Statement,
    registration: Option<impl Statement>,
    secrets: &[SecretRow],
    audit: &AuditRow,
) -> QueryResult<()> {
    let (secret, more) = match secrets {
        [] => (None, secrets),
        [secret, more @ ..] => (Some(secret), more),
    };
    let insert = Insert {
        client,
        registration,
        secret: secret.map(insert_secret),
        audit: insert_audit(audit),
    };
    run(conn, insert).await?;
    for secret in more {
        insert_secret(secret).execute(conn).await?;
    }
    Ok(())
}

/// Makes a change and writes its audit entry, if a row matches. Returns the number of changed rows.
pub(super) async fn change(
    conn: &mut Connection,
    statement: impl Statement,
    audit: &AuditRow,
) -> QueryResult<usize> {
    let change = Change {
        statement,
        audit: audit.values(),
    };
    run(conn, change).await
}

/// Outside of a transaction, marks the connection as broken while the write runs, so that the pool
/// does not reuse it if the write is interrupted.
async fn run(conn: &mut Connection, statement: impl Statement) -> QueryResult<usize> {
    if !is_atomic(conn) {
        return statement.execute(conn).await;
    }
    let sound = mem::replace(status(conn), TransactionManagerStatus::InError);
    let outcome = statement.execute(conn).await;
    *status(conn) = sound;
    outcome
}

fn status(conn: &mut Connection) -> &mut TransactionManagerStatus {
    AnsiTransactionManager::transaction_manager_status_mut(conn)
}

/// Foreign keys are checked at the end of the statement.
struct Insert<C, R, S, A> {
    client: C,
    registration: Option<R>,
    secret: Option<S>,
    audit: A,
}

impl<C, R, S, A> QueryFragment<Backend> for Insert<C, R, S, A>
where
    C: Statement,
    R: Statement,
    S: Statement,
    A: Statement,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        out.push_sql("WITH client AS (");
        self.client.walk_ast(out.reborrow())?;
        if let Some(registration) = &self.registration {
            out.push_sql("), registration AS (");
            registration.walk_ast(out.reborrow())?;
        }
        if let Some(secret) = &self.secret {
            out.push_sql("), secret AS (");
            secret.walk_ast(out.reborrow())?;
        }
        out.push_sql(") ");
        self.audit.walk_ast(out)
    }
}

/// Identified by its text.
impl<C, R, S, A> QueryId for Insert<C, R, S, A> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

/// Writes one entry for each changed row.
struct Change<S, V> {
    statement: S,
    audit: ValuesClause<V, oauth_client_audit_logs::table>,
}

impl<S, V> QueryFragment<Backend> for Change<S, V>
where
    S: Statement,
    V: InsertValues<Backend, oauth_client_audit_logs::table>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        out.push_sql("WITH changed AS (");
        self.statement.walk_ast(out.reborrow())?;
        out.push_sql(" RETURNING 1) INSERT INTO oauth_client_audit_logs (");
        self.audit.values.column_names(out.reborrow())?;
        out.push_sql(") SELECT ");
        self.audit.values.walk_ast(out.reborrow())?;
        out.push_sql(" FROM changed");
        Ok(())
    }

    /// It has one text if its statement has.
    fn is_safe_to_cache_prepared(&self, backend: &Backend) -> QueryResult<bool> {
        self.statement.is_safe_to_cache_prepared(backend)
    }
}

impl<S, V> QueryId for Change<S, V> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}
