use std::time::Duration;

use serde::Serialize;

use crate::domain::{ClientId, RevokedTokens, Timestamp, TokenRecord, TokenStats, TokenType};

/// The usage of a client.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct ClientStats<'a> {
    client_id: &'a ClientId,
    active_tokens: u64,
    active_refresh_tokens: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_request_at: Option<Timestamp>,
}

impl<'a> ClientStats<'a> {
    pub(crate) fn new(client_id: &'a ClientId, stats: &TokenStats) -> Self {
        Self {
            client_id,
            active_tokens: stats.active_tokens,
            active_refresh_tokens: stats.active_refresh_tokens,
            last_request_at: stats.last_request_at,
        }
    }
}

/// A token, without its value and hash.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct TokenItem<'a> {
    token_type: TokenType,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
}

impl<'a> From<&'a TokenRecord> for TokenItem<'a> {
    fn from(token: &'a TokenRecord) -> Self {
        Self {
            token_type: token.token_type,
            scope: token.scope.as_deref(),
            user_id: token.user_id.as_deref(),
            created_at: token.created_at,
            expires_at: token.expires_at,
        }
    }
}

/// The response to a revoke request.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct RevokeTokensResponse {
    grace_period: u64,
    revoked_access_tokens: u64,
    revoked_refresh_tokens: u64,
}

impl RevokeTokensResponse {
    pub(crate) fn new(grace: Duration, revoked: &RevokedTokens) -> Self {
        Self {
            grace_period: grace.as_secs(),
            revoked_access_tokens: revoked.access_tokens,
            revoked_refresh_tokens: revoked.refresh_tokens,
        }
    }
}
