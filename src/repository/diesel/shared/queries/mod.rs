//! The statements, in ordinary Diesel. Each backend loads these files and provides its two types,
//! how to run statements together, the hottest reads, and the hottest writes.
//!
//! A write on a client begins with an `UPDATE` of the client's row. This takes the lock before
//! anything is read, so what is read remains true until the commit, under every isolation level
//! except MySQL's READ UNCOMMITTED, which is refused.

mod audit;
#[cfg(feature = "cimd")]
mod blocks;
mod clients;
#[cfg(feature = "cimd")]
mod documents;
mod filter;
#[cfg(feature = "cimd")]
mod limits;
mod lock;
mod ordered;
mod origins;
mod purge;
#[cfg(feature = "registration")]
mod registrations;
mod secrets;
mod statuses;
#[cfg(feature = "registration")]
mod tokens;
mod trail;
mod transaction;
mod unused;

use diesel::query_builder::{QueryFragment, QueryId};

#[cfg(feature = "registration")]
use super::LEAVES_OUT_APPROVED;
use super::{
    Asked, Backend, Connection, NAMES_INDEXES, WALKS_LISTS, by_value, compound, find, guarded,
    indexed, latest, narrow, position, timed, together,
};

pub(super) use audit::{audit_entries, insert_audit, is_audited};
#[cfg(feature = "cimd")]
pub(super) use blocks::{
    block_documents, blocked_documents, document_block, document_blocks, unblock_documents,
};
pub(super) use clients::{
    NewRows, create, delete, get, get_deleted, list, restore, touch_client, update,
};
#[cfg(feature = "cimd")]
pub(super) use documents::{documents, note_document};
pub(super) use filter::Filter;
pub(super) use origins::{derive_origins, is_cors_origin};
pub(super) use purge::{purge_audit_entries, purge_deleted_clients, purge_inactive_secrets};
#[cfg(feature = "registration")]
pub(super) use registrations::{
    count_registrations, delete_unused, register, registration, registrations,
    unused_registrations, update_registration,
};
pub(super) use secrets::{
    add_secret, credentials, deactivate_secret, delete_secret, insert_secret, rehash_secret,
    rotate_secret, secrets, touch_secret,
};
#[cfg(feature = "registration")]
pub(super) use tokens::{create_token, revoke_token, token, tokens};
pub(super) use trail::{Trail, tenant_audit_entries};

/// A statement whose result is not needed.
pub(super) trait Statement: QueryFragment<Backend> + QueryId + Send {}

impl<S: QueryFragment<Backend> + QueryId + Send> Statement for S {}
