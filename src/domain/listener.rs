use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::ClientEvent;

/// Hears of what happened to clients and matters to their tokens, so that the host can revoke them;
/// and of clients that still use a secret that a rotation replaced.
///
/// # Contract
///
/// - **Once for each committed change**, after the commit and before the answer to the operator;
///   never for a change that was refused, and also when the operator went away meanwhile. An update
///   that did two things (suspended a client and made it public) is two events.
/// - **Uses are told apart from changes**: of a retired secret that verified, at most once a minute,
///   by the [`ClientAuthenticator`](crate::authentication::ClientAuthenticator).
/// - **Never twice, not always once.** A process that dies between the commit and the call tells
///   nothing, nor does one that lost the database and could not ask it again. What must hold in any case,
///   check where a token is used: the client's status, for one. Of a deletion, which nobody can make twice,
///   [`ClientManager::tell_deletion_again`](crate::ClientManager::tell_deletion_again) tells once more.
/// - **In no order** where two changes of a client meet; [`ClientEvent::at`] is the time of each.
/// - **Must not block.** The operator or the client waits meanwhile: hand the event over to a
///   channel, or spawn a task. The call is made within a Tokio task.
/// - **Can't fail.** A panic is caught, and changes neither the outcome nor later calls (in a build
///   that aborts on panic, it ends the process).
///
/// # Examples
///
/// ```
/// use tokio::sync::mpsc::UnboundedSender;
/// use tower_oauth_clients::domain::{ClientEvent, ClientEventKind, ClientEvents};
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

/// Tells of an event, whatever the listener makes of it.
pub(crate) fn tell(listener: &dyn ClientEvents, event: &ClientEvent) {
    let told = catch_unwind(AssertUnwindSafe(|| listener.on_event(event)));
    #[cfg(feature = "tracing")]
    if told.is_err() {
        tracing::error!(kind = ?event.kind, client_id = %event.client_id, "a listener panicked");
    }
    #[cfg(not(feature = "tracing"))]
    drop(told);
}
