//! Initial access tokens.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::audit::insert_audit;
use super::clients::insert_client;
use super::filter::Criterion;
use super::ordered::Ordered;
use super::transaction::{begin, end};
use super::{Backend, Connection, compound, together};
use crate::domain::{InitialAccessToken, Page, Slice};
use crate::repository::ErrorKind;
use crate::repository::diesel::error::Result;
use crate::repository::diesel::limited::Limited;
use crate::repository::diesel::page;
use crate::repository::diesel::prepared::prepared;
use crate::repository::diesel::rows::{AuditRow, NewClientRow, TokenRow};
use crate::repository::diesel::schema::COUNTED_TOKENS;
use crate::repository::diesel::schema::oauth_initial_access_tokens::{self, dsl};

/// Stores a token, and the row that its audit entries refer to.
pub(in super::super) async fn create_token(
    conn: &mut Connection,
    token: &TokenRow,
    place: &NewClientRow,
    audit: &AuditRow,
) -> Result<()> {
    begin(conn).await?;
    let outcome = async {
        let place = insert_client(place);
        let token =
            prepared!(diesel::insert_into(oauth_initial_access_tokens::table).values(token));
        together!(conn; place, token, insert_audit(audit))?;
        Ok(())
    }
    .await;
    end(conn, outcome).await
}

pub(in super::super) async fn token(
    conn: &mut Connection,
    tenant: &str,
    id: &str,
) -> Result<InitialAccessToken> {
    let token = of_tenant(tenant).filter(dsl::id.eq(id));
    let row: Option<TokenRow> = token
        .select(TokenRow::as_select())
        .get_result(conn)
        .await
        .optional()?;
    row.ok_or(ErrorKind::NotFound)?.into_token()
}

pub(in super::super) async fn tokens(
    conn: &mut Connection,
    tenant: &str,
    page: Page,
) -> Result<Slice<InitialAccessToken>> {
    let rows = match page {
        Page::Number { number, size } => {
            let total = COUNTED_TOKENS
                .filter(COUNTED_TOKENS.field(dsl::tenant_id).eq(tenant))
                .count()
                .single_value();
            let list = of_tenant(tenant).select((TokenRow::as_select(), total));
            let list = list.order(dsl::id.desc());
            let rows: Vec<(TokenRow, Option<i64>)> =
                Limited::to_page(list, page).load(conn).await?;
            match page::counted(rows, number, size) {
                Some(rows) => rows,
                None => page::past_the_end(of_tenant(tenant).count().get_result(conn).await?),
            }
        }
        Page::After { id, size } => {
            let list = ordered(tenant, id.map(|id| id.to_string()));
            page::keyset(Limited::to_page(list, page).load(conn).await?, size)
        }
    };
    page::try_map(rows, TokenRow::into_token)
}

fn of_tenant(tenant: &str) -> oauth_initial_access_tokens::BoxedQuery<'_, Backend> {
    oauth_initial_access_tokens::table
        .filter(dsl::tenant_id.eq(tenant))
        .into_boxed()
}

fn ordered(
    tenant: &str,
    id: Option<String>,
) -> Ordered<'_, TokenRow, oauth_initial_access_tokens::table> {
    let mut all: Criterion<'_, _> = Box::new(dsl::tenant_id.eq(tenant));
    if let Some(id) = id {
        all = Box::new(all.and(dsl::id.lt(id)));
    }
    let index = "oauth_initial_access_tokens_by_age";
    Ordered::new(Some(index), all)
}

pub(in super::super) async fn revoke_token(
    conn: &mut Connection,
    tenant: &str,
    id: &str,
    audit: &AuditRow,
) -> Result<()> {
    let revoke = || {
        let token = oauth_initial_access_tokens::table
            .filter(dsl::tenant_id.eq(tenant))
            .filter(dsl::id.eq(id))
            .filter(dsl::revoked_at.is_null());
        prepared!(diesel::update(token).set(dsl::revoked_at.eq(audit.at())))
    };
    let outcome = |changed| match changed {
        0 => Err(ErrorKind::NotFound.into()),
        _ => Ok(()),
    };
    if compound::is_atomic(conn) {
        return outcome(compound::change(conn, revoke(), audit).await?);
    }
    begin(conn).await?;
    let revoked = compound::change(conn, revoke(), audit).await;
    let revoked = revoked.map_err(Into::into).and_then(outcome);
    end(conn, revoked).await
}

/// Takes a use of a token for a registration at that time. Locks it until the registration is
/// written.
pub(super) async fn take_use(
    conn: &mut Connection,
    tenant: &str,
    id: &str,
    now: i64,
) -> Result<()> {
    let lasts = dsl::expires_at.is_null().or(dsl::expires_at.gt(now));
    let is_left = dsl::uses_left.is_null().or(dsl::uses_left.gt(0));
    let token = oauth_initial_access_tokens::table
        .filter(dsl::tenant_id.eq(tenant))
        .filter(dsl::id.eq(id))
        .filter(dsl::revoked_at.is_null())
        .filter(lasts)
        .filter(is_left);
    let taken = prepared!(diesel::update(token).set(dsl::uses_left.eq(dsl::uses_left - 1)));
    match taken.execute(conn).await? {
        0 => Err(ErrorKind::TokenSpent.into()),
        _ => Ok(()),
    }
}
