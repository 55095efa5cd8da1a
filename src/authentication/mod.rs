//! Client authentication for the host's token endpoint (RFC 6749 §2.3).
//!
//! A [`ClientAuthenticator`] takes a request, or the [credentials](Presented) in it, and returns
//! the client or an [`Error`] that does not reveal the reason.
//!
//! ```
//! use tower_oauth_clients::ClientManager;
//! use tower_oauth_clients::authentication::{ClientAuthenticator, ErrorKind};
//! use tower_oauth_clients::domain::{AuthMethod, Draft, Operator, Role, TenantId};
//! use tower_oauth_clients::repository::MemoryRepository;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let repository = MemoryRepository::new();
//! let manager = ClientManager::builder(repository.clone()).build()?;
//! let authenticator = ClientAuthenticator::builder(repository)
//!     .with_hash_pool(manager.hash_pool()) // one bound for all the hashing there is
//!     .build()?;
//!
//! let tenant = TenantId::parse("acme").ok_or("not a tenant")?;
//! let operator = Operator::new("alice", Role::Admin, tenant);
//! let draft = Draft::new("My Application", ["https://app.example.com/callback"])
//!     .with_client_auth_methods([AuthMethod::ClientSecretPost]);
//! let issued = manager.create(&operator, draft).await?;
//! let secret = issued.secret.ok_or("no secret")?;
//!
//! // At the token endpoint, with the request's head, its body and the peer's address:
//! let peer = Some([192, 0, 2, 1].into());
//! let (head, ()) = http::Request::post("/token")
//!     .header("content-type", "application/x-www-form-urlencoded")
//!     .body(())?
//!     .into_parts();
//! let form = format!(
//!     "grant_type=client_credentials&client_id={}&client_secret={}",
//!     issued.client.client_id,
//!     secret.expose(),
//! );
//! let authenticated = authenticator.authenticate(&head, form.as_bytes(), peer).await?;
//! assert_eq!(authenticated.client.client_id, issued.client.client_id);
//!
//! let error = authenticator.authenticate(&head, b"client_id=absent", peer).await.unwrap_err();
//! assert_eq!(error.kind(), ErrorKind::InvalidClient);
//! assert_eq!(error.to_response().status(), 401);
//! # Ok(())
//! # }
//! ```
//!
//! A [`ClientAuthenticationLayer`](crate::adapters::tower::ClientAuthenticationLayer) does this for
//! every request to a service.
//!
//! # Guarantees
//!
//! - **One method, and a registered one.** A request that uses several authentication methods is
//!   refused, and so is a method that the client did not register (`client_auth_methods`). A
//!   suspended, inactive or deleted client never authenticates, whatever grace period its secrets
//!   have.
//! - **At most one hash.** The lookup id in an issued secret names the only record to verify
//!   against. A secret without one, or whose id names no record, can only be imported: it is
//!   verified against the client's oldest live secret, the one it was imported with. When many
//!   requests present the same secret at once, each hashing thread verifies one of them, and the
//!   others share the result.
//! - **A second hash for imported secrets that are not encoded.** RFC 6749 §2.3.1 requires a client
//!   to form-encode the secret in the `Authorization` header; many don't. So a secret with `+` or
//!   `%` that does not verify when it is decoded is verified as it was sent, unless it looks
//!   encoded. That costs no other secret a second hash: an issued one has no such characters, and
//!   the stored one must have been imported, with the same last four characters if these are known.
//!   It is one attempt, and a failure counts as the work of both hashes.
//! - **Refusals are indistinguishable.** An unknown client, a wrong, foreign or malformed secret,
//!   another method, a suspended client: one verification each, and the same response. What depends
//!   only on the request (its syntax, a secret longer than [`MAX_SECRET_LENGTH`]) is refused at
//!   once, which reveals nothing about what is stored. A `client_id` presented alone or with an
//!   assertion is not hidden either: it is no secret (RFC 6749 §2.2), and there is no hash to hide
//!   the response time behind.
//! - **Except for imported secrets.** A verification takes as long as the stored hash requires,
//!   twice that for a secret which may not be encoded, and if nothing is stored, as long as a new
//!   hash. So the response time reveals that a client exists
//!   whose secret was imported with another hash, such as bcrypt, until the first use rehashes it.
//!   Rotate imported secrets that are not used. [`HmacSha256`](crate::secrets::HmacSha256) rehashes
//!   only generated secrets: with it, rotate every imported one.
//! - **A stored client is the client.** A [`ClientSource`] is asked only if its tenant has none.
//! - **Stored state decides.** The client and its secrets are read on each request; only the hash
//!   is skipped, for a secret that verified within the last minutes. Every change by any host takes
//!   effect with the next request.
//! - **Failures have a budget**, checked before anything is spent: see [`LocalLimiter`].
//! - **Bookkeeping is off the request path.** The last use of a secret, and a rehash if its hash is
//!   outdated, are written after the response, on the current Tokio runtime.

#[cfg(feature = "jwt")]
#[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
pub mod assertion;
mod assertions;
mod authenticate;
mod background;
mod basic;
mod body;
mod bookkeeping;
mod builder;
mod cache;
mod candidate;
mod claimed;
mod decoy;
mod error;
mod form;
mod limiter;
mod memo;
mod observed;
mod presented;
mod source;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use http::request::Parts;

