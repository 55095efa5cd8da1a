//! Unmodified clients, from nothing to a called tool of the example `mcp_host`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may panic"
)]

mod browser;
mod driver;
mod host;
mod sdks;
