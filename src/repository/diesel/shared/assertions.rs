//! Used client assertions, shared by all hosts on this database.

use std::time::Duration;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::{Connection, NOW, Repository};
use crate::domain::{ClientId, Timestamp};
use crate::repository::Error;
use crate::repository::diesel::error::Result;
use crate::repository::diesel::prepared::prepared;
use crate::repository::diesel::schema::oauth_client_assertions::{self, dsl};

/// How long an entry outlives its assertion: a call may be late, and clocks differ.
const KEPT: Duration = Duration::from_secs(10 * 60);

/// One in this many calls also removes expired entries.
const CLEARED: u32 = 64;

/// How many expired entries are removed at once, apart from those that share the last timestamp.
const CLEARED_AT_ONCE: i64 = 1_000;

/// Only one cleanup runs at a time in this process.
static CLEARING: Semaphore = Semaphore::const_new(1);

impl Repository {
    /// Records an assertion by the digest of its `jti`, and returns whether it was new.
    pub(crate) async fn remember_assertion(
        &self,
        client_id: &ClientId,
        digest: String,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let kept_until = (until + KEPT).as_micros();
        let row = (client_id.as_str().to_owned(), digest, kept_until);
        let insert = self.write(row, |conn, (client_id, digest, kept_until)| {
            Box::pin(insert(conn, client_id, digest, *kept_until))
        });
        let is_first = insert.await?;
        if rand::random_ratio(1, CLEARED) {
            self.start_clearing(now.as_micros());
        }
        Ok(is_first)
    }

    /// Runs in its own task: getting a connection may take a while.
    fn start_clearing(&self, now: i64) {
        if let (Ok(turn), Ok(runtime)) = (CLEARING.try_acquire(), Handle::try_current()) {
            let repository = self.clone();
            runtime.spawn(async move {
                let clear = repository.write(now, |conn, now| Box::pin(clear(conn, *now)));
                // If it fails, a later one will succeed.
                drop(clear.await);
                drop(turn);
            });
        }
    }
}

async fn insert(
    conn: &mut Connection,
    client_id: &str,
    digest: &str,
    kept_until: i64,
) -> Result<bool> {
    let row = (
        dsl::client_id.eq(client_id),
        dsl::digest.eq(digest),
        dsl::kept_until.eq(kept_until),
    );
    let insert = prepared!(diesel::insert_into(oauth_client_assertions::table).values(row));
    match insert.execute(conn).await {
        Ok(_) => Ok(true),
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Uses the host's clock or the database's, whichever is behind: a clock that is ahead must not
/// remove entries that others still need.
async fn clear(conn: &mut Connection, now: i64) -> Result<()> {
    let theirs: i64 = diesel::select(sql::<BigInt>(NOW)).get_result(conn).await?;
    let now = now.min(theirs);
    let over = oauth_client_assertions::table.filter(dsl::kept_until.lt(now));
    let oldest = over.select(dsl::kept_until).order(dsl::kept_until);
    let last = prepared!(oldest.offset(CLEARED_AT_ONCE).limit(1));
    let last: Option<i64> = last.get_result(conn).await.optional()?;
    // Include all entries with the same timestamp; otherwise there might be nothing before it to
    // remove.
    let until = last.unwrap_or(now - 1);
    let entries = oauth_client_assertions::table.filter(dsl::kept_until.le(until));
    prepared!(diesel::delete(entries)).execute(conn).await?;
    Ok(())
}
