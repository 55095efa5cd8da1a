use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel_async::RunQueryDsl;

use super::audit::insert_audit;
use super::lock::advance;
use super::statuses::Statuses;
use super::transaction::{begin, end};
use super::{Connection, Statement, find, latest, together};
use crate::domain::SecretStatus::{Active, Inactive, Retired};
use crate::domain::{SecretRecord, SecretStatus, Timestamp, Version};
use crate::repository::diesel::error::{Fault, Result};
use crate::repository::diesel::prepared::prepared;
use crate::repository::diesel::rows::{AuditRow, Key, SecretRow};
use crate::repository::diesel::schema::oauth_client_secrets::{self, dsl};
use crate::repository::diesel::schema::{live, oauth_clients, secrets as of_client};
use crate::repository::{Credentials, ErrorKind, MAX_ACTIVE_SECRETS};

pub(in super::super) async fn secrets(
    conn: &mut Connection,
    key: &Key,
) -> Result<Vec<SecretRecord>> {
    let rows = find::secrets(conn, key).await?;
    // A client without secrets yields one empty row.
    if rows.is_empty() {
        return Err(ErrorKind::NotFound.into());
    }
    let secrets = rows.into_iter().flatten();
    secrets.map(SecretRow::into_secret).collect()
}

pub(in super::super) async fn credentials(
    conn: &mut Connection,
    client_id: &str,
) -> Result<Credentials> {
    let rows = find::credentials(conn, client_id).await?;
    let mut client = None;
    let mut secrets = Vec::with_capacity(rows.len());
    for (row, secret) in rows {
        client.get_or_insert(row);
        secrets.extend(secret.map(SecretRow::into_secret).transpose()?);
    }
    Ok(Credentials {
        client: client.ok_or(ErrorKind::NotFound)?.into_client()?,
        secrets,
    })
}

pub(in super::super) async fn add_secret(
    conn: &mut Connection,
    key: &Key,
    expected: Version,
    secret: &SecretRow,
    audit: &AuditRow,
) -> Result<()> {
    begin(conn).await?;
    let outcome = async {
        advance(conn, key, Some(expected), audit).await?;
        let all = Statuses::load(conn, key, audit.at()).await?;
        if all.active().count() >= MAX_ACTIVE_SECRETS {
            return Err(ErrorKind::TooManySecrets.into());
        }
        all.remove_oldest(conn, key).await?;
        let secret = insert_secret(secret);
        together!(conn; secret, show_last_four(key, audit), insert_audit(audit))?;
        Ok(())
    }
    .await;
    end(conn, outcome).await
}

pub(in super::super) async fn rotate_secret(
    conn: &mut Connection,
    key: &Key,
    expected: Version,
    secret: &SecretRow,
    grace_ends: i64,
    audit: &AuditRow,
) -> Result<()> {
    begin(conn).await?;
    let outcome = async {
        advance(conn, key, Some(expected), audit).await?;
        let retire = retire(key, grace_ends, audit);
        if grace_ends <= audit.at() {
            together!(conn; retire, end_secrets(key, audit))?;
        } else {
            retire.execute(conn).await?;
        }
        let mut all = Statuses::load(conn, key, audit.at()).await?;
        all.end_outdated(conn, key, audit).await?;
        all.remove_oldest(conn, key).await?;
        let secret = insert_secret(secret);
        together!(conn; secret, show_last_four(key, audit), insert_audit(audit))?;
        Ok(())
    }
    .await;
    end(conn, outcome).await
}

/// Retires the active secrets until the grace period ends, and ends all secrets that have expired
/// by now, or were retired by a clock far ahead.
fn retire<'a>(key: &'a Key, grace_ends: i64, audit: &'a AuditRow) -> impl Statement + use<'a> {
    let (now, word) = (audit.at(), |status: SecretStatus| {
        status.word().into_sql::<Text>()
    });
    let is_active = || dsl::status.eq(Active.as_str()).nullable();
    let over = dsl::expires_at
        .le(now)
        .or(dsl::updated_at.gt(far_ahead(now)).nullable());
    let over = dsl::status.eq(Retired.as_str()).nullable().and(over);
    let active_after =
        |time| is_active().and(dsl::expires_at.is_null().or(dsl::expires_at.gt(time)));
    // The grace period prolongs nothing. MySQL assigns the columns in this order.
    let ends = case_when(
        active_after(grace_ends),
        grace_ends.into_sql::<Nullable<BigInt>>(),
    );
    let status = case_when(active_after(now), word(Retired)).otherwise(word(Inactive));
    prepared!(
        diesel::update(of_client(key).filter(is_active().or(over))).set((
            dsl::updated_at.eq(now),
            dsl::expires_at.eq(ends.otherwise(dsl::expires_at)),
            dsl::status.eq(status),
        ))
    )
}

