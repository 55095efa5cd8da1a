use super::{ClientManager, ErrorKind, Issued, Result};
use crate::domain::{ClientId, Fields, Operator, Patch, SecretLabel, cut_name};
use crate::repository::Origin;

const SUFFIX: &str = " (clone)";

impl ClientManager {
    /// Creates a client with the registered metadata of another one, but its own identity, secret
    /// and `active` status.
    ///
    /// The name is the old one plus ` (clone)`; if that is too long, the old name is truncated to
    /// fit.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if the operator's tenant has no such client; otherwise those of
    /// [`create`](Self::create), since the clone must satisfy the current rules.
    pub async fn clone_client(&self, operator: &Operator, client_id: &ClientId) -> Result<Issued> {
        let mut secret = None;
        let mut attempts = self.0.turns.attempts(client_id);
        loop {
            attempts.begin().await?;
            let source = self.get(operator, client_id).await?;
            let name = self.clone_name(&source.metadata.name);
            let fields: Fields = Patch::new().with_name(name).0.over(&source);
            let (metadata, _) = fields.validate(&self.0.policy)?;
            if metadata.uses_secret() && secret.is_none() {
                secret = self.new_secret(&metadata, &SecretLabel::default()).await?;
            }
            let used = secret.as_ref().filter(|_| metadata.uses_secret());
            let record = used.map(|secret| secret.record.clone());
            let origin = Origin::CloneOf(source.client_id, source.version);
            let uses_secret = record.is_some();
            match self.store(operator, metadata, record, origin).await {
                // The source changed after it was read: retry.
                Err(error) if error.kind() == ErrorKind::Stale => {}
                stored => {
                    let secret = secret.filter(|_| uses_secret);
                    return Ok(Issued {
                        client: stored?,
                        secret: secret.map(|secret| secret.plaintext),
                    });
                }
            }
        }
    }

    fn clone_name(&self, name: &str) -> String {
        let room = self.0.policy.name_length.saturating_sub(SUFFIX.len());
        format!("{}{SUFFIX}", cut_name(name, room))
    }
}
