use std::future::Future;

use super::{Authenticated, Error, Result};
use crate::domain::AuthMethod;
use crate::telemetry::{Stopwatch, authenticated, span};

/// Runs an authentication with its span and metrics. `method` is `None` if the request could not be
/// parsed.
pub(super) async fn observed(
    method: Option<&AuthMethod>,
    attempt: impl Future<Output = Result<Authenticated>>,
) -> Result<Authenticated> {
    let method = method.map_or("unknown", AuthMethod::word);
    let begun = Stopwatch::start();
    let span = span!(INFO, "oauth_clients.authenticate", method = method; outcome);
    let reported = async { attempt.await.inspect_err(Error::report) };
    let result = span.around(reported).await;
    let outcome = match &result {
        Ok(_) => "success",
        Err(error) => error.kind().word(),
    };
    span.record("outcome", outcome);
    authenticated(method, outcome, &begun);
    result
}
