use std::future::Future;
use std::panic::resume_unwind;

use tokio::runtime::Handle;

use super::{ClientManager, Error, ErrorKind, Result};
use crate::domain::{
    Client, ClientEvent, ClientEventKind, ClientId, ClientMetadata, ClientStatus, Operator,
    Timestamp, tell,
};
use crate::repository;

impl ClientManager {
    /// The events of a change to `client`, or none without a listener.
    pub(crate) fn events(
        &self,
        operator: &Operator,
        client: &Client,
        kinds: impl IntoIterator<Item = ClientEventKind>,
        at: Timestamp,
    ) -> Vec<ClientEvent> {
        let events = self.own_events(client, kinds, at).into_iter();
        events.map(|event| event.with_operator(operator)).collect()
    }

    /// The same of a change that a client makes itself.
    pub(crate) fn own_events(
        &self,
        client: &Client,
        kinds: impl IntoIterator<Item = ClientEventKind>,
        at: Timestamp,
    ) -> Vec<ClientEvent> {
        let kinds = kinds.into_iter().filter(|_| self.0.listener.is_some());
        kinds
            .map(|kind| ClientEvent::new(client, kind, at))
            .collect()
    }

    /// The event of a change to a client that has not been read yet. Reads it only if there is a
    /// listener.
    pub(super) async fn event(
        &self,
        operator: &Operator,
        client_id: &ClientId,
        kind: ClientEventKind,
        at: Timestamp,
    ) -> Result<Vec<ClientEvent>> {
        if self.0.listener.is_none() {
            return Ok(Vec::new());
        }
        let client = self.get(operator, client_id).await?;
        Ok(self.events(operator, &client, [kind], at))
    }

    /// Makes a change, and emits its events once it is committed.
    ///
    /// A caller may go away during the commit. So a change with events runs to completion in its
    /// own task.
    pub(crate) async fn commit<T: Send + 'static>(
        &self,
        events: Vec<ClientEvent>,
        change: impl Future<Output = repository::Result<T>> + Send + 'static,
    ) -> Result<T> {
        let Some(listener) = self.0.listener.clone().filter(|_| !events.is_empty()) else {
            return Ok(change.await?);
        };
        let runtime = Handle::try_current()
            .map_err(|error| Error::new(ErrorKind::Internal).with_source(error))?;
        let work = async move {
            let changed = change.await?;
            for event in &events {
                tell(&*listener, event);
            }
            Ok(changed)
        };
        let outcome = to_its_end(&runtime, work).await;
        outcome.unwrap_or_else(|| Err(ErrorKind::Unavailable.into()))
    }
}

/// Runs work to its end, even if the caller goes away. `None` if the runtime ends before.
pub(crate) async fn to_its_end<T: Send + 'static>(
    runtime: &Handle,
    work: impl Future<Output = T> + Send + 'static,
) -> Option<T> {
    match runtime.spawn(work).await {
        Ok(outcome) => Some(outcome),
        Err(error) => match error.try_into_panic() {
            // The repository panicked: propagate it, as without a task.
            Ok(panic) => resume_unwind(panic),
            Err(_) => None,
        },
    }
}

/// The events of an update that affect tokens.
pub(super) fn kinds(
    before: &Client,
    after: &ClientMetadata,
    status: &ClientStatus,
) -> impl Iterator<Item = ClientEventKind> + use<> {
    let is_public = before.metadata.is_confidential && !after.is_confidential;
    let is_secretless = before.metadata.uses_secret() && !after.uses_secret();
    let stopped = match status {
        ClientStatus::Suspended => Some(ClientEventKind::Suspended),
        ClientStatus::Inactive => Some(ClientEventKind::Inactivated),
        ClientStatus::Active | ClientStatus::Unknown(_) => None,
    };
    let kinds = [
        is_public.then_some(ClientEventKind::BecamePublic),
        (is_secretless && !is_public).then_some(ClientEventKind::LeftSecrets),
        stopped.filter(|_| *status != before.status),
    ];
    kinds.into_iter().flatten()
}
