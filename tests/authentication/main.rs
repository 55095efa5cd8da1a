//! Authentication: of clients, as at a host's token endpoint, on every repository, and of
//! administrators by their tokens.
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
mod expiry;
mod flood;
mod hashers;
mod hostile;
mod jwt;
mod layer;
mod limits;
mod methods;
mod outage;
mod replays;
mod unencoded;