use self::assertions::Assertions;
use self::authenticate::Secret;
#[cfg(not(feature = "cimd"))]
use self::background::Background;
use self::bookkeeping::Bookkeeping;
use self::cache::VerifiedCache;
use self::decoy::Decoy;
use self::observed::observed;
use self::source::Source;
use crate::domain::{AuthMethod, Client, ClientEvents, Clock, Id};
use crate::repository::{CredentialRepository, CredentialSource};
use crate::secrets::HashPool;

#[cfg(feature = "cimd")]
pub(crate) use background::Background;
pub(crate) use body::read_form;
pub use builder::ClientAuthenticatorBuilder;
pub use error::{Error, ErrorKind};
pub use limiter::{
    Admission, Attempt, Claim, FailureLimiter, LocalLimiter, LocalLimiterBuilder, Outcome,
};
#[cfg(feature = "registration")]
pub(crate) use limiter::{Buckets, Held, network, site};
#[cfg(feature = "cimd")]
pub(crate) use memo::{MINUTE, Memo};
pub use presented::Presented;
pub use source::ClientSource;

/// The result of an authentication.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The maximum length of a presented secret, in bytes. Issued ones are shorter; imported ones may
/// be this long.
pub const MAX_SECRET_LENGTH: usize = 1024;

/// Authenticates clients. Cheap to clone; all clones share one cache and one limiter.
///
/// See the [module](self) for its guarantees and an example.
#[derive(Clone)]
pub struct ClientAuthenticator(Arc<Inner>);

struct Inner {
    repository: CredentialSource,
    pool: HashPool,
    decoy: Decoy,
    clock: Arc<dyn Clock>,
    cache: Option<VerifiedCache>,
    limiter: Option<Box<dyn limiter::Limiter>>,
    assertions: Option<Box<dyn Assertions>>,
    source: Option<Source>,
    listener: Option<Arc<dyn ClientEvents>>,
    background: Background,
    /// Slots for reporting outcomes after the caller disconnected.
    endings: Background,
    bookkeeping: Bookkeeping,
}

/// An authenticated client; a public one only claims to be it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Authenticated {
    /// The client, as stored when the request came in.
    pub client: Client,
    /// The authentication method. [`AuthMethod::None`] means a public client, which did not
    /// authenticate.
    pub method: AuthMethod,
    /// The secret that was presented, if any.
    pub secret_id: Option<Id>,
}

impl ClientAuthenticator {
    /// Creates a builder for the clients in `repository`, with default settings.
    pub fn builder(repository: impl CredentialRepository) -> ClientAuthenticatorBuilder {
        ClientAuthenticatorBuilder::new(CredentialSource::new(repository))
    }

    /// Authenticates the client of a token endpoint request.
    ///
    /// `form` is the complete body: limit its length when reading it. `peer` is the caller's
    /// address: behind a trusted proxy, the one that the proxy reports. Without it, anyone can lock
    /// a client out: see [`LocalLimiter`].
    ///
    /// # Errors
    ///
    /// Those of [`Presented::read`] and [`authenticate_presented`](Self::authenticate_presented).
    pub async fn authenticate(
        &self,
        head: &Parts,
        form: &[u8],
        peer: Option<IpAddr>,
    ) -> Result<Authenticated> {
        match Presented::read(head, form) {
            Ok(presented) => self.authenticate_presented(presented, peer).await,
            Err(error) => observed(None, async { Err(error) }).await,
        }
    }

    /// Authenticates the client that presents these credentials.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::InvalidClient`] if there is no such active client, it did not register the
    ///   method, or the credentials are wrong.
    /// - [`ErrorKind::TooManyFailures`] if too many attempts failed before.
    /// - [`ErrorKind::Overloaded`] if too many secrets are waiting to be verified.
    /// - [`ErrorKind::Unavailable`] if the storage or another dependency can't be reached.
    /// - [`ErrorKind::Internal`] for any other failure of the storage or the hasher.
    pub async fn authenticate_presented(
        &self,
        presented: Presented,
        peer: Option<IpAddr>,
    ) -> Result<Authenticated> {
        let method = presented.method();
        let named = presented.client_id().cloned();
        let attempt = async {
            let mut outcome = match presented {
                Presented::SecretBasic { client_id, secret }
                | Presented::SecretPost { client_id, secret } => {
                    let secret = Secret::new(secret);
                    self.by_secret(client_id, secret, &method, peer).await
                }
                Presented::SecretBasicEither {
                    client_id,
                    secret,
                    as_sent,
                } => {
                    let secret = Secret::new(secret).or(as_sent);
                    self.by_secret(client_id, secret, &method, peer).await
                }
                Presented::Assertion {
                    client_id,
                    assertion,
                } => Box::pin(self.by_assertion(client_id, assertion, peer)).await,
                Presented::Nothing { client_id } => self.by_name(client_id, peer).await,
            };
            // In place: moving the large client would be wasteful.
            if let (Err(error), Some(client_id)) = (&mut outcome, &named) {
                error.note_claim(client_id.as_str());
            }
            outcome
        };
        observed(Some(&method), attempt).await
    }
}

impl fmt::Debug for ClientAuthenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientAuthenticator")
            .field("cache", &self.0.cache)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
