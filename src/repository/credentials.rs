use std::future::Future;

use super::{ClientRepository, Result};
use crate::domain::{Client, ClientId, Id, SecretHash, SecretRecord, TenantId, Timestamp};

/// What is needed to authenticate a client.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The client. It is not deleted.
    pub client: Client,
    /// Its secrets that are not inactive, newest first.
    pub secrets: Vec<SecretRecord>,
}

impl Credentials {
    /// Creates credentials from a client that is not deleted, and its secrets that are not
    /// inactive, newest first.
    pub fn new(client: Client, secrets: Vec<SecretRecord>) -> Self {
        Self { client, secrets }
    }
}

/// A repository that clients authenticate against.
///
/// The contract of [`ClientRepository`] applies, with one exception: an authentication request
/// names a client but no tenant, so [`credentials`](Self::credentials) is the only method without
/// one.
pub trait CredentialRepository: ClientRepository {
    /// Reads a client of any tenant with its secrets, in one snapshot. It sees every write that
    /// returned before it began, in whichever process.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound).
    fn credentials(&self, client_id: &ClientId)
    -> impl Future<Output = Result<Credentials>> + Send;

    /// Records that a client authenticated at `at`, unless a later use is recorded; but one more
    /// than a day after `at` came from a wrong clock and is replaced. Like
    /// [`touch_secret`](ClientRepository::touch_secret), it is not a write in the sense of the
    /// contract: no audit entry, no new version, and a missing client is not an error.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) or
    /// [`ErrorKind::Other`](super::ErrorKind::Other) if the storage fails.
    fn touch_client(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        at: Timestamp,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Stores another hash of the same plaintext, if the secret still has the hash `from`. Like
    /// [`touch_secret`](ClientRepository::touch_secret), it is not a write in the sense of the
    /// contract: no audit entry, no new version, and a secret that is missing or has another hash
    /// by now is not an error.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) or
    /// [`ErrorKind::Other`](super::ErrorKind::Other) if the storage fails.
    fn rehash_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        from: &SecretHash,
        to: &SecretHash,
    ) -> impl Future<Output = Result<()>> + Send;
}
