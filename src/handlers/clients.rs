use http::header;

use super::Error;
use super::precondition::{etag, if_match};
use super::reply::Reply;
use super::request::Call;
use crate::domain::{Client, Draft, Patch};
use crate::manager::ClientManager;
use crate::wire::{
    Body, ClientItem, CloneClientResponse, CreateClientResponse, Created, View, read_creation,
    read_fields,
};

pub(super) async fn create(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let (fields, secret) = read_creation(&call.body, manager.policy())?;
    let issued = manager
        .create_from(&call.operator, Draft(fields), secret)
        .await?;
    let data = CreateClientResponse::new(&issued.client, issued.secret.as_ref());
    let reply = Reply::json(&Created::new(data))?;
    Ok(reply.with_location(&issued.client))
}

pub(super) async fn list(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let mut query = call.query()?;
    let (page, filter) = (query.page(), query.filter(manager.now()));
    let (view, noted) = query.finish_with_view(call.headers)?;
    let slice = manager.list(&call.operator, &filter, page).await?;
    let reply = Reply::list(
        &call,
        page,
        &slice,
        |client| client.id,
        |client| ClientItem::new(client, view),
        manager.now(),
    )?;
    Ok(noted.tell(reply))
}

pub(super) async fn get(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let (view, noted) = call.view()?;
    let client = manager.get(&call.operator, &call.client_id()?).await?;
    Ok(noted.tell(item(manager, &client, view)?))
}

pub(super) async fn update(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    change(manager, call, Body::Change).await
}

pub(super) async fn patch(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    change(manager, call, Body::Patch).await
}

async fn change(manager: &ClientManager, call: Call<'_>, body: Body) -> Result<Reply, Error> {
    let client_id = call.client_id()?;
    let (view, noted) = call.view()?;
    let precondition = if_match(call.headers)?;
    let patch = Patch(read_fields(&call.body, body, manager.policy())?);
    let client = manager
        .update(&call.operator, &client_id, patch, &precondition.expected)
        .await
        .map_err(|error| precondition.explain(error))?;
    Ok(noted.tell(item(manager, &client, view)?))
}

pub(super) async fn delete(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let client_id = call.client_id()?;
    let precondition = if_match(call.headers)?;
    manager
        .delete(&call.operator, &client_id, &precondition.expected)
        .await
        .map_err(|error| precondition.explain(error))?;
    Ok(Reply::empty())
}

pub(super) async fn restore(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let (view, noted) = call.view()?;
    let client = manager.restore(&call.operator, &call.client_id()?).await?;
    Ok(noted.tell(item(manager, &client, view)?))
}

pub(super) async fn clone(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let issued = manager
        .clone_client(&call.operator, &call.client_id()?)
        .await?;
    let data = CloneClientResponse::new(&issued.client, issued.secret.as_ref());
    let reply = Reply::success(data, manager.now())?;
    Ok(reply.with_location(&issued.client))
}

fn item(manager: &ClientManager, client: &Client, view: View) -> Result<Reply, Error> {
    let reply = Reply::success(ClientItem::new(client, view), manager.now())?;
    Ok(reply.with_header(header::ETAG, etag(client.version)))
}
