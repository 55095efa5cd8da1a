//! The writes to clients that registered themselves. The registration is stored beside the client,
//! and deleted with it.

use super::StoredClient;
use crate::domain::{Client, Timestamp, Version};
use crate::repository::{ErrorKind, RegistrationUpdate, Result, Write};

impl StoredClient {
    /// Replaces its metadata and its status, adds the secret, if there is one, and returns the
    /// changed client. Replace its registration by that of the update.
    ///
    /// # Errors
    ///
    /// As in [`update_registration`](
    /// crate::repository::RegistrationRepository::update_registration).
    pub fn update_registration(
        &mut self,
        update: &RegistrationUpdate,
        write: &Write,
    ) -> Result<Client> {
        self.replace(&update.update, update.secret.as_ref(), write)
    }

    /// Marks it as deleted and ends its secrets, if it is still as it was read. Remove its
    /// registration.
    ///
    /// # Errors
    ///
    /// As in [`delete_unused`](crate::repository::RegistrationRepository::delete_unused).
    pub fn delete_unused(
        &mut self,
        expected: Version,
        last_used_at: Option<Timestamp>,
        write: &Write,
    ) -> Result<()> {
        let is_same = self.live(&write.audit.tenant_id)?.client.last_used_at == last_used_at;
        if !is_same {
            return Err(ErrorKind::Stale.into());
        }
        self.delete(Some(expected), write)
    }
}
