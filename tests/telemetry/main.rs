//! The metrics and spans that a host can observe.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may panic"
)]

mod authentication;
mod documented;
mod documents;
mod hashing;
mod read_only;
mod requests;
mod spans;
mod watch;
