use super::StoredClient;
use crate::domain::{Client, TenantId, Version};
use crate::repository::{ErrorKind, Result, Write};

impl StoredClient {
    /// The deleted client, if `tenant` may read it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if it belongs to another tenant or is not deleted.
    pub fn deleted(&self, tenant: &TenantId) -> Result<&Client> {
        if self.client.tenant_id != *tenant || self.client.deleted_at.is_none() {
            return Err(ErrorKind::NotFound.into());
        }
        Ok(&self.client)
    }

    /// Marks it as deleted and ends its secrets.
    ///
    /// # Errors
    ///
    /// As in [`ClientRepository::delete`](crate::repository::ClientRepository::delete).
    pub fn delete(&mut self, expected: Option<Version>, write: &Write) -> Result<()> {
        self.write(expected, write, |stored, now| {
            stored.client.deleted_at = Some(now);
            stored.end_secrets(now);
            Ok(())
        })
    }

    /// Makes it an existing client again. Its secrets stay ended.
    ///
    /// # Errors
    ///
    /// As in [`ClientRepository::restore`](crate::repository::ClientRepository::restore).
    pub fn restore(&mut self, expected: Version, write: &Write) -> Result<()> {
        self.deleted(&write.audit.tenant_id)?;
        self.check(Some(expected))?;
        self.client.deleted_at = None;
        self.write(None, write, |_, _| Ok(()))
    }
}
