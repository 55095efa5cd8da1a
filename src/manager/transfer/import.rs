use std::collections::HashSet;

use super::ClientExport;
use super::document::Read;
use crate::domain::{
    Action, AuditEntry, Client, ClientId, ClientOrigin, Draft, Id, Operator, SecretHash,
    SecretOptions, SecretRecord, SecretStatus, Timestamp, Version, Violation, Violations,
};
use crate::manager::{ClientManager, Error, ErrorKind, Result};
use crate::repository::{self, MAX_ACTIVE_SECRETS, MAX_RETIRED_SECRETS, NewClient, Origin};

/// The maximum length of a hash: several times what any format needs.
pub(crate) const MAX_HASH_LENGTH: usize = 1024;

/// A client to be imported.
///
/// # Examples
///
/// ```
/// use tower_oauth_clients::domain::{ClientId, Draft, SecretHash};
/// use tower_oauth_clients::manager::transfer::ClientImport;
///
/// # fn main() -> Result<(), &'static str> {
/// let client_id = ClientId::parse("payroll").ok_or("not a client_id")?;
/// let draft = Draft::new("Payroll", ["https://payroll.example.com/callback"]);
/// let bcrypt = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
///
/// let import = ClientImport::new(client_id, draft).with_secret(SecretHash::new(bcrypt), "");
/// # let _ = import;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientImport(pub(super) Source);

#[derive(Clone, Debug)]
pub(super) enum Source {
    System {
        client_id: ClientId,
        draft: Box<Draft>,
        secret: Option<(SecretHash, String)>,
    },
    Storage(Box<ClientExport>),
}

/// The outcome of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Imported {
    /// The client was created.
    Created(Client),
    /// It was imported before; nothing was changed.
    Unchanged(Client),
}

impl ClientImport {
    /// A client from another system, which keeps its `client_id`. It gets a new `id`, and is
    /// created now.
    pub fn new(client_id: ClientId, draft: Draft) -> Self {
        Self(Source::System {
            client_id,
            draft: Box::new(draft),
            secret: None,
        })
    }

    /// Adds its existing secret, by its hash. `last_four` are the last characters of the plaintext,
    /// for people to tell secrets apart: `""` if unknown.
    ///
    /// An export already contains its secrets and is not changed.
    pub fn with_secret(mut self, hash: SecretHash, last_four: impl Into<String>) -> Self {
        if let Source::System { secret, .. } = &mut self.0 {
            *secret = Some((hash, last_four.into()));
        }
        self
    }
}

impl From<ClientExport> for ClientImport {
    /// A client exported from another storage, to be imported as it was.
    fn from(export: ClientExport) -> Self {
        Self(Source::Storage(Box::new(export)))
    }
}

