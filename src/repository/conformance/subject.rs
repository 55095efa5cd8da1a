use super::samples;
use crate::domain::{
    Action, AuditEntry, Client, ClientId, Id, Page, SecretRecord, Slice, TenantId, Timestamp,
    Version,
};
use crate::repository::{
    AuditFilter, ClientFilter, ClientRepository, ClientUpdate, Error, ErrorKind, NewClient,
    NewSecret, Origin, Result, SecretRotation, Secrets, Write,
};

/// The repository under test, as seen by one tenant. Each method takes the second at which it
/// happens.
pub(super) struct Subject<R> {
    pub(super) repository: R,
    pub(super) tenant: TenantId,
}

/// Everything that a tenant can see of a client.
pub(super) type Seen = (
    Option<ErrorKind>,
    Option<Client>,
    Vec<String>,
    Vec<AuditEntry>,
);

impl<R: ClientRepository> Subject<R> {
    pub(super) fn new(repository: R) -> Self {
        let tenant = samples::tenant("acme");
        Self { repository, tenant }
    }

    fn write(&self, id: &ClientId, action: Action, second: u64) -> Write {
        samples::entry(&self.tenant, id, action, second).into()
    }

    pub(super) async fn store(
        &self,
        client: &Client,
        secret: Option<&SecretRecord>,
        origin: &Origin,
        second: u64,
    ) -> Result<()> {
        let write = self.write(&client.client_id, Action::ClientCreate, second);
        let new = NewClient::new(client.clone()).with_secret(secret.cloned());
        self.repository
            .create(&self.tenant, &new.with_origin(origin.clone()), &write)
            .await
    }

    /// Stores a client without a secret.
    pub(super) async fn create(&self, second: u64) -> Client {
        let client = samples::client(&self.tenant, second);
        let stored = self.store(&client, None, &Origin::Draft, second).await;
        stored.expect("a client is stored");
        client
    }

    /// Stores a client with a secret of the same second.
    pub(super) async fn create_with_secret(&self, second: u64) -> (Client, SecretRecord) {
        let secret = samples::secret(second);
        let mut client = samples::client(&self.tenant, second);
        client.secret_last_four = Some(secret.last_four.clone());
        let stored = self.store(&client, Some(&secret), &Origin::Draft, second);
        stored.await.expect("a client is stored");
        (client, secret)
    }

    pub(super) async fn get(&self, id: &ClientId) -> Result<Client> {
        self.repository.get(&self.tenant, id).await
    }

    pub(super) async fn get_deleted(&self, id: &ClientId) -> Result<Client> {
        self.repository.get_deleted(&self.tenant, id).await
    }

    pub(super) async fn version(&self, id: &ClientId) -> Result<Version> {
        Ok(self.get(id).await?.version)
    }

    pub(super) async fn update(
        &self,
        client: &Client,
        secrets: Secrets,
        second: u64,
    ) -> Result<Client> {
        let write = self.write(&client.client_id, Action::ClientUpdate, second);
        let update = ClientUpdate::new(client.clone()).with_secrets(secrets);
        self.repository.update(&self.tenant, &update, &write).await
    }

    pub(super) async fn delete(
        &self,
        id: &ClientId,
        expected: Option<Version>,
        second: u64,
    ) -> Result<()> {
        let write = self.write(id, Action::ClientDelete, second);
        self.repository
            .delete(&self.tenant, id, expected, &write)
            .await
    }

    pub(super) async fn restore(
        &self,
        id: &ClientId,
        expected: Version,
        second: u64,
    ) -> Result<()> {
        let write = self.write(id, Action::ClientRestore, second);
        self.repository
            .restore(&self.tenant, id, expected, &write)
            .await
    }

    pub(super) async fn secrets(&self, id: &ClientId) -> Result<Vec<SecretRecord>> {
        self.repository.secrets(&self.tenant, id).await
    }

    /// Adds the secret of that second.
    pub(super) async fn add(
        &self,
        id: &ClientId,
        expected: Version,
        second: u64,
    ) -> Result<SecretRecord> {
        let secret = samples::secret(second);
        let write = self.write(id, Action::SecretCreate, second);
        self.repository
            .add_secret(
                &self.tenant,
                id,
                &NewSecret::new(expected, secret.clone()),
                &write,
            )
            .await?;
        Ok(secret)
    }

    /// Rotates to the secret of that second.
    pub(super) async fn rotate(
        &self,
        id: &ClientId,
        expected: Version,
        grace_ends: Timestamp,
        second: u64,
    ) -> Result<SecretRecord> {
        let secret = samples::secret(second);
        let write = self.write(id, Action::SecretRotate, second);
        let rotation = SecretRotation::new(expected, secret.clone(), grace_ends);
        self.repository
            .rotate_secret(&self.tenant, id, &rotation, &write)
            .await?;
        Ok(secret)
    }

    pub(super) async fn deactivate(
        &self,
        id: &ClientId,
        secret: Id,
        second: u64,
    ) -> Result<SecretRecord> {
        let write = self.write(id, Action::SecretDeactivate, second);
        self.repository
            .deactivate_secret(&self.tenant, id, secret, &write)
            .await
    }

    pub(super) async fn remove(&self, id: &ClientId, secret: Id, second: u64) -> Result<()> {
        let write = self.write(id, Action::SecretDelete, second);
        self.repository
            .delete_secret(&self.tenant, id, secret, &write)
            .await
    }

    pub(super) async fn touch(&self, id: &ClientId, secret: Id, second: u64) -> Result<()> {
        let at = samples::at(second);
        self.repository
            .touch_secret(&self.tenant, id, secret, at)
            .await
    }

    pub(super) async fn list(&self, filter: &ClientFilter, page: Page) -> Slice<Client> {
        let listed = self.repository.list(&self.tenant, filter, page).await;
        listed.expect("a list")
    }

    pub(super) async fn trail(&self, id: &ClientId, page: Page) -> Result<Slice<AuditEntry>> {
        self.repository.audit_entries(&self.tenant, id, page).await
    }

    pub(super) async fn tenant_trail(&self, filter: &AuditFilter, page: Page) -> Slice<AuditEntry> {
        let trail = self
            .repository
            .tenant_audit_entries(&self.tenant, filter, page);
        trail.await.expect("a trail")
    }

    pub(super) async fn see(&self, id: &ClientId) -> Seen {
        let client = self.get(id).await;
        let secrets = self.secrets(id).await.unwrap_or_default();
        let first = Page::After {
            id: None,
            size: Page::MAX_SIZE,
        };
        let trail = self.trail(id, first).await;
        (
            kind(&client),
            client.ok(),
            secrets.iter().map(fields).collect(),
            trail.map(|trail| trail.items).unwrap_or_default(),
        )
    }
}

pub(super) fn kind<T>(result: &Result<T>) -> Option<ErrorKind> {
    result.as_ref().err().map(Error::kind)
}

/// All fields of a secret, for comparison; the hashes are samples.
pub(super) fn fields(secret: &SecretRecord) -> String {
    format!("{secret:?} {}", secret.hash.expose())
}
