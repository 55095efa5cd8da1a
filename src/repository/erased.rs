use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

use super::{
    ClientFilter, ClientRepository, CredentialRepository, Credentials, Origin, Result, Secrets,
};
use crate::domain::{
    AuditEntry, Client, ClientId, Id, Page, SecretHash, SecretRecord, Slice, TenantId, Timestamp,
    Version,
};

/// Any repository, behind one type: nothing above this room has a type parameter for it.
#[derive(Clone)]
pub(crate) struct Repository(Arc<dyn Erased>);

impl Repository {
    pub(crate) fn new(repository: impl ClientRepository) -> Self {
        Self(Arc::new(repository))
    }
}

impl Deref for Repository {
    type Target = dyn Erased;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Repository")
    }
}

/// Any repository that clients authenticate with, behind one type.
#[derive(Clone)]
pub(crate) struct CredentialSource(Arc<dyn ErasedCredentials>);

impl CredentialSource {
    pub(crate) fn new(repository: impl CredentialRepository) -> Self {
        Self(Arc::new(repository))
    }
}

impl Deref for CredentialSource {
    type Target = dyn ErasedCredentials;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

/// Declares the boxed twin of a public trait, which can't be a trait object itself, with the
/// methods that are called on it.
macro_rules! erase {
    ($erased:ident of $bound:ident {
        $(fn $method:ident of $owner:ident($($argument:ident: $type:ty),+) -> $output:ty;)+
    }) => {
        pub(crate) trait $erased: Send + Sync {
            $(fn $method<'a>(
                &'a self,
                $($argument: $type),+
            ) -> Pin<Box<dyn Future<Output = Result<$output>> + Send + 'a>>;)+
        }

        impl<R: $bound> $erased for R {
            $(fn $method<'a>(
                &'a self,
                $($argument: $type),+
            ) -> Pin<Box<dyn Future<Output = Result<$output>> + Send + 'a>> {
                Box::pin($owner::$method(self, $($argument),+))
            })+
        }
    };
}

erase! {
    Erased of ClientRepository {
        fn create of ClientRepository(
            tenant: &'a TenantId,
            client: &'a Client,
            secret: Option<&'a SecretRecord>,
            origin: &'a Origin,
            audit: &'a AuditEntry
        ) -> ();
        fn get of ClientRepository(tenant: &'a TenantId, client_id: &'a ClientId) -> Client;
        fn get_deleted of ClientRepository(tenant: &'a TenantId, client_id: &'a ClientId) -> Client;
        fn list of ClientRepository(tenant: &'a TenantId, filter: &'a ClientFilter, page: Page) -> Slice<Client>;
        fn update of ClientRepository(
            tenant: &'a TenantId,
            client: &'a Client,
            secrets: Secrets,
            audit: &'a AuditEntry
        ) -> Client;
        fn delete of ClientRepository(
            tenant: &'a TenantId,
            client_id: &'a ClientId,
            expected: Option<Version>,
            audit: &'a AuditEntry
        ) -> ();
        fn secrets of ClientRepository(tenant: &'a TenantId, client_id: &'a ClientId) -> Vec<SecretRecord>;
        fn add_secret of ClientRepository(
            tenant: &'a TenantId,
            client_id: &'a ClientId,
            expected: Version,
            secret: &'a SecretRecord,
            audit: &'a AuditEntry
        ) -> ();
        fn rotate_secret of ClientRepository(
            tenant: &'a TenantId,
            client_id: &'a ClientId,
            expected: Version,
            secret: &'a SecretRecord,
            grace_ends: Timestamp,
            audit: &'a AuditEntry
        ) -> ();
        fn deactivate_secret of ClientRepository(
            tenant: &'a TenantId,
            client_id: &'a ClientId,
            secret_id: Id,
            audit: &'a AuditEntry
        ) -> SecretRecord;
        fn delete_secret of ClientRepository(
            tenant: &'a TenantId,
            client_id: &'a ClientId,
            secret_id: Id,
            audit: &'a AuditEntry
        ) -> ();
        fn audit_entries of ClientRepository(
            tenant: &'a TenantId,
            client_id: &'a ClientId,
            page: Page
        ) -> Slice<AuditEntry>;
    }
}

erase! {
    ErasedCredentials of CredentialRepository {
        fn credentials of CredentialRepository(client_id: &'a ClientId) -> Credentials;
        fn rehash_secret of CredentialRepository(
            tenant: &'a TenantId,
            client_id: &'a ClientId,
            secret_id: Id,
            from: &'a SecretHash,
            to: &'a SecretHash
        ) -> ();
        fn touch_secret of ClientRepository(
            tenant: &'a TenantId,
            client_id: &'a ClientId,
            secret_id: Id,
            at: Timestamp
        ) -> ();
    }
}
