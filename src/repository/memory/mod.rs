#[cfg(feature = "cimd")]
mod documents;
mod purge;
#[cfg(feature = "registration")]
mod registrations;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::state::State;
use super::{
    AuditFilter, ClientFilter, ClientRepository, ClientUpdate, CredentialRepository, Credentials,
    NewClient, NewSecret, OriginRepository, PurgeRepository, Result, SecretRotation, Write,
};
use crate::domain::{
    AuditEntry, Client, ClientId, Id, Page, SecretHash, SecretRecord, Slice, TenantId, Timestamp,
    Version,
};

/// Stores everything in memory: for tests, trials and examples.
///
/// It fulfils the whole contract of [`ClientRepository`], except that nothing outlives the process.
/// Clones share their data.
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
    /// Creates an empty repository.
    pub fn new() -> Self {
        Self::default()
    }

    /// No method leaves the state half-changed, so a poisoned lock guards a consistent state.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientRepository for MemoryRepository {
    async fn create(&self, _tenant: &TenantId, new: &NewClient, write: &Write) -> Result<()> {
        self.state().create(new, write)
    }

    async fn get(&self, tenant: &TenantId, client_id: &ClientId) -> Result<Client> {
        let state = self.state();
        Ok(state.live(tenant, client_id)?.client().clone())
    }

    async fn get_deleted(&self, tenant: &TenantId, client_id: &ClientId) -> Result<Client> {
        self.state().deleted(tenant, client_id)
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
        _tenant: &TenantId,
        update: &ClientUpdate,
        write: &Write,
    ) -> Result<Client> {
        self.state()
            .change(write, |stored| stored.update(update, write))
    }

    async fn delete(
        &self,
        _tenant: &TenantId,
        _client_id: &ClientId,
        expected: Option<Version>,
        write: &Write,
    ) -> Result<()> {
        self.state().delete(expected, write)
    }

    async fn restore(
        &self,
        _tenant: &TenantId,
        _client_id: &ClientId,
        expected: Version,
        write: &Write,
    ) -> Result<()> {
        self.state()
            .change_deleted(write, |stored| stored.restore(expected, write))
    }

    async fn secrets(&self, tenant: &TenantId, client_id: &ClientId) -> Result<Vec<SecretRecord>> {
        let state = self.state();
        Ok(state.live(tenant, client_id)?.secrets().to_vec())
    }

    async fn add_secret(
        &self,
        _tenant: &TenantId,
        _client_id: &ClientId,
        new: &NewSecret,
        write: &Write,
    ) -> Result<()> {
        self.state()
            .change(write, |stored| stored.add_secret(new, write))
    }

    async fn rotate_secret(
        &self,
        _tenant: &TenantId,
        _client_id: &ClientId,
        rotation: &SecretRotation,
        write: &Write,
    ) -> Result<()> {
        self.state()
            .change(write, |stored| stored.rotate_secret(rotation, write))
    }

    async fn deactivate_secret(
        &self,
        _tenant: &TenantId,
        _client_id: &ClientId,
        secret_id: Id,
        write: &Write,
    ) -> Result<SecretRecord> {
        self.state()
            .change(write, |stored| stored.deactivate_secret(secret_id, write))
    }

    async fn delete_secret(
        &self,
        _tenant: &TenantId,
        _client_id: &ClientId,
        secret_id: Id,
        write: &Write,
    ) -> Result<()> {
        self.state()
            .change(write, |stored| stored.delete_secret(secret_id, write))
    }

    async fn touch_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        at: Timestamp,
    ) -> Result<()> {
        self.state().edit(client_id, |stored| {
            stored.touch_secret(tenant, secret_id, at)
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

    async fn tenant_audit_entries(
        &self,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: Page,
    ) -> Result<Slice<AuditEntry>> {
        Ok(self.state().tenant_audit_entries(tenant, filter, page))
    }
}

impl CredentialRepository for MemoryRepository {
    async fn credentials(&self, client_id: &ClientId) -> Result<Credentials> {
        self.state().find(client_id)?.credentials()
    }

    async fn touch_client(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        at: Timestamp,
    ) -> Result<()> {
        self.state()
            .edit(client_id, |stored| stored.touch(tenant, at));
        Ok(())
    }

    async fn rehash_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        from: &SecretHash,
        to: &SecretHash,
    ) -> Result<()> {
        self.state().edit(client_id, |stored| {
            stored.rehash_secret(tenant, secret_id, from, to)
        });
        Ok(())
    }
}

/// A look at every client: it keeps no index.
impl OriginRepository for MemoryRepository {
    async fn is_cors_origin(&self, origin: &str) -> Result<bool> {
        Ok(self.state().has_origin(origin))
    }
}

impl PurgeRepository for MemoryRepository {
    async fn purge_audit_entries(&self, before: Timestamp, limit: u32) -> Result<usize> {
        Ok(self.state().purge_audit_entries(before, limit))
    }

    async fn purge_deleted_clients(&self, before: Timestamp, limit: u32) -> Result<usize> {
        Ok(self.state().purge_deleted_clients(before, limit))
    }

    async fn purge_inactive_secrets(&self, before: Timestamp, limit: u32) -> Result<usize> {
        Ok(self.state().purge_inactive_secrets(before, limit))
    }
}
