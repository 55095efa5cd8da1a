use super::Timestamp;
use super::word::words;

words! {
    /// The type of a token (RFC 7009 §2.1).
    pub enum TokenType {
        /// An access token (RFC 6749 §1.4).
        AccessToken = "access_token",
        /// A refresh token (RFC 6749 §1.5).
        RefreshToken = "refresh_token",
    }
}

/// What an administrator may see of an issued token: neither the token itself nor its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRecord {
    /// The type of the token.
    pub token_type: TokenType,
    /// Its scopes, separated by spaces (RFC 6749 §3.3), if it has any.
    pub scope: Option<String>,
    /// The subject, unless that is the client itself.
    pub user_id: Option<String>,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it expires, if it does.
    pub expires_at: Option<Timestamp>,
}

/// The usage of a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenStats {
    /// The number of valid access tokens.
    pub active_tokens: u64,
    /// The number of valid refresh tokens.
    pub active_refresh_tokens: u64,
    /// When the client was last used, if ever.
    pub last_request_at: Option<Timestamp>,
}

/// The number of tokens that were revoked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RevokedTokens {
    /// Access tokens.
    pub access_tokens: u64,
    /// Refresh tokens.
    pub refresh_tokens: u64,
}

/// Which page of a list of tokens to return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenPage {
    /// The number of the page, from 1.
    pub number: u64,
    /// Tokens per page, 1 to 100.
    pub size: u32,
}

impl TokenPage {
    /// The number of tokens before the page; at most `i64::MAX`.
    pub fn offset(self) -> u64 {
        let before = self.number.saturating_sub(1);
        before
            .saturating_mul(self.size.into())
            .min(i64::MAX.unsigned_abs())
    }
}

/// A page of a list of tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenSlice {
    /// The tokens of the page, newest first.
    pub items: Vec<TokenRecord>,
    /// The total number of tokens on all pages.
    pub total: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_fits_every_database() {
        let offset = |number, size| TokenPage { number, size }.offset();
        assert_eq!(offset(0, 20), 0);
        assert_eq!(offset(1, 20), 0);
        assert_eq!(offset(3, 20), 40);
        assert_eq!(offset(u64::MAX, 100), i64::MAX.unsigned_abs());
    }
}
