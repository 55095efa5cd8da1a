//! Client management as a plain Rust API: everything that an administrator can do, independent of
//! HTTP. [`tokens`] is about the tokens that the host issued, [`ClientEvents`] about notifications,
//! and [`transfer`] about exporting and importing clients.

mod builder;
mod clone;
mod create;
mod delete;
mod error;
mod events;
mod list;
#[cfg(feature = "registration")]
mod registrants;
mod restore;
mod secrets;
pub mod tokens;
pub mod transfer;
mod turns;
mod update;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use self::create::NewSecret;
use self::turns::Turns;
use crate::domain::{
    Client, ClientEvents, ClientId, Clock, Operator, Policy, SecretRules, Timestamp, Version,
};
use crate::repository::{ClientRepository, Repository};
use crate::secrets::{HashPool, Plaintext, SecretFormat};

pub use builder::ClientManagerBuilder;
pub use error::{Error, ErrorKind};
#[cfg(feature = "cimd")]
pub(crate) use events::to_its_end;
pub use secrets::IssuedSecret;

/// The result of a management operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Creates, reads, changes and clones clients in the tenant of the operator. Cheap to clone; all
/// clones share one repository and one hash pool.
///
/// # Examples
///
/// ```
/// use tower_oauth_clients::ClientManager;
/// use tower_oauth_clients::domain::{Draft, Operator, Role, TenantId};
/// use tower_oauth_clients::repository::MemoryRepository;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let manager = ClientManager::builder(MemoryRepository::new()).build()?;
/// let tenant = TenantId::parse("acme").ok_or("not a tenant")?;
/// let operator = Operator::new("alice", Role::Admin, tenant);
///
/// let draft = Draft::new("My Application", ["https://app.example.com/callback"]);
/// let issued = manager.create(&operator, draft).await?;
/// assert!(issued.secret.is_some());
///
/// let client = manager.get(&operator, &issued.client.client_id).await?;
/// assert_eq!(client, issued.client);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ClientManager(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    repository: Repository,
    pool: HashPool,
    format: SecretFormat,
    client_id_prefix: String,
    policy: Policy,
    clock: Arc<dyn Clock>,
    secrets: SecretRules,
    tokens: Option<Arc<dyn tokens::Erased>>,
    listener: Option<Arc<dyn ClientEvents>>,
    audits_values: bool,
    turns: Arc<Turns>,
    restore_window: Duration,
    http_import: bool,
}

/// A new client with its plaintext secret, which is not available again.
#[derive(Debug)]
pub struct Issued {
    /// The client as stored.
    pub client: Client,
    /// Its secret, if it can use one.
    pub secret: Option<Plaintext>,
}

/// Which versions of a client may be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Expected {
    /// Any version. If the client changes concurrently, the change is retried.
    #[default]
    Any,
    /// One of these; otherwise the change fails as [`ErrorKind::Stale`].
    OneOf(Vec<Version>),
}

impl Expected {
    pub(crate) fn check(&self, version: Version) -> Result<()> {
        match self {
            Self::OneOf(versions) if !versions.contains(&version) => Err(ErrorKind::Stale.into()),
            _ => Ok(()),
        }
    }
}

impl ClientManager {
    /// Creates a builder for a manager of the clients in `repository`, with default settings.
    pub fn builder(repository: impl ClientRepository) -> ClientManagerBuilder {
        ClientManagerBuilder::new(Repository::new(repository))
    }

    /// The same manager on another repository, such as the host's open transaction.
    ///
    /// It emits no [`ClientEvents`]: only the owner of the transaction knows whether and when a
    /// change is committed.
    #[must_use]
    pub fn within(&self, repository: impl ClientRepository) -> Self {
        let mut inner = Inner::clone(&self.0);
        inner.repository = Repository::new(repository);
        inner.listener = None;
        // The holder of a turn might be waiting for this transaction.
        inner.turns = Arc::new(Turns::new());
        Self(Arc::new(inner))
    }

    /// The hash pool, to share it with the
    /// [`ClientAuthenticator`](crate::authentication::ClientAuthenticator), so that both have one
    /// set of threads, one limit, and one set of hash memory.
    ///
    /// ```
    /// use tower_oauth_clients::ClientManager;
    /// use tower_oauth_clients::authentication::ClientAuthenticator;
    /// use tower_oauth_clients::repository::MemoryRepository;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let repository = MemoryRepository::new();
    /// let manager = ClientManager::builder(repository.clone()).build()?;
    /// let authenticator = ClientAuthenticator::builder(repository)
    ///     .with_hash_pool(manager.hash_pool())
    ///     .build()?;
    /// # let _ = authenticator;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn hash_pool(&self) -> HashPool {
        self.0.pool.clone()
    }

    /// Reads a client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if the operator's tenant has no such client.
    pub async fn get(&self, operator: &Operator, client_id: &ClientId) -> Result<Client> {
        Ok(self.0.repository.get(&operator.tenant, client_id).await?)
    }

    /// Whether clients may be imported over HTTP.
    pub(crate) fn allows_http_import(&self) -> bool {
        self.0.http_import
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.0.policy
    }

    #[cfg(feature = "openapi")]
    pub(crate) fn secret_rules(&self) -> &SecretRules {
        &self.0.secrets
    }

    /// The current time of the manager's clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }
}

impl fmt::Debug for ClientManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientManager")
            .field("policy", &self.0.policy)
            .finish_non_exhaustive()
    }
}
