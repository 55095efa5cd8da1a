use std::future::Future;
use std::time::Duration;

use super::Result;
use crate::domain::{Client, Operator, RevokedTokens, TokenPage, TokenSlice, TokenStats};

/// The tokens that the host issued to its clients, as far as an administrator may see them.
///
/// The host decides on the format, storage and lifetime of its tokens. Implement this trait on that
/// storage, as plain `async fn`:
///
/// ```
/// use std::time::Duration;
/// use tower_oauth_clients::domain::{
///     Client, Operator, RevokedTokens, TokenPage, TokenSlice, TokenStats,
/// };
/// use tower_oauth_clients::manager::tokens::{Error, ErrorKind, Result, TokenStore};
///
/// struct Tokens;
/// # impl Tokens {
/// #     async fn count(&self, of: String) -> Result<(u64, u64), std::io::Error> { Ok((0, 0)) }
/// #     async fn page(&self, of: String, p: TokenPage) -> Result<TokenSlice> { unreachable!() }
/// #     async fn end(&self, of: String, after: Duration) -> Result<RevokedTokens> { unreachable!() }
/// # }
///
/// impl TokenStore for Tokens {
///     async fn stats(&self, client: &Client) -> Result<TokenStats> {
///         let counted = self.count(client.id.to_string()).await;
///         let (active_tokens, active_refresh_tokens) =
///             counted.map_err(|error| Error::new(ErrorKind::Unavailable).with_source(error))?;
///         Ok(TokenStats { active_tokens, active_refresh_tokens, last_request_at: None })
///     }
///
///     async fn tokens(&self, client: &Client, page: TokenPage) -> Result<TokenSlice> {
///         self.page(client.id.to_string(), page).await
///     }
///
///     async fn revoke(
///         &self,
///         client: &Client,
///         grace: Duration,
///         _operator: &Operator,
///     ) -> Result<RevokedTokens> {
///         self.end(client.id.to_string(), grace).await
///     }
/// }
/// ```
///
/// # Contract
///
/// - **The client** was found in the operator's tenant just before; it may be suspended, and it may
///   be deleted before you return. Its `id` and its `client_id` are never reused.
/// - **No tokens.** Neither a token nor its hash leaves the store, in a returned value or in an
///   error.
/// - **Newest first.** Lists are in descending order of `created_at`, and stable while nothing
///   changes.
/// - **Cancellation.** The future may be dropped at any point; a revocation has then happened
///   completely or not at all.
/// - **Temporary failures** are [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable).
pub trait TokenStore: Send + Sync + 'static {
    /// Returns how a client is currently used.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](super::ErrorKind).
    fn stats(&self, client: &Client) -> impl Future<Output = Result<TokenStats>> + Send;

    /// Lists the currently valid tokens. A page past the end is empty, but has the total.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](super::ErrorKind).
    fn tokens(
        &self,
        client: &Client,
        page: TokenPage,
    ) -> impl Future<Output = Result<TokenSlice>> + Send;

    /// Ends all tokens of the client, `grace` from now (whole seconds, at most 30 days; zero means
    /// at once). A token that expires earlier is unchanged. Returns how many tokens were ended.
    ///
    /// The crate's audit trail covers only clients and secrets; `operator` is for a token audit
    /// trail of your own.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](super::ErrorKind).
    fn revoke(
        &self,
        client: &Client,
        grace: Duration,
        operator: &Operator,
    ) -> impl Future<Output = Result<RevokedTokens>> + Send;
}

erased! {
    pub(in crate::manager) trait Erased of TokenStore and Arc {
        fn stats(client: [&] Client) -> Result<TokenStats>;
        fn tokens(client: [&] Client, page: [] TokenPage) -> Result<TokenSlice>;
        fn revoke(
            client: [&] Client,
            grace: [] Duration,
            operator: [&] Operator
        ) -> Result<RevokedTokens>;
    }
}
