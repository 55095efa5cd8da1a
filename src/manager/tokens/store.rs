use std::future::Future;
use std::time::Duration;

use super::Result;
use crate::domain::{Client, Operator, RevokedTokens, TokenPage, TokenSlice, TokenStats};

/// The tokens that the host issued to its clients, as far as an administrator may see them.
///
/// Tokens are the host's: how they look, where they are kept and when they end. Write the trait as
/// plain `async fn` over that place:
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
///             counted.map_err(|error| Error::new(ErrorKind::Unavailable, error))?;
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
/// - **Which client.** It was found in the operator's tenant just before; it may be suspended, and
///   it may be gone by the time of the answer. Its `id` is its own for ever; so is its `client_id`.
/// - **No token.** Neither a token nor its hash leaves the store: not in a text that it gives back,
///   and not in an error.
/// - **Newest first.** Lists are in descending order of `created_at`, the same at every call while
///   nothing changes.
/// - **Dropped futures.** The future may be dropped at any point; a revocation is then done or not
///   done, never half.
/// - **Failures** that may pass are [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable).
pub trait TokenStore: Send + Sync + 'static {
    /// How a client is used at present.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](super::ErrorKind).
    fn stats(&self, client: &Client) -> impl Future<Output = Result<TokenStats>> + Send;

    /// Reads a part of the tokens that work now. A page past the end is empty, with the total.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](super::ErrorKind).
    fn tokens(
        &self,
        client: &Client,
        page: TokenPage,
    ) -> impl Future<Output = Result<TokenSlice>> + Send;

    /// Ends every token that the client has, `grace` from now (whole seconds, at most 30 days; at
    /// once when zero). One that ends earlier anyway is left as it is. Counts those that it ended.
    ///
    /// The crate's audit trail tells of clients and secrets only: to keep one of tokens, the store
    /// is told who acts.
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
