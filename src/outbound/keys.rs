use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use url::Url;

use super::{Copies, CopyRules, Fetch, SharedFetch, Trouble, TroubleKind};
use crate::authentication::assertion::{Error, ErrorKind, Freshness, KeySource};
use crate::domain::{Client, Clock, SystemClock};
use crate::error::Source;

/// The longest key set, in bytes.
const MAX_LENGTH: usize = 64 * 1024;

/// A key set of this age is not fetched again for an unknown key.
const A_MINUTE: Duration = Duration::from_secs(60);

/// Fetches the keys of clients with a `jwks_uri`, so that they can use `private_key_jwt`.
///
/// Of each URL it keeps one copy, of at most 64 KiB, for as long as HTTP allows: a minute to a day,
/// and 5 minutes if nothing is said. If no key in it matches an assertion, it is fetched again
/// unless it is younger than a minute; a failed URL is not tried for 10 seconds, and up to a minute
/// if it keeps failing. A [`Fetcher`](super::Fetcher) takes a `jwks_uri` only if its host is a name
/// on the public internet, and its port is allowed.
///
/// # Examples
///
/// ```no_run
/// use tower_oauth_clients::authentication::assertion::AssertionVerifier;
/// use tower_oauth_clients::outbound::{FetchedKeys, Fetcher};
///
/// # fn main() -> Result<(), tower_oauth_clients::BuildError> {
/// let fetcher = Fetcher::builder().build()?;
/// let verifier = AssertionVerifier::builder("https://id.example.com")
///     .with_key_source(FetchedKeys::new(fetcher))
///     .build()?;
/// # let _ = verifier;
/// # Ok(())
/// # }
/// ```
pub struct FetchedKeys {
    copies: Copies<KeySet>,
}

/// The text of a key set. The verifier checks it.
#[derive(Debug, PartialEq)]
struct KeySet(Arc<str>);

impl FetchedKeys {
    /// Creates a source that fetches with `fetch`.
    pub fn new(fetch: impl Fetch) -> Self {
        Self::with_clock(fetch, SystemClock)
    }

    /// The same with another clock.
    pub fn with_clock(fetch: impl Fetch, clock: impl Clock) -> Self {
        let rules = CopyRules {
            accept: "application/jwk-set+json, application/json",
            max_length: MAX_LENGTH,
            capacity: 1_000,
            floor: A_MINUTE,
            ceiling: Duration::from_secs(24 * 60 * 60),
            // Each assertion would fetch again.
            keeps_unstorable: true,
        };
        let fetch: SharedFetch = Arc::new(fetch);
        Self {
            copies: Copies::new(fetch, Arc::new(clock), rules, read),
        }
    }
}

fn read(_: &str, response: &Response<Bytes>) -> Result<KeySet, Source> {
    let text = std::str::from_utf8(response.body())?;
    Ok(KeySet(text.into()))
}

impl KeySource for FetchedKeys {
    async fn jwks(&self, client: &Client, freshness: Freshness) -> Result<Arc<str>, Error> {
        let url = client
            .metadata
            .jwks_uri
            .as_deref()
            .ok_or(ErrorKind::NoKey)?;
        // Whether it may be fetched is for the fetcher to say.
        let parsed = Url::parse(url).ok();
        let host = parsed.as_ref().and_then(Url::host_str).unwrap_or_default();
        let found = match freshness {
            Freshness::Cached => self.copies.get(url, host).await,
            Freshness::Fetched => self.copies.get_younger(url, host, A_MINUTE).await,
        };
        match found {
            Ok(found) => Ok(Arc::clone(&found.value().0)),
            Err(trouble) => Err(failed(trouble)),
        }
    }
}

/// A client whose keys are not there can't authenticate; one whose server is down may later. It
/// counts as a failure, since something was fetched for it.
fn failed(trouble: Trouble<KeySet>) -> Error {
    let kind = match trouble.kind {
        TroubleKind::Unavailable => ErrorKind::Unavailable,
        TroubleKind::Refused | TroubleKind::Invalid => ErrorKind::NoKey,
    };
    Error::new(kind)
        .with_source(trouble.source)
        .after_fetching()
}

impl fmt::Debug for FetchedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchedKeys").finish_non_exhaustive()
    }
}
