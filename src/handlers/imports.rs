use http::{StatusCode, header};

use super::precondition::etag;
use super::reply::Reply;
use super::request::Call;
use super::{Error, ErrorKind};
use crate::authorization;
use crate::domain::Role;
use crate::manager::ClientManager;
use crate::manager::transfer::Imported;
use crate::wire::{ClientItem, ImportBody, read_import};

pub(super) async fn import(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    if !manager.allows_http_import() {
        return Err(ErrorKind::NotFound.into());
    }
    // The caller can set any secret by its hash, and take a `client_id` from every tenant.
    if call.operator.role != Role::SuperAdmin {
        let message = "only a super_admin may import clients";
        let kind = authorization::ErrorKind::Forbidden;
        return Err(authorization::Error::because(kind, message).into());
    }
    let (view, noted) = call.view()?;
    let imported = match read_import(&call.body, manager.policy())? {
        ImportBody::Document(members) => manager.import_document(&call.operator, members).await?,
        ImportBody::System(client) => manager.import_system(&call.operator, *client).await?,
    };
    let (client, status) = match &imported {
        Imported::Created(client) => (client, StatusCode::CREATED),
        Imported::Unchanged(client) => (client, StatusCode::OK),
    };
    let reply = Reply::success(ClientItem::new(client, view), manager.now())?;
    let reply = reply.with_header(header::ETAG, etag(client.version));
    Ok(noted.tell(reply.with_location(client).with_status(status)))
}
