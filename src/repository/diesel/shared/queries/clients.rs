use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use diesel_async::RunQueryDsl;

use super::audit::insert_audit;
use super::filter::Filter;
use super::lock::{advance, explain, stored_version};
use super::origins::{insert_origins, replace_origins};
use super::secrets::{end_secrets, far_ahead, show_last_four};
use super::transaction::{begin, end};
use super::unused::{delete_registration, derive_unused};
use super::{Connection, Statement, compound, find, latest, narrow, together};
use crate::domain::{Client, ClientStatus, Page, Slice, Version};
use crate::repository::diesel::error::{Fault, Result};
use crate::repository::diesel::limited::Limited;
use crate::repository::diesel::page;
use crate::repository::diesel::prepared::prepared;
use crate::repository::diesel::rows::{
    AuditRow, ClientRow, Key, MetadataRow, NewClientRow, SecretRow,
};
use crate::repository::diesel::schema::oauth_clients::{self, dsl};
use crate::repository::diesel::schema::{deleted, live};
use crate::repository::{ErrorKind, Secrets};

/// The rows of a new client: itself, its secrets, the origins of its pages, the client that it is a
/// clone of, and its audit entry.
pub(in super::super) type NewRows = (
    NewClientRow,
    Vec<SecretRow>,
    Vec<String>,
    Option<(Key, Version)>,
    AuditRow,
);

pub(in super::super) async fn create(
    conn: &mut Connection,
    (client, secrets, pages, origin, audit): &NewRows,
) -> Result<()> {
    let is_plain = origin.is_none() && secrets.len() <= 1 && pages.is_empty();
    if is_plain && compound::is_atomic(conn) {
        let row = insert_client(client);
        return Ok(compound::insert(conn, row, None::<()>, secrets, audit).await?);
    }
    begin(conn).await?;
    let outcome = async {
        if let Some((source, version)) = origin {
            lock_origin(conn, source, *version).await?;
        }
        let row = insert_client(client);
        compound::insert(conn, row, None::<()>, secrets, audit).await?;
        insert_origins(conn, client.client_id(), pages).await
    }
    .await;
    end(conn, outcome).await
}

pub(super) fn insert_client(client: &NewClientRow) -> impl Statement + use<'_> {
    prepared!(diesel::insert_into(oauth_clients::table).values(client))
}

/// Locks the row of the client that is cloned until the clone is written.
pub(super) async fn lock_origin(
    conn: &mut Connection,
    source: &Key,
    version: Version,
) -> Result<()> {
    prepared!(diesel::update(live(source)).set(dsl::clones.eq(dsl::clones + 1)))
        .execute(conn)
        .await?;
    match stored_version(conn, source).await? {
        None => Err(ErrorKind::NotFound.into()),
        Some(stored) if stored == version => Ok(()),
        Some(_) => Err(ErrorKind::Stale.into()),
    }
}

pub(in super::super) async fn get(conn: &mut Connection, key: &Key) -> Result<Client> {
    let row = find::client(conn, key).await.optional()?;
    row.ok_or(ErrorKind::NotFound)?.into_client()
}

pub(in super::super) async fn get_deleted(conn: &mut Connection, key: &Key) -> Result<Client> {
    let row = deleted(key).select(ClientRow::as_select());
    let row = row.get_result(conn).await;
    row.optional()?.ok_or(ErrorKind::NotFound)?.into_client()
}

pub(in super::super) async fn list(
    conn: &mut Connection,
    filter: &Filter,
    page: Page,
) -> Result<Slice<Client>> {
    let narrowed = match filter.sought() {
        Some((tenant, text)) => narrow(conn, tenant, text).await?,
        None => None,
    };
    let narrowed = narrowed.map(|asked| filter.found_by(asked));
    let filter = narrowed.as_ref().unwrap_or(filter);
    match page {
        Page::Number { number, size } => {
            let total = filter.counted().count().single_value();
            let list = filter.query().select((ClientRow::as_select(), total));
            let list = Limited::to_page(list.order(dsl::id.desc()), page);
            let rows: Vec<(ClientRow, Option<i64>)> = list.load(conn).await?;
            match page::counted(rows, number, size) {
                Some(rows) => page::try_map(rows, ClientRow::into_client),
                None => Ok(page::past_the_end(
                    filter.query().count().get_result(conn).await?,
                )),
            }
        }
        Page::After { id, size } => {
            let id = id.map(|id| id.to_string());
            Ok(page::keyset(
                find::after(conn, filter, page, id).await?,
                size,
            ))
        }
    }
}

