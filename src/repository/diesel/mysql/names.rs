//! The index of names, and what it is made of.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use super::complete::{is_complete, note_complete};
use super::lock::Lock;
use super::narrow::{PART, STEP};
use super::settings::is_cluster;
use super::{Connection, MysqlRepository, Operation};
use crate::repository;
use crate::repository::diesel::error::{Fault, Result};

/// How many clients are indexed in one transaction.
const BATCH: i64 = 500;

/// More positions than a name has. Servers end a recursion after 1,000 steps.
const POSITIONS: usize = 1_990;

/// Of bytes: text that ends in blanks is another one here, unlike in `oauth_clients`.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS oauth_client_name_parts (
    tenant_id VARCHAR(128) NOT NULL,
    part VARBINARY(32) NOT NULL,
    client_id VARCHAR(256) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    position SMALLINT UNSIGNED NOT NULL,
    PRIMARY KEY (tenant_id, part, client_id, position)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin";

/// They wait for transactions that use the table, and everybody waits for them.
const PATIENCE: &str = "SET lock_wait_timeout = 3";

const OWN_PATIENCE: &str = "SET lock_wait_timeout = @@GLOBAL.lock_wait_timeout";

const IS_TRIGGER: &str = "SELECT COUNT(*) AS number, '' AS last FROM information_schema.triggers
    WHERE trigger_schema = DATABASE() AND trigger_name = ?";

const LAST: &str = "SELECT 0 AS number, MAX(client_id) AS last FROM (
    SELECT client_id FROM oauth_clients WHERE client_id > ? ORDER BY client_id LIMIT ?) AS next";

const NOT_ALLOWED: &str = "an index of names needs triggers, which this user can't create: grant \
    it TRIGGER, and if the server has a binary log, set log_bin_trust_function_creators = 1 \
    meanwhile";

/// Nodes make a trigger while transactions go on at the others, which then don't know the table, or
/// write past it.
const CLUSTER: &str = "a Galera cluster can't make an index of names while clients are written";

#[derive(Debug, QueryableByName)]
struct Next {
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = Nullable<Text>)]
    last: Option<String>,
}

impl MysqlRepository {
    /// Makes an index that finds clients by a part of their names, or completes it, unless it is
    /// there. From then on, a search for at least three characters that few names contain reads
    /// only those, instead of all clients of the tenant. Without it, searches find the same.
    ///
    /// Call it after [`migrate`](Self::migrate). It needs the right to create triggers. Each
    /// transaction indexes 500 clients, so that writes go on meanwhile, also of other hosts, and an
    /// interrupted call is continued by the next. The index stays: a host that does not call this
    /// keeps it up to date, and uses it.
    /// [Its cost](crate::guides::databases#an-index-of-names).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Other`](crate::repository::ErrorKind::Other) without the right to create
    /// triggers, and on a Galera cluster;
    /// [`ErrorKind::Unavailable`](crate::repository::ErrorKind::Unavailable) if the database can't
    /// be reached, or transactions of others last for too long.
    pub async fn index_names(&self) -> repository::Result<()> {
        let is_complete: Operation<(), _> = |conn, ()| Box::pin(is_complete(conn));
        if self.read((), is_complete).await? {
            return Ok(());
        }
        let patience = self.0.timeout();
        let patient = self.clone().with_timeout(Duration::MAX);
        let make: Operation<Duration, _> = |conn, patience| Box::pin(make(conn, *patience));
        patient.write(patience, make).await?;
        let fill: Operation<String, _> = |conn, after| Box::pin(fill(conn, after));
        let mut after = Some(String::new());
        while let Some(last) = after {
            after = patient.write(last, fill).await?;
        }
        Ok(())
    }
}

/// Makes the table and the triggers, under the lock of the migrations.
async fn make(conn: &mut Connection, patience: Duration) -> Result<()> {
    let mut lock = Lock::new();
    let made = locked(conn, &mut lock, patience).await;
    let restored = conn.batch_execute(OWN_PATIENCE).await;
    let released = lock.release(conn, made.is_ok()).await;
    made?;
    restored?;
    released
}

