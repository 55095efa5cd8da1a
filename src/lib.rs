//! OAuth client management as a tower service.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod adapters;
pub mod authorization;
pub mod domain;
pub mod handlers;
pub mod manager;
pub mod repository;
pub mod secrets;
mod wire;

pub use manager::ClientManager;
