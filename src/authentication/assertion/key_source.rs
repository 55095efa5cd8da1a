use std::fmt;
use std::future::Future;
use std::sync::Arc;

use super::Error;
use crate::domain::Client;

/// How new a copy of a client's keys must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Freshness {
    /// A copy will do, as long as its HTTP answer says or you see fit.
    Cached,
    /// The copy has no key that the assertion can mean: the client may have new ones (OpenID
    /// Connect Core §10.1.1). Fetch again, but not if the copy is younger than a minute or so:
    /// whoever knows a `client_id` can ask for this as often as the budgets of failures allow.
    Fetched,
}

/// Where the keys of clients with a `jwks_uri` come from.
///
/// This crate makes no connection of its own. A host that has an HTTP client brings the keys by
/// this trait; without one, clients with a `jwks_uri` can't use `private_key_jwt`.
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
///   address that you connect to, not only what the name resolved to before; follow no redirect;
///   send no credential. Else the client reads your network through you (server-side request
///   forgery).
/// - **Bounded.** Stop reading at 128 KiB, more is refused anyway, and after a few seconds. Limit
///   how many fetches run at once, and let one fetch serve all who wait for the same client.
/// - **Cached.** It is asked at every assertion. Keep a copy for a few minutes, a failure for some
///   seconds, and nothing longer than you would trust a key that was withdrawn.
/// - **Never another client's.** What is returned is believed to be the keys of this client.
/// - **Dropped futures.** The future may be dropped at any point.
pub trait KeySource: Send + Sync + 'static {
    /// The JWK Set (RFC 7517 §5) at the client's `jwks_uri`, as text. It need not be checked.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) when it can't be had.
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

/// A source of any type.
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
