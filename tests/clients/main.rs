//! Unmodified clients, from nothing to a called tool of the example `mcp_host`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may panic"
)]

mod browser;
mod documents;
mod driver;
mod embedded;
mod flows;
mod host;
mod libraries;
mod modes;
mod reaped;
mod rust_sdk;
mod sdks;
mod strangers;
