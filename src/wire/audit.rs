use std::net::IpAddr;

use serde::Serialize;

use crate::domain::{Action, AuditEntry, Id, TenantId};

/// An entry of the audit trail.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct AuditLogItem<'a> {
    id: Id,
    tenant_id: &'a TenantId,
    action: &'a Action,
    operator_id: &'a str,
    #[cfg_attr(feature = "openapi", schemars(with = "crate::domain::Role"))]
    operator_type: &'a str,
    target_id: String,
    target_type: &'static str,
    module: &'static str,
    level: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(schema_with = "super::schema::ip"))]
    ip: Option<IpAddr>,
    status: u8,
    timestamp: i64,
}

impl<'a> From<&'a AuditEntry> for AuditLogItem<'a> {
    fn from(entry: &'a AuditEntry) -> Self {
        let (target_type, target_id) = match entry.secret_id {
            Some(id) => ("oauth_client_secret", id.to_string()),
            None => ("oauth_client", entry.client_id.to_string()),
        };
        Self {
            id: entry.id,
            tenant_id: &entry.tenant_id,
            action: &entry.action,
            operator_id: &entry.operator_id,
            operator_type: &entry.operator_type,
            target_id,
            target_type,
            module: "oauth_client",
            level: "info",
            message: &entry.message,
            ip: entry.ip,
            // Only successful operations are recorded.
            status: 1,
            timestamp: entry.at.as_seconds(),
        }
    }
}
