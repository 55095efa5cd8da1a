use serde::Serialize;

use super::response::ShownOnce;
use crate::domain::{ClientId, Id, SecretRecord, SecretStatus, Timestamp};
use crate::secrets::Plaintext;

/// The response to a rotate request.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct RotateSecretResponse<'a> {
    client_id: &'a ClientId,
    new_secret: ShownOnce<'a>,
    rotated_at: Timestamp,
}

impl<'a> RotateSecretResponse<'a> {
    pub(crate) fn new(
        client_id: &'a ClientId,
        record: &SecretRecord,
        plaintext: &'a Plaintext,
    ) -> Self {
        let new_secret = ShownOnce::new(plaintext);
        Self {
            client_id,
            new_secret,
            rotated_at: record.created_at,
        }
    }
}

/// The response to a request that adds a secret.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct CreateSecretResponse<'a> {
    secret_id: Id,
    secret_value: ShownOnce<'a>,
    status: &'a SecretStatus,
    created_at: Timestamp,
}

impl<'a> CreateSecretResponse<'a> {
    pub(crate) fn new(record: &'a SecretRecord, plaintext: &'a Plaintext) -> Self {
        Self {
            secret_id: record.id,
            secret_value: ShownOnce::new(plaintext),
            status: &record.status,
            created_at: record.created_at,
        }
    }
}

/// A secret, without its plaintext and hash.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct SecretItem<'a> {
    secret_id: Id,
    status: &'a SecretStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
}

impl<'a> SecretItem<'a> {
    /// The secret at `now`: a retired secret whose grace period has passed is inactive.
    pub(crate) fn at(now: Timestamp, record: &'a SecretRecord) -> Self {
        let is_over = record.expires_at.is_some_and(|end| end <= now);
        let status = match &record.status {
            known if is_over && SecretStatus::ALL.contains(known) => &SecretStatus::Inactive,
            stored => stored,
        };
        Self {
            secret_id: record.id,
            status,
            description: record.description.as_deref(),
            created_at: record.created_at,
            updated_at: record.updated_at,
            last_used_at: record.last_used_at,
            expires_at: record.expires_at,
        }
    }
}

/// All secrets of a client.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct SecretList<'a> {
    pub(crate) secrets: Vec<SecretItem<'a>>,
}
