use std::future::Future;
use std::sync::Arc;

use super::{Error, Result};
use crate::domain::{Client, ClientId, TenantId};

/// Provides clients that are not stored: those whose `client_id` is the URL of their metadata
/// document.
///
/// # Contract
///
/// - It is asked for a `client_id` that begins with `https://` or `http://` and names no stored
///   client of its tenant, when it comes alone or with an assertion. A deleted client may be stored
///   no more, but must not come back this way.
/// - What the client may do is checked afterwards, as for a stored one: its status, its
///   authentication methods and its keys.
/// - The caller is not authenticated yet. Bound the work. If there is no client, or that can't be
///   told now, the attempt is a failure of the caller's address, and not of the client.
/// - **Cancellation.** The future may be dropped at any point.
pub trait ClientSource: Send + Sync + 'static {
    /// The tenant whose clients these are. A stored client of another tenant doesn't stand in for
    /// one of them. `None` if any stored client does.
    fn tenant(&self) -> Option<&TenantId> {
        None
    }

    /// Returns the client with this `client_id`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidClient`](super::ErrorKind::InvalidClient) if there is none, and
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) if that can't be told now, so that
    /// the caller keeps its credentials.
    fn client(&self, client_id: &ClientId) -> impl Future<Output = Result<Client>> + Send;
}

impl<S: ClientSource> ClientSource for Arc<S> {
    fn tenant(&self) -> Option<&TenantId> {
        (**self).tenant()
    }

    fn client(&self, client_id: &ClientId) -> impl Future<Output = Result<Client>> + Send {
        (**self).client(client_id)
    }
}

erased! {
    trait ErasedSource of ClientSource {
        fn client(client_id: [&] ClientId) -> Result<Client>;
    }
}

/// A source behind a pointer, and its tenant.
pub(super) struct Source {
    tenant: Option<TenantId>,
    source: Box<dyn ErasedSource>,
}

impl Source {
    pub(super) fn new(source: impl ClientSource) -> Self {
        Self {
            tenant: source.tenant().cloned(),
            source: Box::new(source),
        }
    }

    /// Whether a stored client stands in for one of this source.
    pub(super) fn yields_to(&self, stored: &Client) -> bool {
        let mut tenant = self.tenant.iter();
        tenant.all(|tenant| *tenant == stored.tenant_id)
    }

    pub(super) async fn client(&self, client_id: &ClientId) -> Result<Client> {
        let client = self.source.client(client_id).await;
        client.map_err(Error::of_source)
    }
}

/// Whether a `client_id` may be the URL of a document.
pub(super) fn is_url(client_id: &ClientId) -> bool {
    let id = client_id.as_str();
    id.starts_with("https://") || id.starts_with("http://")
}
