//! The tokens of a client: the host's token store, and the operations on it.

mod error;
mod store;

use std::time::Duration;

use super::ClientManager;
use crate::domain::{Client, ClientId, Operator, RevokedTokens, TokenPage, TokenSlice, TokenStats};
use crate::manager;

pub use error::{Error, ErrorKind};
pub(super) use store::Erased;
pub use store::TokenStore;

/// The result of a token store operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl ClientManager {
    /// Reads how a client is used, from the host's [`TokenStore`].
    ///
    /// # Errors
    ///
    /// [`NotFound`](manager::ErrorKind::NotFound) if the operator's tenant has no such client, and
    /// always without a token store.
    pub async fn token_stats(
        &self,
        operator: &Operator,
        client_id: &ClientId,
    ) -> manager::Result<TokenStats> {
        let (store, client) = self.token_store(operator, client_id).await?;
        Ok(store.stats(&client).await?)
    }

    /// Lists a client's tokens, newest first, without the tokens themselves.
    ///
    /// # Errors
    ///
    /// Those of [`token_stats`](Self::token_stats).
    pub async fn tokens(
        &self,
        operator: &Operator,
        client_id: &ClientId,
        page: TokenPage,
    ) -> manager::Result<TokenSlice> {
        let (store, client) = self.token_store(operator, client_id).await?;
        Ok(store.tokens(&client, page).await?)
    }

    /// Ends all tokens of a client, `grace` from now.
    ///
    /// # Errors
    ///
    /// Those of [`token_stats`](Self::token_stats).
    pub async fn revoke_tokens(
        &self,
        operator: &Operator,
        client_id: &ClientId,
        grace: Duration,
    ) -> manager::Result<RevokedTokens> {
        let (store, client) = self.token_store(operator, client_id).await?;
        Ok(store.revoke(&client, grace, operator).await?)
    }

    /// Ends all tokens of a deleted client, until it is
    /// [purged](crate::repository::PurgeRepository::purge_deleted_clients): for tokens that
    /// outlived the client, for example because its deletion [event](crate::domain::ClientEvents)
    /// was lost.
    ///
    /// # Errors
    ///
    /// [`NotFound`](manager::ErrorKind::NotFound) if the operator's tenant has no such deleted
    /// client, and always without a token store.
    pub async fn revoke_tokens_of_deleted(
        &self,
        operator: &Operator,
        client_id: &ClientId,
        grace: Duration,
    ) -> manager::Result<RevokedTokens> {
        let store = self.0.tokens.as_deref();
        let store = store.ok_or(manager::ErrorKind::NotFound)?;
        let client = self.get_deleted(operator, client_id).await?;
        Ok(store.revoke(&client, grace, operator).await?)
    }

    pub(crate) fn has_token_store(&self) -> bool {
        self.0.tokens.is_some()
    }

    async fn token_store(
        &self,
        operator: &Operator,
        client_id: &ClientId,
    ) -> manager::Result<(&dyn Erased, Client)> {
        let store = self.0.tokens.as_deref();
        let store = store.ok_or(manager::ErrorKind::NotFound)?;
        Ok((store, self.get(operator, client_id).await?))
    }
}
