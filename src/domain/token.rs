use super::Timestamp;
use super::word::words;

words! {
    /// What a token is for (RFC 7009 §2.1).
    pub enum TokenType {
        /// Opens resources (RFC 6749 §1.4).
        AccessToken = "access_token",
        /// Gets new access tokens (RFC 6749 §1.5).
        RefreshToken = "refresh_token",
    }
}

/// What an administrator may know of an issued token. The token itself has no place in it, nor has
/// its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRecord {
    /// What it is for.
    pub token_type: TokenType,
    /// Its scopes, separated by spaces (RFC 6749 §3.3), if it has any.
    pub scope: Option<String>,
    /// Whom it speaks for, unless that is the client itself.
    pub user_id: Option<String>,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it stops working by itself, if it ever does.
    pub expires_at: Option<Timestamp>,
}

/// How a client is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenStats {
    /// Access tokens that work now.
    pub active_tokens: u64,
    /// Refresh tokens that work now.
    pub active_refresh_tokens: u64,
    /// When the client was last seen, if it ever was.
    pub last_request_at: Option<Timestamp>,
}

/// How many tokens a revocation ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RevokedTokens {
    /// Access tokens.
    pub access_tokens: u64,
    /// Refresh tokens.
    pub refresh_tokens: u64,
}

/// Which part of a list of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenPage {
    /// From 1.
    pub number: u64,
    /// Tokens on a page, 1 to 100.
    pub size: u32,
}

impl TokenPage {
    /// How many tokens come before the page; never more than an `i64` holds.
    pub fn offset(self) -> u64 {
        let before = self.number.saturating_sub(1);
        before
            .saturating_mul(self.size.into())
            .min(i64::MAX.unsigned_abs())
    }
}

/// A part of a list of tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenSlice {
    /// The tokens of the page, newest first.
    pub items: Vec<TokenRecord>,
    /// How many there are on all pages.
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
