use std::time::Duration;

use super::noted::Noted;
use super::reply::Reply;
use super::request::Call;
use super::{Error, ErrorKind};
use crate::domain::{ClientId, Page, TokenPage};
use crate::manager::ClientManager;
use crate::wire::{ClientStats, List, RevokeTokensResponse, TokenItem};

pub(super) async fn stats(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let client_id = client_id(manager, &call)?;
    let stats = manager.token_stats(&call.operator, &client_id).await?;
    let data = ClientStats::new(&client_id, &stats);
    Reply::success(data, manager.now())
}

pub(super) async fn list(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let client_id = client_id(manager, &call)?;
    let (page, _, noted) = parameters(&call)?;
    let slice = manager.tokens(&call.operator, &client_id, page).await?;
    let items = slice.items.iter().map(TokenItem::from).collect();
    let TokenPage { number, size } = page;
    let page = Page::Number { number, size };
    let list = List::new(items, page, Some(slice.total), manager.now());
    Ok(noted.tell(Reply::json(&list)?))
}

pub(super) async fn revoke(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let client_id = client_id(manager, &call)?;
    let (_, grace, noted) = parameters(&call)?;
    let revoked = manager
        .revoke_tokens(&call.operator, &client_id, grace)
        .await?;
    let data = RevokeTokensResponse::new(grace, &revoked);
    Ok(noted.tell(Reply::success(data, manager.now())?))
}

/// The client in the path. Without a token store, these paths are not found.
fn client_id(manager: &ClientManager, call: &Call<'_>) -> Result<ClientId, Error> {
    if !manager.has_token_store() {
        return Err(ErrorKind::NotFound.into());
    }
    call.client_id()
}

/// The query parameters of these paths. A malformed one is refused even if the method does not use
/// it.
fn parameters(call: &Call<'_>) -> Result<(TokenPage, Duration, Noted), Error> {
    let mut query = call.query()?;
    let (page, grace) = (query.token_page(), query.grace_period());
    let noted = query.finish(call.headers)?;
    Ok((page, grace, noted))
}
