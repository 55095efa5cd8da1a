//! How many blocks and documents a tenant has. Who adds or removes one locks this row first.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Connection;
use crate::repository::diesel::error::Result;
use crate::repository::diesel::prepared::prepared;
use crate::repository::diesel::schema::oauth_client_document_limits::{self, dsl};

/// Makes the row, if there is none.
pub(super) async fn ensure_limits(conn: &mut Connection, tenant: &str) -> Result<()> {
    let none = (
        dsl::tenant_id.eq(tenant),
        dsl::blocks.eq(0),
        dsl::documents.eq(0),
    );
    let row = diesel::insert_into(oauth_client_document_limits::table).values(none);
    prepared!(row.on_conflict_do_nothing())
        .execute(conn)
        .await?;
    Ok(())
}

#[diesel::dsl::auto_type]
pub(super) fn limits<'a>(tenant: &'a str) -> _ {
    oauth_client_document_limits::table.filter(dsl::tenant_id.eq(tenant))
}
