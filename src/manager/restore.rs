use super::{ClientManager, ErrorKind, Result};
use crate::domain::{Action, AuditEntry, Client, ClientEventKind, ClientId, Operator};
use crate::repository::Write;

impl ClientManager {
    /// Restores a deleted client with its metadata and the status that it had, and returns it. It
    /// has no active secret: those that it had have ended, and it needs a new one.
    ///
    /// Its metadata may predate the current rules, as with an [`update`](Self::update) that leaves
    /// it unchanged.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if the operator's tenant has no such deleted client, if it was
    /// deleted longer ago than the
    /// [window](super::ClientManagerBuilder::with_restore_window), or if it has been
    /// [purged](crate::repository::PurgeRepository::purge_deleted_clients).
    pub async fn restore(&self, operator: &Operator, client_id: &ClientId) -> Result<Client> {
        let mut attempts = self.0.turns.attempts(client_id);
        loop {
            attempts.begin().await?;
            let deleted = self.get_deleted(operator, client_id).await?;
            match self.bring_back(operator, deleted).await {
                // It was restored, and deleted once more.
                Err(error) if error.kind() == ErrorKind::Stale => {}
                outcome => return outcome,
            }
        }
    }

    async fn bring_back(&self, operator: &Operator, deleted: Client) -> Result<Client> {
        let now = self.now();
        let ends = deleted.deleted_at.map(|at| at + self.0.restore_window);
        if ends.is_none_or(|ends| ends <= now) {
            return Err(ErrorKind::NotFound.into());
        }
        let (id, action) = (deleted.client_id.clone(), Action::ClientRestore);
        let audit = AuditEntry::new(operator, id, action, "restored", now);
        let events = self.events(operator, &deleted, [ClientEventKind::Restored], now);
        let expected = deleted.version;
        let (repository, write) = (self.0.repository.clone(), Write::new(audit));
        self.commit(events, async move {
            let (tenant, client_id) = (&write.audit.tenant_id, &write.audit.client_id);
            repository
                .restore(tenant, client_id, expected, &write)
                .await
        })
        .await?;
        // The version proves that nothing else had changed.
        Ok(Client {
            version: expected.next(),
            updated_at: now,
            deleted_at: None,
            ..deleted
        })
    }
}
