mod deletion;
mod document;
#[cfg(feature = "registration")]
mod registration;
mod uses;

use self::document::Kept;
use super::{
    ClientUpdate, Credentials, ErrorKind, MAX_ACTIVE_SECRETS, MAX_INACTIVE_SECRETS,
    MAX_RETIRED_SECRETS, NewClient, NewSecret, Origin, Result, SecretRotation, Secrets, Write,
};
use crate::domain::{Client, Id, SecretRecord, SecretStatus, TenantId, Timestamp, Version};

/// A client with its secrets, and the rules of [`ClientRepository`](super::ClientRepository) for
/// both: for repositories that store a client as a whole, in a document, under a key or in a file.
///
/// It has a method for each write of the traits, with the same name and result. Each one refuses
/// what the contract refuses, for the tenant of the audit entry, makes the change, and sets
/// `version`, `updated_at` and `secret_last_four`. An error leaves everything unchanged.
///
/// The repository only has to store the outcome together with the [`Write`], unless there was
/// another write meanwhile, and to know which ids of clients and of audit entries are taken.
///
/// # As a document
///
/// It is `Serialize` and `Deserialize`, in the format of a [`Document`](super::Document): `client`,
/// and the list `secrets`. **It contains the hashes of the secrets**: treat it like a secret.
/// Members that a newer version has stored, on any level, are kept by every write.
///
/// # Examples
///
/// A storage with compare-and-swap on a document's revision. The revision must change with every
/// swap; the version of a client does not do, as it stays the same when a use of a secret is
/// recorded.
///
/// ```
/// use tower_oauth_clients::domain::{ClientId, Version};
/// use tower_oauth_clients::repository::{ErrorKind, Result, StoredClient, Write};
///
/// trait Documents {
///     /// A client and its revision.
///     async fn read(&self, id: &ClientId) -> Result<Option<(StoredClient, u64)>>;
///     /// Stores both, or neither when the client has another revision by now.
///     async fn swap(&self, new: &StoredClient, write: &Write, revision: u64) -> Result<bool>;
/// }
///
/// async fn delete(
///     documents: &impl Documents,
///     expected: Option<Version>,
///     write: &Write,
/// ) -> Result<()> {
///     loop {
///         let found = documents.read(&write.audit.client_id).await?;
///         let (mut stored, revision) = found.ok_or(ErrorKind::NotFound)?;
///         stored.delete(expected, write)?;
///         if documents.swap(&stored, write, revision).await? {
///             return Ok(());
///         }
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct StoredClient {
    client: Client,
    /// Newest first.
    secrets: Vec<SecretRecord>,
    kept: Kept,
}

