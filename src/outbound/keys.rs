use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use url::Url;

use super::{Copies, CopyRules, Fetch, Found, SharedFetch, Target, Trouble, TroubleKind};
use crate::authentication::assertion::{Error, ErrorKind, Freshness, KeySource};
use crate::domain::{Client, ClientOrigin, Clock, SystemClock};
use crate::error::Source;

/// The longest key set, in bytes.
const MAX_LENGTH: usize = 64 * 1024;

/// A key set of this age is not fetched again for an unknown key.
const A_MINUTE: Duration = Duration::from_secs(60);

/// How long a stale key set will do if it can't be fetched.
const AN_HOUR: Duration = Duration::from_secs(60 * 60);

/// Fetches the keys of clients with a `jwks_uri`, so that they can use `private_key_jwt`.
///
/// Of each URL it keeps one copy, of at most 64 KiB, for as long as HTTP allows: a minute to a day,
/// and 5 minutes if nothing is said. If no key in it matches an assertion, it is fetched again
/// unless it is younger than a minute; a failed URL is not tried for 10 seconds, and up to a minute
/// if it keeps failing. While a set can't be fetched, a copy will do for another hour, unless the
/// server says that it is gone. A [`Fetcher`](super::Fetcher) takes a `jwks_uri` only if its host
/// is a name on the public internet, and its port is allowed.
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
    clock: Arc<dyn Clock>,
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
        let clock: Arc<dyn Clock> = Arc::new(clock);
        Self {
            copies: Copies::new(fetch, Arc::clone(&clock), rules, read),
            clock,
        }
    }
}

impl FetchedKeys {
    /// A stale copy in place of one that can't be fetched for now.
    fn instead(&self, trouble: Trouble<KeySet>) -> Result<Found<KeySet>, Trouble<KeySet>> {
        let now = self.clock.now();
        let stale = trouble.stale.as_ref();
        match stale.filter(|stale| stale.was_fresh_within(AN_HOUR, now)) {
            Some(stale) => Ok(stale.clone()),
            None => Err(trouble),
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
        // Anyone can publish a document, but not store a client.
        let is_known = client.origin != ClientOrigin::MetadataDocument;
        let target = Target::new(url, host).known_if(is_known);
        let found = match freshness {
            Freshness::Cached => {
                let found = self.copies.get(target).await;
                found.or_else(|trouble| self.instead(trouble))
            }
            Freshness::Fetched => self.copies.get_younger(target, A_MINUTE).await,
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
