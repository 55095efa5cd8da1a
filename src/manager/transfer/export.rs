use super::ClientExport;
use crate::domain::{Client, Id, Operator, Page, SecretRecord};
use crate::manager::{ClientManager, ErrorKind, Result};
use crate::repository::ClientFilter;

/// A page of a tenant's clients, with their secrets.
#[derive(Clone, Debug)]
pub struct ExportPage {
    /// At most 100 clients, newest first.
    pub clients: Vec<ClientExport>,
    /// The argument `after` for the [next page](ClientManager::export); `None` on the last page.
    pub next: Option<Id>,
}

impl ClientManager {
    /// Exports the tenant's clients with the hashes of their secrets, page by page, newest first:
    /// pass `None` as `after` for the first page, then [`ExportPage::next`].
    ///
    /// Each client is consistent, but the export is not a snapshot: clients created meanwhile are
    /// missing, and concurrent changes may or may not be included. Deleted clients and audit trails
    /// are not exported. See [`transfer`](super) for the whole procedure.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`] if the storage is unavailable; [`ErrorKind::Internal`] if it
    /// fails otherwise.
    pub async fn export(&self, operator: &Operator, after: Option<Id>) -> Result<ExportPage> {
        let (id, size) = (after, Page::MAX_SIZE);
        let filter = ClientFilter::default();
        let slice = self
            .list(operator, &filter, Page::After { id, size })
            .await?;
        let last = slice.items.last().map(|client| client.id);
        let mut clients = Vec::with_capacity(slice.items.len());
        for client in slice.items {
            match self.with_secrets(operator, client).await {
                Ok((client, secrets)) => clients.push(ClientExport::new(client, secrets)),
                // Deleted after it was listed.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(ExportPage {
            clients,
            next: last.filter(|_| slice.has_more),
        })
    }

    /// Reads a client and its secrets consistently: every change of either increments the version.
    pub(super) async fn with_secrets(
        &self,
        operator: &Operator,
        mut client: Client,
    ) -> Result<(Client, Vec<SecretRecord>)> {
        let client_id = client.client_id.clone();
        let mut attempts = self.0.turns.attempts(&client_id);
        loop {
            attempts.begin().await?;
            let secrets = self.secrets(operator, &client.client_id).await?;
            let now = self.get(operator, &client.client_id).await?;
            if now.version == client.version {
                return Ok((client, secrets));
            }
            client = now;
        }
    }
}
