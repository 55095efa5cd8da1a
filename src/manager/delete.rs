use super::{ClientManager, Expected, Result};
use crate::domain::{Action, AuditEntry, ClientEventKind, ClientId, Operator};

impl ClientManager {
    /// Deletes a client: it disappears from every read, and its secrets stop working at once. Its
    /// audit trail remains, and its `client_id` is never used again.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) when the operator's tenant has no such
    /// client; [`ErrorKind::Stale`](super::ErrorKind::Stale) when it has none of the expected
    /// versions.
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
        let repository = self.0.repository.clone();
        self.commit(events, async move {
            repository
                .delete(&audit.tenant_id, &audit.client_id, version, &audit)
                .await
        })
        .await
    }
}
