//! The wire contract of each operation: exact members, types and headers, the same over every
//! repository.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may panic"
)]

mod audit_logs;
mod clients;
mod deletion;
mod fapi;
mod lists;
mod look_alikes;
mod older;
mod refusals;
mod rotation;
mod search;
mod secrets;
mod shape;
#[path = "../support/mod.rs"]
mod support;
mod telling;
mod tomorrow;
