use std::sync::atomic::{AtomicUsize, Ordering};

use crate::domain::{
    AuditEntry, Client, ClientId, Id, Page, SecretHash, SecretRecord, Slice, TenantId, Timestamp,
    Version,
};
use crate::repository::{
    ClientFilter, ClientRepository, CredentialRepository, Credentials, Origin, Result, Secrets,
};

/// Several repositories on the same storage, as several hosts have them: each call goes to the
/// next one. What one of them wrote, the others must show at once.
///
/// Give it to [`conformance_tests!`](crate::conformance_tests), and the whole suite, the races
/// among it, runs across all of them.
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
    /// Takes one or more repositories on the same storage.
    pub fn new(handles: [R; N]) -> Self {
        let calls = AtomicUsize::new(0);
        Self { handles, calls }
    }

    fn next(&self) -> &R {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        &self.handles[call % N]
    }
}

macro_rules! in_turn {
    ($(fn $method:ident($($argument:ident: $type:ty),+) -> $output:ty;)+) => {
        $(async fn $method(&self, $($argument: $type),+) -> Result<$output> {
            self.next().$method($($argument),+).await
        })+
    };
}

impl<R: ClientRepository, const N: usize> ClientRepository for InTurn<R, N> {
    in_turn! {
        fn create(
            tenant: &TenantId,
            client: &Client,
            secret: Option<&SecretRecord>,
            origin: &Origin,
            audit: &AuditEntry
        ) -> ();
        fn get(tenant: &TenantId, client_id: &ClientId) -> Client;
        fn list(tenant: &TenantId, filter: &ClientFilter, page: Page) -> Slice<Client>;
        fn update(
            tenant: &TenantId,
            client: &Client,
            secrets: Secrets,
            audit: &AuditEntry
        ) -> Client;
        fn delete(
            tenant: &TenantId,
            client_id: &ClientId,
            expected: Option<Version>,
            audit: &AuditEntry
        ) -> ();
        fn secrets(tenant: &TenantId, client_id: &ClientId) -> Vec<SecretRecord>;
        fn add_secret(
            tenant: &TenantId,
            client_id: &ClientId,
            expected: Version,
            secret: &SecretRecord,
            audit: &AuditEntry
        ) -> ();
        fn rotate_secret(
            tenant: &TenantId,
            client_id: &ClientId,
            expected: Version,
            secret: &SecretRecord,
            grace_ends: Timestamp,
            audit: &AuditEntry
        ) -> ();
        fn deactivate_secret(
            tenant: &TenantId,
            client_id: &ClientId,
            secret_id: Id,
            audit: &AuditEntry
        ) -> SecretRecord;
        fn delete_secret(
            tenant: &TenantId,
            client_id: &ClientId,
            secret_id: Id,
            audit: &AuditEntry
        ) -> ();
        fn touch_secret(
            tenant: &TenantId,
            client_id: &ClientId,
            secret_id: Id,
            at: Timestamp
        ) -> ();
        fn audit_entries(
            tenant: &TenantId,
            client_id: &ClientId,
            page: Page
        ) -> Slice<AuditEntry>;
    }
}

impl<R: CredentialRepository, const N: usize> CredentialRepository for InTurn<R, N> {
    in_turn! {
        fn credentials(client_id: &ClientId) -> Credentials;
        fn rehash_secret(
            tenant: &TenantId,
            client_id: &ClientId,
            secret_id: Id,
            from: &SecretHash,
            to: &SecretHash
        ) -> ();
    }
}
