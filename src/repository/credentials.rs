use std::future::Future;

use super::{ClientRepository, Result};
use crate::domain::{Client, ClientId, Id, SecretHash, SecretRecord, TenantId};

/// What is needed to tell whether somebody is the client that it says it is.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The client, which is not deleted.
    pub client: Client,
    /// Its secrets that are not inactive, newest first.
    pub secrets: Vec<SecretRecord>,
}

impl Credentials {
    /// A client that is not deleted, and its secrets that are not inactive, newest first.
    pub fn new(client: Client, secrets: Vec<SecretRecord>) -> Self {
        Self { client, secrets }
    }
}

/// What a repository needs besides, for clients to authenticate with what it keeps.
///
/// The contract of [`ClientRepository`] holds here, too, but for one thing: who authenticates names
/// a client and no tenant, so [`credentials`](Self::credentials) is the one method without.
pub trait CredentialRepository: ClientRepository {
    /// Reads a client of any tenant with its secrets, both of the same moment. It sees every
    /// write that was answered before it began, whichever process made it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound).
    fn credentials(&self, client_id: &ClientId)
    -> impl Future<Output = Result<Credentials>> + Send;

    /// Stores another hash of the same plaintext, if the secret still has the hash `from`. Like
    /// [`touch_secret`](ClientRepository::touch_secret) not a write in the sense of the contract:
    /// no audit entry, no new version, and a secret that is gone or has another hash by now is no
    /// error.
    ///
    /// # Errors
    ///
    /// Only those that any method may have.
    fn rehash_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        from: &SecretHash,
        to: &SecretHash,
    ) -> impl Future<Output = Result<()>> + Send;
}
