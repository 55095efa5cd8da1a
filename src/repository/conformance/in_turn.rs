use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::domain::{
    AuditEntry, Client, ClientId, Id, Page, SecretHash, SecretRecord, Slice, TenantId, Timestamp,
    Version,
};
#[cfg(feature = "cimd")]
use crate::domain::{BlockTarget, DocumentBlock, MetadataHash, SeenDocument};
#[cfg(feature = "registration")]
use crate::domain::{InitialAccessToken, RegisteredClient, RegistrationState};
#[cfg(feature = "cimd")]
use crate::repository::DocumentRepository;
use crate::repository::{
    AuditFilter, ClientFilter, ClientRepository, ClientUpdate, CredentialRepository, Credentials,
    NewClient, NewSecret, OriginRepository, PurgeRepository, Result, SecretRotation, Write,
};
#[cfg(feature = "registration")]
use crate::repository::{NewRegistration, RegistrationRepository, RegistrationUpdate};

/// Several repositories on the same storage, as with several hosts: each call goes to the next one.
/// The writes of one must be visible to the others at once.
///
/// With [`conformance_tests!`](crate::conformance_tests), the whole suite, including the races,
/// runs across all of them.
///
/// # Examples
///
/// ```
/// mod two_hosts {
///     use tower_oauth_clients::repository::MemoryRepository;
///     use tower_oauth_clients::repository::conformance::InTurn;
///
///     async fn open() -> (InTurn<MemoryRepository, 2>, ()) {
///         let first = MemoryRepository::new();
///         (InTurn::new([first.clone(), first]), ())
///     }
///
///     tower_oauth_clients::conformance_tests!(open);
/// }
/// # fn main() {}
/// ```
#[derive(Debug)]
pub struct InTurn<R, const N: usize> {
    handles: [R; N],
    calls: AtomicUsize,
}

impl<R, const N: usize> InTurn<R, N> {
    /// Wraps one or more repositories on the same storage.
    pub fn new(handles: [R; N]) -> Self {
        let calls = AtomicUsize::new(0);
        Self { handles, calls }
    }

    fn next(&self) -> &R {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        &self.handles[call % N]
    }
}

impl<R: ClientRepository, const N: usize> ClientRepository for InTurn<R, N> {
    methods!(forward! { |this| this.next(); } ClientRepository);
}

impl<R: CredentialRepository, const N: usize> CredentialRepository for InTurn<R, N> {
    methods!(forward! { |this| this.next(); } CredentialRepository);
}

impl<R: OriginRepository, const N: usize> OriginRepository for InTurn<R, N> {
    methods!(forward! { |this| this.next(); } OriginRepository);
}

impl<R: PurgeRepository, const N: usize> PurgeRepository for InTurn<R, N> {
    methods!(forward! { |this| this.next(); } PurgeRepository);
}

#[cfg(feature = "registration")]
impl<R: RegistrationRepository, const N: usize> RegistrationRepository for InTurn<R, N> {
    methods!(forward! { |this| this.next(); } RegistrationRepository);
}

#[cfg(feature = "cimd")]
impl<R: DocumentRepository, const N: usize> DocumentRepository for InTurn<R, N> {
    methods!(forward! { |this| this.next(); } DocumentRepository);
}
