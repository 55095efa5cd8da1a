use super::word::stored_words;

stored_words! {
    /// A grant that a client may use at the token endpoint (RFC 7591 §2).
    ///
    /// The `password` and `implicit` grants are deliberately left out: RFC 9700 §2.4 and §2.1.2.
    pub enum GrantType {
        /// RFC 6749 §4.1.
        AuthorizationCode = "authorization_code",
        /// RFC 6749 §6.
        RefreshToken = "refresh_token",
        /// RFC 6749 §4.4.
        ClientCredentials = "client_credentials",
        /// RFC 8628 §3.4.
        DeviceCode = "urn:ietf:params:oauth:grant-type:device_code",
        /// RFC 7523 §2.1.
        JwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer",
        /// RFC 8693 §2.1.
        TokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange",
        /// OpenID Connect CIBA Core §10.1.
        Ciba = "urn:openid:params:grant-type:ciba",
    }
}

impl GrantType {
    /// Whether it sends the user back to a redirect URI (RFC 7591 §2).
    pub(crate) fn redirects(&self) -> bool {
        matches!(self, Self::AuthorizationCode)
    }

    /// Whether only an authenticated client may use it.
    pub(crate) fn needs_authentication(&self) -> bool {
        matches!(self, Self::ClientCredentials | Self::Ciba)
    }
}