async fn locked(conn: &mut Connection, lock: &mut Lock, patience: Duration) -> Result<()> {
    if is_cluster(conn).await? {
        return Err(Fault::Unsuited(CLUSTER));
    }
    lock.take(conn, patience).await?;
    conn.batch_execute(TABLE).await?;
    conn.batch_execute(PATIENCE).await?;
    for (name, body) in triggers() {
        let found = sql_query(IS_TRIGGER).bind::<Text, _>(name);
        let found: Next = found.get_result(conn).await?;
        if found.number == 0 {
            let create = format!("CREATE TRIGGER {name} {body}");
            conn.batch_execute(&create).await.map_err(refusal)?;
        }
    }
    Ok(())
}

fn refusal(error: diesel::result::Error) -> Fault {
    let is_refusal = ["denied", "SUPER privilege"]
        .iter()
        .any(|text| error.to_string().contains(text));
    match is_refusal {
        true => Fault::Unsuited(NOT_ALLOWED),
        false => error.into(),
    }
}

/// Every version of this crate keeps them, since it does not know them.
fn triggers() -> [(&'static str, String); 3] {
    let of_each_part = |row: &str, statement: &str| {
        format!(
            "BEGIN DECLARE place INT DEFAULT 1;
            WHILE place < CHAR_LENGTH({row}.name_folded) DO
                {statement}; SET place = place + {STEP};
            END WHILE; END"
        )
    };
    let part = |row: &str| format!("CAST(SUBSTRING({row}.name_folded, place, {PART}) AS BINARY)");
    let insert = format!(
        "INSERT INTO oauth_client_name_parts (tenant_id, part, client_id, position)
        VALUES (NEW.tenant_id, {}, NEW.client_id, place)
        ON DUPLICATE KEY UPDATE position = place",
        part("NEW")
    );
    let insert = of_each_part("NEW", &insert);
    let delete = format!(
        "DELETE FROM oauth_client_name_parts WHERE tenant_id = OLD.tenant_id AND part = {}
        AND client_id = OLD.client_id AND position = place",
        part("OLD")
    );
    let delete = of_each_part("OLD", &delete);
    [
        (
            "oauth_client_names_insert",
            format!("AFTER INSERT ON oauth_clients FOR EACH ROW {insert}"),
        ),
        (
            "oauth_client_names_update",
            format!(
                "AFTER UPDATE ON oauth_clients FOR EACH ROW
                IF CAST(NEW.name_folded AS BINARY) <> CAST(OLD.name_folded AS BINARY) THEN
                    {delete}; {insert};
                END IF"
            ),
        ),
        (
            "oauth_client_names_delete",
            format!("AFTER DELETE ON oauth_clients FOR EACH ROW {delete}"),
        ),
    ]
}

/// Indexes the next clients after one, and returns the last of them, or nothing if the index is
/// complete. Their rows are locked, so that nobody renames them meanwhile.
async fn fill(conn: &mut Connection, after: &str) -> Result<Option<String>> {
    let next = sql_query(LAST)
        .bind::<Text, _>(after)
        .bind::<BigInt, _>(BATCH);
    let next: Next = next.get_result(conn).await?;
    let Some(last) = next.last else {
        note_complete(conn).await?;
        return Ok(None);
    };
    let index = format!(
        "INSERT IGNORE INTO oauth_client_name_parts (tenant_id, part, client_id, position)
        WITH RECURSIVE places (place) AS (
            SELECT 1 UNION ALL SELECT place + {STEP} FROM places WHERE place < {POSITIONS}
        )
        SELECT tenant_id, CAST(SUBSTRING(name_folded, place, {PART}) AS BINARY), client_id, place
        FROM oauth_clients JOIN places ON place < CHAR_LENGTH(name_folded)
        WHERE client_id > ? AND client_id <= ? FOR UPDATE"
    );
    sql_query(index)
        .bind::<Text, _>(after)
        .bind::<Text, _>(&last)
        .execute(conn)
        .await?;
    Ok(Some(last))
}
