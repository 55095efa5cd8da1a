use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

use super::{ClientFilter, ClientRepository, Origin, Result, Secrets};
use crate::domain::{
    AuditEntry, Client, ClientId, Id, Page, SecretRecord, Slice, TenantId, Timestamp, Version,
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

/// Declares the boxed twin of the public trait, which can't be a trait object itself, with the
/// methods that the manager calls.
macro_rules! erase {
    ($(fn $method:ident($($argument:ident: $type:ty),+) -> $output:ty;)+) => {
        pub(crate) trait Erased: Send + Sync {
            $(fn $method<'a>(
                &'a self,
                $($argument: $type),+
            ) -> Pin<Box<dyn Future<Output = Result<$output>> + Send + 'a>>;)+
        }

        impl<R: ClientRepository> Erased for R {
            $(fn $method<'a>(
                &'a self,
                $($argument: $type),+
            ) -> Pin<Box<dyn Future<Output = Result<$output>> + Send + 'a>> {
                Box::pin(ClientRepository::$method(self, $($argument),+))
            })+
        }
    };
}

erase! {
    fn create(
        tenant: &'a TenantId,
        client: &'a Client,
        secret: Option<&'a SecretRecord>,
        origin: &'a Origin,
        audit: &'a AuditEntry
    ) -> ();
    fn get(tenant: &'a TenantId, client_id: &'a ClientId) -> Client;
    fn list(tenant: &'a TenantId, filter: &'a ClientFilter, page: Page) -> Slice<Client>;
    fn update(
        tenant: &'a TenantId,
        client: &'a Client,
        secrets: Secrets,
        audit: &'a AuditEntry
    ) -> Client;
    fn delete(
        tenant: &'a TenantId,
        client_id: &'a ClientId,
        expected: Option<Version>,
        audit: &'a AuditEntry
    ) -> ();
    fn secrets(tenant: &'a TenantId, client_id: &'a ClientId) -> Vec<SecretRecord>;
    fn add_secret(
        tenant: &'a TenantId,
        client_id: &'a ClientId,
        expected: Version,
        secret: &'a SecretRecord,
        audit: &'a AuditEntry
    ) -> ();
    fn rotate_secret(
        tenant: &'a TenantId,
        client_id: &'a ClientId,
        expected: Version,
        secret: &'a SecretRecord,
        grace_ends: Timestamp,
        audit: &'a AuditEntry
    ) -> ();
    fn deactivate_secret(
        tenant: &'a TenantId,
        client_id: &'a ClientId,
        secret_id: Id,
        audit: &'a AuditEntry
    ) -> SecretRecord;
    fn delete_secret(
        tenant: &'a TenantId,
        client_id: &'a ClientId,
        secret_id: Id,
        audit: &'a AuditEntry
    ) -> ();
    fn audit_entries(
        tenant: &'a TenantId,
        client_id: &'a ClientId,
        page: Page
    ) -> Slice<AuditEntry>;
}
