use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::ClientEvent;

/// Receives the changes of clients that affect their tokens, so that the host can revoke them, and
/// the uses of secrets that a rotation replaced and of metadata documents that changed.
///
/// # Contract
///
/// - **Once for each committed change**, after the commit and before the response to the operator;
///   never for a refused change, and also if the operator disconnected meanwhile. An update that
///   did two things (suspended a client and made it public) is two events.
/// - **Uses are not changes**: the
///   [`ClientAuthenticator`](crate::authentication::ClientAuthenticator) reports that a retired
///   secret verified, at most once a minute, and a
///   [`ClientResolver`](crate::documents::ClientResolver) that a document changed, once for all
///   hosts on the same storage.
/// - **At most once.** There is no event if the process dies between the commit and the call, or
///   loses the database and can't find out whether the commit succeeded. Requirements that must
///   always hold, such as the client's status, must be checked where a token is used. As a deletion
///   can't be repeated,
///   [`ClientManager::tell_deletion_again`](crate::ClientManager::tell_deletion_again) sends its
///   event again.
/// - **Unordered** for concurrent changes of a client; [`ClientEvent::at`] is the time of each.
/// - **Must not block.** The operator or the client waits meanwhile: send the event to a channel,
///   or spawn a task. The call is made within a Tokio task.
/// - **Can't fail.** A panic is caught and affects neither the outcome nor later calls (with `panic
///   = "abort"`, it ends the process).
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
    /// Called with each event.
    fn on_event(&self, event: &ClientEvent);
}

impl<E: ClientEvents + ?Sized> ClientEvents for Arc<E> {
    fn on_event(&self, event: &ClientEvent) {
        (**self).on_event(event);
    }
}

/// Calls the listener, and catches its panics.
pub(crate) fn tell(listener: &dyn ClientEvents, event: &ClientEvent) {
    let told = catch_unwind(AssertUnwindSafe(|| listener.on_event(event)));
    #[cfg(feature = "tracing")]
    if told.is_err() {
        tracing::error!(kind = ?event.kind, client_id = %event.client_id, "a listener panicked");
    }
    #[cfg(not(feature = "tracing"))]
    drop(told);
}
