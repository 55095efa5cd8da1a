use super::{ClientManager, ErrorKind, Issued, Result};
use crate::domain::{ClientId, Fields, Operator, Patch, cut_name};
use crate::repository::Origin;

const SUFFIX: &str = " (clone)";

impl ClientManager {
    /// Makes a new client with everything that was registered for another one, and its own
    /// identity, secret and `active` status.
    ///
    /// The new name is the old one plus ` (clone)`; where that would be too long, the old name is
    /// cut so that it fits.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] when the operator's tenant has no such client; otherwise as
    /// [`create`](Self::create), since what is cloned must keep today's rules.
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
                secret = self.new_secret(&metadata).await?;
            }
            let used = secret.as_ref().filter(|_| metadata.uses_secret());
            let record = used.map(|secret| secret.record.clone());
            let origin = Origin::CloneOf(source.client_id, source.version);
            let uses_secret = record.is_some();
            match self.store(operator, metadata, record, origin).await {
                // The source changed between the read and the write: read it again.
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