/// With the origins of its pages, if they may change, and its status, if it registered itself.
pub(in super::super) async fn update(
    conn: &mut Connection,
    key: &Key,
    expected: Version,
    metadata: &MetadataRow,
    secrets: Secrets,
    (pages, status): (Option<&[String]>, Option<&ClientStatus>),
    audit: &AuditRow,
) -> Result<()> {
    let is_plain = secrets == Secrets::Keep && pages.is_none() && status.is_none();
    if is_plain && compound::is_atomic(conn) {
        let replace = replace(key, expected, metadata, audit);
        let changed = compound::change(conn, replace, audit).await?;
        return explain(conn, key, changed).await;
    }
    begin(conn).await?;
    let outcome = async {
        let replace = replace(key, expected, metadata, audit);
        match secrets {
            Secrets::Keep => {
                let changed = compound::change(conn, replace, audit).await?;
                explain(conn, key, changed).await?;
            }
            Secrets::End => {
                let changed = replace.execute(conn).await?;
                explain(conn, key, changed).await?;
                let end = end_secrets(key, audit);
                together!(conn; end, show_last_four(key, audit), insert_audit(audit))?;
            }
        }
        if let Some(status) = status {
            derive_unused(key, status).execute(conn).await?;
        }
        if let Some(pages) = pages {
            replace_origins(conn, &key.client, pages).await?;
        }
        Ok(())
    }
    .await;
    end(conn, outcome).await
}

pub(super) fn replace<'a>(
    key: &'a Key,
    expected: Version,
    metadata: &'a MetadataRow,
    audit: &'a AuditRow,
) -> impl Statement + use<'a> {
    let next = (
        dsl::version.eq(dsl::version + 1),
        dsl::updated_at.eq(audit.at()),
        metadata,
    );
    let client = live(key).filter(dsl::version.eq(expected.as_i64()));
    prepared!(diesel::update(client).set(next))
}

pub(in super::super) async fn delete(
    conn: &mut Connection,
    key: &Key,
    expected: Option<Version>,
    audit: &AuditRow,
) -> Result<()> {
    begin(conn).await?;
    let outcome = async {
        advance(conn, key, expected, audit).await?;
        let client = prepared!(diesel::update(live(key)).set(Gone::at(audit)));
        let (end, registration) = (end_secrets(key, audit), delete_registration(key));
        together!(conn; end, client, registration, insert_audit(audit))?;
        Ok(())
    }
    .await;
    end(conn, outcome).await
}

/// What a deletion sets, besides the version.
#[derive(AsChangeset)]
#[diesel(table_name = oauth_clients)]
#[diesel(treat_none_as_null = true)]
pub(super) struct Gone {
    deleted_at: i64,
    secret_last_four: Option<String>,
    unused_since: Option<i64>,
}

impl Gone {
    pub(super) fn at(audit: &AuditRow) -> Self {
        Self {
            deleted_at: audit.at(),
            secret_last_four: None,
            unused_since: None,
        }
    }
}

pub(in super::super) async fn touch_client(
    conn: &mut Connection,
    key: &Key,
    at: i64,
) -> Result<()> {
    let outdated = dsl::last_used_at
        .is_null()
        .or(dsl::last_used_at.lt(at))
        .or(dsl::last_used_at.gt(far_ahead(at)));
    let at = at.into_sql::<Nullable<BigInt>>();
    let used = (
        dsl::last_used_at.eq(at),
        dsl::unused_since.eq(case_when(dsl::unused_since.is_not_null(), at)),
    );
    prepared!(diesel::update(live(key).filter(outdated)).set(used))
        .execute(conn)
        .await
        .map_err(Fault::Repeatable)?;
    Ok(())
}

pub(in super::super) async fn restore(
    conn: &mut Connection,
    key: &Key,
    expected: Version,
    audit: &AuditRow,
) -> Result<()> {
    begin(conn).await?;
    let outcome = async {
        let back = (
            dsl::version.eq(dsl::version + 1),
            dsl::updated_at.eq(audit.at()),
            dsl::deleted_at.eq(None::<i64>),
        );
        let client = deleted(key).filter(dsl::version.eq(expected.as_i64()));
        let client = prepared!(diesel::update(client).set(back));
        if compound::change(conn, client, audit).await? > 0 {
            // A host that does not know registrations may have left one behind.
            delete_registration(key).execute(conn).await?;
            return Ok(());
        }
        let stored = latest!(deleted(key).select(dsl::version));
        let stored: Option<i64> = stored.get_result(conn).await.optional()?;
        let why = stored.map_or(ErrorKind::NotFound, |_| ErrorKind::Stale);
        Err(why.into())
    }
    .await;
    end(conn, outcome).await
}
