use std::future::Future;

use super::{ClientUpdate, CredentialRepository, NewClient, Result, Write};
use crate::domain::{
    Client, ClientId, Id, InitialAccessToken, Page, RegisteredClient, Registration,
    RegistrationState, SecretRecord, Slice, TenantId, Timestamp, Version,
};

/// A repository of clients that register themselves, and of the initial access tokens with which
/// they do.
///
/// # Contract
///
/// - **Beside the client.** A [`Registration`] belongs to one client and is deleted with it: no
///   [`restore`](super::ClientRepository::restore) brings it back, and a client without one is
///   [`ErrorKind::NotFound`](super::ErrorKind::NotFound) here.
/// - **Tokens in the trail.** The audit entry of a write to an initial access token has the token's
///   id as its `client_id`. It is in the trail of the [tenant](
///   super::ClientRepository::tenant_audit_entries) and in no client's.
/// - Otherwise the contract of [`ClientRepository`](super::ClientRepository) applies, also to what
///   is written to a registration: it is serialized with the writes to its client.
pub trait RegistrationRepository: CredentialRepository {
    /// Stores a new client with its first secret and its registration, and takes one use of the
    /// initial access token that the registration names.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Conflict`](super::ErrorKind::Conflict) if the `id` or `client_id` is taken;
    /// [`ErrorKind::TokenSpent`](super::ErrorKind::TokenSpent) if the token is not one of the
    /// tenant or does not [register](InitialAccessToken::registers_at) at the time of the audit
    /// entry.
    fn register(
        &self,
        tenant: &TenantId,
        new: &NewRegistration,
        write: &Write,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Reads a client with its registration.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound).
    fn registration(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
    ) -> impl Future<Output = Result<RegisteredClient>> + Send;

    /// Reads a page of the tenant's clients that registered themselves, newest first; in one state,
    /// or in any.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) or
    /// [`ErrorKind::Other`](super::ErrorKind::Other) if the storage fails.
    fn registrations(
        &self,
        tenant: &TenantId,
        state: Option<RegistrationState>,
        page: Page,
    ) -> impl Future<Output = Result<Slice<RegisteredClient>>> + Send;

    /// Updates a client as in [`update`](super::ClientRepository::update), replaces its
    /// registration, and then adds the secret, if there is one, as in
    /// [`add_secret`](super::ClientRepository::add_secret). It is one write, with one new version.
    /// Returns the stored client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound), also if the client has no registration;
    /// [`ErrorKind::Stale`](super::ErrorKind::Stale),
    /// [`ErrorKind::TooManySecrets`](super::ErrorKind::TooManySecrets) and
    /// [`ErrorKind::Conflict`](super::ErrorKind::Conflict) as in these.
    fn update_registration(
        &self,
        tenant: &TenantId,
        update: &RegistrationUpdate,
        write: &Write,
    ) -> impl Future<Output = Result<Client>> + Send;

    /// Counts the tenant's clients that registered themselves, up to `limit`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) or
    /// [`ErrorKind::Other`](super::ErrorKind::Other) if the storage fails.
    fn count_registrations(
        &self,
        tenant: &TenantId,
        limit: u32,
    ) -> impl Future<Output = Result<u32>> + Send;

    /// Reads about `limit` clients of all tenants that registered themselves and were
    /// [unused since](RegisteredClient::is_unused_since) before that time, the longest unused
    /// first: those after `after`, in ascending order of
    /// [`used_at`](RegisteredClient::used_at) and `client_id`. Fewer than `limit` are the last
    /// ones. Reads no more rows than it returns, if an index can.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) or
    /// [`ErrorKind::Other`](super::ErrorKind::Other) if the storage fails.
    fn unused_registrations<'a>(
        &'a self,
        unused_since: Timestamp,
        after: Option<&'a RegisteredClient>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<RegisteredClient>>> + Send;

    /// Deletes a client with its registration, as in
    /// [`delete`](super::ClientRepository::delete), if it is still as it was read: in that version,
    /// and last used then.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound), and
    /// [`ErrorKind::Stale`](super::ErrorKind::Stale) if the version or the last use differs.
    fn delete_unused(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        expected: Version,
        last_used_at: Option<Timestamp>,
        write: &Write,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Stores a new initial access token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Conflict`](super::ErrorKind::Conflict) if the `id` is taken.
    fn create_initial_access_token(
        &self,
        tenant: &TenantId,
        token: &InitialAccessToken,
        write: &Write,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Reads an initial access token, revoked or not.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound).
    fn initial_access_token(
        &self,
        tenant: &TenantId,
        id: Id,
    ) -> impl Future<Output = Result<InitialAccessToken>> + Send;

    /// Reads a page of the tenant's initial access tokens, newest first, revoked ones included.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) or
    /// [`ErrorKind::Other`](super::ErrorKind::Other) if the storage fails.
    fn initial_access_tokens(
        &self,
        tenant: &TenantId,
        page: Page,
    ) -> impl Future<Output = Result<Slice<InitialAccessToken>>> + Send;

    /// Revokes an initial access token at the time of the audit entry. The clients that were
    /// registered with it stay.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound), also if it is revoked already.
    fn revoke_initial_access_token(
        &self,
        tenant: &TenantId,
        id: Id,
        write: &Write,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// A client to store with its registration, for [`RegistrationRepository::register`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewRegistration {
    /// The client and its first secret.
    pub new: NewClient,
    /// Its registration.
    pub registration: Registration,
}

impl NewRegistration {
    /// Creates a registration of that client.
    pub fn new(new: NewClient, registration: Registration) -> Self {
        Self { new, registration }
    }
}

/// A change of a client with its registration, for
/// [`RegistrationRepository::update_registration`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RegistrationUpdate {
    /// The change of the client.
    pub update: ClientUpdate,
    /// The new registration.
    pub registration: Registration,
    /// A secret to add, if any.
    pub secret: Option<SecretRecord>,
}

impl RegistrationUpdate {
    /// Creates a change without a new secret.
    pub fn new(update: ClientUpdate, registration: Registration) -> Self {
        Self {
            update,
            registration,
            secret: None,
        }
    }

    /// Sets the secret to add, if any.
    #[must_use]
    pub fn with_secret(mut self, secret: impl Into<Option<SecretRecord>>) -> Self {
        self.secret = secret.into();
        self
    }
}
