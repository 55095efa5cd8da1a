//! Databases of several servers.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may panic"
)]

mod across_nodes;
mod failover;
mod killed_nodes;
mod migrations;
mod replica;
