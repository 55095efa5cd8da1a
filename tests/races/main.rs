//! Concurrent requests, to one host and to several.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may panic"
)]

mod documents;
mod imports;
mod kinds;
mod one_host;
mod processes;
mod registration;

/// The host process that a test starts: this binary, run again.
#[test]
fn worker() {
    support::hosts::worker::serve_if_asked();
}
