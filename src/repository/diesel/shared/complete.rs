//! Whether the index of names has every client.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Connection;
use crate::domain::Timestamp;
use crate::repository::diesel::error::Result;
use crate::repository::diesel::prepared::prepared;
use crate::repository::diesel::schema::oauth_client_migrations::{self, dsl};

/// The row among the migrations that says so.
const COMPLETE: &str = "names";

pub(super) async fn is_complete(conn: &mut Connection) -> Result<bool> {
    let row = oauth_client_migrations::table
        .filter(dsl::name.eq(COMPLETE))
        .select(dsl::applied_at);
    let row: Option<i64> = prepared!(row).get_result(conn).await.optional()?;
    Ok(row.is_some())
}

pub(super) async fn note_complete(conn: &mut Connection) -> Result<()> {
    let now = Timestamp::from(std::time::SystemTime::now());
    diesel::insert_or_ignore_into(oauth_client_migrations::table)
        .values((dsl::name.eq(COMPLETE), dsl::applied_at.eq(now.as_micros())))
        .execute(conn)
        .await?;
    Ok(())
}
