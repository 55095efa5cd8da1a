//! Clients that register themselves: RFC 7591 (`POST /oauth/register`) and RFC 7592 (`GET`, `PUT`
//! and `DELETE /oauth/register/{client_id}`).
//!
//! A [`Registrar`] serves these two paths, which are public: mount them apart from the admin API,
//! as an [axum router](crate::adapters::axum::registration_router) or a [tower
//! service](crate::adapters::tower::RegistrationService). It validates like the admin API, by the
//! policy of the same [`ClientManager`], and stores the clients where that finds them. An
//! administrator sees, changes, suspends and deletes them like all others; their
//! [origin](crate::domain::ClientOrigin) is `dynamic`.
//!
//! # What a stranger can't do
//!
//! - Have more than the ceilings of the [builder](RegistrarBuilder): grants, authentication methods
//!   and scopes. What a request asks for beyond is left out, and the response shows what was
//!   registered. An initial access token may have other ceilings, within the host's policy.
//! - Use what a policy allows for administrators to be trusted with: schemes and hosts of redirect
//!   URIs, schemes without a dot, keys on private networks. A private-use URI has a scheme with a
//!   dot (RFC 8252 §7.1), or is one of the host's exact list; where hosts of redirect URIs are
//!   bound, only that list counts.
//! - Set anything but the metadata of RFC 7591: all else in a body is ignored.
//! - Change the status: a suspended client stays suspended, whatever token it has.
//! - Register more often than the [limits](RegistrationLimits) allow.
//!
//! # What an administrator decides
//!
//! [`Handlers::with_registrar`](crate::handlers::Handlers::with_registrar) adds the operations on
//! initial access tokens and on registrations to the admin API: who may register, and which pending
//! clients are approved. A [`Reaper`] deletes those that nobody uses.
//!
//! # Failures
//!
//! Every failure is a JSON object with `error` and `error_description` (RFC 7591 §3.2.2), which
//! names the member and never shows a value.
//!
//! # Examples
//!
//! ```
//! use axum::Router;
//! use tower_oauth_clients::ClientManager;
//! use tower_oauth_clients::adapters::axum::registration_router;
//! use tower_oauth_clients::domain::TenantId;
//! use tower_oauth_clients::registration::{Registrar, RegistrationMode};
//! use tower_oauth_clients::repository::MemoryRepository;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let repository = MemoryRepository::new();
//! let manager = ClientManager::builder(repository.clone()).build()?;
//! let endpoint = "https://id.example.com/oauth/register";
//! let registrar = Registrar::builder(manager, repository, endpoint)
//!     .with_tenant(TenantId::parse("acme").ok_or("not a tenant")?)
//!     .with_mode(RegistrationMode::Open)
//!     .with_scopes(["mcp:read", "mcp:write"])
//!     .build()?;
//! let app: Router = Router::new().merge(registration_router(registrar));
//! # let _ = app;
//! # Ok(())
//! # }
//! ```

mod answer;
mod approval;
mod asked;
mod builder;
mod endpoint;
mod error;
mod grants;
mod handle;
mod initial;
mod limits;
mod manage;
mod members;
mod policy;
mod reaper;
mod register;
mod replace;
mod settings;
mod statement;
mod token;

use std::fmt;
use std::sync::Arc;

use http::request::Parts;

#[cfg(feature = "cimd")]
pub(crate) use self::asked::{Asked, Rules};
use self::endpoint::Endpoint;
use self::limits::Limits;
#[cfg(feature = "cimd")]
pub(crate) use self::members::Members;
use self::policy::SharedPolicy;
pub(crate) use self::settings::{Ceiling, Settings};
use self::statement::SharedVerifier;
use self::token::Formats;
use crate::domain::{Policy, TenantId, Timestamp};
use crate::manager::ClientManager;
use crate::repository::{RegistrationRepository, RegistrationSource};

pub use crate::domain::InitialAccessTokenOptions;
pub use crate::exchange::BoxError;
pub use builder::RegistrarBuilder;
pub use error::{Error, ErrorKind};
pub use grants::LiveGrants;
#[cfg(feature = "axum")]
pub(crate) use handle::PATHS;
pub use initial::IssuedInitialAccessToken;
pub use limits::RegistrationLimits;
pub use policy::{Decision, RegistrationPolicy, RegistrationRequest};
pub use reaper::{Reaped, Reaper, ReaperBuilder};
pub use settings::{RegisteredScope, RegistrationMode, UnacceptableRedirects, UnofferedMethod};
pub use statement::{StatementRefusal, StatementVerifier};

/// Registers clients, and lets them manage their registration. Cheap to clone; all clones share
/// their limits.
///
/// See the [module](self) for an example.
#[derive(Clone)]
pub struct Registrar(Arc<Inner>);

/// Finds the tenant of a request, if it has one.
type TenantOf = dyn Fn(&Parts) -> Option<TenantId> + Send + Sync;

struct Inner {
    manager: ClientManager,
    repository: RegistrationSource,
    endpoint: Endpoint,
    tenant_of: Box<TenantOf>,
    settings: Settings,
    ceiling: Ceiling,
    /// The manager's, for strangers.
    rules: Policy,
    policy: SharedPolicy,
    verifier: Option<SharedVerifier>,
    formats: Formats,
    limits: Limits,
}

impl Registrar {
    /// Creates a builder for the clients of `manager`, which are also those of `repository`.
    ///
    /// `endpoint` is the URL of registration as clients see it, such as
    /// `https://id.example.com/oauth/register`: the URL at which a client manages its registration
    /// is built from it, never from a request. `{tenant}` in it stands for the tenant.
    pub fn builder(
        manager: ClientManager,
        repository: impl RegistrationRepository,
        endpoint: impl Into<String>,
    ) -> RegistrarBuilder {
        let repository = RegistrationSource::new(repository);
        RegistrarBuilder::new(manager, repository, endpoint.into())
    }

    fn now(&self) -> Timestamp {
        self.0.manager.now()
    }
}

impl fmt::Debug for Registrar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registrar")
            .field("settings", &self.0.settings)
            .field("ceiling", &self.0.ceiling)
            .finish_non_exhaustive()
    }
}

/// The name in RFC 7591 §2 of a member that we call otherwise.
fn wire_name(field: &str) -> &str {
    match field {
        "name" => "client_name",
        "scopes" => "scope",
        "client_auth_methods" | "is_confidential" => "token_endpoint_auth_method",
        "website" => "client_uri",
        "logo_url" => "logo_uri",
        "terms_url" => "tos_uri",
        "privacy_policy" => "policy_uri",
        same => same,
    }
}
