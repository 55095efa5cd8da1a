use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Connection;
use super::queries::Filter;
use crate::domain::SecretStatus;
use crate::repository::diesel::rows::{ClientRow, Key, SecretRow};
use crate::repository::diesel::schema::{
    self, live, oauth_client_secrets, oauth_clients, with_secrets,
};

pub(super) async fn client(conn: &mut Connection, key: &Key) -> QueryResult<ClientRow> {
    let client = live(key).select(ClientRow::as_select());
    client.get_result(conn).await
}

/// The next of a list, after a client or from the start.
pub(super) async fn after(
    conn: &mut Connection,
    filter: &Filter,
    limit: i64,
    id: Option<String>,
) -> QueryResult<Vec<ClientRow>> {
    let list = filter.query().select(ClientRow::as_select());
    let list = list.order(oauth_clients::id.desc()).limit(limit);
    match id {
        Some(id) => list.filter(oauth_clients::id.lt(id)).load(conn).await,
        None => list.load(conn).await,
    }
}

pub(super) async fn secrets(
    conn: &mut Connection,
    key: &Key,
) -> QueryResult<Vec<Option<SecretRow>>> {
    with_secrets(key)
        .select(Option::<SecretRow>::as_select())
        .order(oauth_client_secrets::id.desc())
        .load(conn)
        .await
}

pub(super) async fn credentials(
    conn: &mut Connection,
    client_id: &str,
) -> QueryResult<Vec<(ClientRow, Option<SecretRow>)>> {
    schema::credentials(client_id, SecretStatus::Inactive.as_str())
        .select((ClientRow::as_select(), Option::<SecretRow>::as_select()))
        .order(oauth_client_secrets::id.desc())
        .load(conn)
        .await
}
