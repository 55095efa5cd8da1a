//! The OpenAPI document: what it looks like, that it is valid, and that it says what is served.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail"
)]

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod document;
mod requests;
mod routes;
mod schema;
mod served;
mod tokens;
