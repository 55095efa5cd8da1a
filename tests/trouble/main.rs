//! Failures during operation: of databases, disks, connections, hosts and callers.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may panic"
)]

#[cfg(unix)]
mod crash;
mod dropped;
mod faults;
#[cfg(unix)]
mod killed;
#[cfg(unix)]
mod load;
mod outages;

/// The host process that a test starts: this binary, run again.
#[test]
fn worker() {
    support::hosts::worker::serve_if_asked();
}
