//! The server's settings on which the contract depends.

use diesel::sql_types::Text;
use diesel::{QueryResult, QueryableByName, sql_query};
use diesel_async::RunQueryDsl;

use super::Connection;
use super::guarded::guard_from_now_on;
use crate::repository::diesel::error::{Fault, Result};

/// Has the server's messages in English.
const ENGLISH: &str = "SET lc_messages = 'en_US'";

/// Makes every statement (1: reads, 2: updates and deletions, 4: insertions) wait for what the
/// other nodes of a Galera cluster have committed. Otherwise it may see what was there before.
pub(super) const SYNCHRONIZED: &str = "SET wsrep_sync_wait = 7";
const BOTH: &str = "SET lc_messages = 'en_US', wsrep_sync_wait = 7";

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text, column_name = "Variable_name")]
    name: String,
    #[diesel(sql_type = Text, column_name = "Value")]
    value: String,
}

/// Refuses a server on which a write would stay uncommitted, be truncated silently, or be visible
/// before it is committed. The isolation level has two names, and servers know one or both.
///
/// Returns a statement to run before each use of a connection, which needs no privilege: if the
/// server's messages, by which errors are recognized, are not in English, or if its node would not
/// wait for the others.
pub(super) async fn check(conn: &mut Connection) -> Result<Option<&'static str>> {
    let settings = sql_query(
        "SHOW SESSION VARIABLES WHERE Variable_name IN ('autocommit', 'sql_mode', 'tx_isolation', \
        'transaction_isolation', 'lc_messages', 'wsrep_on', 'wsrep_sync_wait')",
    );
    let settings: Vec<Setting> = settings.load(conn).await.map_err(Fault::Repeatable)?;
    let (mut is_english, mut is_cluster, mut waits) = (true, false, false);
    for Setting { name, value } in settings {
        let unsuited = match name.as_str() {
            "autocommit" if value != "ON" => "`autocommit` is off",
            "sql_mode" if !value.contains("STRICT_") => "`sql_mode` is not strict",
            "tx_isolation" | "transaction_isolation" if value == "READ-UNCOMMITTED" => {
                "`transaction_isolation` is READ UNCOMMITTED"
            }
            other => {
                match other {
                    "lc_messages" => is_english = value.starts_with("en_"),
                    "wsrep_on" => is_cluster = value == "ON",
                    "wsrep_sync_wait" => waits = value.parse().is_ok_and(|wait: u32| wait & 7 == 7),
                    _ => {}
                }
                continue;
            }
        };
        return Err(Fault::Unsuited(unsuited));
    }
    if is_cluster {
        guard_from_now_on();
    }
    Ok(match (is_english, !is_cluster || waits) {
        (true, true) => None,
        (false, true) => Some(ENGLISH),
        (true, false) => Some(SYNCHRONIZED),
        (false, false) => Some(BOTH),
    })
}

/// Whether the server is a node of a Galera cluster.
pub(super) async fn is_cluster(conn: &mut Connection) -> QueryResult<bool> {
    let on = "SHOW SESSION VARIABLES WHERE Variable_name = 'wsrep_on' AND Value = 'ON'";
    let on: Vec<Setting> = sql_query(on).load(conn).await?;
    Ok(!on.is_empty())
}
