//! Updates names that an older version folded differently for searches.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::{AsyncConnection, RunQueryDsl};

use super::{Connection, NOT_ASCII, Operation, Repository};
use crate::repository;
use crate::repository::diesel::error::{Fault, Result};
use crate::repository::diesel::folded::{MARK, folded};
use crate::repository::diesel::schema::oauth_clients::{self, dsl};

/// How many names are updated in one transaction.
const BATCH: i64 = 500;

/// A name with a search form from an older version.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = oauth_clients)]
pub(super) struct OldName {
    client_id: String,
    name: String,
    name_folded: String,
}

impl Repository {
    /// Updates them batch by batch, so that other writes run in between, and an interrupted call
    /// can be continued by the next.
    pub(super) async fn refold(&self) -> repository::Result<()> {
        let next: Operation<String, _> = |conn, after| Box::pin(next(conn, after));
        let fold: Operation<Vec<OldName>, _> = |conn, names| Box::pin(fold(conn, names));
        let mut after = String::new();
        loop {
            let names = self.scan(after, next).await?;
            let Some(last) = names.last() else {
                return Ok(());
            };
            after = last.client_id.clone();
            self.write(names, fold).await?;
        }
    }
}

/// The next batch, after a client.
async fn next(conn: &mut Connection, after: &str) -> Result<Vec<OldName>> {
    let names = oauth_clients::table
        .filter(dsl::client_id.gt(after))
        .filter(sql::<Bool>(NOT_ASCII))
        .filter(dsl::name_folded.not_like(format!("{MARK}%")))
        .order(dsl::client_id)
        .limit(BATCH);
    Ok(names.select(OldName::as_select()).load(conn).await?)
}

/// Updates a batch. Concurrently changed names are left alone.
async fn fold(conn: &mut Connection, names: &[OldName]) -> Result<()> {
    conn.transaction::<_, Fault, _>(async |conn| {
        for old in names {
            let same = oauth_clients::table
                .filter(dsl::client_id.eq(&old.client_id))
                .filter(dsl::name.eq(&old.name))
                .filter(dsl::name_folded.eq(&old.name_folded));
            let new = dsl::name_folded.eq(folded(&old.name));
            diesel::update(same).set(new).execute(conn).await?;
        }
        Ok(())
    })
    .await
}
