mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::state::{State, Stored};
use super::{
    ClientFilter, ClientRepository, CredentialRepository, Credentials, Origin, Result, Secrets,
};
use crate::domain::{
    AuditEntry, Client, ClientId, Id, Page, SecretHash, SecretRecord, Slice, TenantId, Timestamp,
    Version,
};

/// Keeps everything in the memory of the process: for tests, trials and examples.
///
/// It keeps the whole contract of [`ClientRepository`] except that nothing outlives the process.
/// Clones share what they keep.
///
/// # Examples
///
/// ```
/// use tower_oauth_clients::ClientManager;
/// use tower_oauth_clients::repository::MemoryRepository;
///
/// let manager = ClientManager::builder(MemoryRepository::new()).build()?;
/// # let _ = manager;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryRepository(Arc<Mutex<State>>);

impl MemoryRepository {
    /// An empty repository.
    pub fn new() -> Self {
        Self::default()
    }

    /// No method leaves the state half-changed, so a poisoned lock guards a sound state.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientRepository for MemoryRepository {
    async fn create(
        &self,
        tenant: &TenantId,
        client: &Client,
        secret: Option<&SecretRecord>,
        origin: &Origin,
        audit: &AuditEntry,
    ) -> Result<()> {
        self.state().create(tenant, client, secret, origin, audit)
    }

    async fn get(&self, tenant: &TenantId, client_id: &ClientId) -> Result<Client> {
        self.state()
            .live(tenant, client_id)
            .map(|stored| stored.client.clone())
    }

    async fn list(
        &self,
        tenant: &TenantId,
        filter: &ClientFilter,
        page: Page,
    ) -> Result<Slice<Client>> {
        Ok(self.state().list(tenant, filter, page))
    }

    async fn update(
        &self,
        tenant: &TenantId,
        client: &Client,
        secrets: Secrets,
        audit: &AuditEntry,
    ) -> Result<Client> {
        self.state().change(
            tenant,
            &client.client_id,
            Some(client.version),
            audit,
            |stored| {
                stored.client.metadata = client.metadata.clone();
                stored.client.status = client.status;
                if secrets == Secrets::End {
                    stored.end_secrets(audit.at);
                }
                Ok(())
            },
        )
    }

    async fn delete(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        expected: Option<Version>,
        audit: &AuditEntry,
    ) -> Result<()> {
        self.state()
            .change(tenant, client_id, expected, audit, |stored| {
                stored.client.deleted_at = Some(audit.at);
                stored.end_secrets(audit.at);
                Ok(())
            })
            .map(drop)
    }

    async fn secrets(&self, tenant: &TenantId, client_id: &ClientId) -> Result<Vec<SecretRecord>> {
        self.state()
            .live(tenant, client_id)
            .map(Stored::newest_first)
    }

    async fn add_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        expected: Version,
        secret: &SecretRecord,
        audit: &AuditEntry,
    ) -> Result<()> {
        self.state()
            .change(tenant, client_id, Some(expected), audit, |stored| {
                stored.add_secret(secret)
            })
            .map(drop)
    }

    async fn rotate_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        expected: Version,
        secret: &SecretRecord,
        grace_ends: Timestamp,
        audit: &AuditEntry,
    ) -> Result<()> {
        self.state()
            .change(tenant, client_id, Some(expected), audit, |stored| {
                stored.retire_secrets(grace_ends, audit.at);
                stored.add_secret(secret)
            })
            .map(drop)
    }

    async fn deactivate_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        audit: &AuditEntry,
    ) -> Result<SecretRecord> {
        let mut deactivated = None;
        self.state()
            .change(tenant, client_id, None, audit, |stored| {
                deactivated = Some(stored.deactivate_secret(secret_id, audit.at)?);
                Ok(())
            })?;
        deactivated.ok_or_else(|| super::ErrorKind::NotFound.into())
    }

    async fn delete_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        audit: &AuditEntry,
    ) -> Result<()> {
        self.state()
            .change(tenant, client_id, None, audit, |stored| {
                stored.delete_secret(secret_id)
            })
            .map(drop)
    }

    async fn touch_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        at: Timestamp,
    ) -> Result<()> {
        self.state()
            .edit_secret(tenant, client_id, secret_id, |secret| {
                secret.last_used_at = secret.last_used_at.max(Some(at));
            });
        Ok(())
    }

    async fn audit_entries(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        page: Page,
    ) -> Result<Slice<AuditEntry>> {
        self.state().audit_entries(tenant, client_id, page)
    }
}

impl CredentialRepository for MemoryRepository {
    async fn credentials(&self, client_id: &ClientId) -> Result<Credentials> {
        self.state().credentials(client_id)
    }

    async fn rehash_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        from: &SecretHash,
        to: &SecretHash,
    ) -> Result<()> {
        self.state()
            .edit_secret(tenant, client_id, secret_id, |secret| {
                if secret.hash.expose() == from.expose() {
                    secret.hash = to.clone();
                }
            });
        Ok(())
    }
}
