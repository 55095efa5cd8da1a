//! Client authentication as a host's token endpoint sees it, over every repository.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may panic"
)]

mod bookkeeping;
mod cache;
#[path = "../hostile/case.rs"]
#[allow(dead_code, reason = "the other cases need more of it")]
mod case;
mod claims;
mod clocks;
mod costs;
mod flood;
mod hashers;
mod hostile;
mod limits;
mod methods;
mod outage;
mod request;
#[path = "../support/mod.rs"]
mod support;
mod world;
