//! The repositories: what all of them must do, and the peculiarities of each.
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
mod names;
mod older;
mod plans;
mod round_trips;
mod sqlite;
#[cfg(unix)]
mod tls;
mod transactions;
mod upgrades;
