use super::{ClientManager, ErrorKind, Result};
use crate::domain::{AuditEntry, Client, ClientId, Id, Operator, Page, Slice};
use crate::repository::{AuditFilter, ClientFilter};

impl ClientManager {
    /// Lists the tenant's clients, newest first; deleted ones if the filter is for
    /// [those](ClientFilter::deleted).
    ///
    /// A [`Page::After`] costs the same anywhere in the list. A [`Page::Number`] counts all
    /// matches, and a name filter reads the tenant's names until the page is full. Both grow with
    /// the tenant, so a repository limits how many of them run and wait at once; further ones get
    /// [`ErrorKind::Unavailable`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`] if the storage is unavailable or
    /// too many lists are waiting; [`ErrorKind::Internal`] if it fails
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

    /// The `client_id` of the client with this `id`, deleted or not, which is in the indexes of the
    /// lists.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if the operator's tenant has no such
    /// client.
    pub(crate) async fn client_id(&self, operator: &Operator, id: Id) -> Result<ClientId> {
        let page = Page::After { id: None, size: 1 };
        for deleted in [false, true] {
            let filter = ClientFilter::new().with_ids([id]).with_deleted(deleted);
            let found = self.list(operator, &filter, page).await?;
            if let Some(client) = found.items.into_iter().next() {
                return Ok(client.client_id);
            }
        }
        Err(ErrorKind::NotFound.into())
    }

    /// Lists a client's audit trail, newest first, even after its deletion.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if the operator's tenant never had such
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
    /// Lists the audit trail of all clients of the tenant, newest first, deleted ones included.
    ///
    /// A [`Page::After`] costs the same anywhere in the trail if the filter has nothing but times.
    /// A [`Page::Number`] counts all matches, and the other criteria read entries until the page is
    /// full; as with [`list`](Self::list), a repository limits how many of them run and wait at
    /// once.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list).
    pub async fn tenant_audit_entries(
        &self,
        operator: &Operator,
        filter: &AuditFilter,
        page: Page,
    ) -> Result<Slice<AuditEntry>> {
        Ok(self
            .0
            .repository
            .tenant_audit_entries(&operator.tenant, filter, page)
            .await?)
    }
}
