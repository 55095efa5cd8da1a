use std::fmt;
use std::future::Future;
use std::sync::Arc;

use super::Error;
use crate::domain::Client;

/// How fresh the returned keys must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Freshness {
    /// A cached copy will do, for as long as its HTTP response allows or you see fit.
    Cached,
    /// No key in the copy matches the assertion: the client may have rotated its keys (OpenID
    /// Connect Core §10.1.1). Fetch again, unless the copy is younger than a minute or so: anyone
    /// who knows a `client_id` can trigger this as often as the failure budgets allow.
    Fetched,
}

/// Provides the keys of clients with a `jwks_uri`.
///
/// Without a source, clients with a `jwks_uri` can't use `private_key_jwt`. The feature `cimd` has
/// one, `outbound::FetchedKeys`. Without that feature this crate makes no outgoing requests: a host
/// that has an HTTP client implements this trait.
///
/// ```
/// use std::sync::Arc;
///
/// use tower_oauth_clients::authentication::assertion::{Error, ErrorKind, Freshness, KeySource};
/// use tower_oauth_clients::domain::Client;
///
/// struct Fetcher;
/// # impl Fetcher {
/// #     async fn get(&self, _: &str, _: Freshness) -> Result<Arc<str>, std::io::Error> {
/// #         Ok("".into())
/// #     }
/// # }
///
/// impl KeySource for Fetcher {
///     async fn jwks(&self, client: &Client, freshness: Freshness) -> Result<Arc<str>, Error> {
///         let url = client.metadata.jwks_uri.as_deref().ok_or(ErrorKind::NoKey)?;
///         let answer = self.get(url, freshness).await;
///         answer.map_err(|error| Error::new(ErrorKind::Unavailable).with_source(error))
///     }
/// }
/// ```
///
/// # Contract
///
/// - **The client chose the URL.** Connect over https to public addresses only, and check the
///   address that you connect to, not just an earlier DNS result; follow no redirects; send no
///   credentials. Otherwise the client can read your network through you (server-side request
///   forgery).
/// - **Bounded.** Stop reading after 128 KiB, since more is refused anyway, and after a few
///   seconds. Limit the number of concurrent fetches, and share one fetch among all callers that
///   wait for the same client.
/// - **Cached.** It is called for every assertion. Keep a copy for a few minutes, a failure for
///   some seconds, and nothing for longer than you would trust a revoked key.
/// - **Never another client's.** The returned keys are trusted as this client's.
/// - **Cancellation.** The future may be dropped at any point.
pub trait KeySource: Send + Sync + 'static {
    /// Returns the JWK Set (RFC 7517 §5) at the client's `jwks_uri` as text. It need not be
    /// validated.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) if the keys can't be fetched.
    fn jwks(
        &self,
        client: &Client,
        freshness: Freshness,
    ) -> impl Future<Output = Result<Arc<str>, Error>> + Send;
}

erased! {
    trait Erased of KeySource and Arc {
        fn jwks(client: [&] Client, freshness: [] Freshness) -> Result<Arc<str>, Error>;
    }
}

/// A type-erased source.
#[derive(Clone)]
pub(super) struct SharedKeySource(Arc<dyn Erased>);

impl SharedKeySource {
    pub(super) fn new(source: impl KeySource) -> Self {
        Self(Arc::new(source))
    }

    pub(super) async fn jwks(
        &self,
        client: &Client,
        freshness: Freshness,
    ) -> Result<Arc<str>, Error> {
        self.0.jwks(client, freshness).await
    }
}

impl fmt::Debug for SharedKeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySource")
    }
}
