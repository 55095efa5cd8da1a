use super::word::stored_words;

stored_words! {
    /// How a client authenticates at the token endpoint (RFC 7591 §2).
    ///
    /// `client_secret_jwt` is deliberately left out: it needs the plaintext secret, and only a hash
    /// is stored. `tls_client_auth` needs a subject (RFC 8705 §2.1.2), for which the API has no
    /// field.
    pub enum AuthMethod {
        /// The secret in the `Authorization` header (RFC 6749 §2.3.1).
        ClientSecretBasic = "client_secret_basic",
        /// The secret in the body (RFC 6749 §2.3.1).
        ClientSecretPost = "client_secret_post",
        /// A JWT signed with the client's own key (RFC 7523 §2.2).
        PrivateKeyJwt = "private_key_jwt",
        /// A public client: it does not authenticate (RFC 6749 §2.1).
        None = "none",
    }
}

impl AuthMethod {
    /// Whether the method presents a secret.
    pub fn uses_secret(&self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost)
    }
}
