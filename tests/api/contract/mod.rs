//! The wire contract of each operation: the exact members, types and headers, the same with every
//! repository.

mod audit_logs;
mod clients;
mod deletion;
mod fapi;
mod lists;
mod look_alikes;
mod older;
mod refusals;
mod rotation;
mod search;
mod secret_options;
mod secrets;
mod shape;
mod telling;
mod tomorrow;
