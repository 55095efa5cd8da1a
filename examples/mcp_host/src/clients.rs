use tower_oauth_clients::ClientManager;
use tower_oauth_clients::authentication::{self, ClientSource};
use tower_oauth_clients::documents::{self, ClientResolver, DocumentClients};
use tower_oauth_clients::domain::{
    Client, ClientId, ClientStatus, Operator, RegistrationState, Role, TenantId,
};
use tower_oauth_clients::manager;
use tower_oauth_clients::repository::{RegistrationRepository, SqliteRepository};

/// The clients of the tenant, stored ones and those with a metadata document.
pub(crate) struct Clients {
    manager: ClientManager,
    repository: SqliteRepository,
    resolver: ClientResolver,
    documents: DocumentClients,
    tenant: TenantId,
    operator: Operator,
}

/// Storage, or the server of a document, can't be asked now.
pub(crate) struct Unavailable;

impl Clients {
    pub(crate) fn new(
        manager: ClientManager,
        repository: SqliteRepository,
        resolver: ClientResolver,
        tenant: TenantId,
    ) -> Self {
        Self {
            manager,
            repository,
            documents: resolver.in_tenant(tenant.clone()),
            resolver,
            operator: Operator::new("mcp-host", Role::Admin, tenant.clone()),
            tenant,
        }
    }

    /// The client of an authorization request.
    pub(crate) async fn for_consent(
        &self,
        client_id: &ClientId,
    ) -> Result<Client, documents::Error> {
        let resolved = self.resolver.resolve(&self.tenant, client_id).await;
        resolved.map(|resolved| resolved.client)
    }

    /// Whether an administrator has yet to approve it.
    pub(crate) async fn is_pending(&self, client_id: &ClientId) -> bool {
        let found = self.repository.registration(&self.tenant, client_id).await;
        found.is_ok_and(|found| found.registration.state == RegistrationState::Pending)
    }

    /// The client, if its tokens still work. An event that ends them may be lost, so this is asked
    /// wherever one is used.
    pub(crate) async fn live(&self, client_id: &ClientId) -> Result<Option<Client>, Unavailable> {
        match self.manager.get(&self.operator, client_id).await {
            Ok(client) => return Ok(Some(client).filter(is_active)),
            Err(error) if error.kind() == manager::ErrorKind::NotFound => {}
            Err(_) => return Err(Unavailable),
        }
        match self.documents.client(client_id).await {
            Ok(client) => Ok(Some(client)),
            Err(error) if error.kind() == authentication::ErrorKind::InvalidClient => Ok(None),
            Err(_) => Err(Unavailable),
        }
    }
}

fn is_active(client: &Client) -> bool {
    client.status == ClientStatus::Active
}
