//! Clients that register themselves.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;

use super::audit::insert_audit;
use super::clients::{Gone, NewRows, lock_origin, replace};
use super::lock::{explain, stored_version};
use super::origins::{insert_origins, replace_origins};
use super::secrets::{end_secrets, insert_secret, show_last_four};
use super::statuses::Statuses;
use super::tokens::take_use;
use super::transaction::{begin, end};
use super::unused::{delete_registration, derive_unused};
use super::{Backend, Connection, LEAVES_OUT_APPROVED, Statement, compound, latest, together};
use crate::domain::{
    Client, ClientStatus, Page, RegisteredClient, RegistrationState, Slice, Version,
};
use crate::repository::diesel::counted::Counted;
use crate::repository::diesel::error::Result;
use crate::repository::diesel::limited::Limited;
use crate::repository::diesel::page;
use crate::repository::diesel::prepared::prepared;
use crate::repository::diesel::rows::{
    AuditRow, ClientRow, Key, MetadataRow, NewClientRow, RegistrationRow, SecretRow,
    into_registered,
};
use crate::repository::diesel::schema::oauth_client_registrations::{self, dsl};
use crate::repository::diesel::schema::{
    COUNTED_REGISTRATIONS, NotApproved, NotDeleted, has_registered, live, oauth_clients as clients,
    registration as of_client,
};
use crate::repository::{ErrorKind, MAX_ACTIVE_SECRETS, Secrets};

pub(in super::super) async fn register(
    conn: &mut Connection,
    key: &Key,
    (client, secrets, pages, origin, audit): &NewRows,
    registration: &RegistrationRow,
    unused_since: Option<i64>,
) -> Result<()> {
    let row = insert_registered(client, unused_since);
    let beside = Some(insert_registration(client, registration));
    let token = registration.initial_access_token_id();
    let is_plain = origin.is_none() && secrets.len() <= 1 && pages.is_empty() && token.is_none();
    if is_plain && compound::is_atomic(conn) {
        return Ok(compound::insert(conn, row, beside, secrets, audit).await?);
    }
    begin(conn).await?;
    let outcome = async {
        if let Some(token) = token {
            take_use(conn, &key.tenant, token, audit.at()).await?;
        }
        if let Some((source, version)) = origin {
            lock_origin(conn, source, *version).await?;
        }
        compound::insert(conn, row, beside, secrets, audit).await?;
        insert_origins(conn, client.client_id(), pages).await
    }
    .await;
    end(conn, outcome).await
}

fn insert_registered(client: &NewClientRow, unused_since: Option<i64>) -> impl Statement + use<'_> {
    let row = (client, clients::unused_since.eq(unused_since));
    prepared!(diesel::insert_into(clients::table).values(row))
}

fn insert_registration<'a>(
    client: &'a NewClientRow,
    registration: &'a RegistrationRow,
) -> impl Statement + use<'a> {
    let row = (
        dsl::tenant_id.eq(client.tenant_id()),
        dsl::id.eq(client.id()),
        registration,
    );
    prepared!(diesel::insert_into(oauth_client_registrations::table).values(row))
}

pub(in super::super) async fn registration(
    conn: &mut Connection,
    key: &Key,
) -> Result<RegisteredClient> {
    let row = live(key)
        .inner_join(oauth_client_registrations::table.on(has_registered()))
        .select((ClientRow::as_select(), RegistrationRow::as_select()))
        .get_result(conn)
        .await;
    into_registered(row.optional()?.ok_or(ErrorKind::NotFound)?)
}

