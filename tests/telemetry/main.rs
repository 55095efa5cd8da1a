//! What a host can watch: every number, and every span.
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
#[path = "../assertions/forge.rs"]
#[allow(dead_code, reason = "the other tests need more of it")]
mod forge;
mod hashing;
mod read_only;
#[path = "../authentication/request.rs"]
#[allow(dead_code, reason = "the other tests need more of it")]
mod request;
mod requests;
mod spans;
#[path = "../support/mod.rs"]
mod support;
mod watch;
#[path = "../authentication/world.rs"]
#[allow(dead_code, reason = "the other tests need more of it")]
mod world;

const ISSUER: &str = "https://id.example.com";

/// Of what is forged, until it is changed.
const NOW: i64 = 0;
