//! The statements that the repositories run, and their values.

use std::borrow::Cow;

use tower_oauth_clients::domain::{AuditEntry, Client, SecretRecord, Timestamp};
use tower_oauth_clients::repository::NewClient;

macro_rules! columns {
    () => {
        "client_id, tenant_id, id, name, name_folded, redirect_uris, scopes, grant_types, \
         client_auth_methods, fapi_profile, is_confidential, jwks, jwks_uri, logo_url, \
         privacy_policy, terms_url, website, status, secret_last_four, version, clones, \
         created_at, updated_at, deleted_at, description, contacts, post_logout_redirect_uris, \
         allowed_cors_origins, metadata, origin, last_used_at"
    };
}

pub const COLUMNS: &str = columns!();

/// The indices of the numeric columns.
pub const NUMBERS: [usize; 7] = [10, 19, 20, 21, 22, 23, 30];
pub const WIDTH: usize = 31;

pub const GET: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM oauth_clients WHERE tenant_id = ? AND client_id = ? AND deleted_at + 0 IS NULL"
);

pub const FIRST_PAGE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM oauth_clients WHERE tenant_id = ? AND deleted_at IS NULL ORDER BY id DESC LIMIT 21"
);

pub const INSERT_CLIENT: &str = concat!(
    "INSERT INTO oauth_clients (",
    columns!(),
    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, \
     ?, ?, ?)"
);

pub const INSERT_SECRET: &str = "INSERT INTO oauth_client_secrets (tenant_id, client_id, id, \
    hash, last_four, status, description, created_at, updated_at, last_used_at, expires_at) \
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

pub const INSERT_AUDIT: &str = "INSERT INTO oauth_client_audit_logs (tenant_id, client_id, id, \
    secret_id, action, operator_id, operator_type, message, ip, at) VALUES \
    (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

pub const UPDATE: &str = "UPDATE oauth_clients SET version = version + 1, updated_at = ?, \
    name = ?, name_folded = ?, redirect_uris = ?, scopes = ?, grant_types = ?, \
    client_auth_methods = ?, fapi_profile = ?, is_confidential = ?, jwks = ?, jwks_uri = ?, \
    logo_url = ?, privacy_policy = ?, terms_url = ?, website = ?, status = ?, description = ?, \
    contacts = ?, post_logout_redirect_uris = ?, allowed_cors_origins = ?, metadata = ? \
    WHERE tenant_id = ? AND client_id = ? AND deleted_at + 0 IS NULL AND version = ?";

pub const ADVANCE: &str = "UPDATE oauth_clients SET version = version + 1, updated_at = ? \
    WHERE tenant_id = ? AND client_id = ? AND deleted_at + 0 IS NULL AND version = ?";

pub const RETIRE: &str = "UPDATE oauth_client_secrets SET status = 'retired', updated_at = ?, \
    expires_at = ? WHERE tenant_id = ? AND client_id = ? AND status = 'active'";

pub const END_EXPIRED: &str = "UPDATE oauth_client_secrets SET status = 'inactive', \
    updated_at = ? WHERE tenant_id = ? AND client_id = ? AND status = 'retired' \
    AND expires_at <= ?";

pub const RETIRED: &str = "SELECT id FROM oauth_client_secrets \
    WHERE tenant_id = ? AND client_id = ? AND status = 'retired' ORDER BY id DESC";

pub const END_OUTDATED: &str = "UPDATE oauth_client_secrets SET status = 'inactive', \
    updated_at = ? WHERE tenant_id = ? AND client_id = ? AND status = 'retired' AND id <= ?";

pub const SHOW_LAST_FOUR: &str = "UPDATE oauth_clients SET secret_last_four = \
    (SELECT last_four FROM oauth_client_secrets WHERE tenant_id = ? AND client_id = ? \
    AND status = 'active' ORDER BY id DESC LIMIT 1) \
    WHERE tenant_id = ? AND client_id = ? AND deleted_at + 0 IS NULL";