pub(in super::super) async fn registrations(
    conn: &mut Connection,
    tenant: &str,
    state: Option<&RegistrationState>,
    page: Page,
) -> Result<Slice<RegisteredClient>> {
    let mut list = oauth_client_registrations::table
        .inner_join(clients::table.on(has_registered()))
        .filter(dsl::tenant_id.eq(tenant))
        // A host that doesn't know registrations leaves them behind when it deletes a client.
        .filter(NotDeleted::new(clients::deleted_at))
        .order(dsl::id.desc())
        .into_boxed::<Backend>();
    if let Some(state) = state {
        list = list.filter(dsl::state.eq(state.as_str()));
        if is_indexed_alone(state) {
            list = list.filter(NotApproved::new(dsl::state));
        }
    }
    let counted = || {
        let all = COUNTED_REGISTRATIONS
            .filter(COUNTED_REGISTRATIONS.field(dsl::tenant_id).eq(tenant))
            .into_boxed::<Backend>();
        let Some(state) = state else {
            return all;
        };
        let counted = all.filter(COUNTED_REGISTRATIONS.field(dsl::state).eq(state.as_str()));
        match is_indexed_alone(state) {
            true => counted.filter(NotApproved::new(COUNTED_REGISTRATIONS.field(dsl::state))),
            false => counted,
        }
    };
    let rows = match page {
        Page::Number { number, size } => {
            let total = counted().count().single_value();
            let list = list.select((ClientRow::as_select(), RegistrationRow::as_select(), total));
            let rows: Vec<(ClientRow, RegistrationRow, Option<i64>)> =
                Limited::to_page(list, page).load(conn).await?;
            let rows = rows.into_iter();
            let rows = rows.map(|(client, row, total)| ((client, row), total));
            match page::counted(rows.collect(), number, size) {
                Some(rows) => rows,
                None => page::past_the_end(counted().count().get_result(conn).await?),
            }
        }
        Page::After { id, size } => {
            let list = match id {
                Some(id) => list.filter(dsl::id.lt(id.to_string())),
                None => list,
            };
            let list = list.select((ClientRow::as_select(), RegistrationRow::as_select()));
            page::keyset(Limited::to_page(list, page).load(conn).await?, size)
        }
    };
    page::try_map(rows, into_registered)
}

/// Whether a list of this state needs the words of a partial index to use it.
fn is_indexed_alone(state: &RegistrationState) -> bool {
    LEAVES_OUT_APPROVED && *state != RegistrationState::Approved
}

/// The change of a registration, as it is stored.
pub(in super::super) type ChangedRows = (
    MetadataRow,
    Secrets,
    Vec<String>,
    RegistrationRow,
    Option<SecretRow>,
);

pub(in super::super) async fn update_registration(
    conn: &mut Connection,
    key: &Key,
    expected: Version,
    status: &ClientStatus,
    (metadata, secrets, pages, registration, secret): &ChangedRows,
    audit: &AuditRow,
) -> Result<Client> {
    begin(conn).await?;
    let outcome = async {
        let changed = replace(key, expected, metadata, audit)
            .execute(conn)
            .await?;
        explain(conn, key, changed).await?;
        let replaced = prepared!(diesel::update(of_client(key)).set(registration));
        if replaced.execute(conn).await? == 0 {
            return Err(ErrorKind::NotFound.into());
        }
        together!(conn; derive_unused(key, status), insert_audit(audit))?;
        if *secrets == Secrets::End {
            end_secrets(key, audit).execute(conn).await?;
        }
        if let Some(secret) = secret {
            let all = Statuses::load(conn, key, audit.at()).await?;
            if all.active().count() >= MAX_ACTIVE_SECRETS {
                return Err(ErrorKind::TooManySecrets.into());
            }
            all.remove_oldest(conn, key).await?;
            insert_secret(secret).execute(conn).await?;
        }
        if *secrets == Secrets::End || secret.is_some() {
            show_last_four(key, audit).execute(conn).await?;
        }
        replace_origins(conn, &key.client, pages).await?;
        let row = latest!(live(key).select(ClientRow::as_select()));
        let row: Option<ClientRow> = row.get_result(conn).await.optional()?;
        row.ok_or(ErrorKind::NotFound)?.into_client()
    }
    .await;
    end(conn, outcome).await
}

