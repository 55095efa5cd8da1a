use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::queries::Filter;
use super::{Connection, SEEKS};
use crate::domain::{Client, Page, SecretStatus};
use crate::repository::diesel::error::Result;
use crate::repository::diesel::limited::Limited;
use crate::repository::diesel::page;
use crate::repository::diesel::prepared::prepared;
use crate::repository::diesel::rows::{ClientRow, Key, SecretRow};
use crate::repository::diesel::schema::{
    self, live, oauth_client_secrets, oauth_clients, with_secrets,
};

pub(super) async fn client(conn: &mut Connection, key: &Key) -> QueryResult<ClientRow> {
    prepared!(live(key).select(ClientRow::as_select()))
        .get_result(conn)
        .await
}

/// The next clients of a list, after a client or from the start.
pub(super) async fn after(
    conn: &mut Connection,
    filter: &Filter,
    page: Page,
    id: Option<String>,
) -> Result<Vec<Client>> {
    if let Some(id) = id.as_deref().filter(|_| !SEEKS && filter.is_sorted()) {
        let least = least(conn, filter, page, id).await?;
        let rows = rows(conn, filter, page, Some(id), least.as_deref()).await?;
        // With fewer, a client of the page was deleted meanwhile, and the page goes on below.
        if least.is_none() || rows.len() > page.size() as usize {
            return Ok(rows);
        }
    }
    rows(conn, filter, page, id.as_deref(), None).await
}

/// The last id of a page. It is found in the index, where MySQL and MariaDB begin behind `id`; the
/// clients themselves they would look for from the top of the list, unless they are few.
async fn least(
    conn: &mut Connection,
    filter: &Filter,
    page: Page,
    id: &str,
) -> QueryResult<Option<String>> {
    let ids = filter.query().select(oauth_clients::id);
    let ids = ids
        .filter(oauth_clients::id.lt(id))
        .order(oauth_clients::id.desc());
    let last = ids.limit(1).offset(page::limit(page) - 1);
    last.get_result(conn).await.optional()
}

async fn rows(
    conn: &mut Connection,
    filter: &Filter,
    page: Page,
    id: Option<&str>,
    least: Option<&str>,
) -> Result<Vec<Client>> {
    let list = filter.query().select(ClientRow::as_select());
    let mut list = list.order(oauth_clients::id.desc());
    if let Some(id) = id {
        list = list.filter(oauth_clients::id.lt(id));
    }
    if let Some(least) = least {
        list = list.filter(oauth_clients::id.ge(least));
    }
    let rows: Vec<ClientRow> = Limited::to_page(list, page).load(conn).await?;
    rows.into_iter().map(ClientRow::into_client).collect()
}

pub(super) async fn secrets(
    conn: &mut Connection,
    key: &Key,
) -> QueryResult<Vec<Option<SecretRow>>> {
    let secrets = with_secrets(key).select(Option::<SecretRow>::as_select());
    prepared!(secrets.order(oauth_client_secrets::id.desc()))
        .load(conn)
        .await
}

pub(super) async fn credentials(
    conn: &mut Connection,
    client_id: &str,
) -> QueryResult<Vec<(ClientRow, Option<SecretRow>)>> {
    let rows = schema::credentials(client_id, SecretStatus::Inactive.as_str())
        .select((ClientRow::as_select(), Option::<SecretRow>::as_select()));
    prepared!(rows.order(oauth_client_secrets::id.desc()))
        .load(conn)
        .await
}
