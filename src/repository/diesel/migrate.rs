use diesel::prelude::*;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use super::{Connection, LOCK, MIGRATIONS, UNDO, UNLOCK};
use crate::domain::Timestamp;
use crate::repository::diesel::error::{Fault, Result};
use crate::repository::diesel::schema::oauth_client_migrations::{self, dsl};

/// Which steps were taken. A table of our own: the host may well run Diesel's migrations, too.
const CREATE_TABLE: &str = "CREATE TABLE IF NOT EXISTS oauth_client_migrations (
    name VARCHAR(64) NOT NULL PRIMARY KEY,
    applied_at BIGINT NOT NULL
)";

/// Takes the steps that are missing and says how many those were. Who comes second waits, and
/// finds nothing left to do.
pub(super) async fn migrate(conn: &mut Connection) -> Result<usize> {
    let locked = conn.batch_execute(LOCK).await;
    locked.map_err(Fault::Repeatable)?;
    match apply(conn).await {
        Ok(applied) => {
            conn.batch_execute(UNLOCK).await?;
            Ok(applied)
        }
        Err(fault) => {
            // The first fault tells more, and the connection is given up in any case.
            let _ = conn.batch_execute(UNDO).await;
            Err(fault)
        }
    }
}

async fn apply(conn: &mut Connection) -> Result<usize> {
    conn.batch_execute(CREATE_TABLE).await?;
    let done: Vec<String> = oauth_client_migrations::table
        .select(dsl::name)
        .load(conn)
        .await?;
    let missing = MIGRATIONS
        .iter()
        .filter(|(name, _)| !done.iter().any(|done| done == name));
    let mut applied = 0;
    for (name, sql) in missing {
        conn.batch_execute(sql).await?;
        let now = Timestamp::from(std::time::SystemTime::now());
        diesel::insert_into(oauth_client_migrations::table)
            .values((dsl::name.eq(name), dsl::applied_at.eq(now.as_micros())))
            .execute(conn)
            .await?;
        applied += 1;
    }
    Ok(applied)
}
