use std::time::Duration;

use diesel::prelude::*;
use diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection, TransactionManager};

use super::{Connection, Lock, MIGRATIONS, check};
use crate::domain::Timestamp;
use crate::repository::diesel::error::{Fault, Result};
use crate::repository::diesel::migrations::Migration;
use crate::repository::diesel::schema::oauth_client_migrations::{self, dsl};

type Manager = <Connection as AsyncConnection>::TransactionManager;

/// The applied migrations. Not Diesel's own table, since the host may use Diesel's migrations too.
pub(super) const CREATE_TABLE: &str = "CREATE TABLE IF NOT EXISTS oauth_client_migrations (
    name VARCHAR(64) NOT NULL PRIMARY KEY,
    applied_at BIGINT NOT NULL
)";

/// Applies the missing migrations and returns how many. Concurrent callers wait for the lock, for
/// at most `patience`, and then find nothing to do.
///
/// If nothing is missing, it takes no lock and writes nothing, and needs only the right to read.
pub(super) async fn migrate(conn: &mut Connection, patience: Duration) -> Result<usize> {
    check(conn).await?;
    // An error here usually means that there is no table yet.
    if missing(conn).await.is_ok_and(|missing| missing.is_empty()) {
        return Ok(0);
    }
    let mut lock = Lock::new();
    match locked(conn, &mut lock, patience).await {
        Ok(applied) => {
            lock.release(conn, true).await?;
            Ok(applied)
        }
        Err(fault) => {
            // The first error is more informative. A transaction that can't be ended ends with its
            // connection.
            if lock.release(conn, false).await.is_err() {
                Manager::transaction_manager_status_mut(conn).set_in_error();
            }
            Err(fault)
        }
    }
}

/// The migrations that are not applied yet.
async fn missing(conn: &mut Connection) -> Result<Vec<Migration>> {
    let names = oauth_client_migrations::table.select(dsl::name).load(conn);
    let done: Vec<String> = names.await.map_err(Fault::Repeatable)?;
    let mut missing = MIGRATIONS.to_vec();
    missing.retain(|(name, _)| !done.iter().any(|done| done == name));
    Ok(missing)
}

async fn locked(conn: &mut Connection, lock: &mut Lock, patience: Duration) -> Result<usize> {
    lock.take(conn, patience).await?;
    conn.batch_execute(CREATE_TABLE).await?;
    let mut applied = 0;
    for migration in missing(conn).await? {
        lock.apply(conn, migration).await?;
        applied += 1;
    }
    Ok(applied)
}

pub(super) async fn apply(conn: &mut Connection, (name, sql): Migration) -> Result<()> {
    conn.batch_execute(sql).await?;
    let now = Timestamp::from(std::time::SystemTime::now());
    diesel::insert_into(oauth_client_migrations::table)
        .values((dsl::name.eq(name), dsl::applied_at.eq(now.as_micros())))
        .execute(conn)
        .await?;
    Ok(())
}
