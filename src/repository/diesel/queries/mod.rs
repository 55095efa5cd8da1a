//! The statements: ordinary Diesel, written once. Each backend loads these files below itself and
//! gives them its two types, how a transaction sees one state, and the two hottest reads.
//!
//! A write on a client begins with an `UPDATE` of the client's row. That takes the lock before
//! anything is read, so what is read afterwards holds until the commit, under every isolation
//! level.

mod audit;
mod clients;
mod secrets;
mod transaction;

use diesel::query_builder::{QueryFragment, QueryId};

use super::{Backend, Connection, find, together};

pub(super) use audit::audit_entries;
pub(super) use clients::{Filter, create, delete, get, list, update};
pub(super) use secrets::{
    add_secret, credentials, deactivate_secret, delete_secret, rehash_secret, rotate_secret,
    secrets, touch_secret,
};

/// A statement whose answer says nothing that is needed.
trait Statement: QueryFragment<Backend> + QueryId + Send {}

impl<S: QueryFragment<Backend> + QueryId + Send> Statement for S {}
