use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::tokens::{self, TokenStore};
use super::turns::Turns;
use super::{ClientManager, Inner};
use crate::domain::{ClientEvents, ClientId, Clock, Id, Policy, SecretRules, SystemClock};
use crate::error::BuildError;
use crate::repository::Repository;
use crate::secrets::{AnyHash, HashPool, SecretFormat};

/// Builder of a [`ClientManager`]. Every setting has a safe default.
#[must_use]
pub struct ClientManagerBuilder {
    repository: Repository,
    pool: Option<HashPool>,
    format: SecretFormat,
    client_id_prefix: String,
    policy: Policy,
    clock: Arc<dyn Clock>,
    secret_lifetime: Option<Duration>,
    grace: Option<Duration>,
    max_grace: Option<Duration>,
    tokens: Option<Arc<dyn tokens::Erased>>,
    listener: Option<Arc<dyn ClientEvents>>,
    audits_values: bool,
    restore_window: Duration,
    http_import: bool,
}

/// 30 days.
const RESTORE_WINDOW: Duration = Duration::from_secs(30 * 24 * 60 * 60);

impl ClientManagerBuilder {
    pub(super) fn new(repository: Repository) -> Self {
        Self {
            repository,
            pool: None,
            format: SecretFormat::default(),
            client_id_prefix: "app-".to_owned(),
            policy: Policy::default(),
            clock: Arc::new(SystemClock),
            secret_lifetime: None,
            grace: None,
            max_grace: None,
            tokens: None,
            listener: None,
            audits_values: false,
            restore_window: RESTORE_WINDOW,
            http_import: false,
        }
    }

    /// Sets the pool that hashes secrets, to change its parameters or its number of threads; to
    /// share the default one, use [`ClientManager::hash_pool`]. Defaults to [`AnyHash`] (Argon2id
    /// with OWASP's minimum parameters, and imported hashes verify) with one thread per processor.
    pub fn with_hash_pool(mut self, pool: HashPool) -> Self {
        self.pool = Some(pool);
        self
    }

    /// Sets the format of issued secrets.
    pub fn with_secret_format(mut self, format: SecretFormat) -> Self {
        self.format = format;
        self
    }

    /// Sets the prefix of every `client_id`. `app-` by default. It can't start with `https://`,
    /// like the id of a client that is described at that URL.
    pub fn with_client_id_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.client_id_prefix = prefix.into();
        self
    }

    /// Sets what clients may register.
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets the clock.
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets the longest lifetime of a secret: how long it verifies unless it is issued with an
    /// earlier expiry, of at least a second. Unlimited by default. Secrets that were issued before,
    /// or imported, keep their expiry.
    pub fn with_max_secret_lifetime(mut self, lifetime: Duration) -> Self {
        self.secret_lifetime = Some(lifetime);
        self
    }

    /// Sets how long a secret still verifies after a rotation. 4 hours by default; zero ends it at
    /// once.
    pub fn with_rotation_grace(mut self, grace: Duration) -> Self {
        self.grace = Some(grace);
        self
    }

    /// Sets the longest grace period that a rotation may ask for instead. 30 days by default, or
    /// the [default grace period](Self::with_rotation_grace) if that is longer.
    pub fn with_max_rotation_grace(mut self, grace: Duration) -> Self {
        self.max_grace = Some(grace);
        self
    }

    /// Sets how long after its deletion a client can be [restored](ClientManager::restore). 30 days
    /// by default; zero for never. What is left of it afterwards remains until the host
    /// [purges](crate::repository::PurgeRepository::purge_deleted_clients) it.
    pub fn with_restore_window(mut self, window: Duration) -> Self {
        self.restore_window = window;
        self
    }

    /// Allows a `super_admin` to import clients over HTTP, with a chosen `client_id` and a secret
    /// that it brings along. Off by default, since the importer of a client knows its secret:
    /// without it, the operation is not found.
    pub fn with_http_import(mut self) -> Self {
        self.http_import = true;
        self
    }

    /// Sets the store of the tokens that the host issued. Without one, requests about a client's
    /// tokens are not found.
    pub fn with_token_store(mut self, store: impl TokenStore) -> Self {
        self.tokens = Some(Arc::new(store));
        self
    }

    /// Sets the listener for client events that affect tokens. Changes with events require a Tokio
    /// runtime: each runs in its own task.
    pub fn with_events(mut self, listener: impl ClientEvents) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// Records the old and the new value of each field that an update changes, in
    /// [`AuditEntry::changes`](crate::domain::AuditEntry::changes). Off by default: the trail then
    /// has the names of the fields only. It never has secrets, and never the keys in `jwks`.
    ///
    /// Values stay in the trail when the client no longer has them, until a
    /// [purge](crate::repository::PurgeRepository), which matters for contacts of persons.
    pub fn with_audited_values(mut self) -> Self {
        self.audits_values = true;
        self
    }

    /// Builds the manager.
    ///
    /// # Errors
    ///
    /// If the `client_id` prefix is not visible ASCII, starts a URL or leaves no room for the id,
    /// if a secret's longest lifetime is less than a second, if the default grace period is longer
    /// than the longest one, or if the hashing threads can't be started.
    pub fn build(self) -> Result<ClientManager, BuildError> {
        let room = ClientId::MAX_LENGTH - Id::LENGTH;
        let prefix = &self.client_id_prefix;
        if prefix.starts_with("https://") {
            return Err(BuildError::setting(
                "the prefix of client ids must not start with https://",
            ));
        }
        if prefix.len() > room || !prefix.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(BuildError::setting(format!(
                "the prefix of client ids must be at most {room} visible ASCII characters"
            )));
        }
        self.policy.check()?;
        let secrets = self.secret_rules()?;
        let pool = match self.pool {
            Some(pool) => pool,
            None => HashPool::builder(AnyHash::default()).build()?,
        };
        Ok(ClientManager(Arc::new(Inner {
            repository: self.repository,
            pool,
            format: self.format,
            client_id_prefix: self.client_id_prefix,
            policy: self.policy,
            clock: self.clock,
            secrets,
            tokens: self.tokens,
            listener: self.listener,
            audits_values: self.audits_values,
            turns: Arc::new(Turns::new()),
            restore_window: self.restore_window,
            http_import: self.http_import,
        })))
    }

    fn secret_rules(&self) -> Result<SecretRules, BuildError> {
        let default = SecretRules::default();
        let lifetime = self.secret_lifetime;
        if lifetime.is_some_and(|lifetime| lifetime < Duration::from_secs(1)) {
            return Err(BuildError::setting(
                "the longest lifetime of a secret must be at least a second",
            ));
        }
        let grace = match (self.grace, self.max_grace) {
            (Some(grace), _) => grace,
            (None, Some(longest)) => default.grace.min(longest),
            (None, None) => default.grace,
        };
        let max_grace = self.max_grace.unwrap_or(default.max_grace.max(grace));
        if grace > max_grace {
            return Err(BuildError::setting(
                "the grace period of a rotation must be at most the longest one",
            ));
        }
        Ok(SecretRules {
            lifetime,
            grace,
            max_grace,
        })
    }
}

