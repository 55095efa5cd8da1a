//! A token store with one token per client.

use std::time::Duration;

use tower_oauth_clients::domain::{
    Client, Operator, RevokedTokens, TokenPage, TokenRecord, TokenSlice, TokenStats, TokenType,
};
use tower_oauth_clients::manager::tokens::{Result, TokenStore};

pub(crate) struct OneToken;

impl TokenStore for OneToken {
    async fn stats(&self, client: &Client) -> Result<TokenStats> {
        Ok(TokenStats {
            active_tokens: 1,
            active_refresh_tokens: 0,
            last_request_at: Some(client.created_at),
        })
    }

    async fn tokens(&self, client: &Client, _: TokenPage) -> Result<TokenSlice> {
        let token = TokenRecord {
            token_type: TokenType::AccessToken,
            scope: Some("openid".into()),
            user_id: Some("user-1".into()),
            created_at: client.created_at,
            expires_at: Some(client.created_at + Duration::from_secs(60)),
        };
        Ok(TokenSlice {
            items: vec![token],
            total: 1,
        })
    }

    async fn revoke(&self, _: &Client, _: Duration, _: &Operator) -> Result<RevokedTokens> {
        Ok(RevokedTokens {
            access_tokens: 1,
            refresh_tokens: 0,
        })
    }
}
