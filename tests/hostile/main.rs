//! Hostile requests against the running service, over every repository: each must get its answer,
//! and leave behind exactly what that answer says.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may panic"
)]

mod answer;
mod body;
mod case;
mod cast;
mod create;
mod forge;
mod network;
mod panics;
mod plan;
mod races;
mod read_back;
mod request;
mod socket;
#[path = "../support/mod.rs"]
mod support;
mod token;
#[path = "../openapi/tokens.rs"]
mod tokens;
mod update;
