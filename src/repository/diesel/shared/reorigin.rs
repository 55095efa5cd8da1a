//! Derives the origins of clients that were stored before origins were.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Connection, Operation, Repository, queries};
use crate::repository;
use crate::repository::diesel::error::Result;
use crate::repository::diesel::schema::oauth_client_origins::{self, dsl};

/// How many clients are updated in one transaction.
const BATCH: i64 = 500;

impl Repository {
    /// Updates them batch by batch, so that other writes run in between, and an interrupted call
    /// can be continued by the next.
    pub(super) async fn derive_origins(&self) -> repository::Result<()> {
        let next: Operation<(), _> = |conn, ()| Box::pin(next(conn));
        let derive: Operation<Vec<String>, _> =
            |conn, clients| Box::pin(queries::derive_origins(conn, clients));
        loop {
            let clients = self.scan((), next).await?;
            if clients.is_empty() {
                return Ok(());
            }
            self.write(clients, derive).await?;
        }
    }
}

async fn next(conn: &mut Connection) -> Result<Vec<String>> {
    let waiting = oauth_client_origins::table.filter(dsl::origin.eq(""));
    let waiting = waiting.select(dsl::client_id).limit(BATCH);
    Ok(waiting.load(conn).await?)
}
