use std::time::Duration;

use super::{ClientManager, ErrorKind, NewSecret, Result};
use crate::domain::{
    Action, AuditEntry, Client, ClientEventKind, ClientId, Id, Operator, RotationOptions,
    SecretLabel, SecretOptions, SecretRecord, SecretStatus, Violation, Violations,
};
use crate::repository::{self, MAX_ACTIVE_SECRETS, SecretRotation, Write};
use crate::secrets::Plaintext;

/// A new secret with its plaintext, which is not available again.
#[derive(Debug)]
pub struct IssuedSecret {
    /// The secret as stored.
    pub record: SecretRecord,
    /// The secret that the client has to present.
    pub plaintext: Plaintext,
}

impl ClientManager {
    /// Replaces all active secrets of a client by a new one. The old ones still verify during the
    /// grace period.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::NotFound`] if the operator's tenant has no such client.
    /// - [`ErrorKind::Invalid`] if the client can't use a secret.
    /// - [`ErrorKind::Overloaded`] if too many secrets are waiting to be hashed.
    pub async fn rotate_secret(
        &self,
        operator: &Operator,
        client_id: &ClientId,
    ) -> Result<IssuedSecret> {
        self.rotate_secret_with(operator, client_id, RotationOptions::new())
            .await
    }

    /// Rotates like [`rotate_secret`](Self::rotate_secret), and sets the grace period, and the
    /// description and the expiry of the new secret.
    ///
    /// # Errors
    ///
    /// Those of [`rotate_secret`](Self::rotate_secret), and [`ErrorKind::Invalid`] with all
    /// violations in the options.
    pub async fn rotate_secret_with(
        &self,
        operator: &Operator,
        client_id: &ClientId,
        options: RotationOptions,
    ) -> Result<IssuedSecret> {
        let client = self.get(operator, client_id).await?;
        let mut faults = unusable(&client);
        let (label, grace) = options.check(&self.0.secrets, self.now(), &mut faults);
        faults.into_result()?;
        let mut set = names(&label);
        set.extend(grace.map(|grace| format!("grace_period {}", grace.as_secs())));
        let asked = Asked {
            action: Action::SecretRotate,
            set,
            label,
            grace: grace.unwrap_or(self.0.secrets.grace),
        };
        self.issue(operator, client, asked).await
    }

    /// Adds a secret to the active one.
    ///
    /// # Errors
    ///
    /// Those of [`rotate_secret`](Self::rotate_secret), and [`ErrorKind::TooManySecrets`] if two
    /// are already active.
    pub async fn create_secret(
        &self,
        operator: &Operator,
        client_id: &ClientId,
    ) -> Result<IssuedSecret> {
        self.create_secret_with(operator, client_id, SecretOptions::new())
            .await
    }

    /// Adds a secret like [`create_secret`](Self::create_secret), and sets its description and its
    /// expiry.
    ///
    /// # Errors
    ///
    /// Those of [`create_secret`](Self::create_secret), and [`ErrorKind::Invalid`] with all
    /// violations in the options.
    pub async fn create_secret_with(
        &self,
        operator: &Operator,
        client_id: &ClientId,
        options: SecretOptions,
    ) -> Result<IssuedSecret> {
        let client = self.get(operator, client_id).await?;
        let mut faults = unusable(&client);
        let label = options.check("", &self.0.secrets, self.now(), &mut faults);
        faults.into_result()?;
        let active = self.secrets(operator, client_id).await?;
        let now = self.now();
        let active = active
            .iter()
            .filter(|secret| secret.status == SecretStatus::Active && secret.verifies_at(now))
            .count();
        // Checked early to save a hash; the repository decides.
        if active >= MAX_ACTIVE_SECRETS {
            return Err(ErrorKind::TooManySecrets.into());
        }
        let asked = Asked {
            action: Action::SecretCreate,
            set: names(&label),
            label,
            grace: Duration::ZERO,
        };
        self.issue(operator, client, asked).await
    }

    /// Lists the secrets of a client, newest first, without plaintexts. When a secret is issued,
    /// only the newest [`MAX_INACTIVE_SECRETS`](crate::repository::MAX_INACTIVE_SECRETS) inactive
    /// ones are kept.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if the operator's tenant has no such client.
    pub async fn secrets(
        &self,
        operator: &Operator,
        client_id: &ClientId,
    ) -> Result<Vec<SecretRecord>> {
        Ok(self
            .0
            .repository
            .secrets(&operator.tenant, client_id)
            .await?)
    }

    /// Deactivates a secret at once, even the last active one: use it for a leaked secret.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if the operator's tenant has no such client, or the client no such
    /// secret.
    pub async fn deactivate_secret(
        &self,
        operator: &Operator,
        client_id: &ClientId,
        secret_id: Id,
    ) -> Result<SecretRecord> {
        let audit = self.entry(operator, client_id, Action::SecretDeactivate, secret_id);
        let kind = ClientEventKind::SecretDeactivated { secret_id };
        let events = self.event(operator, client_id, kind, audit.at).await?;
        let (repository, write) = (self.0.repository.clone(), Write::new(audit));
        self.commit(events, async move {
            let (tenant, client_id) = (&write.audit.tenant_id, &write.audit.client_id);
            repository
                .deactivate_secret(tenant, client_id, secret_id, &write)
                .await
        })
        .await
    }

