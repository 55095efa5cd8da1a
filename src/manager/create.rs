use super::{ClientManager, ErrorKind, Issued, Result};
use crate::domain::{
    Action, AuditEntry, Client, ClientId, ClientMetadata, Draft, Id, Input, Operator, SecretLabel,
    SecretOptions, SecretRecord, TenantId, Violation, Violations,
};
use crate::repository::{NewClient, Origin};
use crate::secrets::Plaintext;

/// A generated secret that is not stored yet.
pub(super) struct NewSecret {
    pub(super) record: SecretRecord,
    pub(super) plaintext: Plaintext,
}

impl ClientManager {
    /// Creates a client, with a secret if it can use one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`] with all violations in the draft; [`ErrorKind::Overloaded`] if too
    /// many secrets are waiting to be hashed.
    pub async fn create(&self, operator: &Operator, draft: Draft) -> Result<Issued> {
        self.create_from(operator, draft, Input::Absent).await
    }

    /// Creates a client, and sets the description and the expiry of its secret.
    ///
    /// # Errors
    ///
    /// Those of [`create`](Self::create); the violations are those in the options, too, and options
    /// for a client that can't use a secret.
    pub async fn create_with(
        &self,
        operator: &Operator,
        draft: Draft,
        secret: SecretOptions,
    ) -> Result<Issued> {
        self.create_from(operator, draft, Input::Value(secret))
            .await
    }

    pub(crate) async fn create_from(
        &self,
        operator: &Operator,
        draft: Draft,
        options: Input<SecretOptions>,
    ) -> Result<Issued> {
        let (metadata, mut faults) = match draft.0.validate(&self.0.policy) {
            Ok((metadata, _)) => (Some(metadata), Violations::default()),
            Err(faults) => (None, faults),
        };
        let has_no_secret = metadata.as_ref().is_some_and(|made| !made.uses_secret());
        let label = self.check_options(options, has_no_secret, &mut faults);
        faults.into_result()?;
        let metadata = metadata.ok_or(ErrorKind::Internal)?;
        let secret = self.new_secret(&metadata, &label).await?;
        let (record, plaintext) = secret.map(|new| (new.record, new.plaintext)).unzip();
        let stored = self.store(operator, metadata, record, Origin::Draft).await;
        Ok(Issued {
            client: stored?,
            secret: plaintext,
        })
    }

    /// Validates the options of a new client's secret.
    fn check_options(
        &self,
        options: Input<SecretOptions>,
        has_no_secret: bool,
        faults: &mut Violations,
    ) -> SecretLabel {
        const AT: &str = SecretOptions::AT_CREATION;

        match options {
            Input::Absent | Input::Null => SecretLabel::default(),
            Input::Mistyped => {
                faults.push(Violation::new(AT, "must be an object"));
                SecretLabel::default()
            }
            Input::Value(options) => {
                if has_no_secret && !options.is_empty() {
                    let message = "must not be set for a client that can't use a secret";
                    faults.push(Violation::new(AT, message));
                }
                let prefix = format!("{AT}.");
                options.check(&prefix, &self.0.secrets, self.now(), faults)
            }
        }
    }

    /// Generates a secret, if the client can use one.
    pub(super) async fn new_secret(
        &self,
        metadata: &ClientMetadata,
        label: &SecretLabel,
    ) -> Result<Option<NewSecret>> {
        if !metadata.uses_secret() {
            return Ok(None);
        }
        let now = self.now();
        let id = Id::generate(now);
        let (plaintext, hash) = self.0.pool.hash(self.0.format.generate(id)?).await?;
        let mut record = SecretRecord::new(id, hash, plaintext.last_four(), now);
        record.description.clone_from(&label.description);
        let longest = self.0.secrets.lifetime.map(|lifetime| now + lifetime);
        record.expires_at = label.expires_at.or(longest);
        Ok(Some(NewSecret { record, plaintext }))
    }

    /// Stores a new client with its secret and its first audit entry.
    pub(super) async fn store(
        &self,
        operator: &Operator,
        metadata: ClientMetadata,
        secret: Option<SecretRecord>,
        origin: Origin,
    ) -> Result<Client> {
        let client = self.new_client(&operator.tenant, metadata, secret.as_ref());
        let now = client.created_at;
        let (action, message) = match &origin {
            Origin::Draft => (Action::ClientCreate, "created".to_owned()),
            Origin::CloneOf(source, _) => (Action::ClientClone, format!("cloned from {source}")),
            Origin::Import(_) => (Action::ClientCreate, "imported".to_owned()),
        };
        let audit = AuditEntry::new(operator, client.client_id.clone(), action, message, now);
        let new = NewClient {
            client,
            secret,
            origin,
        };
        self.0
            .repository
            .create(&operator.tenant, &new, &audit.into())
            .await?;
        Ok(new.client)
    }

    /// A client with a new identity, which is not stored yet.
    pub(super) fn new_client(
        &self,
        tenant: &TenantId,
        metadata: ClientMetadata,
        secret: Option<&SecretRecord>,
    ) -> Client {
        let now = self.now();
        let id = Id::generate(now);
        let client_id = ClientId::generate(&self.0.client_id_prefix, id);
        let mut client = Client::new(id, tenant.clone(), client_id, metadata, now);
        client.secret_last_four = secret.map(|secret| secret.last_four.clone());
        client
    }
}
