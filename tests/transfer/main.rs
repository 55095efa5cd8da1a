//! Clients that come from another system, and clients that move from one storage to another.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may panic"
)]

mod document;
mod host;
mod storage;
#[path = "../support/mod.rs"]
mod support;
mod system;
