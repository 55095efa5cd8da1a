use super::{ClientManager, Result};
use crate::domain::{AuditEntry, Client, ClientId, Operator, Page, Slice};
use crate::repository::ClientFilter;

impl ClientManager {
    /// Reads a part of the tenant's clients, newest first.
    ///
    /// A [`Page::After`] costs the same wherever it is in the list. A [`Page::Number`] costs a
    /// count of all that match, and a filter by name reads the tenant's names until the page is
    /// full. Both grow with the tenant, so a repository bounds how many of them run and wait at
    /// the same time; more are [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) or
    /// [`ErrorKind::Internal`](super::ErrorKind::Internal), as from any use case.
    pub async fn list(
        &self,
        operator: &Operator,
        filter: &ClientFilter,
        page: Page,
    ) -> Result<Slice<Client>> {
        Ok(self
            .0
            .repository
            .list(&operator.tenant, filter, page)
            .await?)
    }

    /// Reads a part of a client's audit trail, newest first; also after the client was deleted.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) when the operator's tenant never had
    /// such a client.
    pub async fn audit_entries(
        &self,
        operator: &Operator,
        client_id: &ClientId,
        page: Page,
    ) -> Result<Slice<AuditEntry>> {
        Ok(self
            .0
            .repository
            .audit_entries(&operator.tenant, client_id, page)
            .await?)
    }
}
