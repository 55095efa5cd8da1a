//! OAuth client management as a tower service.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod authorization;
pub mod domain;
