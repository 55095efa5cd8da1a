use std::net::IpAddr;

use serde::Serialize;
use serde_json::Value;

use super::View;
use crate::domain::{Action, AuditEntry, ClientId, FieldChange, Id, TenantId};

/// An entry of the audit trail.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct AuditLogItem<'a> {
    id: Id,
    tenant_id: &'a TenantId,
    action: &'a Action,
    operator_id: &'a str,
    #[cfg_attr(
        feature = "openapi",
        schemars(schema_with = "super::schema::operator_type")
    )]
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
    /// With `view=full`: the client concerned, also if the target is a secret. Tokens and
    /// blocks have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a ClientId>,
    /// With `view=full`: the fields that an update changed, if the host records them.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Vec<AuditChange<'a>>>,
}

/// What an update did to a field.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct AuditChange<'a> {
    field: &'a str,
    /// The value before. Absent if there was none, and with `new` if they are not recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<&'a Value>,
    /// The value since. Absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<&'a Value>,
}

impl<'a> From<&'a FieldChange> for AuditChange<'a> {
    fn from(change: &'a FieldChange) -> Self {
        Self {
            field: &change.field,
            old: change.old.as_ref(),
            new: change.new.as_ref(),
        }
    }
}

impl<'a> AuditLogItem<'a> {
    pub(crate) fn new(entry: &'a AuditEntry, view: View) -> Self {
        let other = entry.action.other_target();
        let target_type = match entry.secret_id {
            Some(_) => "oauth_client_secret",
            None => other.unwrap_or("oauth_client"),
        };
        let is_full = view == View::Full;
        let changes = Some(&entry.changes).filter(|changes| is_full && !changes.is_empty());
        Self {
            id: entry.id,
            tenant_id: &entry.tenant_id,
            action: &entry.action,
            operator_id: &entry.operator_id,
            operator_type: &entry.operator_type,
            target_id: entry.target_id(),
            target_type,
            module: "oauth_client",
            level: "info",
            message: &entry.message,
            ip: entry.ip,
            // Only successful operations are recorded.
            status: 1,
            timestamp: entry.at.as_seconds(),
            client_id: (is_full && other.is_none()).then_some(&entry.client_id),
            changes: changes.map(|changes| changes.iter().map(AuditChange::from).collect()),
        }
    }
}
