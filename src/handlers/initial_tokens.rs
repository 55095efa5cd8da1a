use super::Error;
use super::reply::Reply;
use super::request::Call;
use crate::manager::ClientManager;
use crate::wire::{
    CreateInitialAccessTokenResponse, InitialAccessTokenItem, read_initial_access_token,
};

pub(super) async fn create(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let registrar = call.registrar()?;
    let options = read_initial_access_token(&call.body)?;
    let issued = registrar
        .issue_initial_access_token(&call.operator, options)
        .await?;
    let data = CreateInitialAccessTokenResponse::new(&issued.record, &issued.plaintext);
    Reply::success(data, manager.now())
}

pub(super) async fn list(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let registrar = call.registrar()?;
    let mut query = call.query()?;
    let page = query.page();
    let noted = query.finish(call.headers)?;
    let slice = registrar
        .initial_access_tokens(&call.operator, page)
        .await?;
    let item = InitialAccessTokenItem::from;
    let reply = Reply::list(&call, page, &slice, |token| token.id, item, manager.now())?;
    Ok(noted.tell(reply))
}

pub(super) async fn revoke(_: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let registrar = call.registrar()?;
    let id = call.initial_access_token_id()?;
    registrar
        .revoke_initial_access_token(&call.operator, id)
        .await?;
    Ok(Reply::empty())
}
