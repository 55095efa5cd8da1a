use diesel::prelude::*;
use diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};

use super::clients::existed;
use super::{Backend, Connection, SNAPSHOT};
use crate::domain::{AuditEntry, Page, Slice};
use crate::repository::ErrorKind;
use crate::repository::diesel::error::{Fault, Result};
use crate::repository::diesel::page;
use crate::repository::diesel::rows::{AuditRow, Key};
use crate::repository::diesel::schema::oauth_client_audit_logs::{self, dsl};

pub(super) async fn insert_audit(conn: &mut Connection, entry: &AuditRow) -> Result<()> {
    diesel::insert_into(oauth_client_audit_logs::table)
        .values(entry)
        .execute(conn)
        .await?;
    Ok(())
}

fn trail(key: &Key) -> oauth_client_audit_logs::BoxedQuery<'_, Backend> {
    oauth_client_audit_logs::table
        .filter(dsl::tenant_id.eq(&key.tenant))
        .filter(dsl::client_id.eq(&key.client))
        .into_boxed()
}

pub(in super::super) async fn audit_entries(
    conn: &mut Connection,
    key: &Key,
    page: Page,
) -> Result<Slice<AuditEntry>> {
    // Trails are never removed, so what exists now exists in the snapshot below.
    if !existed(conn, key).await? {
        return Err(ErrorKind::NotFound.into());
    }
    let query = trail(key)
        .select(AuditRow::as_select())
        .order(dsl::id.desc())
        .limit(page::limit(page));
    let rows = match page {
        Page::Number { number, size } => {
            conn.transaction::<_, Fault, _>(async |conn| {
                conn.batch_execute(SNAPSHOT).await?;
                let total = trail(key).count().get_result(conn).await?;
                let query = query.offset(page::offset(number, size));
                let rows: Vec<AuditRow> = query.load(conn).await?;
                Ok(page::numbered(rows, number, size, total))
            })
            .await?
        }
        Page::After { id, size } => {
            let rows: Vec<AuditRow> = match id {
                Some(id) => query.filter(dsl::id.lt(id.to_string())).load(conn).await?,
                None => query.load(conn).await?,
            };
            page::keyset(rows, size)
        }
    };
    page::try_map(rows, AuditRow::into_entry)
}
