use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::tokens::{self, TokenStore};
use super::turns::Turns;
use super::{ClientEvents, ClientManager, Inner};
use crate::domain::{ClientId, Clock, Id, Policy, SystemClock};
use crate::repository::Repository;
use crate::secrets::{AnyHash, HashPool, SecretFormat};

/// Settles how a [`ClientManager`] works. Every setting has a safe default.
#[must_use]
pub struct ManagerBuilder {
    repository: Repository,
    pool: Option<HashPool>,
    format: SecretFormat,
    client_id_prefix: String,
    policy: Policy,
    clock: Arc<dyn Clock>,
    grace: Duration,
    tokens: Option<Arc<dyn tokens::Erased>>,
    listener: Option<Arc<dyn ClientEvents>>,
}

impl ManagerBuilder {
    pub(super) fn new(repository: Repository) -> Self {
        Self {
            repository,
            pool: None,
            format: SecretFormat::default(),
            client_id_prefix: "app-".to_owned(),
            policy: Policy::default(),
            clock: Arc::new(SystemClock),
            grace: Duration::from_secs(4 * 60 * 60),
            tokens: None,
            listener: None,
        }
    }

    /// The pool that hashes secrets, for other parameters or other numbers of threads; to share the
    /// default one, there is [`ClientManager::hash_pool`]. By default [`AnyHash`]: Argon2id at OWASP's minimum, and imported hashes verify; on as
    /// many threads as there are processors.
    pub fn with_hash_pool(mut self, pool: HashPool) -> Self {
        self.pool = Some(pool);
        self
    }

    /// What issued secrets look like.
    pub fn with_secret_format(mut self, format: SecretFormat) -> Self {
        self.format = format;
        self
    }

    /// What each `client_id` begins with. `app-` by default.
    pub fn with_client_id_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.client_id_prefix = prefix.into();
        self
    }

    /// What clients may register.
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Where the time comes from.
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// How long a secret still verifies after a rotation replaced it. 4 hours by default; with
    /// zero it ends at once.
    pub fn with_rotation_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Where the host keeps the tokens that it issued. Without one, whatever is asked about a
    /// client's tokens is not found.
    pub fn with_token_store(mut self, store: impl TokenStore) -> Self {
        self.tokens = Some(Arc::new(store));
        self
    }

    /// Who is told of what happens to clients and matters to their tokens. The changes that are
    /// told of need a Tokio runtime: each runs in a task of its own.
    pub fn with_events(mut self, listener: impl ClientEvents) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// The manager.
    ///
    /// # Errors
    ///
    /// When the prefix of the client ids has other characters than visible ASCII or leaves no
    /// room for the id, and when the hashing threads can't be started.
    pub fn build(self) -> Result<ClientManager, BuildError> {
        let room = ClientId::MAX_LENGTH - Id::LENGTH;
        let prefix = &self.client_id_prefix;
        if prefix.len() > room || !prefix.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(BuildError(
                format!("the prefix of client ids must be at most {room} visible ASCII characters")
                    .into(),
            ));
        }
        let pool = match self.pool {
            Some(pool) => pool,
            None => HashPool::builder(AnyHash::default())
                .build()
                .map_err(|error| BuildError(error.into()))?,
        };
        Ok(ClientManager(Arc::new(Inner {
            repository: self.repository,
            pool,
            format: self.format,
            client_id_prefix: self.client_id_prefix,
            policy: self.policy,
            clock: self.clock,
            grace: self.grace,
            tokens: self.tokens,
            listener: self.listener,
            turns: Arc::new(Turns::new()),
        })))
    }
}

impl fmt::Debug for ManagerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagerBuilder")
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

/// Why a manager could not be built.
#[derive(Debug)]
pub struct BuildError(Box<dyn std::error::Error + Send + Sync>);

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for BuildError {
    // It speaks for the reason, so what comes next is the cause of that.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::io;

    use super::*;
    use crate::domain::SecretHash;
    use crate::repository::MemoryRepository;
    use crate::secrets;

    #[test]
    fn an_error_tells_its_cause_once() {
        let cause = io::Error::other("no more threads");
        let error = secrets::Error::new(secrets::ErrorKind::Other, "a thread did not start");
        let error = BuildError(error.with_source(cause).into());
        assert_eq!(error.to_string(), "a thread did not start");
        assert_eq!(error.source().unwrap().to_string(), "no more threads");
    }

    #[test]
    fn a_prefix_of_client_ids_is_visible_ascii_and_leaves_room_for_the_id() {
        let built = |prefix: &str| {
            let builder = ClientManager::builder(MemoryRepository::new());
            builder.with_client_id_prefix(prefix).build().is_ok()
        };
        let longest = "x".repeat(ClientId::MAX_LENGTH - Id::LENGTH);
        for prefix in ["", "acme-", "~!", &longest] {
            assert!(built(prefix), "{prefix:?}");
        }
        for prefix in ["a b", "a\n", "é", &format!("{longest}x")] {
            assert!(!built(prefix), "{prefix:?}");
        }
    }

    #[test]
    fn the_pool_is_the_one_that_was_given_or_takes_what_is_imported() {
        let builder = || ClientManager::builder(MemoryRepository::new());
        let bcrypt =
            SecretHash::from_phc("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
        let manager = builder().build().unwrap();
        assert!(manager.hash_pool().reads(&bcrypt));

        let own = HashPool::builder(secrets::Argon2id::default());
        let manager = builder().with_hash_pool(own.build().unwrap());
        let manager = manager.build().unwrap();
        assert!(!manager.hash_pool().reads(&bcrypt));
        let within = manager.within(MemoryRepository::new());
        assert!(!within.hash_pool().reads(&bcrypt));
    }
}
