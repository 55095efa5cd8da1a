//! Which client assertions were presented, to whichever host on this database.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Connection, Repository};
use crate::domain::{ClientId, Timestamp};
use crate::repository::diesel::error::Result;
use crate::repository::diesel::prepared::prepared;
use crate::repository::diesel::schema::oauth_client_assertions::{self, dsl};
use crate::repository::{Error, ErrorKind};

/// How long an entry outlives its assertion: a call may be late, and clocks differ.
const KEPT: Duration = Duration::from_secs(10 * 60);

/// Every so many calls, one clears away what the others left.
const CLEARED: u32 = 64;

impl Repository {
    /// Remembers an assertion by a digest of its id, and returns whether it was the first one.
    pub(crate) async fn remember_assertion(
        &self,
        client_id: &ClientId,
        digest: String,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let kept_until = (until + KEPT).as_micros();
        let row = (client_id.as_str().to_owned(), digest, kept_until);
        let inserted = self.write(row, |conn, (client_id, digest, kept_until)| {
            Box::pin(insert(conn, client_id, digest, *kept_until))
        });
        let first = match inserted.await {
            Ok(()) => true,
            Err(error) if error.kind() == ErrorKind::Conflict => false,
            Err(error) => return Err(error),
        };
        if rand::random_ratio(1, CLEARED) {
            let cleared = self.write(now.as_micros(), |conn, now| Box::pin(clear(conn, *now)));
            // Whoever fails leaves it to the next.
            let _ = cleared.await;
        }
        Ok(first)
    }
}

async fn insert(
    conn: &mut Connection,
    client_id: &str,
    digest: &str,
    kept_until: i64,
) -> Result<()> {
    let row = (
        dsl::client_id.eq(client_id),
        dsl::digest.eq(digest),
        dsl::kept_until.eq(kept_until),
    );
    prepared!(diesel::insert_into(oauth_client_assertions::table).values(row))
        .execute(conn)
        .await?;
    Ok(())
}

async fn clear(conn: &mut Connection, now: i64) -> Result<()> {
    let entries = oauth_client_assertions::table.filter(dsl::kept_until.lt(now));
    prepared!(diesel::delete(entries)).execute(conn).await?;
    Ok(())
}