impl ClientManager {
    /// Imports a client with its secrets, or nothing at all. Its audit trail starts with the
    /// import.
    ///
    /// The client must satisfy the rules for new clients, but needs no redirect URI if none of its
    /// grants redirects. A caller can set any secret by its hash: this is for the host, and for a
    /// `super_admin` if the host
    /// [allows it](crate::manager::ClientManagerBuilder::with_http_import).
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Invalid`] if the client breaks a rule, an export is of another tenant than
    ///   the operator's, a hash is not [supported](crate::secrets::SecretHasher::reads) by the
    ///   pool's hasher, or a value could not have been written by this crate or is not supported by
    ///   every storage. A hash has at most 1024 visible ASCII characters, `last_four` at most 4
    ///   printable ones, a description at most 1024 characters and no control characters; a version
    ///   is at most 2<sup>53</sup> − 1.
    /// - [`ErrorKind::Conflict`] if the `client_id` is taken in any tenant, even by a deleted
    ///   client, or the `id` in this tenant. An export of a client that exists in the same version
    ///   with the same secrets is no conflict but [`Imported::Unchanged`]; hashes and last uses are
    ///   not compared, since both change when a client authenticates.
    pub async fn import(
        &self,
        operator: &Operator,
        client: impl Into<ClientImport>,
    ) -> Result<Imported> {
        let (client, secrets) = self.prepare(operator, client.into())?;
        let (id, action) = (client.client_id.clone(), Action::ClientCreate);
        let audit = AuditEntry::new(operator, id, action, "imported", self.now());
        let new = NewClient::new(client).with_origin(Origin::Import(secrets.clone()));
        let stored = self
            .0
            .repository
            .create(&operator.tenant, &new, &audit.into())
            .await;
        match stored {
            Ok(()) => Ok(Imported::Created(new.client)),
            Err(error) if error.kind() == repository::ErrorKind::Conflict => {
                self.compare(operator, new.client, &secrets).await
            }
            Err(error) => Err(error.into()),
        }
    }

    fn prepare(
        &self,
        operator: &Operator,
        import: ClientImport,
    ) -> Result<(Client, Vec<SecretRecord>)> {
        let now = self.now();
        let mut read = match import.0 {
            Source::Storage(export) => export.read()?,
            Source::System {
                client_id,
                draft,
                secret,
            } => Read {
                id: Id::generate(now),
                tenant_id: operator.tenant.clone(),
                client_id,
                fields: draft.0,
                origin: ClientOrigin::Import,
                version: Version::FIRST,
                created_at: now,
                updated_at: now,
                last_used_at: None,
                secrets: secret
                    .map(|(hash, last)| SecretRecord::new(Id::generate(now), hash, last, now))
                    .into_iter()
                    .collect(),
            },
        };
        for secret in &mut read.secrets {
            // The source's clock may have been ahead.
            secret.last_used_at = secret.last_used_at.map(|last| last.min(now));
        }
        let mut faults = Violations::default();
        if read.tenant_id != operator.tenant {
            faults.push(Violation::new("tenant_id", "must be the operator's tenant"));
        }
        faults.into_result()?;
        let policy = self.0.policy.clone().with_optional_redirect_uris();
        let (metadata, status) = read.fields.validate(&policy)?;
        self.check(&read.secrets, metadata.uses_secret(), now)
            .into_result()?;
        let active = read
            .secrets
            .iter()
            .filter(|s| s.status == SecretStatus::Active && s.verifies_at(now));
        let newest = active.max_by_key(|secret| secret.id);
        let client = Client {
            id: read.id,
            tenant_id: read.tenant_id,
            client_id: read.client_id,
            metadata,
            status,
            origin: read.origin,
            secret_last_four: newest.map(|secret| secret.last_four.clone()),
            version: read.version,
            created_at: read.created_at,
            updated_at: read.updated_at,
            // The source's clock may have been ahead.
            last_used_at: read.last_used_at.map(|last| last.min(now)),
            deleted_at: None,
        };
        Ok((client, read.secrets))
    }

    /// Violations: a state that no operation produces, a text that not every storage supports, or a
    /// hash that can't be verified.
    fn check(&self, secrets: &[SecretRecord], uses_secret: bool, now: Timestamp) -> Violations {
        let mut faults = Violations::default();
        let mut ids = HashSet::new();
        for (index, secret) in secrets.iter().enumerate() {
            let is_live = secret.status != SecretStatus::Inactive;
            let is_text = is_hash(&secret.hash);
            let sound = [
                (
                    "secret_id",
                    ids.insert(secret.id),
                    "must not be there twice",
                ),
                (
                    "last_four",
                    is_end_of_secret(&secret.last_four),
                    "must be at most 4 printable ASCII characters",
                ),
                (
                    "expires_at",
                    secret.status != SecretStatus::Retired || secret.expires_at.is_some(),
                    "must be set for a retired secret",
                ),
                (
                    "status",
                    !is_live || uses_secret,
                    "must be inactive in a client that can't use a secret",
                ),
                (
                    "description",
                    secret.description.as_deref().is_none_or(is_description),
                    "must be at most 1024 characters without control characters",
                ),
                ("hash", is_text, NO_HASH),
                (
                    "hash",
                    !is_live || !is_text || self.0.pool.reads(&secret.hash),
                    NO_FORMAT,
                ),
            ];
            for (field, _, message) in sound.into_iter().filter(|(_, sound, _)| !sound) {
                faults.push(Violation::new(format!("secrets[{index}].{field}"), message));
            }
        }
        let count = |status| {
            let live = secrets.iter().filter(|secret| secret.verifies_at(now));
            live.filter(|secret| secret.status == status).count()
        };
        if count(SecretStatus::Active) > MAX_ACTIVE_SECRETS
            || count(SecretStatus::Retired) > MAX_RETIRED_SECRETS
        {
            faults.push(Violation::new(
                "secrets",
                "must hold at most 2 that are active, and 2 that are retired and still verify",
            ));
        }
        faults
    }

    /// What is wrong with the hash of a secret that is to be active.
    pub(super) fn hash_fault(&self, hash: &SecretHash) -> Option<&'static str> {
        if !is_hash(hash) {
            return Some(NO_HASH);
        }
        (!self.0.pool.reads(hash)).then_some(NO_FORMAT)
    }

    /// Whether the conflicting client is this very client.
    async fn compare(
        &self,
        operator: &Operator,
        client: Client,
        secrets: &[SecretRecord],
    ) -> Result<Imported> {
        let conflict = || Error::from(ErrorKind::Conflict);
        let stored = match self.get(operator, &client.client_id).await {
            Ok(stored) => self.with_secrets(operator, stored).await,
            Err(error) => Err(error),
        };
        let (stored, kept) = match stored {
            Ok(stored) => stored,
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(conflict()),
            Err(error) => return Err(error),
        };
        let all_kept = secrets.len() == kept.len()
            && secrets
                .iter()
                .all(|one| kept.iter().any(|other| is_same(one, other)));
        let client = Client {
            last_used_at: stored.last_used_at,
            ..client
        };
        if stored == client && all_kept {
            Ok(Imported::Unchanged(stored))
        } else {
            Err(conflict())
        }
    }
}

const NO_HASH: &str = "must be at most 1024 visible ASCII characters";
const NO_FORMAT: &str = "must have a format that the hasher reads, within its limits";

fn is_hash(hash: &SecretHash) -> bool {
    let hash = hash.expose().as_bytes();
    hash.len() <= MAX_HASH_LENGTH && hash.iter().all(u8::is_ascii_graphic)
}

/// Only characters that a client secret may have (RFC 6749 Appendix A.2).
pub(super) fn is_end_of_secret(text: &str) -> bool {
    text.len() <= 4 && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn is_description(text: &str) -> bool {
    text.chars().count() <= SecretOptions::MAX_DESCRIPTION_LENGTH
        && !text.contains(char::is_control)
}

fn is_same(one: &SecretRecord, other: &SecretRecord) -> bool {
    one.id == other.id
        && one.last_four == other.last_four
        && one.status == other.status
        && one.description == other.description
        && one.created_at == other.created_at
        && one.updated_at == other.updated_at
        && one.expires_at == other.expires_at
}
