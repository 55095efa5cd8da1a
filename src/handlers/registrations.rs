use http::header;

use super::Error;
use super::precondition::{etag, if_match};
use super::reply::Reply;
use super::request::Call;
use crate::domain::RegisteredClient;
use crate::manager::ClientManager;
use crate::wire::{RegistrationItem, View};

pub(super) async fn list(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let registrar = call.registrar()?;
    let mut query = call.query()?;
    let (page, state) = (query.page(), query.state());
    let (view, noted) = query.finish_with_view(call.headers)?;
    let slice = registrar.registrations(&call.operator, state, page).await?;
    let reply = Reply::list(
        &call,
        page,
        &slice,
        |registered| registered.client.id,
        |registered| RegistrationItem::new(registered, view),
        manager.now(),
    )?;
    Ok(noted.tell(reply))
}

pub(super) async fn approve(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let registrar = call.registrar()?;
    let (client_id, (view, noted)) = (call.client_id()?, call.view()?);
    let precondition = if_match(call.headers)?;
    let approved = registrar
        .approve(&call.operator, &client_id, &precondition.expected)
        .await
        .map_err(|error| precondition.explain(error))?;
    Ok(noted.tell(item(manager, &approved, view)?))
}

pub(super) async fn deny(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let registrar = call.registrar()?;
    let (client_id, (view, noted)) = (call.client_id()?, call.view()?);
    let precondition = if_match(call.headers)?;
    let denied = registrar
        .deny(&call.operator, &client_id, &precondition.expected)
        .await
        .map_err(|error| precondition.explain(error))?;
    Ok(noted.tell(item(manager, &denied, view)?))
}

fn item(
    manager: &ClientManager,
    registered: &RegisteredClient,
    view: View,
) -> Result<Reply, Error> {
    let reply = Reply::success(RegistrationItem::new(registered, view), manager.now())?;
    Ok(reply.with_header(header::ETAG, etag(registered.client.version)))
}
