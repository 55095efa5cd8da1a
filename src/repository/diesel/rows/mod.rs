//! The rows of the tables, and their conversion from and to domain types.
//!
//! Only text and integers: every database supports them, and they are readable in any console.

mod audit;
mod client;
mod column;
#[cfg(feature = "cimd")]
mod document;
#[cfg(feature = "registration")]
mod registration;
mod secret;
#[cfg(feature = "registration")]
mod token;

use super::error::{Fault, Result};
use crate::domain::{ClientId, Id, TenantId, Timestamp};

pub(super) use audit::AuditRow;
pub(super) use client::{ClientRow, MetadataRow, NewClientRow};
#[cfg(feature = "cimd")]
pub(super) use document::{BlockRow, DocumentRow, read_hash, read_target};
#[cfg(feature = "registration")]
pub(super) use registration::{RegistrationRow, into_registered};
pub(super) use secret::SecretRow;
#[cfg(feature = "registration")]
pub(super) use token::TokenRow;

/// Identifies a client.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) tenant: String,
    pub(super) client: String,
}

impl Key {
    pub(super) fn new(tenant: &TenantId, client_id: &ClientId) -> Self {
        Self {
            tenant: tenant.as_str().to_owned(),
            client: client_id.as_str().to_owned(),
        }
    }
}

/// The value, or an error that names the column but not the value.
fn read<T>(column: &'static str, value: Option<T>) -> Result<T> {
    value.ok_or(Fault::Unreadable(column))
}

fn read_id(column: &'static str, text: &str) -> Result<Id> {
    read(column, Id::parse(text))
}

/// Reads a nullable column.
fn read_optional<T>(
    column: &'static str,
    text: Option<&str>,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>> {
    text.map(|text| read(column, parse(text))).transpose()
}

fn moment(micros: Option<i64>) -> Option<Timestamp> {
    micros.map(Timestamp::from_micros)
}
