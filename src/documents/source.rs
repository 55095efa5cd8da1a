use std::fmt;

use super::ClientResolver;
use super::resolver::Use;
use crate::authentication::{self, ClientSource};
use crate::domain::{Client, ClientId, TenantId};

/// The clients with a metadata document that a tenant accepts, for the token endpoint:
/// [`ClientResolver::in_tenant`].
///
/// A client whose document can't be read now gets 503 and keeps its credentials; a grant that was
/// given under an older copy of the document can be used for a day. A stored client of another
/// tenant with the same `client_id` is ignored, as at the authorization endpoint.
#[derive(Clone)]
pub struct DocumentClients {
    pub(super) resolver: ClientResolver,
    pub(super) tenant: TenantId,
}

impl ClientSource for DocumentClients {
    fn tenant(&self) -> Option<&TenantId> {
        Some(&self.tenant)
    }

    async fn client(&self, client_id: &ClientId) -> Result<Client, authentication::Error> {
        let resolved = self
            .resolver
            .of_document(&self.tenant, client_id, Use::Token);
        Ok(resolved.await?.client)
    }
}

impl fmt::Debug for DocumentClients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocumentClients")
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}
