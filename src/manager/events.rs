use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use tokio::runtime::Handle;

use super::{ClientManager, Error, ErrorKind, Result};
use crate::domain::{
    Client, ClientEvent, ClientEventKind, ClientId, ClientMetadata, ClientStatus, Operator,
    Timestamp,
};
use crate::repository;

/// Hears of what happened to clients and matters to their tokens, so that the host can revoke them.
///
/// # Contract
///
/// - **Once for each committed change**, after the commit and before the answer to the operator;
///   never for a change that was refused, and also when the operator went away meanwhile. An update
///   that did two things (suspended a client and made it public) is two events.
/// - **Never twice, not always once.** A process that dies between the commit and the call tells
///   nothing, nor does one that lost the database's answer. What must hold in any case, check where
///   a token is used: the client's status, for one.
/// - **In no order** where two changes of a client meet; [`ClientEvent::at`] is the time of each.
/// - **Must not block.** The operator waits meanwhile: hand the event over to a channel, or spawn a
///   task. The call is made within a Tokio task.
/// - **Can't fail.** A panic is caught, and changes neither the outcome nor later calls (in a build
///   that aborts on panic, it ends the process).
///
/// # Examples
///
/// ```
/// use tokio::sync::mpsc::UnboundedSender;
/// use tower_oauth_clients::domain::{ClientEvent, ClientEventKind};
/// use tower_oauth_clients::manager::ClientEvents;
///
/// struct Revoker(UnboundedSender<ClientEvent>);
///
/// impl ClientEvents for Revoker {
///     fn on_event(&self, event: &ClientEvent) {
///         if let ClientEventKind::Deleted | ClientEventKind::Suspended = event.kind {
///             // A task at the other end revokes the tokens of `event.id`.
///             let _ = self.0.send(event.clone());
///         }
///     }
/// }
/// ```
pub trait ClientEvents: Send + Sync + 'static {
    /// Takes note of an event.
    fn on_event(&self, event: &ClientEvent);
}

impl<E: ClientEvents + ?Sized> ClientEvents for Arc<E> {
    fn on_event(&self, event: &ClientEvent) {
        (**self).on_event(event);
    }
}

impl ClientManager {
    /// What there is to tell of a change to `client`, if anybody listens.
    pub(super) fn events(
        &self,
        operator: &Operator,
        client: &Client,
        kinds: impl IntoIterator<Item = ClientEventKind>,
        at: Timestamp,
    ) -> Vec<ClientEvent> {
        let kinds = kinds.into_iter().filter(|_| self.0.listener.is_some());
        kinds
            .map(|kind| ClientEvent::new(client, kind, operator, at))
            .collect()
    }

    /// The same for a client that is not read yet. Where nobody listens, it is not read at all.
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

    /// Makes a change, and tells of it once it is committed.
    ///
    /// A caller may go away while the repository commits. So a change that there is something to
    /// tell of runs in a task of its own, to its end.
    pub(super) async fn commit<T: Send + 'static>(
        &self,
        events: Vec<ClientEvent>,
        change: impl Future<Output = repository::Result<T>> + Send + 'static,
    ) -> Result<T> {
        let Some(listener) = self.0.listener.clone().filter(|_| !events.is_empty()) else {
            return Ok(change.await?);
        };
        let runtime = Handle::try_current().map_err(Error::internal)?;
        let task = runtime.spawn(async move {
            let changed = change.await?;
            for event in &events {
                tell(&*listener, event);
            }
            Ok(changed)
        });
        match task.await {
            Ok(outcome) => outcome,
            Err(error) => match error.try_into_panic() {
                // The repository's, which is the host's to see as without a listener.
                Ok(panic) => resume_unwind(panic),
                Err(_) => Err(ErrorKind::Unavailable.into()),
            },
        }
    }
}

fn tell(listener: &dyn ClientEvents, event: &ClientEvent) {
    let told = catch_unwind(AssertUnwindSafe(|| listener.on_event(event)));
    #[cfg(feature = "tracing")]
    if told.is_err() {
        tracing::error!(kind = ?event.kind, client_id = %event.client_id, "a listener panicked");
    }
    #[cfg(not(feature = "tracing"))]
    drop(told);
}

/// What an update does that matters to tokens.
pub(super) fn kinds(
    before: &Client,
    after: &ClientMetadata,
    status: ClientStatus,
) -> impl Iterator<Item = ClientEventKind> + use<> {
    let is_public = before.metadata.is_confidential && !after.is_confidential;
    let is_secretless = before.metadata.uses_secret() && !after.uses_secret();
    let stopped = match status {
        ClientStatus::Suspended => Some(ClientEventKind::Suspended),
        ClientStatus::Inactive => Some(ClientEventKind::Inactivated),
        ClientStatus::Active => None,
    };
    let kinds = [
        is_public.then_some(ClientEventKind::BecamePublic),
        (is_secretless && !is_public).then_some(ClientEventKind::LeftSecrets),
        stopped.filter(|_| status != before.status),
    ];
    kinds.into_iter().flatten()
}
