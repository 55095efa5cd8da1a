use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::assertions::Assertions;
use super::background::Background;
use super::bookkeeping::Bookkeeping;
use super::cache::VerifiedCache;
use super::decoy::Decoy;
use super::limiter::{self, FailureLimiter, LocalLimiter};
use super::{ClientAuthenticator, Inner};
use crate::domain::{ClientEvents, Clock, SystemClock};
use crate::repository::CredentialSource;
use crate::secrets::{AnyHash, HashPool};

/// Settles how a [`ClientAuthenticator`] works. Every setting has a safe default.
#[must_use]
pub struct AuthenticatorBuilder {
    repository: CredentialSource,
    pool: Option<HashPool>,
    clock: Arc<dyn Clock>,
    cache: Option<CacheSettings>,
    limiter: Limits,
    assertions: Option<Box<dyn Assertions>>,
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

/// How much may be written at a time about authentications that were answered.
const TASKS: usize = 64;

/// How many attempts may be under way or be told to the limiter; more are refused as overload.
const ENDINGS: usize = 16_384;

impl AuthenticatorBuilder {
    const MAX_CACHE_CAPACITY: usize = 10_000_000;

    pub(super) fn new(repository: CredentialSource) -> Self {
        Self {
            repository,
            pool: None,
            clock: Arc::new(SystemClock),
            cache: Some(CacheSettings::default()),
            limiter: Limits::Default,
            assertions: None,
            listener: None,
        }
    }

    /// The pool that verifies secrets. Where there is a manager, give
    /// [its own](crate::manager::ClientManager::hash_pool), so that one bound holds for both. By
    /// default another one, [`AnyHash`]: Argon2id at OWASP's minimum, and imported hashes verify; on
    /// as many threads as there are processors.
    pub fn with_hash_pool(mut self, pool: HashPool) -> Self {
        self.pool = Some(pool);
        self
    }

    /// Where the time comes from.
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Who is told of secrets that were replaced and still verify.
    pub fn with_events(mut self, listener: impl ClientEvents) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// How long a secret that verified is taken for verified. 5 minutes unless set.
    ///
    /// That a secret has ended, or its client was suspended or deleted, is seen at once in any case.
    pub fn with_cache_ttl(mut self, ttl: Duration) -> Self {
        self.cache.get_or_insert_default().ttl = ttl;
        self
    }

    /// How many verified secrets are remembered, 1 to 10,000,000, at some 100 bytes each. 10,000
    /// unless set.
    pub fn with_cache_capacity(mut self, secrets: usize) -> Self {
        self.cache.get_or_insert_default().capacity = secrets;
        self
    }

    /// Spends a hash on each request, and remembers none.
    pub fn without_cache(mut self) -> Self {
        self.cache = None;
        self
    }

    /// Who decides how many may fail. A [`LocalLimiter`] with its default budgets unless set.
    pub fn with_limiter(mut self, limiter: impl FailureLimiter) -> Self {
        self.limiter = Limits::Own(Box::new(Arc::new(limiter)));
        self
    }

    /// Lets everybody fail as often as they like. RFC 6749 §2.3.1 demands protection against brute
    /// force: only for a host that has it elsewhere.
    pub fn insecure_without_limiter(mut self) -> Self {
        self.limiter = Limits::None;
        self
    }

    /// What verifies the assertions of `private_key_jwt` (RFC 7523 §2.2). Without it, every one is
    /// refused.
    #[cfg(any(feature = "jwt", feature = "jwt-rust-crypto"))]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "jwt", feature = "jwt-rust-crypto"))))]
    pub fn with_assertions(mut self, verifier: super::assertion::AssertionVerifier) -> Self {
        self.assertions = Some(Box::new(verifier));
        self
    }

    #[cfg(test)]
    pub(super) fn with_assertions_of(mut self, assertions: impl Assertions + 'static) -> Self {
        self.assertions = Some(Box::new(assertions));
        self
    }

    /// The authenticator.
    ///
    /// # Errors
    ///
    /// When the cache's capacity is out of its bounds, the hashing threads can't be started, or the
    /// system gives no randomness.
    pub fn build(self) -> Result<ClientAuthenticator, BuildError> {
        let pool = match self.pool {
            Some(pool) => pool,
            None => HashPool::builder(AnyHash::default())
                .build()
                .map_err(BuildError::new)?,
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
            listener: self.listener,
            background: Background::new(TASKS),
            endings: Background::new(ENDINGS),
            bookkeeping: Bookkeeping::new(),
        })))
    }
}

impl CacheSettings {
    fn build(self) -> Result<VerifiedCache, BuildError> {
        if !(1..=AuthenticatorBuilder::MAX_CACHE_CAPACITY).contains(&self.capacity) {
            return Err(BuildError::new(
                "a cache of verified secrets holds 1 to 10,000,000 of them",
            ));
        }
        VerifiedCache::new(self.capacity, self.ttl).map_err(BuildError::new)
    }
}

impl fmt::Debug for AuthenticatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticatorBuilder")
            .finish_non_exhaustive()
    }
}

/// Why an authenticator, or a part of it, could not be built.
#[derive(Debug)]
pub struct BuildError(Box<dyn StdError + Send + Sync>);

impl BuildError {
    pub(super) fn new(reason: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for BuildError {
    // It speaks for the reason, so what comes next is the cause of that.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::secrets;

    #[test]
    fn an_error_tells_its_cause_once() {
        let cause = io::Error::other("no more threads");
        let error = secrets::Error::new(secrets::ErrorKind::Other, "a thread did not start");
        let error = BuildError::new(error.with_source(cause));
        assert_eq!(error.to_string(), "a thread did not start");
        assert_eq!(error.source().unwrap().to_string(), "no more threads");
    }
}
