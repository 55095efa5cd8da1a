//! The wire contract of each operation: exact members, types and headers, the same over every
//! repository.
#![allow(unreachable_pub, reason = "the modules of one test")]

mod audit_logs;
mod clients;
mod deletion;
mod lists;
mod refusals;
mod rotation;
mod secrets;
mod shape;
#[path = "../support/mod.rs"]
mod support;
