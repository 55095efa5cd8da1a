//! The hottest reads, without the async wrapper, which copies every value of a row and so takes
//! longer than the query.

use diesel::prelude::*;

use super::Connection;
use super::queries::Filter;
use crate::domain::{Page, SecretStatus};
use crate::repository::diesel::limited::Limited;
use crate::repository::diesel::rows::{ClientRow, Key, SecretRow};
use crate::repository::diesel::schema::{
    self, live, oauth_client_secrets, oauth_clients, with_secrets,
};

pub(super) async fn client(conn: &mut Connection, key: &Key) -> QueryResult<ClientRow> {
    let key = key.clone();
    conn.spawn_blocking(move |conn| live(&key).select(ClientRow::as_select()).get_result(conn))
        .await
}

/// The next rows of a list, after a client or from the start.
pub(super) async fn after(
    conn: &mut Connection,
    filter: &Filter,
    page: Page,
    id: Option<String>,
) -> QueryResult<Vec<ClientRow>> {
    let filter = filter.clone();
    conn.spawn_blocking(move |conn| {
        let list = filter.query().select(ClientRow::as_select());
        let list = list.order(oauth_clients::id.desc());
        let list = match id {
            Some(id) => list.filter(oauth_clients::id.lt(id)),
            None => list,
        };
        Limited::to_page(list, page).load(conn)
    })
    .await
}

pub(super) async fn secrets(
    conn: &mut Connection,
    key: &Key,
) -> QueryResult<Vec<Option<SecretRow>>> {
    let key = key.clone();
    conn.spawn_blocking(move |conn| {
        with_secrets(&key)
            .select(Option::<SecretRow>::as_select())
            .order(oauth_client_secrets::id.desc())
            .load(conn)
    })
    .await
}

pub(super) async fn credentials(
    conn: &mut Connection,
    client_id: &str,
) -> QueryResult<Vec<(ClientRow, Option<SecretRow>)>> {
    let client_id = client_id.to_owned();
    conn.spawn_blocking(move |conn| {
        schema::credentials(&client_id, SecretStatus::Inactive.as_str())
            .select((ClientRow::as_select(), Option::<SecretRow>::as_select()))
            .order(oauth_client_secrets::id.desc())
            .load(conn)
    })
    .await
}
