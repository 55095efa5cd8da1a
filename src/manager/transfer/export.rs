use super::ClientExport;
use crate::domain::{Client, Id, Operator, Page, SecretRecord};
use crate::manager::{ClientManager, ErrorKind, Result};
use crate::repository::ClientFilter;

/// Some of a tenant's clients, with their secrets.
#[derive(Clone, Debug)]
pub struct ExportPage {
    /// At most 100, newest first.
    pub clients: Vec<ClientExport>,
    /// Where the next page begins: what to ask for [after](ClientManager::export) this one. `None`
    /// on the last page.
    pub next: Option<Id>,
}

impl ClientManager {
    /// Reads the tenant's clients with the hashes of their secrets, page by page, newest first:
    /// `after` is `None` for the first page, then [`ExportPage::next`].
    ///
    /// Each client is of one moment, the whole is not: what is created meanwhile is missing, and
    /// what is changed may be of before or after. Deleted clients and audit trails are not among
    /// it. See [`transfer`](super) for the whole way.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`] or [`ErrorKind::Internal`], as from any use case.
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
                // Deleted since it was listed.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(ExportPage {
            clients,
            next: last.filter(|_| slice.has_more),
        })
    }

    /// A client and its secrets of the same moment: every change of either makes a new version.
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
