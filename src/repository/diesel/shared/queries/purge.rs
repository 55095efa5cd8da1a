//! Purges rows that were kept long enough, oldest first.

use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;

use super::Connection;
use super::origins::replace_origins;
use super::transaction::{begin, end};
use super::unused::delete_registration;
use crate::domain::{Action, ClientMetadata, ClientStatus};
use crate::repository::diesel::error::Result;
use crate::repository::diesel::rows::{Key, MetadataRow};
use crate::repository::diesel::schema::{
    PURGED, client, oauth_client_audit_logs as logs, oauth_client_secrets as secrets,
    oauth_clients as clients, secrets as of_client,
};

pub(in super::super) async fn purge_audit_entries(
    conn: &mut Connection,
    before: i64,
    limit: i64,
) -> Result<usize> {
    let old = logs::table.filter(logs::at.lt(before));
    let times = old.select(logs::at).order(logs::at);
    let last: Option<i64> = times.offset(limit - 1).first(conn).await.optional()?;
    let until = last.unwrap_or(before - 1);
    let entries = || logs::table.filter(logs::at.le(until));
    let lifted = entries().filter(logs::action.eq(Action::MetadataDocumentUnblock.as_str()));
    let lifted = lifted.select((logs::tenant_id, logs::client_id));
    let lifted: Vec<(String, String)> = lifted.load(conn).await?;
    if lifted.is_empty() {
        return Ok(diesel::delete(entries()).execute(conn).await?);
    }
    begin(conn).await?;
    let outcome = async {
        let purged = diesel::delete(entries()).execute(conn).await?;
        for (tenant, client) in lifted {
            delete_place(conn, &Key { tenant, client }).await?;
        }
        Ok(purged)
    }
    .await;
    end(conn, outcome).await
}

/// Removes the row that the entries of a block referred to, of which neither is left.
async fn delete_place(conn: &mut Connection, key: &Key) -> Result<()> {
    let trail = logs::table
        .filter(logs::tenant_id.eq(&key.tenant))
        .filter(logs::client_id.eq(&key.client));
    if diesel::select(exists(trail)).get_result(conn).await? {
        return Ok(());
    }
    let place = client(key).filter(clients::deleted_at.eq(PURGED));
    diesel::delete(place).execute(conn).await?;
    Ok(())
}

pub(in super::super) async fn purge_inactive_secrets(
    conn: &mut Connection,
    before: i64,
    limit: i64,
) -> Result<usize> {
    // A literal, so that the partial index applies.
    let inactive = || sql::<Bool>("status = 'inactive'");
    let old = secrets::table.filter(inactive().and(secrets::updated_at.lt(before)));
    let times = old.select(secrets::updated_at).order(secrets::updated_at);
    let last: Option<i64> = times.offset(limit - 1).first(conn).await.optional()?;
    let until = last.unwrap_or(before - 1);
    let secrets = secrets::table.filter(inactive().and(secrets::updated_at.le(until)));
    Ok(diesel::delete(secrets).execute(conn).await?)
}

pub(in super::super) async fn purge_deleted_clients(
    conn: &mut Connection,
    before: i64,
    limit: i64,
) -> Result<usize> {
    let mut removed = 0;
    let mut left = limit;
    while left > 0 {
        let rows = match purge_oldest(conn, before, left).await {
            Ok(Some(rows)) => rows,
            Ok(None) => break,
            // Report what is committed; the next call meets the error again if it persists.
            Err(_) if removed > 0 => break,
            Err(fault) => return Err(fault),
        };
        removed += rows;
        // Counts even if someone else removed it.
        left -= i64::try_from(rows.max(1)).unwrap_or(left);
    }
    Ok(removed)
}

/// Removes rows of the client that was deleted first, if there is one.
async fn purge_oldest(conn: &mut Connection, before: i64, limit: i64) -> Result<Option<usize>> {
    let oldest: Option<(String, String)> = clients::table
        .filter(clients::deleted_at.lt(before))
        .order(clients::deleted_at)
        .select((clients::tenant_id, clients::client_id))
        .first(conn)
        .await
        .optional()?;
    let Some((tenant, client)) = oldest else {
        return Ok(None);
    };
    let key = Key { tenant, client };
    begin(conn).await?;
    let outcome = purge_client(conn, &key, before, limit).await;
    end(conn, outcome).await.map(Some)
}

/// Removes the oldest audit entries of a deleted client, and all but its ids with the last of them.
async fn purge_client(conn: &mut Connection, key: &Key, before: i64, limit: i64) -> Result<usize> {
    let deleted = client(key).filter(clients::deleted_at.lt(before));
    let lock = diesel::update(deleted).set(clients::clones.eq(clients::clones + 1));
    if lock.execute(conn).await? == 0 {
        return Ok(0);
    }
    let trail = logs::table
        .filter(logs::tenant_id.eq(&key.tenant))
        .filter(logs::client_id.eq(&key.client));
    let ids = trail.select(logs::id).order(logs::id);
    let rest: Option<String> = ids.offset(limit).first(conn).await.optional()?;
    if let Some(rest) = rest {
        let entries = trail.filter(logs::id.lt(rest));
        return Ok(diesel::delete(entries).execute(conn).await?);
    }
    let entries = diesel::delete(trail).execute(conn).await?;
    let secrets = diesel::delete(of_client(key)).execute(conn).await?;
    replace_origins(conn, &key.client, &[]).await?;
    // One that a host left behind that does not know registrations.
    delete_registration(key).execute(conn).await?;
    // The row stays for its ids, which are taken.
    let nothing = ClientMetadata::new("", [""; 0]);
    let emptied = (
        MetadataRow::new(&nothing, &ClientStatus::Inactive)?,
        clients::last_used_at.eq(None::<i64>),
        clients::unused_since.eq(None::<i64>),
        clients::deleted_at.eq(PURGED),
    );
    let client = diesel::update(client(key)).set(emptied);
    Ok(entries + secrets + client.execute(conn).await?)
}
