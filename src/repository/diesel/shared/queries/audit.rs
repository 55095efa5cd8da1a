use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::lock::existed;
use super::{Backend, Connection, Statement};
use crate::domain::{AuditEntry, Id, Page, Slice};
use crate::repository::ErrorKind;
use crate::repository::diesel::error::Result;
use crate::repository::diesel::limited::Limited;
use crate::repository::diesel::page;
use crate::repository::diesel::prepared::prepared;
use crate::repository::diesel::rows::{AuditRow, Key};
use crate::repository::diesel::schema::COUNTED_LOGS;
use crate::repository::diesel::schema::oauth_client_audit_logs::{self, dsl};

pub(in super::super) fn insert_audit(entry: &AuditRow) -> impl Statement + use<'_> {
    prepared!(diesel::insert_into(oauth_client_audit_logs::table).values(entry))
}

fn trail(key: &Key) -> oauth_client_audit_logs::BoxedQuery<'_, Backend> {
    oauth_client_audit_logs::table
        .filter(dsl::tenant_id.eq(&key.tenant))
        .filter(dsl::client_id.eq(&key.client))
        .into_boxed()
}

/// Whether a change was stored, judging by its audit entry.
pub(in super::super) async fn is_audited(
    conn: &mut Connection,
    key: &Key,
    id: &str,
) -> Result<bool> {
    let entry = trail(key).filter(dsl::id.eq(id)).select(dsl::id);
    let entry = entry.get_result::<String>(conn).await;
    Ok(entry.optional()?.is_some())
}

pub(in super::super) async fn audit_entries(
    conn: &mut Connection,
    key: &Key,
    page: Page,
) -> Result<Slice<AuditEntry>> {
    let list = trail(key).order(dsl::id.desc());
    let rows = match page {
        Page::Number { number, size } => {
            let counted = COUNTED_LOGS
                .filter(COUNTED_LOGS.field(dsl::tenant_id).eq(&key.tenant))
                .filter(COUNTED_LOGS.field(dsl::client_id).eq(&key.client));
            let list = list.select((AuditRow::as_select(), counted.count().single_value()));
            let rows: Vec<(AuditRow, Option<i64>)> =
                Limited::to_page(list, page).load(conn).await?;
            match page::counted(rows, number, size) {
                Some(rows) => rows,
                None => page::past_the_end(trail(key).count().get_result(conn).await?),
            }
        }
        Page::After { id, size } => {
            let list = list.select(AuditRow::as_select());
            let list = match id {
                Some(id) => list.filter(dsl::id.lt(id.to_string())),
                None => list,
            };
            page::keyset(Limited::to_page(list, page).load(conn).await?, size)
        }
    };
    // Every client has an audit trail, from its creation on. Entries of an initial access token
    // name its id, which is that of no client.
    let may_be_none = rows.items.is_empty() || Id::parse(&key.client).is_some();
    if may_be_none && !existed(conn, key).await? {
        return Err(ErrorKind::NotFound.into());
    }
    page::try_map(rows, AuditRow::into_entry)
}