pub(in super::super) async fn deactivate_secret(
    conn: &mut Connection,
    key: &Key,
    id: &str,
    audit: &AuditRow,
) -> Result<SecretRecord> {
    begin(conn).await?;
    let outcome = async {
        advance(conn, key, None, audit).await?;
        let secret = of_client(key).filter(dsl::id.eq(id));
        let end = prepared!(
            diesel::update(secret.filter(dsl::status.ne(Inactive.as_str()))).set((
                dsl::status.eq(Inactive.as_str()),
                dsl::updated_at.eq(audit.at()),
            )),
        );
        together!(conn; end, show_last_four(key, audit), insert_audit(audit))?;
        let row: Option<SecretRow> = latest!(secret.select(SecretRow::as_select()))
            .get_result(conn)
            .await
            .optional()?;
        // If there is none, everything is rolled back.
        row.ok_or(ErrorKind::NotFound)?.into_secret()
    }
    .await;
    end(conn, outcome).await
}

pub(in super::super) async fn delete_secret(
    conn: &mut Connection,
    key: &Key,
    id: &str,
    audit: &AuditRow,
) -> Result<()> {
    begin(conn).await?;
    let outcome = async {
        advance(conn, key, None, audit).await?;
        let all = Statuses::load(conn, key, audit.at()).await?;
        if !all.has(id) {
            return Err(ErrorKind::NotFound.into());
        }
        if all.is_only_one() || all.active().eq([id]) {
            return Err(Fault::from(ErrorKind::LastSecret));
        }
        let secret = diesel::delete(of_client(key).filter(dsl::id.eq(id)));
        together!(conn; secret, show_last_four(key, audit), insert_audit(audit))?;
        Ok(())
    }
    .await;
    end(conn, outcome).await
}

pub(in super::super) async fn touch_secret(
    conn: &mut Connection,
    key: &Key,
    id: &str,
    at: i64,
) -> Result<()> {
    let outdated = dsl::last_used_at
        .is_null()
        .or(dsl::last_used_at.lt(at))
        .or(dsl::last_used_at.gt(far_ahead(at)));
    prepared!(
        diesel::update(of_client(key).filter(dsl::id.eq(id)).filter(outdated))
            .set(dsl::last_used_at.eq(at)),
    )
    .execute(conn)
    .await
    .map_err(Fault::Repeatable)?;
    Ok(())
}

pub(in super::super) async fn rehash_secret(
    conn: &mut Connection,
    key: &Key,
    id: &str,
    from: &str,
    to: &str,
) -> Result<()> {
    let secret = of_client(key).filter(dsl::id.eq(id));
    prepared!(diesel::update(secret.filter(dsl::hash.eq(from))).set(dsl::hash.eq(to)))
        .execute(conn)
        .await
        .map_err(Fault::Repeatable)?;
    Ok(())
}

pub(in super::super) fn insert_secret(secret: &SecretRow) -> impl Statement + use<'_> {
    prepared!(diesel::insert_into(oauth_client_secrets::table).values(secret))
}

/// Ends all secrets of a client that are not inactive.
pub(super) fn end_secrets<'a>(key: &'a Key, audit: &'a AuditRow) -> impl Statement + use<'a> {
    prepared!(
        diesel::update(of_client(key).filter(dsl::status.ne(Inactive.as_str()))).set((
            dsl::status.eq(Inactive.as_str()),
            dsl::updated_at.eq(audit.at()),
        )),
    )
}

/// A time that no correct clock has written by `at`.
pub(super) fn far_ahead(at: i64) -> i64 {
    Timestamp::from_micros(at).far_ahead().as_micros()
}

/// Updates the last four characters that the client shows of its newest active secret.
pub(super) fn show_last_four<'a>(key: &'a Key, audit: &AuditRow) -> impl Statement + use<'a> {
    let in_time = dsl::expires_at.is_null().or(dsl::expires_at.gt(audit.at()));
    let newest = of_client(key)
        .filter(dsl::status.eq(Active.as_str()))
        .filter(in_time)
        .select(dsl::last_four)
        .order(dsl::id.desc())
        .limit(1);
    prepared!(
        diesel::update(live(key)).set(oauth_clients::secret_last_four.eq(newest.single_value())),
    )
}
