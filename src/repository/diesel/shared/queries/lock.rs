//! The row of a client, which every write on it locks first.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Connection, latest};
use crate::domain::Version;
use crate::repository::ErrorKind;
use crate::repository::diesel::error::Result;
use crate::repository::diesel::prepared::prepared;
use crate::repository::diesel::rows::{AuditRow, Key};
use crate::repository::diesel::schema::oauth_clients::dsl;
use crate::repository::diesel::schema::{PURGED, client, live};

/// The first statement of every write on a client: locks it and increments its version.
pub(super) async fn advance(
    conn: &mut Connection,
    key: &Key,
    expected: Option<Version>,
    audit: &AuditRow,
) -> Result<()> {
    let next = (
        dsl::version.eq(dsl::version + 1),
        dsl::updated_at.eq(audit.at()),
    );
    let Some(version) = expected else {
        let changed = prepared!(diesel::update(live(key)).set(next));
        // Not read again: the client may have been restored meanwhile.
        return match changed.execute(conn).await? {
            0 => Err(ErrorKind::NotFound.into()),
            _ => Ok(()),
        };
    };
    let client = live(key).filter(dsl::version.eq(version.as_i64()));
    let changed = prepared!(diesel::update(client).set(next));
    let changed = changed.execute(conn).await?;
    explain(conn, key, changed).await
}

/// Why a write found no client to change.
pub(super) async fn explain(conn: &mut Connection, key: &Key, changed: usize) -> Result<()> {
    if changed > 0 {
        return Ok(());
    }
    let stored = stored_version(conn, key).await?;
    Err(stored
        .map_or(ErrorKind::NotFound, |_| ErrorKind::Stale)
        .into())
}

/// The version of a client, if it exists.
pub(super) async fn stored_version(conn: &mut Connection, key: &Key) -> Result<Option<Version>> {
    let version = latest!(live(key).select(dsl::version));
    let version = version.get_result(conn).await;
    Ok(version.optional()?.map(Version::from_i64))
}

/// Whether the tenant has such a client, or one that is deleted and not purged.
pub(super) async fn existed(conn: &mut Connection, key: &Key) -> Result<bool> {
    let deleted_at = client(key).select(dsl::deleted_at);
    let deleted_at: Option<Option<i64>> = deleted_at.get_result(conn).await.optional()?;
    Ok(deleted_at.is_some_and(|at| at != Some(PURGED)))
}
