//! The hottest reads, without the async wrapper, which copies every value of a row and so takes
//! longer than the query.

use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;

use super::Connection;
use super::queries::Filter;
use crate::domain::{Client, Page, SecretStatus};
use crate::repository::diesel::error::Result;
use crate::repository::diesel::limited::Limited;
use crate::repository::diesel::rows::{ClientRow, Key, SecretRow};
use crate::repository::diesel::schema::{self, live, oauth_client_secrets, with_secrets};

pub(super) async fn client(conn: &mut Connection, key: &Key) -> QueryResult<ClientRow> {
    let key = key.clone();
    conn.spawn_blocking(move |conn| live(&key).select(ClientRow::as_select()).get_result(conn))
        .await
}

/// The next clients of a list, after a client or from the start.
pub(super) async fn after(
    conn: &mut Connection,
    filter: &Filter,
    page: Page,
    id: Option<String>,
) -> Result<Vec<Client>> {
    let filter = filter.clone();
    let found = conn.spawn_blocking(move |conn| {
        let list = Limited::to_page(filter.ordered(id.as_deref()), page);
        let rows = list.load_iter::<ClientRow, DefaultLoadingMode>(conn)?;
        // One by one into a list that never grows: rows are large, and there may be a hundred.
        let mut clients = Vec::with_capacity(page.size() as usize + 1);
        for row in rows {
            match row?.into_client() {
                Ok(client) => clients.push(client),
                Err(fault) => return Ok(Err(fault)),
            }
        }
        Ok(Ok(clients))
    });
    found.await?
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
