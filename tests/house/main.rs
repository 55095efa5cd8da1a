//! The order and style of the sources, and tests of the support code.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod layering;
mod prose;
mod servers;
