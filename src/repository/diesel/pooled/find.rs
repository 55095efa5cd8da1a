use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Connection;
use crate::domain::SecretStatus;
use crate::repository::diesel::rows::{ClientRow, Key, SecretRow};
use crate::repository::diesel::schema::{self, live, oauth_client_secrets, with_secrets};

pub(super) async fn client(conn: &mut Connection, key: &Key) -> QueryResult<ClientRow> {
    let client = live(key).select(ClientRow::as_select());
    client.get_result(conn).await
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
