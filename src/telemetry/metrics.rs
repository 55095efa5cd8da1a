use std::time::Instant;

use http::StatusCode;
use metrics::{Gauge, counter, gauge, histogram};

/// When something began.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// Counts as one for as long as it lives.
pub(crate) struct Gauged(Gauge);

impl Gauged {
    /// A secret that waits for a thread.
    pub(crate) fn waiting() -> Self {
        Self::one_of(gauge!("oauth_clients_hash_queue_depth"))
    }

    /// A secret that is hashed or verified.
    pub(crate) fn hashing() -> Self {
        Self::one_of(gauge!("oauth_clients_hashes_in_flight"))
    }

    /// It counts no more.
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

/// A request for an operation was answered.
pub(crate) fn requested(operation: &'static str, status: StatusCode, begun: &Stopwatch) {
    let labels = [
        ("operation", operation.to_owned()),
        ("status", status.as_str().to_owned()),
    ];
    counter!("oauth_clients_requests_total", &labels).increment(1);
    histogram!("oauth_clients_request_duration_seconds", &labels).record(begun.seconds());
}

/// An authentication ended.
pub(crate) fn authenticated(method: &'static str, outcome: &'static str, begun: &Stopwatch) {
    let labels = [("method", method), ("outcome", outcome)];
    counter!("oauth_clients_authentications_total", &labels).increment(1);
    histogram!("oauth_clients_authentication_duration_seconds", &labels).record(begun.seconds());
}

/// An assertion did not authenticate its client.
pub(crate) fn assertion_refused(reason: &'static str) {
    counter!("oauth_clients_assertion_refusals_total", "reason" => reason).increment(1);
}

/// The cache of verified secrets was asked.
pub(crate) fn cache_asked(hit: bool) {
    if hit {
        counter!("oauth_clients_secret_cache_hits_total").increment(1);
    } else {
        counter!("oauth_clients_secret_cache_misses_total").increment(1);
    }
}

/// The limiter let an attempt wait.
pub(crate) fn attempt_refused() {
    counter!("oauth_clients_limiter_refusals_total").increment(1);
}

/// The queue had no room for another secret.
pub(crate) fn hash_shed() {
    counter!("oauth_clients_hashes_shed_total").increment(1);
}

/// A secret was hashed or verified.
pub(crate) fn hashed(work: &'static str, begun: &Stopwatch) {
    histogram!("oauth_clients_hash_duration_seconds", "work" => work).record(begun.seconds());
}

/// An operation on the storage starts again, since others were in its way.
pub(crate) fn storage_retried() {
    counter!("oauth_clients_storage_retries_total").increment(1);
}
