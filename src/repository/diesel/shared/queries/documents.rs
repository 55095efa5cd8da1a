//! Metadata documents that were used.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::RunQueryDsl;

use super::limits::{ensure_limits, limits};
use super::transaction::{begin, end};
use super::{Backend, Connection, latest};
use crate::domain::{MetadataHash, Page, SeenDocument, Slice};
use crate::repository::ErrorKind;
use crate::repository::diesel::error::{Fault, Result};
use crate::repository::diesel::limited::Limited;
use crate::repository::diesel::page;
use crate::repository::diesel::prepared::prepared;
use crate::repository::diesel::rows::{DocumentRow, read_hash};
use crate::repository::diesel::schema::COUNTED_DOCUMENTS;
use crate::repository::diesel::schema::oauth_client_document_limits::dsl as counted;
use crate::repository::diesel::schema::oauth_client_documents::{self, dsl};

/// A use that is further ahead than this came from a wrong clock, in microseconds.
const A_DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// How many documents are forgotten for a new one, at most.
const FORGOTTEN: i64 = 100;

/// But for a new document, each statement is a write by itself, whatever another one leaves.
pub(in super::super) async fn note_document(
    conn: &mut Connection,
    seen: &DocumentRow,
    limit: i64,
) -> Result<Option<MetadataHash>> {
    let at = seen.last_used_at;
    let read = (dsl::last_used_at.eq(at), dsl::read_at.eq(seen.read_at));
    let same = document(seen)
        .filter(dsl::metadata_hash.eq(&seen.metadata_hash))
        .filter(dsl::read_at.le(seen.read_at))
        .filter(
            dsl::last_used_at
                .lt(at)
                .or(dsl::last_used_at.gt(at + A_DAY)),
        );
    let noted = prepared!(diesel::update(same).set(read));
    if noted.execute(conn).await? > 0 {
        return Ok(None);
    }
    let stored = document(seen).select((dsl::metadata_hash, dsl::read_at, dsl::last_used_at));
    let stored = prepared!(stored).get_result(conn).await.optional()?;
    let Some((hash, read_at, last_used_at)): Option<(String, i64, i64)> = stored else {
        // Another host may have noted it meanwhile.
        return match insert(conn, seen, limit).await {
            Ok(()) | Err(Fault::Refused(ErrorKind::Conflict)) => Ok(None),
            Err(fault) => Err(fault),
        };
    };
    let is_used_later = last_used_at >= at && last_used_at <= at + A_DAY;
    let last_used_at = if is_used_later { last_used_at } else { at };
    // Copies are used for a day at most, so what is much newer was read by a wrong clock.
    if read_at >= seen.read_at && read_at <= seen.read_at + 2 * A_DAY {
        let used = prepared!(diesel::update(document(seen)).set(dsl::last_used_at.eq(at)));
        if !is_used_later {
            used.execute(conn).await?;
        }
        return Ok(None);
    }
    // Of those that have read the new one, one replaces the old one.
    let old = document(seen)
        .filter(dsl::metadata_hash.eq(&hash))
        .filter(dsl::read_at.eq(read_at));
    let is_new = hash != seen.metadata_hash;
    let replaced = if is_new {
        let new = (
            dsl::host.eq(&seen.host),
            dsl::client_name.eq(&seen.client_name),
            dsl::metadata_hash.eq(&seen.metadata_hash),
            dsl::read_at.eq(seen.read_at),
            dsl::last_used_at.eq(last_used_at),
            dsl::changed_at.eq(Some(at)),
        );
        prepared!(diesel::update(old).set(new))
            .execute(conn)
            .await?
    } else {
        let read = dsl::read_at.eq(seen.read_at);
        prepared!(diesel::update(old).set(read))
            .execute(conn)
            .await?
    };
    match is_new && replaced > 0 {
        true => read_hash(&hash).map(Some),
        false => Ok(None),
    }
}

#[diesel::dsl::auto_type]
fn document<'a>(seen: &'a DocumentRow) -> _ {
    let tenant: &'a str = &seen.tenant_id;
    let client: &'a str = &seen.client_id;
    oauth_client_documents::table
        .filter(dsl::tenant_id.eq(tenant))
        .filter(dsl::client_id.eq(client))
}

/// Adds a document, in place of the least recently used ones beyond the limit.
async fn insert(conn: &mut Connection, seen: &DocumentRow, limit: i64) -> Result<()> {
    let tenant = &seen.tenant_id;
    begin(conn).await?;
    let outcome = async {
        ensure_limits(conn, tenant).await?;
        let more = counted::documents.eq(counted::documents + 1);
        let more = prepared!(diesel::update(limits(tenant)).set(more));
        more.execute(conn).await?;
        // Not `ON CONFLICT DO NOTHING`: MySQL counts a row that is there already as one, too.
        let new = prepared!(diesel::insert_into(oauth_client_documents::table).values(seen));
        match new.execute(conn).await {
            Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
                return Err(ErrorKind::Conflict.into());
            }
            inserted => inserted?,
        };
        let count = latest!(limits(tenant).select(counted::documents));
        let count: i64 = count.get_result(conn).await?;
        if count > limit {
            forget(conn, tenant, (count - limit).min(FORGOTTEN)).await?;
        }
        Ok(())
    }
    .await;
    end(conn, outcome).await
}

/// Removes the tenant's least recently used documents.
async fn forget(conn: &mut Connection, tenant: &str, surplus: i64) -> Result<()> {
    let oldest = oauth_client_documents::table
        .filter(dsl::tenant_id.eq(tenant))
        .order((dsl::last_used_at, dsl::client_id))
        .select(dsl::client_id);
    let oldest: Vec<String> = Limited::first(oldest, surplus).load(conn).await?;
    let mut forgotten = 0;
    for client in &oldest {
        let document = oauth_client_documents::table
            .filter(dsl::tenant_id.eq(tenant))
            .filter(dsl::client_id.eq(client));
        forgotten += prepared!(diesel::delete(document)).execute(conn).await?;
    }
    let fewer = counted::documents - i64::try_from(forgotten).unwrap_or(i64::MAX);
    let fewer = prepared!(diesel::update(limits(tenant)).set(counted::documents.eq(fewer)));
    fewer.execute(conn).await?;
    Ok(())
}

pub(in super::super) async fn documents(
    conn: &mut Connection,
    tenant: &str,
    host: Option<&str>,
    page: Page,
) -> Result<Slice<SeenDocument>> {
    let (number, size) = match page {
        Page::Number { number, size } => (number, size),
        Page::After { size, .. } => (1, size),
    };
    let counted = || {
        let all = COUNTED_DOCUMENTS
            .filter(COUNTED_DOCUMENTS.field(dsl::tenant_id).eq(tenant))
            .into_boxed::<Backend>();
        match host {
            Some(host) => all.filter(COUNTED_DOCUMENTS.field(dsl::host).eq(host)),
            None => all,
        }
    };
    let mut list = oauth_client_documents::table
        .filter(dsl::tenant_id.eq(tenant))
        .order((dsl::last_used_at.desc(), dsl::client_id.desc()))
        .into_boxed::<Backend>();
    if let Some(host) = host {
        list = list.filter(dsl::host.eq(host));
    }
    let total = counted().count().single_value();
    let list = list.select((DocumentRow::as_select(), total));
    let rows: Vec<(DocumentRow, Option<i64>)> = Limited::to_page(list, page).load(conn).await?;
    let rows = match page::counted(rows, number, size) {
        Some(rows) => rows,
        None => page::past_the_end(counted().count().get_result(conn).await?),
    };
    page::try_map(rows, DocumentRow::into_document)
}