/// The value of a column.
#[derive(Debug)]
pub enum Value<'a> {
    Null,
    Number(i64),
    Text(Cow<'a, str>),
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

pub fn key(client: &Client) -> [Value<'_>; 2] {
    [
        client.tenant_id.as_str().into(),
        client.client_id.as_str().into(),
    ]
}

/// The columns that an update replaces.
fn metadata(client: &Client) -> [Value<'_>; 15] {
    let metadata = &client.metadata;
    let words = |items: Vec<&str>| serde_json::to_string(&items).unwrap();
    let grants = metadata.grant_types.iter().map(|grant| grant.as_str());
    let methods = metadata.client_auth_methods.iter().map(|m| m.as_str());
    [
        metadata.name.as_str().into(),
        metadata.name.to_lowercase().into(),
        list(&metadata.redirect_uris).into(),
        list(&metadata.scopes).into(),
        words(grants.collect()).into(),
        words(methods.collect()).into(),
        metadata
            .fapi_profile
            .as_ref()
            .map(|profile| profile.as_str())
            .into(),
        i64::from(metadata.is_confidential).into(),
        metadata.jwks.as_deref().into(),
        metadata.jwks_uri.as_deref().into(),
        metadata.logo_url.as_deref().into(),
        metadata.privacy_policy.as_deref().into(),
        metadata.terms_url.as_deref().into(),
        metadata.website.as_deref().into(),
        client.status.as_str().into(),
    ]
}

/// Those of them that stand at the end of a row.
fn more(client: &Client) -> [Value<'_>; 5] {
    let metadata = &client.metadata;
    [
        metadata.description.as_deref().into(),
        list(&metadata.contacts).into(),
        list(&metadata.post_logout_redirect_uris).into(),
        list(&metadata.allowed_cors_origins).into(),
        serde_json::to_string(&metadata.metadata).unwrap().into(),
    ]
}

fn list(items: &[String]) -> String {
    serde_json::to_string(items).unwrap()
}

pub fn client(client: &Client) -> Vec<Value<'_>> {
    let mut values = Vec::with_capacity(WIDTH);
    values.push(client.client_id.as_str().into());
    values.push(client.tenant_id.as_str().into());
    values.push(client.id.to_string().into());
    values.extend(metadata(client));
    values.push(client.secret_last_four.as_deref().into());
    values.push(client.version.as_i64().into());
    values.push(0.into());
    values.push(client.created_at.as_micros().into());
    values.push(client.updated_at.as_micros().into());
    values.push(client.deleted_at.map(Timestamp::as_micros).into());
    values.extend(more(client));
    values.push(client.origin.as_str().into());
    values.push(client.last_used_at.map(Timestamp::as_micros).into());
    values
}

pub fn update<'a>(client: &'a Client, audit: &AuditEntry) -> Vec<Value<'a>> {
    let mut values = Vec::with_capacity(24);
    values.push(audit.at.as_micros().into());
    values.extend(metadata(client));
    values.extend(more(client));
    values.extend(key(client));
    values.push(client.version.as_i64().into());
    values
}

/// The values of the first secret of a client that has one.
pub fn first_secret(new: &NewClient) -> Vec<Value<'_>> {
    secret(&new.client, new.secret.as_ref().unwrap())
}

pub fn secret<'a>(client: &'a Client, secret: &'a SecretRecord) -> Vec<Value<'a>> {
    let mut values = Vec::with_capacity(11);
    values.extend(key(client));
    values.extend([
        secret.id.to_string().into(),
        secret.hash.expose().into(),
        secret.last_four.as_str().into(),
        secret.status.as_str().into(),
        secret.description.as_deref().into(),
        secret.created_at.as_micros().into(),
        secret.updated_at.as_micros().into(),
        secret.last_used_at.map(Timestamp::as_micros).into(),
        secret.expires_at.map(Timestamp::as_micros).into(),
    ]);
    values
}

pub fn audit<'a>(client: &'a Client, audit: &'a AuditEntry) -> Vec<Value<'a>> {
    let mut values = Vec::with_capacity(10);
    values.extend(key(client));
    values.extend([
        audit.id.to_string().into(),
        audit.secret_id.map(|id| id.to_string()).into(),
        audit.action.as_str().into(),
        audit.operator_id.as_str().into(),
        audit.operator_type.as_str().into(),
        audit.message.as_str().into(),
        audit.ip.map(|ip| ip.to_string()).into(),
        audit.at.as_micros().into(),
    ]);
    values
}

/// Values of a statement about one client: `before`, the client's key, `after`.
pub fn about<'a, const B: usize, const A: usize>(
    before: [i64; B],
    client: &'a Client,
    after: [Value<'a>; A],
) -> Vec<Value<'a>> {
    let mut values = Vec::with_capacity(B + 2 + A);
    values.extend(before.map(Value::from));
    values.extend(key(client));
    values.extend(after);
    values
}
