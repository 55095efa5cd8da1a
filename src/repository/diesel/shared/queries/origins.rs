//! The origins whose pages may call the host's endpoints, by client.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Connection;
use super::transaction::{begin, end};
use crate::domain::ClientStatus;
use crate::repository::diesel::error::{Fault, Result};
use crate::repository::diesel::prepared::prepared;
use crate::repository::diesel::rows::ClientRow;
use crate::repository::diesel::schema::oauth_client_origins::{self, dsl};
use crate::repository::diesel::schema::oauth_clients;

pub(in super::super) async fn is_cors_origin(conn: &mut Connection, origin: &str) -> Result<bool> {
    let clients = oauth_client_origins::table
        .inner_join(oauth_clients::table.on(oauth_clients::client_id.eq(dsl::client_id)))
        .filter(dsl::origin.eq(origin))
        .filter(oauth_clients::deleted_at.is_null())
        .filter(oauth_clients::status.eq(ClientStatus::Active.as_str()));
    let found = prepared!(clients.select(dsl::client_id).limit(1));
    let found: Vec<String> = found.load(conn).await.map_err(Fault::Repeatable)?;
    Ok(!found.is_empty())
}

/// Stores the origins of a new client.
pub(super) async fn insert_origins(
    conn: &mut Connection,
    client_id: &str,
    origins: &[String],
) -> Result<()> {
    for origin in origins {
        let row = (dsl::origin.eq(origin), dsl::client_id.eq(client_id));
        prepared!(diesel::insert_into(oauth_client_origins::table).values(row))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// Replaces the origins of a client.
pub(super) async fn replace_origins(
    conn: &mut Connection,
    client_id: &str,
    origins: &[String],
) -> Result<()> {
    let old = oauth_client_origins::table.filter(dsl::client_id.eq(client_id));
    prepared!(diesel::delete(old)).execute(conn).await?;
    insert_origins(conn, client_id, origins).await
}

/// Replaces those of some clients by what follows from the stored clients.
pub(in super::super) async fn derive_origins(
    conn: &mut Connection,
    clients: &[String],
) -> Result<()> {
    begin(conn).await?;
    let outcome = async {
        for client_id in clients {
            derive(conn, client_id).await?;
        }
        Ok(())
    }
    .await;
    end(conn, outcome).await
}

async fn derive(conn: &mut Connection, client_id: &str) -> Result<()> {
    let client = oauth_clients::table.filter(oauth_clients::client_id.eq(client_id));
    // A change of the client that is under way comes before or after.
    diesel::update(client)
        .set(oauth_clients::clones.eq(oauth_clients::clones + 1))
        .execute(conn)
        .await?;
    let row = client.select(ClientRow::as_select()).get_result(conn);
    let row: Option<ClientRow> = row.await.optional()?;
    let Some(row) = row else {
        return Ok(());
    };
    let client = row.into_client()?;
    let origins = client.metadata.page_origins().into_iter();
    let origins: Vec<_> = origins.map(str::to_owned).collect();
    replace_origins(conn, client_id, &origins).await
}
