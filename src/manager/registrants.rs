//! What the registration of clients by themselves has in common with administrators.

use std::sync::Arc;

use super::turns::Attempts;
use super::{ClientManager, Result};
use crate::domain::{
    Client, ClientId, ClientMetadata, ClientOrigin, Clock, SecretLabel, SecretRecord, TenantId,
};
use crate::secrets::{Plaintext, SecretFormat};

impl ClientManager {
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.0.clock)
    }

    /// The attempts of a change of that client.
    pub(crate) fn attempts(&self, client_id: &ClientId) -> Attempts<'_> {
        self.0.turns.attempts(client_id)
    }

    /// A client with a new identity that registers itself, which is not stored yet.
    pub(crate) fn new_registrant(
        &self,
        tenant: &TenantId,
        metadata: ClientMetadata,
        secret: Option<&SecretRecord>,
    ) -> Client {
        Client {
            origin: ClientOrigin::Dynamic,
            ..self.new_client(tenant, metadata, secret)
        }
    }

    /// Generates a secret, if the client can use one.
    pub(crate) async fn first_secret(
        &self,
        metadata: &ClientMetadata,
    ) -> Result<Option<(SecretRecord, Plaintext)>> {
        let secret = self.new_secret(metadata, &SecretLabel::default()).await?;
        Ok(secret.map(|new| (new.record, new.plaintext)))
    }

    /// Whether `presented` is an issued secret of the client that still verifies.
    pub(crate) async fn has_secret(&self, client: &Client, presented: Plaintext) -> Result<bool> {
        let Some(id) = SecretFormat::lookup_id(&presented) else {
            return Ok(false);
        };
        let repository = &self.0.repository;
        let secrets = repository.secrets(&client.tenant_id, &client.client_id);
        let now = self.now();
        let mut secrets = secrets.await?.into_iter();
        match secrets.find(|secret| secret.id == id && secret.verifies_at(now)) {
            Some(secret) => Ok(self.0.pool.verify(presented, secret.hash).await?),
            None => Ok(false),
        }
    }
}
