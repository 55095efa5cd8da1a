use super::{ClientManager, Issued, Result};
use crate::domain::{
    Action, AuditEntry, Client, ClientId, ClientMetadata, Draft, Id, Operator, SecretRecord,
};
use crate::repository::{NewClient, Origin};
use crate::secrets::Plaintext;

/// A generated secret that is not stored yet.
pub(super) struct NewSecret {
    pub(super) record: SecretRecord,
    pub(super) plaintext: Plaintext,
}

impl ClientManager {
    /// Creates a client, with a secret if it can use one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](super::ErrorKind::Invalid) with all violations in the draft;
    /// [`ErrorKind::Overloaded`](super::ErrorKind::Overloaded) if too many secrets are waiting to
    /// be hashed.
    pub async fn create(&self, operator: &Operator, draft: Draft) -> Result<Issued> {
        let (metadata, _) = draft.0.validate(&self.0.policy)?;
        let secret = self.new_secret(&metadata).await?;
        let (record, plaintext) = secret.map(|new| (new.record, new.plaintext)).unzip();
        let stored = self.store(operator, metadata, record, Origin::Draft).await;
        Ok(Issued {
            client: stored?,
            secret: plaintext,
        })
    }

    /// Generates a secret, if the client can use one.
    pub(super) async fn new_secret(&self, metadata: &ClientMetadata) -> Result<Option<NewSecret>> {
        if !metadata.uses_secret() {
            return Ok(None);
        }
        let now = self.now();
        let id = Id::generate(now);
        let (plaintext, hash) = self.0.pool.hash(self.0.format.generate(id)?).await?;
        let record = SecretRecord::new(id, hash, plaintext.last_four(), now);
        Ok(Some(NewSecret { record, plaintext }))
    }

    /// Stores a new client with its secret and its first audit entry.
    pub(super) async fn store(
        &self,
        operator: &Operator,
        metadata: ClientMetadata,
        secret: Option<SecretRecord>,
        origin: Origin,
    ) -> Result<Client> {
        let now = self.now();
        let id = Id::generate(now);
        let client_id = ClientId::generate(&self.0.client_id_prefix, id);
        let mut client = Client::new(id, operator.tenant.clone(), client_id, metadata, now);
        client.secret_last_four = secret.as_ref().map(|secret| secret.last_four.clone());
        let (action, message) = match &origin {
            Origin::Draft => (Action::ClientCreate, "created".to_owned()),
            Origin::CloneOf(source, _) => (Action::ClientClone, format!("cloned from {source}")),
            Origin::Import(_) => (Action::ClientCreate, "imported".to_owned()),
        };
        let audit = AuditEntry::new(operator, client.client_id.clone(), action, message, now);
        let new = NewClient {
            client,
            secret,
            origin,
        };
        self.0
            .repository
            .create(&operator.tenant, &new, &audit.into())
            .await?;
        Ok(new.client)
    }
}
