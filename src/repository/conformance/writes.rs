use super::samples::at;
use super::subject::Subject;
use crate::domain::{Client, Id, SecretRecord, SecretStatus};
use crate::repository::{
    self, ClientRepository, ClientUpdate, NewSecret, Result, SecretRotation, Secrets,
};

/// The writes to an existing client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Write {
    Update,
    EndSecrets,
    Delete,
    Add,
    Rotate,
    Deactivate,
    Remove,
}

impl Write {
    pub(super) const ALL: [Self; 7] = [
        Self::Update,
        Self::EndSecrets,
        Self::Delete,
        Self::Add,
        Self::Rotate,
        Self::Deactivate,
        Self::Remove,
    ];

    /// Performs the write on a client made by [`Subject::create_rotated`]: the new secret is
    /// `secret`, and the one to stop is `retired`.
    pub(super) async fn perform<R: ClientRepository>(
        self,
        subject: &Subject<R>,
        client: &Client,
        retired: Id,
        secret: &SecretRecord,
        write: &repository::Write,
    ) -> Result<()> {
        let Subject { repository, tenant } = subject;
        let (name, version) = (&client.client_id, client.version);
        match self {
            Self::Update | Self::EndSecrets => {
                let mut changed = client.clone();
                changed.metadata.name = self.new_name();
                let secrets = match self {
                    Self::Update => Secrets::Keep,
                    _ => Secrets::End,
                };
                let update = ClientUpdate::new(changed).with_secrets(secrets);
                let updated = repository.update(tenant, &update, write);
                updated.await.map(drop)
            }
            Self::Delete => repository.delete(tenant, name, Some(version), write).await,
            Self::Add => {
                let new = NewSecret::new(version, secret.clone());
                repository.add_secret(tenant, name, &new, write).await
            }
            Self::Rotate => {
                let rotation = SecretRotation::new(version, secret.clone(), at(1_000_000));
                let rotated = repository.rotate_secret(tenant, name, &rotation, write);
                rotated.await
            }
            Self::Deactivate => {
                let stopped = repository.deactivate_secret(tenant, name, retired, write);
                stopped.await.map(drop)
            }
            Self::Remove => {
                let removed = repository.delete_secret(tenant, name, retired, write);
                removed.await
            }
        }
    }

    /// Whether the change of this write is visible. A client counts as not deleted.
    pub(super) fn shows(
        self,
        client: Option<&Client>,
        secrets: &[SecretRecord],
        retired: Id,
        secret: Id,
    ) -> bool {
        let status = |id| secrets.iter().find(|s| s.id == id).map(|s| &s.status);
        match self {
            Self::Update | Self::EndSecrets => {
                client.is_some_and(|client| client.metadata.name == self.new_name())
            }
            Self::Delete => client.is_none(),
            Self::Add | Self::Rotate => status(secret).is_some(),
            Self::Deactivate => status(retired) == Some(&SecretStatus::Inactive),
            Self::Remove => status(retired).is_none(),
        }
    }

    fn new_name(self) -> String {
        format!("after {self:?}")
    }
}

impl<R: ClientRepository> Subject<R> {
    /// Stores a client and rotates its secret: one is then retired and one active. Every [`Write`]
    /// can be performed on it.
    pub(super) async fn create_rotated(&self, second: u64) -> (Client, SecretRecord, SecretRecord) {
        let (client, first) = self.create_with_secret(second).await;
        let name = &client.client_id;
        let rotated = self.rotate(name, client.version, at(1_000_000), second + 1);
        let active = rotated.await.expect("rotated");
        let client = self.get(name).await.expect("the client");
        (client, first, active)
    }
}