impl StoredClient {
    /// Wraps a stored client, with its secrets in any order.
    pub fn new(client: Client, mut secrets: Vec<SecretRecord>) -> Self {
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.id));
        Self {
            client,
            secrets,
            kept: Kept::default(),
        }
    }

    /// Creates a new client. `source` is the client that [`Origin::CloneOf`] names, if it exists.
    ///
    /// # Errors
    ///
    /// For a clone, [`ErrorKind::NotFound`] and [`ErrorKind::Stale`] as in
    /// [`ClientRepository::create`](super::ClientRepository::create); [`ErrorKind::Conflict`] if
    /// two secrets have the same id.
    pub fn create(new: &NewClient, source: Option<&Self>) -> Result<Self> {
        let client = &new.client;
        let imported = match &new.origin {
            Origin::Draft => &[][..],
            Origin::CloneOf(_, version) => {
                let source = source.ok_or(ErrorKind::NotFound)?;
                source.live(&client.tenant_id)?.check(Some(*version))?;
                &[]
            }
            Origin::Import(secrets) => secrets,
        };
        let secrets = new.secret.iter().chain(imported).cloned().collect();
        let stored = Self::new(client.clone(), secrets);
        if !stored.secrets.is_sorted_by(|one, next| one.id > next.id) {
            return Err(ErrorKind::Conflict.into());
        }
        Ok(stored)
    }

    /// The client, deleted or not, of any tenant.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// All secrets of the client, newest first.
    pub fn secrets(&self) -> &[SecretRecord] {
        &self.secrets
    }

    /// Returns `self` if `tenant` may read it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if it belongs to another tenant or is deleted.
    pub fn live(&self, tenant: &TenantId) -> Result<&Self> {
        if self.client.tenant_id != *tenant || self.client.deleted_at.is_some() {
            return Err(ErrorKind::NotFound.into());
        }
        Ok(self)
    }

    /// The result of
    /// [`CredentialRepository::credentials`](super::CredentialRepository::credentials).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if it is deleted.
    pub fn credentials(&self) -> Result<Credentials> {
        let Self {
            client, secrets, ..
        } = self.live(&self.client.tenant_id)?;
        let may_verify = |secret: &&SecretRecord| secret.status != SecretStatus::Inactive;
        Ok(Credentials {
            client: client.clone(),
            secrets: secrets.iter().filter(may_verify).cloned().collect(),
        })
    }

    /// Replaces its metadata and its status, and returns the changed client.
    ///
    /// # Errors
    ///
    /// As in [`ClientRepository::update`](super::ClientRepository::update).
    pub fn update(&mut self, update: &ClientUpdate, write: &Write) -> Result<Client> {
        self.replace(update, None, write)
    }

    /// Does the same, and then adds a secret, if there is one.
    fn replace(
        &mut self,
        update: &ClientUpdate,
        secret: Option<&SecretRecord>,
        write: &Write,
    ) -> Result<Client> {
        let ClientUpdate {
            client, secrets, ..
        } = update;
        let shown = self.client.secret_last_four.clone();
        let ends = *secrets == Secrets::End;
        self.write(Some(client.version), write, |stored, now| {
            let place = secret.map(|secret| stored.place(secret.id)).transpose()?;
            if secret.is_some() && !ends && stored.active(now).count() >= MAX_ACTIVE_SECRETS {
                return Err(ErrorKind::TooManySecrets.into());
            }
            stored.client.metadata = client.metadata.clone();
            stored.client.status.clone_from(&client.status);
            if ends {
                stored.end_secrets(now);
            }
            if let Some((place, secret)) = place.zip(secret) {
                stored.secrets.insert(place, secret.clone());
                stored.remove_oldest();
            }
            Ok(())
        })?;
        if !ends && secret.is_none() {
            self.client.secret_last_four = shown;
        }
        Ok(self.client.clone())
    }

    /// Adds an active secret.
    ///
    /// # Errors
    ///
    /// As in [`ClientRepository::add_secret`](super::ClientRepository::add_secret).
    pub fn add_secret(&mut self, new: &NewSecret, write: &Write) -> Result<()> {
        let NewSecret { expected, secret } = new;
        self.write(Some(*expected), write, |stored, now| {
            let place = stored.place(secret.id)?;
            if stored.active(now).count() >= MAX_ACTIVE_SECRETS {
                return Err(ErrorKind::TooManySecrets.into());
            }
            stored.secrets.insert(place, secret.clone());
            stored.remove_oldest();
            Ok(())
        })
    }

    /// Adds an active secret and retires every other active one.
    ///
    /// # Errors
    ///
    /// As in [`ClientRepository::rotate_secret`](super::ClientRepository::rotate_secret).
    pub fn rotate_secret(&mut self, rotation: &SecretRotation, write: &Write) -> Result<()> {
        let secret = &rotation.secret;
        self.write(Some(rotation.expected), write, |stored, now| {
            let place = stored.place(secret.id)?;
            stored.retire_secrets(rotation.grace_ends, now);
            stored.secrets.insert(place, secret.clone());
            stored.remove_oldest();
            Ok(())
        })
    }

    /// Makes a secret inactive, and returns the changed secret.
    ///
    /// # Errors
    ///
    /// As in [`ClientRepository::deactivate_secret`](super::ClientRepository::deactivate_secret).
    pub fn deactivate_secret(&mut self, secret_id: Id, write: &Write) -> Result<SecretRecord> {
        self.write(None, write, |stored, now| {
            let secret = stored.secret_mut(secret_id).ok_or(ErrorKind::NotFound)?;
            end(secret, now);
            Ok(secret.clone())
        })
    }

    /// Deletes a secret.
    ///
    /// # Errors
    ///
    /// As in [`ClientRepository::delete_secret`](super::ClientRepository::delete_secret).
    pub fn delete_secret(&mut self, secret_id: Id, write: &Write) -> Result<()> {
        self.write(None, write, |stored, now| {
            let secret = stored.secret_mut(secret_id).ok_or(ErrorKind::NotFound)?;
            let is_active = is_active(secret, now);
            if stored.secrets.len() == 1 || (is_active && stored.active(now).count() == 1) {
                return Err(ErrorKind::LastSecret.into());
            }
            stored.secrets.retain(|secret| secret.id != secret_id);
            Ok(())
        })
    }

    /// Removes the oldest inactive secrets that have not changed since that time, at most `limit`,
    /// as in
    /// [`PurgeRepository::purge_inactive_secrets`](super::PurgeRepository::purge_inactive_secrets),
    /// and returns how many.
    pub fn purge_inactive_secrets(&mut self, before: Timestamp, limit: usize) -> usize {
        let inactive = |secret: &&SecretRecord| {
            secret.status == SecretStatus::Inactive && secret.updated_at < before
        };
        let mut old: Vec<_> = self.secrets.iter().filter(inactive).collect();
        old.sort_by_key(|secret| secret.updated_at);
        let old: Vec<Id> = old.iter().take(limit).map(|secret| secret.id).collect();
        self.secrets.retain(|secret| !old.contains(&secret.id));
        old.len()
    }

    /// The common part of all writes. A `change` that fails must not have changed anything.
    fn write<T>(
        &mut self,
        expected: Option<Version>,
        Write { audit, .. }: &Write,
        change: impl FnOnce(&mut Self, Timestamp) -> Result<T>,
    ) -> Result<T> {
        self.live(&audit.tenant_id)?.check(expected)?;
        let done = change(self, audit.at)?;
        let newest = self
            .active(audit.at)
            .next()
            .map(|secret| secret.last_four.clone());
        self.client.secret_last_four = newest;
        self.client.version = self.client.version.next();
        self.client.updated_at = audit.at;
        Ok(done)
    }

    fn check(&self, version: Option<Version>) -> Result<()> {
        if version.is_some_and(|version| version != self.client.version) {
            return Err(ErrorKind::Stale.into());
        }
        Ok(())
    }

    fn active(&self, now: Timestamp) -> impl Iterator<Item = &SecretRecord> {
        let secrets = self.secrets.iter();
        secrets.filter(move |secret| is_active(secret, now))
    }

    fn secret_mut(&mut self, id: Id) -> Option<&mut SecretRecord> {
        self.secrets.iter_mut().find(|secret| secret.id == id)
    }

    /// The index at which to insert a new secret.
    fn place(&self, id: Id) -> Result<usize> {
        let found = self.secrets.binary_search_by(|secret| id.cmp(&secret.id));
        found.err().ok_or_else(|| ErrorKind::Conflict.into())
    }

    fn end_secrets(&mut self, now: Timestamp) {
        for secret in &mut self.secrets {
            end(secret, now);
        }
    }

    fn remove_oldest(&mut self) {
        let mut inactive = 0;
        self.secrets.retain(|secret| {
            inactive += usize::from(secret.status == SecretStatus::Inactive);
            secret.status != SecretStatus::Inactive || inactive <= MAX_INACTIVE_SECRETS
        });
    }

    fn retire_secrets(&mut self, grace_ends: Timestamp, now: Timestamp) {
        let mut kept = 0;
        for secret in &mut self.secrets {
            if secret.status == SecretStatus::Active {
                secret.status = SecretStatus::Retired;
                secret.updated_at = now;
                secret.expires_at =
                    Some(secret.expires_at.map_or(grace_ends, |e| e.min(grace_ends)));
            }
            if grace_ends > now && secret.verifies_at(now) && kept < MAX_RETIRED_SECRETS {
                kept += 1;
            } else {
                end(secret, now);
            }
        }
    }
}

/// Whether a secret counts as active. An expired one does not.
fn is_active(secret: &SecretRecord, now: Timestamp) -> bool {
    secret.status == SecretStatus::Active && secret.verifies_at(now)
}

fn end(secret: &mut SecretRecord, now: Timestamp) {
    if secret.status != SecretStatus::Inactive {
        secret.status = SecretStatus::Inactive;
        secret.updated_at = now;
    }
}

#[cfg(test)]
mod tests;
