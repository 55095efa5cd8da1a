use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::assertions::Assertions;
use super::background::Background;
use super::bookkeeping::Bookkeeping;
use super::cache::VerifiedCache;
use super::decoy::Decoy;
use super::limiter::{self, FailureLimiter, LocalLimiter};
use super::source::{ClientSource, Source};
use super::{ClientAuthenticator, Inner};
use crate::domain::{ClientEvents, Clock, SystemClock};
use crate::error::{BuildError, BuildErrorKind};
use crate::repository::CredentialSource;
use crate::secrets::{AnyHash, HashPool};

/// Builder of a [`ClientAuthenticator`]. Every setting has a safe default.
#[must_use]
pub struct ClientAuthenticatorBuilder {
    repository: CredentialSource,
    pool: Option<HashPool>,
    clock: Arc<dyn Clock>,
    cache: Option<CacheSettings>,
    limiter: Limits,
    assertions: Option<Box<dyn Assertions>>,
    source: Option<Source>,
    listener: Option<Arc<dyn ClientEvents>>,
}

struct CacheSettings {
    ttl: Duration,
    capacity: usize,
}

enum Limits {
    Default,
    Own(Box<dyn limiter::Limiter>),
    None,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self {
            ttl: Duration::from_secs(5 * 60),
            capacity: 10_000,
        }
    }
}

/// How many background writes (uses and rehashes of secrets) run at once.
const TASKS: usize = 64;

/// How many attempts may be in progress or waiting to be reported to the limiter. More are refused
/// as overload.
const ENDINGS: usize = 16_384;

impl ClientAuthenticatorBuilder {
    const MAX_CACHE_CAPACITY: usize = 10_000_000;

    pub(super) fn new(repository: CredentialSource) -> Self {
        Self {
            repository,
            pool: None,
            clock: Arc::new(SystemClock),
            cache: Some(CacheSettings::default()),
            limiter: Limits::Default,
            assertions: None,
            source: None,
            listener: None,
        }
    }

    /// Sets the pool that verifies secrets. If there is a manager, pass [its
    /// own](crate::manager::ClientManager::hash_pool), so that both share one limit. Defaults to a
    /// separate pool with [`AnyHash`] (Argon2id with OWASP's minimum parameters, and imported
    /// hashes verify) and one thread per processor.
    pub fn with_hash_pool(mut self, pool: HashPool) -> Self {
        self.pool = Some(pool);
        self
    }

    /// Sets the clock.
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets the listener that is notified when a retired secret is used.
    pub fn with_events(mut self, listener: impl ClientEvents) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// Sets how long a verified secret is cached. 5 minutes by default.
    ///
    /// An ended secret, or a suspended or deleted client, is refused immediately in any case.
    pub fn with_cache_ttl(mut self, ttl: Duration) -> Self {
        self.cache.get_or_insert_default().ttl = ttl;
        self
    }

    /// Sets how many verified secrets are cached: 1 to 10,000,000, at about 100 bytes each. 10,000
    /// by default.
    pub fn with_cache_capacity(mut self, secrets: usize) -> Self {
        self.cache.get_or_insert_default().capacity = secrets;
        self
    }

    /// Disables the cache: each request costs a hash.
    pub fn without_cache(mut self) -> Self {
        self.cache = None;
        self
    }

    /// Sets the limiter of failed attempts. Defaults to a [`LocalLimiter`] with its default
    /// budgets.
    pub fn with_limiter(mut self, limiter: impl FailureLimiter) -> Self {
        self.limiter = Limits::Own(Box::new(Arc::new(limiter)));
        self
    }

    /// Disables the limiter. RFC 6749 §2.3.1 requires protection against brute force: use this only
    /// if the host has its own.
    pub fn with_insecure_no_limiter(mut self) -> Self {
        self.limiter = Limits::None;
        self
    }

    /// Sets the verifier of `private_key_jwt` assertions (RFC 7523 §2.2). Without it, all of them
    /// are refused.
    #[cfg(feature = "jwt")]
    #[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
    pub fn with_assertions(mut self, verifier: super::assertion::AssertionVerifier) -> Self {
        self.assertions = Some(Box::new(verifier));
        self
    }

    /// Sets where clients come from that are not stored, such as those with a metadata document.
    /// Without it, only stored clients authenticate.
    ///
    /// A stored client of the source's [tenant](ClientSource::tenant) is never looked for there.
    /// One of another tenant is ignored if its `client_id` is a URL, unless it presents a secret.
    /// So if there are several tenants, use one authenticator for each, and check the tenant of the
    /// client.
    pub fn with_client_source(mut self, source: impl ClientSource) -> Self {
        self.source = Some(Source::new(source));
        self
    }

    #[cfg(test)]
    pub(super) fn with_assertions_of(mut self, assertions: impl Assertions + 'static) -> Self {
        self.assertions = Some(Box::new(assertions));
        self
    }

    /// Builds the authenticator.
    ///
    /// # Errors
    ///
    /// If the cache capacity is out of range, the hashing threads can't be started, or the system
    /// has no randomness.
    pub fn build(self) -> Result<ClientAuthenticator, BuildError> {
        let pool = match self.pool {
            Some(pool) => pool,
            None => HashPool::builder(AnyHash::default()).build()?,
        };
        let limiter: Option<Box<dyn limiter::Limiter>> = match self.limiter {
            Limits::Own(limiter) => Some(limiter),
            Limits::None => None,
            Limits::Default => {
                let limiter = LocalLimiter::builder().with_clock(Arc::clone(&self.clock));
                Some(Box::new(Arc::new(limiter.build()?)))
            }
        };
        Ok(ClientAuthenticator(Arc::new(Inner {
            repository: self.repository,
            pool,
            decoy: Decoy::default(),
            clock: self.clock,
            cache: self.cache.map(CacheSettings::build).transpose()?,
            limiter,
            assertions: self.assertions,
            source: self.source,
            listener: self.listener,
            background: Background::new(TASKS),
            endings: Background::new(ENDINGS),
            bookkeeping: Bookkeeping::new(),
        })))
    }
}

impl CacheSettings {
    fn build(self) -> Result<VerifiedCache, BuildError> {
        if !(1..=ClientAuthenticatorBuilder::MAX_CACHE_CAPACITY).contains(&self.capacity) {
            return Err(BuildError::setting(
                "a cache of verified secrets holds 1 to 10,000,000 of them",
            ));
        }
        VerifiedCache::new(self.capacity, self.ttl).map_err(|error| {
            BuildError::because(BuildErrorKind::System, "the system gave no randomness")
                .with_source(error)
        })
    }
}

impl fmt::Debug for ClientAuthenticatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientAuthenticatorBuilder")
            .finish_non_exhaustive()
    }
}
