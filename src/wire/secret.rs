use serde::Serialize;

use super::response::{ShownOnce, optional_text, text};
use crate::domain::{ClientId, Id, SecretRecord, SecretStatus, Timestamp};
use crate::secrets::Plaintext;

/// The answer to a rotation.
#[derive(Serialize)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(deny_unknown_fields)
)]
pub(crate) struct RotateSecretResponse<'a> {
    #[serde(serialize_with = "text")]
    client_id: &'a ClientId,
    new_secret: ShownOnce<'a>,
    #[serde(serialize_with = "text")]
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

/// The answer to the addition of a secret.
#[derive(Serialize)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(deny_unknown_fields)
)]
pub(crate) struct CreateSecretResponse<'a> {
    #[serde(serialize_with = "text")]
    secret_id: Id,
    secret_value: ShownOnce<'a>,
    #[cfg_attr(feature = "openapi", schemars(with = "crate::domain::SecretStatus"))]
    status: &'a str,
    #[serde(serialize_with = "text")]
    created_at: Timestamp,
}

impl<'a> CreateSecretResponse<'a> {
    pub(crate) fn new(record: &'a SecretRecord, plaintext: &'a Plaintext) -> Self {
        Self {
            secret_id: record.id,
            secret_value: ShownOnce::new(plaintext),
            status: record.status.as_str(),
            created_at: record.created_at,
        }
    }
}

/// A secret as it is listed: never the secret itself, nor its hash.
#[derive(Serialize)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(deny_unknown_fields)
)]
pub(crate) struct SecretItem<'a> {
    #[serde(serialize_with = "text")]
    secret_id: Id,
    #[cfg_attr(feature = "openapi", schemars(with = "crate::domain::SecretStatus"))]
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(serialize_with = "text")]
    created_at: Timestamp,
    #[serde(serialize_with = "text")]
    updated_at: Timestamp,
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "optional_text"
    )]
    last_used_at: Option<Timestamp>,
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "optional_text"
    )]
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
            status: status.as_str(),
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
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(deny_unknown_fields)
)]
pub(crate) struct SecretList<'a> {
    pub(crate) secrets: Vec<SecretItem<'a>>,
}
