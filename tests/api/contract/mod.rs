//! The wire contract of each operation: the exact members, types and headers, the same with every
//! repository.

mod audit_logs;
mod by_id;
mod clients;
mod deletion;
mod fapi;
mod filters;
mod key_sets;
mod lists;
mod look_alikes;
mod native_redirects;
mod no_redirects;
mod numeric_ids;
mod older;
mod patch;
mod refusals;
mod restore;
mod rotation;
mod search;
mod secret_options;
mod secrets;
mod shape;
mod strict;
mod telling;
mod tomorrow;
mod whole;
