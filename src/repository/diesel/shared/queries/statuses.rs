use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Connection, latest};
use crate::domain::SecretStatus::{self, Active, Inactive, Retired};
use crate::repository::diesel::error::{Fault, Result};
use crate::repository::diesel::prepared::prepared;
use crate::repository::diesel::rows::{AuditRow, Key};
use crate::repository::diesel::schema::oauth_client_secrets::dsl;
use crate::repository::diesel::schema::secrets as of_client;
use crate::repository::{MAX_INACTIVE_SECRETS, MAX_RETIRED_SECRETS};

/// The secrets of a client, newest first, read under the client's lock.
pub(super) struct Statuses(Vec<Status>);

struct Status {
    id: String,
    status: SecretStatus,
    /// Whether it has expired.
    is_over: bool,
}

impl Statuses {
    pub(super) async fn load(conn: &mut Connection, key: &Key, now: i64) -> Result<Self> {
        let secrets = of_client(key).select((dsl::id, dsl::status, dsl::expires_at));
        let rows: Vec<(String, String, Option<i64>)> =
            latest!(secrets.order(dsl::id.desc())).load(conn).await?;
        let read = |(id, status, ends): (String, String, Option<i64>)| {
            Ok(Status {
                id,
                status: SecretStatus::stored(&status).ok_or(Fault::Unreadable("status"))?,
                is_over: ends.is_some_and(|end| end <= now),
            })
        };
        rows.into_iter().map(read).collect::<Result<_>>().map(Self)
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.0.iter().any(|secret| secret.id == id)
    }

    /// The ids of the active secrets that have not expired.
    pub(super) fn active(&self) -> impl Iterator<Item = &str> {
        let secrets = self.0.iter();
        let active = secrets.filter(|secret| secret.status == Active && !secret.is_over);
        active.map(|secret| &*secret.id)
    }

    pub(super) fn is_only_one(&self) -> bool {
        self.0.len() == 1
    }

    fn ids(&self, status: SecretStatus) -> impl Iterator<Item = &str> {
        let of_status = self.0.iter().filter(move |secret| secret.status == status);
        of_status.map(|secret| &*secret.id)
    }

    /// Ends all retired secrets but the newest ones.
    pub(super) async fn end_outdated(
        &mut self,
        conn: &mut Connection,
        key: &Key,
        audit: &AuditRow,
    ) -> Result<()> {
        let Some(newest_to_end) = self.ids(Retired).nth(MAX_RETIRED_SECRETS) else {
            return Ok(());
        };
        let newest_to_end = newest_to_end.to_owned();
        let retired = of_client(key).filter(dsl::status.eq(Retired.as_str()));
        prepared!(
            diesel::update(retired.filter(dsl::id.le(&newest_to_end))).set((
                dsl::status.eq(Inactive.as_str()),
                dsl::updated_at.eq(audit.at()),
            )),
        )
        .execute(conn)
        .await?;
        let secrets = self.0.iter_mut();
        let ended = secrets.filter(|secret| secret.id <= newest_to_end);
        ended.for_each(|secret| secret.status = Inactive);
        Ok(())
    }

    /// Removes all inactive secrets but the newest ones.
    pub(super) async fn remove_oldest(&self, conn: &mut Connection, key: &Key) -> Result<()> {
        if let Some(newest_to_go) = self.ids(Inactive).nth(MAX_INACTIVE_SECRETS) {
            let inactive = of_client(key).filter(dsl::status.eq(Inactive.as_str()));
            diesel::delete(inactive.filter(dsl::id.le(newest_to_go)))
                .execute(conn)
                .await?;
        }
        Ok(())
    }
}