    /// Deletes a secret permanently.
    ///
    /// # Errors
    ///
    /// Those of [`deactivate_secret`](Self::deactivate_secret), and [`ErrorKind::LastSecret`] if it
    /// is the only one, or the only active one.
    pub async fn delete_secret(
        &self,
        operator: &Operator,
        client_id: &ClientId,
        secret_id: Id,
    ) -> Result<()> {
        let audit = self.entry(operator, client_id, Action::SecretDelete, secret_id);
        let kind = ClientEventKind::SecretDeleted { secret_id };
        let events = self.event(operator, client_id, kind, audit.at).await?;
        let (repository, write) = (self.0.repository.clone(), Write::new(audit));
        self.commit(events, async move {
            let (tenant, client_id) = (&write.audit.tenant_id, &write.audit.client_id);
            repository
                .delete_secret(tenant, client_id, secret_id, &write)
                .await
        })
        .await
    }

    async fn issue(
        &self,
        operator: &Operator,
        mut client: Client,
        asked: Asked,
    ) -> Result<IssuedSecret> {
        let new = self.new_secret(&client.metadata, &asked.label).await?;
        let NewSecret { record, plaintext } = new.ok_or(ErrorKind::Internal)?;
        let client_id = client.client_id.clone();
        let mut attempts = self.0.turns.attempts(&client_id);
        loop {
            attempts.begin().await?;
            let action = asked.action.clone();
            let mut entry = self.entry(operator, &client_id, action, record.id);
            if !asked.set.is_empty() {
                entry.message += &format!(" with {}", asked.set.join(", "));
            }
            let write = Write::new(entry);
            let stored = if asked.action == Action::SecretRotate {
                self.rotate(operator, &client, &record, asked.grace, write)
                    .await
            } else {
                self.add(&client, &record, &write).await
            };
            match stored {
                // Check again whether the client can still use a secret.
                Err(error) if error.kind() == ErrorKind::Stale => {
                    client = self.get(operator, &client_id).await?;
                    unusable(&client).into_result()?;
                }
                stored => return stored.map(|()| IssuedSecret { record, plaintext }),
            }
        }
    }

    async fn rotate(
        &self,
        operator: &Operator,
        client: &Client,
        secret: &SecretRecord,
        grace: Duration,
        write: Write,
    ) -> Result<()> {
        let kind = ClientEventKind::SecretRotated {
            secret_id: secret.id,
        };
        let now = write.audit.at;
        let events = self.events(operator, client, [kind], now);
        let repository = self.0.repository.clone();
        let ends = now + grace;
        let rotation = SecretRotation::new(client.version, secret.clone(), ends);
        self.commit(events, async move {
            let (tenant, client_id) = (&write.audit.tenant_id, &write.audit.client_id);
            repository
                .rotate_secret(tenant, client_id, &rotation, &write)
                .await
        })
        .await
    }

    async fn add(&self, client: &Client, secret: &SecretRecord, write: &Write) -> Result<()> {
        let (tenant, client_id) = (&client.tenant_id, &client.client_id);
        let new = repository::NewSecret::new(client.version, secret.clone());
        let repository = &self.0.repository;
        Ok(repository
            .add_secret(tenant, client_id, &new, write)
            .await?)
    }

    fn entry(
        &self,
        operator: &Operator,
        client_id: &ClientId,
        action: Action,
        secret_id: Id,
    ) -> AuditEntry {
        let message = match action {
            Action::SecretRotate => format!("rotated to {secret_id}"),
            Action::SecretCreate => format!("created {secret_id}"),
            Action::SecretDeactivate => format!("deactivated {secret_id}"),
            _ => format!("deleted {secret_id}"),
        };
        AuditEntry::new(operator, client_id.clone(), action, message, self.now())
            .with_secret(secret_id)
    }
}

/// A secret to issue, and how.
struct Asked {
    action: Action,
    /// What the operator set, for the audit trail.
    set: Vec<String>,
    label: SecretLabel,
    grace: Duration,
}

/// The names of the options that are set.
fn names(label: &SecretLabel) -> Vec<String> {
    let description = label.description.as_ref().map(|_| "description".to_owned());
    let expires_at = label.expires_at.map(|_| "expires_at".to_owned());
    description.into_iter().chain(expires_at).collect()
}

/// The violation of a client that can't use a secret.
fn unusable(client: &Client) -> Violations {
    let mut violations = Violations::default();
    if !client.metadata.uses_secret() {
        violations.push(Violation::new(
            "client_auth_methods",
            "must hold client_secret_basic or client_secret_post for a client to have a secret",
        ));
    }
    violations
}
