use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::audit::insert_audit;
use super::filter::Filter;
use super::lock::{advance, explain, stored_version};
use super::origins::{insert_origins, replace_origins};
use super::secrets::{end_secrets, far_ahead, show_last_four};
use super::transaction::{begin, end};
use super::{Connection, Statement, compound, find, latest, together};
use crate::domain::{Client, Page, Slice, Version};
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

pub(in super::super) async fn create(
    conn: &mut Connection,
    client: &NewClientRow,
    secrets: &[SecretRow],
    pages: &[String],
    origin: Option<&(Key, Version)>,
    audit: &AuditRow,
) -> Result<()> {
    let is_plain = origin.is_none() && secrets.len() <= 1 && pages.is_empty();
    if is_plain && compound::is_atomic(conn) {
        return Ok(compound::insert(conn, client, secrets, audit).await?);
    }
    begin(conn).await?;
    let outcome = async {
        if let Some((source, version)) = origin {
            lock_origin(conn, source, *version).await?;
        }
        compound::insert(conn, client, secrets, audit).await?;
        insert_origins(conn, client.client_id(), pages).await
    }
    .await;
    end(conn, outcome).await
}

pub(in super::super) fn insert_client(client: &NewClientRow) -> impl Statement + use<'_> {
    prepared!(diesel::insert_into(oauth_clients::table).values(client))
}

/// Locks the row of the client that is cloned until the clone is written.
async fn lock_origin(conn: &mut Connection, source: &Key, version: Version) -> Result<()> {
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

pub(in super::super) async fn update(
    conn: &mut Connection,
    key: &Key,
    expected: Version,
    metadata: &MetadataRow,
    secrets: Secrets,
    pages: Option<&[String]>,
    audit: &AuditRow,
) -> Result<()> {
    if secrets == Secrets::Keep && pages.is_none() && compound::is_atomic(conn) {
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
        if let Some(pages) = pages {
            replace_origins(conn, &key.client, pages).await?;
        }
        Ok(())
    }
    .await;
    end(conn, outcome).await
}

fn replace<'a>(
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
        let gone = (
            dsl::deleted_at.eq(audit.at()),
            dsl::secret_last_four.eq(None::<&str>),
        );
        let client = prepared!(diesel::update(live(key)).set(gone));
        let end = end_secrets(key, audit);
        together!(conn; end, client, insert_audit(audit))?;
        Ok(())
    }
    .await;
    end(conn, outcome).await
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
    prepared!(diesel::update(live(key).filter(outdated)).set(dsl::last_used_at.eq(at)))
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
