//! The index of names, and what it is made of.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};

use super::complete::{is_complete, note_complete};
use super::{Connection, Operation, SqliteRepository};
use crate::repository;
use crate::repository::diesel::error::{Fault, Result};

/// How many clients are indexed in one transaction.
const BATCH: i64 = 1_000;

/// `VACUUM` may change the rowids of `oauth_clients`, but not an `INTEGER PRIMARY KEY`. Every
/// version of this crate keeps the triggers, since it does not know them. A client that is not in
/// the index yet gets there with the name that it then has.
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS oauth_client_names (
    number INTEGER NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL UNIQUE
);
CREATE VIRTUAL TABLE IF NOT EXISTS oauth_client_names_index USING fts5(
    name_folded, content = '', columnsize = 0, detail = none, tokenize = 'trigram'
);
CREATE TRIGGER IF NOT EXISTS oauth_client_names_insert AFTER INSERT ON oauth_clients BEGIN
    INSERT INTO oauth_client_names (client_id) VALUES (new.client_id);
    INSERT INTO oauth_client_names_index (rowid, name_folded)
        SELECT number, new.name_folded FROM oauth_client_names WHERE client_id = new.client_id;
END;
CREATE TRIGGER IF NOT EXISTS oauth_client_names_update
AFTER UPDATE OF name_folded ON oauth_clients WHEN new.name_folded <> old.name_folded BEGIN
    INSERT INTO oauth_client_names_index (oauth_client_names_index, rowid, name_folded)
        SELECT 'delete', number, old.name_folded FROM oauth_client_names
        WHERE client_id = old.client_id;
    INSERT INTO oauth_client_names_index (rowid, name_folded)
        SELECT number, new.name_folded FROM oauth_client_names WHERE client_id = old.client_id;
END;
CREATE TRIGGER IF NOT EXISTS oauth_client_names_delete AFTER DELETE ON oauth_clients BEGIN
    INSERT INTO oauth_client_names_index (oauth_client_names_index, rowid, name_folded)
        SELECT 'delete', number, old.name_folded FROM oauth_client_names
        WHERE client_id = old.client_id;
    DELETE FROM oauth_client_names WHERE client_id = old.client_id;
END;
";

/// The next clients that are not in the index. Their numbers follow on the greatest one.
const NUMBER: &str = "INSERT INTO oauth_client_names (client_id)
    SELECT client_id FROM oauth_clients AS clients WHERE client_id > ? AND NOT EXISTS (
        SELECT 1 FROM oauth_client_names AS names WHERE names.client_id = clients.client_id
    ) ORDER BY client_id LIMIT ?";

const INDEX: &str = "INSERT INTO oauth_client_names_index (rowid, name_folded)
    SELECT number, name_folded FROM oauth_client_names CROSS JOIN oauth_clients USING (client_id)
    WHERE number > ? ORDER BY number";

const LAST: &str = "SELECT number, client_id AS last FROM oauth_client_names
    ORDER BY number DESC LIMIT 1";

#[derive(Debug, QueryableByName)]
struct Numbered {
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = Text)]
    last: String,
}

impl SqliteRepository {
    /// Makes an index that finds clients by a part of their names, or completes it, unless it is
    /// there. From then on, a search for at least three characters that few names contain reads
    /// only those, instead of all clients of the tenant. Without it, searches find the same.
    ///
    /// Call it after [`migrate`](Self::migrate). Each transaction indexes 1,000 clients, so that
    /// writes go on meanwhile, also of other processes, and an interrupted call is continued by the
    /// next. The index stays: a host that does not call this keeps it up to date, and uses it.
    /// [Its cost](crate::guides::databases#an-index-of-names).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Other`](crate::repository::ErrorKind::Other) if SQLite was compiled without its
    /// module FTS5, or is older than 3.34;
    /// [`ErrorKind::Unavailable`](crate::repository::ErrorKind::Unavailable) if others lock the
    /// file for too long.
    pub async fn index_names(&self) -> repository::Result<()> {
        let is_complete: Operation<(), _> = |conn, ()| Box::pin(is_complete(conn));
        if self.read((), is_complete).await? {
            return Ok(());
        }
        self.write((), |conn, ()| Box::pin(make(conn))).await?;
        let fill: Operation<String, _> = |conn, after| Box::pin(fill(conn, after));
        let mut after = Some(String::new());
        while let Some(last) = after {
            after = self.write(last, fill).await?;
        }
        Ok(())
    }
}

async fn make(conn: &mut Connection) -> Result<()> {
    let made = conn
        .transaction(async |conn| conn.batch_execute(TABLES).await)
        .await;
    made.map_err(|error| match error.to_string() {
        text if text.contains("no such module") || text.contains("no such tokenizer") => {
            Fault::Connection(
                "an index of names needs SQLite 3.34 or later with its module FTS5".into(),
            )
        }
        _ => error.into(),
    })
}

/// Indexes the next clients after one, and returns the last of them, or nothing if the index is
/// complete.
async fn fill(conn: &mut Connection, after: &str) -> Result<Option<String>> {
    conn.transaction::<_, Fault, _>(async |conn| {
        let numbered = sql_query(NUMBER)
            .bind::<Text, _>(after)
            .bind::<BigInt, _>(BATCH);
        // First, since a transaction that began with a read would not wait for a lock.
        let numbered = numbered.execute(conn).await?;
        if numbered == 0 {
            note_complete(conn).await?;
            return Ok(None);
        }
        let last: Numbered = sql_query(LAST).get_result(conn).await?;
        let before = last.number.saturating_sub_unsigned(numbered as u64);
        let index = sql_query(INDEX).bind::<BigInt, _>(before);
        index.execute(conn).await?;
        Ok(Some(last.last))
    })
    .await
}
