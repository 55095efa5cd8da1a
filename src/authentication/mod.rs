//! Which client is calling: client authentication for the host's token endpoint (RFC 6749 §2.3).
//!
//! A [`ClientAuthenticator`] takes a request, or what it [presents](Presented), and answers with the
//! client or with one [`Error`] that says nothing about why.
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
//! A [`ClientAuthenticationLayer`](crate::adapters::tower::ClientAuthenticationLayer) does this to
//! every request in front of a service.
//!
//! # What it promises
//!
//! - **One way, a registered one.** A request that authenticates in several ways is refused, and so
//!   is one whose method the client did not register (`client_auth_methods`). A client that is
//!   suspended, inactive or deleted never authenticates, whatever grace its secrets have.
//! - **One hash at most.** The lookup id in an issued secret names the one record to verify against.
//!   A secret without one, or whose id names no record, can only be imported: it is verified
//!   against the client's oldest live secret, which is the one it was imported with. Where many
//!   present the same secret at once, each hashing thread verifies one of them, and the others share
//!   what it found out.
//! - **The same for every refusal.** An unknown client, a wrong, foreign or malformed secret, another
//!   method, a suspended client: one verification each, and one answer. What depends on the request
//!   alone (its syntax, a secret longer than [`MAX_SECRET_LENGTH`]) is refused at once, which tells
//!   nothing of what is stored. Nor is a `client_id` hidden that is presented alone, or with an
//!   assertion: it is no secret (RFC 6749 §2.2), and there is no hash to hide the answer behind.
//!   One verification takes as long as the stored hash asks for, and where nothing is stored as long
//!   as a hash of today. So the answer about a client whose secret was imported with another hash,
//!   such as bcrypt, takes another time than that about no client, and time tells that it exists:
//!   until its first use, when it is hashed anew. Rotate the secrets that were imported and are not
//!   used. [`HmacSha256`](crate::secrets::HmacSha256) hashes no secret anew that was not generated:
//!   there rotate every imported one.
//! - **What counts is what is stored now.** The client and its secrets are read at each request; only
//!   the hash is spared, for a secret that verified within the last minutes. Every change by any host
//!   holds from the next request on.
//! - **Failures have a budget**, which is asked before anything is spent: see [`LocalLimiter`].
//! - **Nothing waits for bookkeeping.** When a secret was last used, and its hash where that is not of
//!   today's kind, are written after the answer, on the Tokio runtime that it runs on.

#[cfg(any(feature = "jwt", feature = "jwt-rust-crypto"))]
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

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use http::request::Parts;

use self::assertions::Assertions;
use self::background::Background;
use self::bookkeeping::Bookkeeping;
use self::cache::VerifiedCache;
use self::decoy::Decoy;
use self::observed::observed;
use crate::domain::{AuthMethod, Client, ClientEvents, Clock, Id};
use crate::repository::{CredentialRepository, CredentialSource};
use crate::secrets::HashPool;

pub(crate) use body::read_form;
pub use builder::{AuthenticatorBuilder, BuildError};
pub use error::{Error, ErrorKind};
pub use limiter::{
    Admission, Attempt, Claim, FailureLimiter, LocalLimiter, LocalLimiterBuilder, Outcome,
};
pub use presented::Presented;

/// What authentication gives back.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The longest secret that is verified, in bytes. Issued ones are shorter; imported ones may be as
/// long.
pub const MAX_SECRET_LENGTH: usize = 1024;

/// Tells which client is calling. Cheap to clone; all clones share one cache and one limiter.
///
/// See the [module](self) for what it promises, and for an example.
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
    listener: Option<Arc<dyn ClientEvents>>,
    background: Background,
    /// Where the limiter is told of those who hung up.
    endings: Background,
    bookkeeping: Bookkeeping,
}

/// A client that is who it says it is; a public one only says so.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Authenticated {
    /// The client, as it was stored when its request came.
    pub client: Client,
    /// How it authenticated. [`AuthMethod::None`] is a public client, which did not.
    pub method: AuthMethod,
    /// Which of its secrets it presented, if it did.
    pub secret_id: Option<Id>,
}

impl ClientAuthenticator {
    /// An authenticator of the clients in `repository`, with every setting at its default.
    pub fn builder(repository: impl CredentialRepository) -> AuthenticatorBuilder {
        AuthenticatorBuilder::new(CredentialSource::new(repository))
    }

    /// Which client made a request to the token endpoint.
    ///
    /// `form` is the whole body: bound its length where it is read. `peer` is where the request came
    /// from: behind a proxy, what the proxy says, if it can be trusted. Without it anybody can lock a
    /// client out: see [`LocalLimiter`].
    ///
    /// # Errors
    ///
    /// As [`Presented::read`] and [`authenticate_presented`](Self::authenticate_presented).
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

    /// Which client presents this.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidClient`] unless it is an active client that registered the method and
    /// presents what it takes. [`ErrorKind::TooManyFailures`] when too many failed before, and
    /// [`ErrorKind::Overloaded`] when too many secrets wait to be verified. Storage and hasher may
    /// fail.
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
                    self.by_secret(client_id, secret, &method, peer).await
                }
                Presented::Assertion {
                    client_id,
                    assertion,
                } => Box::pin(self.by_assertion(client_id, assertion, peer)).await,
                Presented::Nothing { client_id } => self.by_name(client_id, peer).await,
            };
            // In place: a client is too large to be moved for nothing.
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
