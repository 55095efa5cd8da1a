use std::time::Instant;

use http::StatusCode;
use metrics::{Gauge, counter, gauge, histogram};

/// Measures a duration from its creation.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// Counts in a gauge until it is dropped.
pub(crate) struct Gauged(Gauge);

impl Gauged {
    /// A secret that is waiting for a thread.
    pub(crate) fn waiting() -> Self {
        Self::one_of(gauge!("oauth_clients_hash_queue_depth"))
    }

    /// A secret that is being hashed or verified.
    pub(crate) fn hashing() -> Self {
        Self::one_of(gauge!("oauth_clients_hashes_in_flight"))
    }

    /// Stops counting.
    pub(crate) fn end(self) {}

    fn one_of(gauge: Gauge) -> Self {
        gauge.increment(1);
        Self(gauge)
    }
}

impl Drop for Gauged {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}

/// Records the response to a request.
pub(crate) fn requested(operation: &'static str, status: StatusCode, begun: &Stopwatch) {
    let labels = [
        ("operation", operation.to_owned()),
        ("status", status.as_str().to_owned()),
    ];
    counter!("oauth_clients_requests_total", &labels).increment(1);
    histogram!("oauth_clients_request_duration_seconds", &labels).record(begun.seconds());
}

/// Records the end of an authentication.
pub(crate) fn authenticated(method: &'static str, outcome: &'static str, begun: &Stopwatch) {
    let labels = [("method", method), ("outcome", outcome)];
    counter!("oauth_clients_authentications_total", &labels).increment(1);
    histogram!("oauth_clients_authentication_duration_seconds", &labels).record(begun.seconds());
}

/// Records that an assertion was refused.
pub(crate) fn assertion_refused(reason: &'static str) {
    counter!("oauth_clients_assertion_refusals_total", "reason" => reason).increment(1);
}

/// Records a lookup in the cache of verified secrets.
pub(crate) fn cache_asked(hit: bool) {
    if hit {
        counter!("oauth_clients_secret_cache_hits_total").increment(1);
    } else {
        counter!("oauth_clients_secret_cache_misses_total").increment(1);
    }
}

/// Records that the limiter refused an attempt.
pub(crate) fn attempt_refused() {
    counter!("oauth_clients_limiter_refusals_total").increment(1);
}

/// Records that the hash queue was full.
pub(crate) fn hash_shed() {
    counter!("oauth_clients_hashes_shed_total").increment(1);
}

/// Records that a secret was hashed or verified.
pub(crate) fn hashed(work: &'static str, begun: &Stopwatch) {
    histogram!("oauth_clients_hash_duration_seconds", "work" => work).record(begun.seconds());
}

/// Records the end of a fetch.
pub(crate) fn fetched(result: &'static str) {
    counter!("oauth_clients_fetches_total", "result" => result).increment(1);
}

/// Records where the client of a metadata document was from.
pub(crate) fn document_resolved(source: &'static str) {
    counter!("oauth_clients_documents_total", "source" => source).increment(1);
}

/// Records that a storage operation is retried because of contention.
pub(crate) fn storage_retried() {
    counter!("oauth_clients_storage_retries_total").increment(1);
}
