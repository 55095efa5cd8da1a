//! The management API on every repository: its responses, its authorization, its events.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may panic"
)]

mod adapters;
mod contract;
mod cors;
mod documents;
mod events;
mod hostile;
mod openapi;
mod properties;
mod registration;
mod tokens;
mod transfer;
