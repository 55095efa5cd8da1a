use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Connection;
use super::queries::Filter;
use crate::domain::{Client, Page, SecretStatus};
use crate::repository::diesel::error::Result;
use crate::repository::diesel::limited::Limited;
use crate::repository::diesel::prepared::prepared;
use crate::repository::diesel::rows::{ClientRow, Key, SecretRow};
use crate::repository::diesel::schema::{self, live, oauth_client_secrets, with_secrets};

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
    let list = Limited::to_page(filter.ordered(id.as_deref()), page);
    let rows: Vec<ClientRow> = list.load(conn).await?;
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
