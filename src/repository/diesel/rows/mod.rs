//! Rows as the tables hold them, and the way from and to the domain.
//!
//! Texts and whole numbers only: every database has them, and they read well in any console.

mod audit;
mod client;
mod secret;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{Fault, Result};
use crate::domain::{ClientId, Id, TenantId, Timestamp};

pub(super) use audit::AuditRow;
pub(super) use client::{ClientRow, MetadataRow};
pub(super) use secret::SecretRow;

/// Which client a statement is about.
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

/// What was stored, or a fault that names the column and never the value.
fn read<T>(column: &'static str, value: Option<T>) -> Result<T> {
    value.ok_or(Fault::Unreadable(column))
}

fn read_id(column: &'static str, text: &str) -> Result<Id> {
    read(column, Id::parse(text))
}

fn read_list<T: DeserializeOwned>(column: &'static str, json: &str) -> Result<T> {
    read(column, serde_json::from_str(json).ok())
}

/// A column that may be empty, and whose every other value must be readable.
fn read_optional<T>(
    column: &'static str,
    text: Option<&str>,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>> {
    text.map(|text| read(column, parse(text))).transpose()
}

fn write_list(column: &'static str, list: &[impl Serialize]) -> Result<String> {
    serde_json::to_string(list).map_err(|_| Fault::Unreadable(column))
}

fn moment(micros: Option<i64>) -> Option<Timestamp> {
    micros.map(Timestamp::from_micros)
}
