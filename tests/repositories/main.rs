//! Where clients are kept: what every repository must do, and what is each one's own.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may panic"
)]

mod contract;
mod differential;
mod plans;
mod round_trips;
mod sqlite;
#[cfg(unix)]
mod tls;
mod transactions;
