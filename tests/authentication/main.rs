//! Who is calling: clients as a host's token endpoint sees them, over every repository, and the
//! administrators' tokens.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may panic"
)]

mod assertions;
mod bookkeeping;
mod cache;
mod claims;
mod clocks;
mod costs;
mod flood;
mod hashers;
mod hostile;
mod jwt;
mod layer;
mod limits;
mod methods;
mod outage;
mod replays;
