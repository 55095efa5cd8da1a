use std::future::Future;
use std::pin::Pin;

use super::Result;
use crate::domain::{Client, ClientId, Timestamp};
#[cfg(feature = "jwt")]
use crate::telemetry::assertion_refused;

/// Verifies assertions: the authenticator's view of an `AssertionVerifier`.
pub(super) trait Assertions: Send + Sync {
    /// The client that the assertion claims to be from, unverified.
    fn client_id(&self, assertion: &str) -> Option<ClientId>;

    /// Verifies that the client signed the assertion for this server and that it is currently
    /// valid. If not, the error is [`ErrorKind::InvalidClient`](super::ErrorKind::InvalidClient).
    fn verify<'a>(
        &'a self,
        client: &'a Client,
        assertion: &'a str,
        now: Timestamp,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;
}

#[cfg(feature = "jwt")]
impl Assertions for super::assertion::AssertionVerifier {
    fn client_id(&self, assertion: &str) -> Option<ClientId> {
        Self::client_id(assertion)
    }

    fn verify<'a>(
        &'a self,
        client: &'a Client,
        assertion: &'a str,
        now: Timestamp,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
        Box::pin(async move {
            let verified = self.verify(client, assertion, now).await;
            let verified = verified.inspect_err(|error| assertion_refused(error.kind().word()));
            Ok(verified?)
        })
    }
}
