use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;

use crate::domain::{Client, ClientMetadata, Id, RegistrationBounds, TenantId};

/// A registration to decide on: a new one, or an update. It has passed every rule.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RegistrationRequest<'a> {
    /// The tenant.
    pub tenant: &'a TenantId,
    /// The client as it is stored, if this is an update.
    pub current: Option<&'a Client>,
    /// The metadata that is to be stored.
    pub metadata: &'a ClientMetadata,
    /// The `application_type` that it sent.
    pub application_type: Option<&'a str>,
    /// The `software_id` that it sent. It is the same for every installation, and anyone can send
    /// it: only a software statement proves something.
    pub software_id: Option<&'a str>,
    /// The `software_version` that it sent.
    pub software_version: Option<&'a str>,
    /// The claims of its verified software statement, as JSON.
    pub statement: Option<&'a str>,
    /// The initial access token that it was registered with, if any.
    pub initial_access_token_id: Option<Id>,
    /// The bounds of that token.
    pub bounds: &'a RegistrationBounds,
    /// The caller's address.
    pub ip: Option<IpAddr>,
}

/// What a [`RegistrationPolicy`] decides.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// It is stored.
    Allow,
    /// An administrator has to decide: a new client is inactive until then, unless its initial
    /// access token approves it in advance. An update that changes something is refused.
    Pend,
    /// It is refused as `invalid_client_metadata`.
    Deny {
        /// The `error_description`: ASCII without quotes and backslashes, which become `?`.
        description: String,
    },
    /// It could not be decided for now: 503.
    Unavailable,
}

/// Decides on registrations after all rules of this crate, for what only the host knows.
///
/// # Contract
///
/// - Asked once for each new client and for each update, before a secret is hashed and anything is
///   stored. An update that meets another change is decided anew.
/// - A policy judges the whole client: every redirect URI, not only the first one.
/// - It must not take longer than the caller may wait.
///
/// # Examples
///
/// ```
/// use tower_oauth_clients::registration::{Decision, RegistrationPolicy, RegistrationRequest};
///
/// struct KnownHosts;
///
/// impl RegistrationPolicy for KnownHosts {
///     async fn decide(&self, request: &RegistrationRequest<'_>) -> Decision {
///         let mut uris = request.metadata.redirect_uris.iter();
///         if uris.all(|uri| uri.starts_with("https://claude.ai/")) {
///             Decision::Allow
///         } else {
///             Decision::Pend
///         }
///     }
/// }
/// ```
pub trait RegistrationPolicy: Send + Sync + 'static {
    /// Decides on a registration.
    fn decide(&self, request: &RegistrationRequest<'_>) -> impl Future<Output = Decision> + Send;
}

erased! {
    pub(super) trait ErasedPolicy of RegistrationPolicy and Arc {
        fn decide(request: [&] RegistrationRequest<'_>) -> Decision;
    }
}

/// The default policy.
pub(super) struct Everything;

impl RegistrationPolicy for Everything {
    async fn decide(&self, _: &RegistrationRequest<'_>) -> Decision {
        Decision::Allow
    }
}

/// A policy behind a pointer, so that nothing else needs a type parameter for it.
pub(super) type SharedPolicy = Arc<dyn ErasedPolicy>;
