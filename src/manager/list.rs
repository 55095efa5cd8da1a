use super::{ClientManager, Result};
use crate::domain::{AuditEntry, Client, ClientId, Operator, Page, Slice};
use crate::repository::ClientFilter;

impl ClientManager {
    /// Lists the tenant's clients, newest first.
    ///
    /// A [`Page::After`] costs the same anywhere in the list. A [`Page::Number`] counts all
    /// matches, and a name filter reads the tenant's names until the page is full. Both grow with
    /// the tenant, so a repository limits how many of them run and wait at once; further ones get
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) if the storage is unavailable or
    /// too many lists are waiting; [`ErrorKind::Internal`](super::ErrorKind::Internal) if it fails
    /// otherwise.
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

    /// Lists a client's audit trail, newest first, even after its deletion.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) if the operator's tenant never had such
    /// a client.
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
