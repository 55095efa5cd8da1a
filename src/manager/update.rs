use super::events::kinds;
use super::{ClientManager, ErrorKind, Expected, Result};
use crate::domain::{
    Action, AuditEntry, Client, ClientEventKind, ClientId, ClientMetadata, ClientStatus,
    FieldChange, Operator, Patch,
};
use crate::repository::{ClientUpdate, Secrets, Write};

impl ClientManager {
    /// Changes the fields that the patch names, and returns the updated client.
    ///
    /// Changed fields must satisfy the rules for new clients, including those that relate them to
    /// other fields. Unchanged fields may predate the current rules, so that a client can always be
    /// suspended. A client that can no longer use a secret loses its secrets at once, without a
    /// grace period.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::NotFound`] if the operator's tenant has no such client.
    /// - [`ErrorKind::Invalid`] with all violations of the result.
    /// - [`ErrorKind::Stale`] if its version is not an expected one.
    pub async fn update(
        &self,
        operator: &Operator,
        client_id: &ClientId,
        patch: Patch,
        expected: &Expected,
    ) -> Result<Client> {
        let mut attempts = self.0.turns.attempts(client_id);
        loop {
            attempts.begin().await?;
            let current = self.get(operator, client_id).await?;
            expected.check(current.version)?;
            match self.write(operator, current, &patch).await {
                Err(error) if error.kind() == ErrorKind::Stale && *expected == Expected::Any => {}
                outcome => return outcome,
            }
        }
    }

    async fn write(&self, operator: &Operator, current: Client, patch: &Patch) -> Result<Client> {
        let (metadata, status) = patch.validate(&current, &self.0.policy)?;
        let change = self.change(current, metadata, status);
        let (client, action) = (&change.update.client, Action::ClientUpdate);
        let client_id = client.client_id.clone();
        let audit = AuditEntry::new(operator, client_id, action, change.message, self.now())
            .with_changes(change.values);
        let events = self.events(operator, client, change.kinds, audit.at);
        let (repository, write) = (self.0.repository.clone(), Write::new(audit));
        let update = change.update;
        self.commit(events, async move {
            repository
                .update(&update.client.tenant_id, &update, &write)
                .await
        })
        .await
    }

    /// What becomes of `current`, with all that follows from it.
    pub(crate) fn change(
        &self,
        current: Client,
        metadata: ClientMetadata,
        status: ClientStatus,
    ) -> Change {
        let secrets = if metadata.may_use_secret() {
            Secrets::Keep
        } else {
            Secrets::End
        };
        let changes_cors_origins = current.metadata.page_origins() != metadata.page_origins();
        let values = self
            .0
            .audits_values
            .then(|| values(&current, &metadata, &status));
        Change {
            message: changes(&current, &metadata, &status),
            values: values.unwrap_or_default(),
            kinds: kinds(&current, &metadata, &status).collect(),
            update: ClientUpdate {
                client: Client {
                    metadata,
                    status,
                    ..current
                },
                secrets,
                changes_cors_origins,
            },
        }
    }
}

/// A change of a client that is ready to be written.
pub(crate) struct Change {
    pub(crate) update: ClientUpdate,
    /// What changes, for the audit trail.
    pub(crate) message: String,
    /// The changed fields with their values, if the host records them.
    pub(crate) values: Vec<FieldChange>,
    /// What the listener is told.
    pub(crate) kinds: Vec<ClientEventKind>,
}

/// The names of the fields that an update changes.
fn changes(current: &Client, metadata: &ClientMetadata, status: &ClientStatus) -> String {
    let mut changed: Vec<_> = current.metadata.differences(metadata).collect();
    if current.status != *status {
        changed.push("status");
    }
    if changed.is_empty() {
        "changed nothing".into()
    } else {
        format!("changed {}", changed.join(", "))
    }
}

/// The fields that an update changes, with their values.
fn values(current: &Client, metadata: &ClientMetadata, status: &ClientStatus) -> Vec<FieldChange> {
    let mut changes = current.metadata.changes(metadata);
    if current.status != *status {
        let [old, new] = [&current.status, status].map(|status| Some(status.as_str().into()));
        changes.push(FieldChange::new("status", old, new));
    }
    changes
}
