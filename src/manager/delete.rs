use super::{ClientManager, Expected, Result};
use crate::domain::{Action, AuditEntry, Client, ClientEventKind, ClientId, Operator};
use crate::repository::Write;

impl ClientManager {
    /// Deletes a client: it disappears from all reads, and its secrets stop working at once. Its
    /// audit trail remains, its `client_id` is never reused, and it can be
    /// [restored](Self::restore) for a while.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) if the operator's tenant has no such
    /// client; [`ErrorKind::Stale`](super::ErrorKind::Stale) if its version is not an expected one.
    pub async fn delete(
        &self,
        operator: &Operator,
        client_id: &ClientId,
        expected: &Expected,
    ) -> Result<()> {
        let version = match expected {
            Expected::Any => None,
            Expected::OneOf(_) => {
                let version = self.get(operator, client_id).await?.version;
                expected.check(version)?;
                Some(version)
            }
        };
        let (id, action) = (client_id.clone(), Action::ClientDelete);
        let audit = AuditEntry::new(operator, id, action, "deleted", self.now());
        let kind = ClientEventKind::Deleted;
        let events = self.event(operator, client_id, kind, audit.at).await?;
        let (repository, write) = (self.0.repository.clone(), Write::new(audit));
        self.commit(events, async move {
            let (tenant, client_id) = (&write.audit.tenant_id, &write.audit.client_id);
            repository.delete(tenant, client_id, version, &write).await
        })
        .await
    }

    /// Notifies the [listener](crate::domain::ClientEvents) of a deletion once more, with this
    /// `operator`: the original event is lost if the process died after the deletion.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) if the operator's tenant has no such
    /// deleted client, or it has been
    /// [purged](crate::repository::PurgeRepository::purge_deleted_clients).
    pub async fn tell_deletion_again(
        &self,
        operator: &Operator,
        client_id: &ClientId,
    ) -> Result<()> {
        let client = self.get_deleted(operator, client_id).await?;
        let at = client.deleted_at.unwrap_or(client.updated_at);
        let kind = ClientEventKind::Deleted;
        let events = self.events(operator, &client, [kind], at);
        self.commit(events, std::future::ready(Ok(()))).await
    }

    pub(super) async fn get_deleted(
        &self,
        operator: &Operator,
        client_id: &ClientId,
    ) -> Result<Client> {
        let tenant = &operator.tenant;
        Ok(self.0.repository.get_deleted(tenant, client_id).await?)
    }
}