pub(in super::super) async fn count_registrations(
    conn: &mut Connection,
    tenant: &str,
    limit: i64,
) -> Result<i64> {
    let some = oauth_client_registrations::table
        .filter(dsl::tenant_id.eq(tenant))
        .select(dsl::id)
        .order(dsl::id);
    Ok(Counted(Limited::first(some, limit))
        .get_result(conn)
        .await?)
}

/// A place in the order of [`unused_registrations`].
pub(in super::super) type Place = (i64, String);

pub(in super::super) async fn unused_registrations(
    conn: &mut Connection,
    unused_since: i64,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<RegisteredClient>> {
    let unused = || {
        let never = clients::last_used_at.is_null();
        let before = clients::last_used_at.assume_not_null().lt(unused_since);
        let active = clients::status.eq(ClientStatus::Active.word());
        let inactive = clients::status.eq(ClientStatus::Inactive.word());
        clients::table
            .inner_join(oauth_client_registrations::table.on(has_registered()))
            .filter(clients::unused_since.assume_not_null().lt(unused_since))
            // What hosts that don't know registrations have changed since.
            .filter(never.or(before))
            .filter(active.or(inactive))
            .filter(clients::deleted_at.is_null())
            .select((ClientRow::as_select(), RegistrationRow::as_select()))
            .order((clients::unused_since, clients::client_id))
            .into_boxed::<Backend>()
    };
    let mut found: Vec<(ClientRow, RegistrationRow)> = Vec::new();
    // Two statements, since not every database finds the place of a pair in an index.
    if let Some((at, client_id)) = after {
        let same = unused().filter(clients::unused_since.assume_not_null().eq(at));
        let later = same.filter(clients::client_id.gt(client_id));
        found = Limited::first(later, limit).load(conn).await?;
    }
    let left = limit.saturating_sub_unsigned(found.len() as u64);
    if left > 0 {
        let later = match after {
            Some((at, _)) => unused().filter(clients::unused_since.assume_not_null().gt(at)),
            None => unused(),
        };
        let later: Vec<_> = Limited::first(later, left).load(conn).await?;
        found.extend(later);
    }
    found.into_iter().map(into_registered).collect()
}

/// Like a deletion, if the client is as it was read.
pub(in super::super) async fn delete_unused(
    conn: &mut Connection,
    key: &Key,
    expected: Version,
    last_used_at: Option<i64>,
    audit: &AuditRow,
) -> Result<()> {
    begin(conn).await?;
    let outcome = async {
        let never = last_used_at.is_none().into_sql::<Bool>();
        let never = clients::last_used_at.is_null().and(never);
        let is_same = never.nullable().or(clients::last_used_at.eq(last_used_at));
        let client = live(key)
            .filter(clients::version.eq(expected.as_i64()))
            .filter(is_same)
            .filter(exists(
                oauth_client_registrations::table.filter(has_registered()),
            ));
        let gone = (
            clients::version.eq(clients::version + 1),
            clients::updated_at.eq(audit.at()),
            Gone::at(audit),
        );
        let deleted = prepared!(diesel::update(client).set(gone));
        if deleted.execute(conn).await? == 0 {
            return Err(why_not_unused(conn, key).await?.into());
        }
        let registration = delete_registration(key);
        together!(conn; end_secrets(key, audit), registration, insert_audit(audit))?;
        Ok(())
    }
    .await;
    end(conn, outcome).await
}

/// Why there was no unused client to delete.
async fn why_not_unused(conn: &mut Connection, key: &Key) -> Result<ErrorKind> {
    if stored_version(conn, key).await?.is_none() {
        return Ok(ErrorKind::NotFound);
    }
    let state = latest!(of_client(key).select(dsl::state));
    let state: Option<String> = state.get_result(conn).await.optional()?;
    Ok(state.map_or(ErrorKind::NotFound, |_| ErrorKind::Stale))
}
