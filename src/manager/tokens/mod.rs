//! The tokens of a client: the store that a host brings, and what an administrator can do with it.

mod error;
mod store;

use std::time::Duration;

use super::ClientManager;
use crate::domain::{Client, ClientId, Operator, RevokedTokens, TokenPage, TokenSlice, TokenStats};
use crate::manager;

pub use error::{Error, ErrorKind};
pub(super) use store::Erased;
pub use store::TokenStore;

/// What a token store gives back.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl ClientManager {
    /// How a client is used, as the host's [`TokenStore`] says.
    ///
    /// # Errors
    ///
    /// [`NotFound`](manager::ErrorKind::NotFound) when the operator's tenant has no such client,
    /// and always when the host brought no store.
    pub async fn token_stats(
        &self,
        operator: &Operator,
        client_id: &ClientId,
    ) -> manager::Result<TokenStats> {
        let (store, client) = self.token_store(operator, client_id).await?;
        Ok(store.stats(&client).await?)
    }

    /// Reads a part of a client's tokens, newest first; no token itself is among them.
    ///
    /// # Errors
    ///
    /// As [`token_stats`](Self::token_stats).
    pub async fn tokens(
        &self,
        operator: &Operator,
        client_id: &ClientId,
        page: TokenPage,
    ) -> manager::Result<TokenSlice> {
        let (store, client) = self.token_store(operator, client_id).await?;
        Ok(store.tokens(&client, page).await?)
    }

    /// Ends every token of a client, `grace` from now.
    ///
    /// # Errors
    ///
    /// As [`token_stats`](Self::token_stats).
    pub async fn revoke_tokens(
        &self,
        operator: &Operator,
        client_id: &ClientId,
        grace: Duration,
    ) -> manager::Result<RevokedTokens> {
        let (store, client) = self.token_store(operator, client_id).await?;
        Ok(store.revoke(&client, grace, operator).await?)
    }

    /// The same for a client that was deleted, until it is
    /// [purged](crate::repository::PurgeRepository::purge_deleted_clients): where the tokens outlived the
    /// client, since nobody [heard](crate::domain::ClientEvents) of its end, say.
    ///
    /// # Errors
    ///
    /// [`NotFound`](manager::ErrorKind::NotFound) when the operator's tenant has deleted no such client,
    /// and always when the host brought no store.
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
