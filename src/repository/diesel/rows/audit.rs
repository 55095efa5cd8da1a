use diesel::prelude::*;
use serde_json::json;

use super::{Key, read, read_id, read_optional};
use crate::domain::{Action, AuditEntry, ClientId, Id, TenantId, Timestamp};
use crate::repository::diesel::error::Result;
use crate::repository::diesel::schema::oauth_client_audit_logs;

#[derive(Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = oauth_client_audit_logs)]
#[diesel(treat_none_as_default_value = false)]
pub(in super::super) struct AuditRow {
    tenant_id: String,
    client_id: String,
    id: String,
    secret_id: Option<String>,
    action: String,
    operator_id: String,
    operator_type: String,
    message: String,
    ip: Option<String>,
    at: i64,
    changes: Option<String>,
}

impl AuditRow {
    pub(in super::super) fn new(key: &Key, entry: &AuditEntry) -> Self {
        Self {
            tenant_id: key.tenant.clone(),
            client_id: key.client.clone(),
            id: entry.id.to_string(),
            secret_id: entry.secret_id.map(|id| id.to_string()),
            action: entry.action.as_str().to_owned(),
            operator_id: entry.operator_id.clone(),
            operator_type: entry.operator_type.clone(),
            message: entry.message.clone(),
            ip: entry.ip.map(|ip| ip.to_string()),
            at: entry.at.as_micros(),
            changes: Some(&entry.changes)
                .filter(|changes| !changes.is_empty())
                .map(|changes| json!(changes).to_string()),
        }
    }

    /// When the change was made, in microseconds.
    pub(in super::super) fn at(&self) -> i64 {
        self.at
    }

    /// The length of its only long text, in bytes.
    #[cfg(feature = "diesel-sqlite")]
    pub(in super::super) fn len(&self) -> usize {
        self.changes.as_ref().map_or(0, String::len)
    }

    pub(in super::super) fn into_entry(self) -> Result<AuditEntry> {
        Ok(AuditEntry {
            id: read_id("id", &self.id)?,
            tenant_id: read("tenant_id", TenantId::parse(&self.tenant_id))?,
            client_id: read("client_id", ClientId::parse(&self.client_id))?,
            secret_id: read_optional("secret_id", self.secret_id.as_deref(), Id::parse)?,
            action: read("action", Action::stored(&self.action))?,
            operator_id: self.operator_id,
            operator_type: self.operator_type,
            message: self.message,
            ip: read_optional("ip", self.ip.as_deref(), |ip| ip.parse().ok())?,
            at: Timestamp::from_micros(self.at),
            changes: read_optional("changes", self.changes.as_deref(), |changes| {
                serde_json::from_str(changes).ok()
            })?
            .unwrap_or_default(),
        })
    }
}