impl fmt::Debug for ClientManagerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientManagerBuilder")
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SecretHash;
    use crate::repository::MemoryRepository;
    use crate::secrets::Argon2id;

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
        for prefix in ["a b", "a\n", "é", "https://a/", &format!("{longest}x")] {
            assert!(!built(prefix), "{prefix:?}");
        }
    }

    #[test]
    fn the_rules_for_secrets_agree() {
        const HOUR: Duration = Duration::from_secs(60 * 60);
        let builder = || ClientManager::builder(MemoryRepository::new());
        let graces = |builder: ClientManagerBuilder| {
            let rules = builder.secret_rules().ok()?;
            Some((rules.grace, rules.max_grace))
        };
        assert_eq!(graces(builder()), Some((4 * HOUR, 720 * HOUR)));
        let long = builder().with_rotation_grace(1000 * HOUR);
        assert_eq!(graces(long), Some((1000 * HOUR, 1000 * HOUR)));
        let short = builder().with_max_rotation_grace(HOUR);
        assert_eq!(graces(short), Some((HOUR, HOUR)));
        let both = builder().with_rotation_grace(HOUR);
        assert_eq!(graces(both.with_max_rotation_grace(Duration::ZERO)), None);

        let living = |lifetime| builder().with_max_secret_lifetime(lifetime).build();
        assert!(living(Duration::from_secs(1)).is_ok());
        assert!(living(Duration::from_millis(999)).is_err());
    }

    #[test]
    fn the_pool_is_the_one_that_was_given_or_takes_what_is_imported() {
        let builder = || ClientManager::builder(MemoryRepository::new());
        let bcrypt =
            SecretHash::new("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
        let manager = builder().build().unwrap();
        let imports = cfg!(feature = "imported-hashes");
        assert_eq!(manager.hash_pool().reads(&bcrypt), imports);

        let own = HashPool::builder(Argon2id::default());
        let manager = builder().with_hash_pool(own.build().unwrap());
        let manager = manager.build().unwrap();
        assert!(!manager.hash_pool().reads(&bcrypt));
        let within = manager.within(MemoryRepository::new());
        assert!(!within.hash_pool().reads(&bcrypt));
    }
}
