//! Who acts at the same time: in one host, and in several.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may panic"
)]

mod kinds;
mod one_host;
mod processes;

/// What a process that a test starts does: this binary, run again, is a host.
#[test]
fn worker() {
    support::hosts::worker::serve_if_asked();
}
