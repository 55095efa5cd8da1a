//! The lock around the migrations: one of the server, or on a Galera cluster, whose nodes don't
//! share those, a row among the migrations.

use std::time::Duration;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{BigInt, Nullable};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use tokio::time::{Instant, sleep};

use super::migrate::{CREATE_TABLE, apply};
use super::pool::repeat;
use super::settings::is_cluster;
use super::{Connection, NOW};
use crate::repository::diesel::error::{Fault, Result};
use crate::repository::diesel::migrations::Migration;
use crate::repository::diesel::schema::oauth_client_migrations::{self, dsl};

/// The name of the server's lock: of at most 64 characters, one for each database. MySQL has no
/// older hash functions since 9.6.
const NAME: &str = "CONCAT('oauth_clients.', LEFT(SHA2(DATABASE(), 256), 40))";

/// The row's name, which no migration has.
const ROW: &str = "being applied";

/// After how many microseconds a row is one that a host left behind when it was killed. While a
/// node alters a table, the others don't commit, so that even then it does not look abandoned.
const ABANDONED: i64 = 10 * MINUTE;

/// In microseconds.
const MINUTE: i64 = 60_000_000;

/// How often a host that waits looks again.
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(super) enum Lock {
    Free,
    Server,
    /// Since when it is held, which also tells one holder from another.
    Row(i64),
}

impl Lock {
    pub(super) fn new() -> Self {
        Self::Free
    }

    /// Waits for it for at most `patience`, on a single server rounded up to whole seconds.
    pub(super) async fn take(&mut self, conn: &mut Connection, patience: Duration) -> Result<()> {
        *self = match is_cluster(conn).await.map_err(Fault::Repeatable)? {
            true => take_row(conn, patience).await?,
            false => take_server(conn, patience).await?,
        };
        Ok(())
    }

    /// Runs a migration, again if its last statement was undone: on a Galera cluster by a host that
    /// makes the table of migrations, too, before it waits for the lock.
    pub(super) async fn apply(&self, conn: &mut Connection, migration: Migration) -> Result<()> {
        repeat(conn, &migration, |conn, migration| {
            Box::pin(apply(conn, *migration))
        })
        .await
    }

    /// Releases it, after a failure too: MySQL can't undo the migrations themselves.
    pub(super) async fn release(self, conn: &mut Connection, _: bool) -> Result<()> {
        match self {
            Self::Free => Ok(()),
            Self::Server => {
                let release = format!("DO RELEASE_LOCK({NAME})");
                Ok(conn.batch_execute(&release).await?)
            }
            Self::Row(since) => {
                repeat(conn, &since, |conn, since| {
                    Box::pin(delete_row(conn, *since))
                })
                .await
            }
        }
    }
}

async fn delete_row(conn: &mut Connection, since: i64) -> Result<()> {
    let row = oauth_client_migrations::table.filter(dsl::name.eq(ROW));
    let own = row.filter(dsl::applied_at.eq(since));
    diesel::delete(own).execute(conn).await?;
    Ok(())
}

async fn take_server(conn: &mut Connection, patience: Duration) -> Result<Lock> {
    let seconds = patience.as_millis().div_ceil(1_000);
    let lock = format!("GET_LOCK({NAME}, {seconds})");
    let had = diesel::select(sql::<Nullable<BigInt>>(&lock)).get_result(conn);
    let had: Option<i64> = had.await.map_err(Fault::Repeatable)?;
    match had {
        Some(1) => Ok(Lock::Server),
        _ => Err(Fault::locked_out()),
    }
}

async fn take_row(conn: &mut Connection, patience: Duration) -> Result<Lock> {
    conn.batch_execute(CREATE_TABLE).await?;
    let start = Instant::now();
    loop {
        if let Some(lock) = insert(conn).await? {
            return Ok(lock);
        }
        if start.elapsed() >= patience {
            let text = format!(
                "another host makes the tables, or was killed while it did: then delete the row \
                '{ROW}' of oauth_client_migrations, or wait {} minutes",
                ABANDONED / MINUTE
            );
            return Err(Fault::Unavailable(text.into()));
        }
        sleep(PAUSE).await;
    }
}

/// Inserts the row, in place of one that was left behind. `None` if another host holds the lock.
async fn insert(conn: &mut Connection) -> Result<Option<Lock>> {
    match try_insert(conn).await {
        Ok(since) => Ok(Some(Lock::Row(since))),
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(None),
        Err(error) => match Fault::from(error) {
            // Another node committed first.
            fault if fault.is_contention() => Ok(None),
            fault => Err(fault),
        },
    }
}

async fn try_insert(conn: &mut Connection) -> QueryResult<i64> {
    let now: i64 = diesel::select(sql::<BigInt>(NOW)).get_result(conn).await?;
    let row = oauth_client_migrations::table.filter(dsl::name.eq(ROW));
    diesel::delete(row.filter(dsl::applied_at.lt(now - ABANDONED)))
        .execute(conn)
        .await?;
    diesel::insert_into(oauth_client_migrations::table)
        .values((dsl::name.eq(ROW), dsl::applied_at.eq(now)))
        .execute(conn)
        .await?;
    Ok(now)
}
