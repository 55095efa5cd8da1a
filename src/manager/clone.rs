use super::{ATTEMPTS, ClientManager, Error, ErrorKind, Issued, Result};
use crate::domain::{ClientId, Fields, Operator, Patch};
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
        for _ in 0..ATTEMPTS {
            let source = self.get(operator, client_id).await?;
            let name = self.clone_name(&source.metadata.name);
            let fields: Fields = Patch::new().with_name(name).0.over(&source);
            let (metadata, _) = fields.validate(&self.0.policy)?;
            if metadata.uses_secret() && secret.is_none() {
                secret = self.new_secret(&metadata).await?;
            }
            let used = secret.take_if(|_| metadata.uses_secret());
            let origin = Origin::CloneOf(source.client_id, source.version);
            match self.store(operator, metadata, used, &origin).await {
                // The source changed between the read and the write: read it again.
                Err(error) if error.kind() == ErrorKind::Stale => {}
                outcome => return outcome,
            }
        }
        Err(Error::from(ErrorKind::Unavailable))
    }

    fn clone_name(&self, name: &str) -> String {
        let room = self.0.policy.name_length.saturating_sub(SUFFIX.len());
        let kept: String = name.chars().take(room).collect();
        kept + SUFFIX
    }
}
