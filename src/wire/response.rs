use std::fmt::Display;

use serde::{Serialize, Serializer};

use crate::domain::{AuthMethod, Client, ClientId, Id, TenantId, Timestamp};
use crate::secrets::Plaintext;

/// The only type that serializes a plaintext: for the response that issues the secret.
pub(crate) struct ShownOnce<'a>(&'a Plaintext);

impl<'a> ShownOnce<'a> {
    pub(super) fn new(plaintext: &'a Plaintext) -> Self {
        Self(plaintext)
    }
}

impl Serialize for ShownOnce<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

/// The answer to a creation.
#[derive(Serialize)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(deny_unknown_fields)
)]
pub(crate) struct CreateClientResponse<'a> {
    #[serde(serialize_with = "text")]
    id: Id,
    #[serde(serialize_with = "text")]
    client_id: &'a ClientId,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<ShownOnce<'a>>,
    name: &'a str,
    redirect_uris: &'a [String],
    scopes: &'a [String],
    #[cfg_attr(feature = "openapi", schemars(with = "Vec<crate::domain::GrantType>"))]
    grant_types: Vec<&'a str>,
    #[serde(serialize_with = "json_in_a_string")]
    #[cfg_attr(
        feature = "openapi",
        schemars(schema_with = "super::schema::json_in_a_string")
    )]
    client_auth_methods: &'a [AuthMethod],
    cors_origins: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(with = "crate::domain::FapiProfile"))]
    fapi_profile: Option<&'a str>,
    is_confidential: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    privacy_policy: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    terms_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    website: Option<&'a str>,
    #[cfg_attr(feature = "openapi", schemars(with = "crate::domain::ClientStatus"))]
    status: &'a str,
}

impl<'a> CreateClientResponse<'a> {
    pub(crate) fn new(client: &'a Client, secret: Option<&'a Plaintext>) -> Self {
        let metadata = &client.metadata;
        Self {
            id: client.id,
            client_id: &client.client_id,
            client_secret: secret.map(ShownOnce),
            name: &metadata.name,
            redirect_uris: &metadata.redirect_uris,
            scopes: &metadata.scopes,
            grant_types: metadata
                .grant_types
                .iter()
                .map(|grant| grant.as_str())
                .collect(),
            client_auth_methods: &metadata.client_auth_methods,
            cors_origins: metadata.cors_origins(),
            fapi_profile: metadata
                .fapi_profile
                .as_ref()
                .map(|profile| profile.as_str()),
            is_confidential: metadata.is_confidential,
            jwks: metadata.jwks.as_deref(),
            jwks_uri: metadata.jwks_uri.as_deref(),
            logo_url: metadata.logo_url.as_deref(),
            privacy_policy: metadata.privacy_policy.as_deref(),
            terms_url: metadata.terms_url.as_deref(),
            website: metadata.website.as_deref(),
            status: client.status.as_str(),
        }
    }
}

/// The answer to a clone.
#[derive(Serialize)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(deny_unknown_fields)
)]
pub(crate) struct CloneClientResponse<'a> {
    #[serde(serialize_with = "text")]
    id: Id,
    #[serde(serialize_with = "text")]
    client_id: &'a ClientId,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<ShownOnce<'a>>,
    name: &'a str,
    redirect_uris: &'a [String],
    scopes: &'a [String],
    #[cfg_attr(feature = "openapi", schemars(with = "Vec<crate::domain::GrantType>"))]
    grant_types: Vec<&'a str>,
    #[serde(serialize_with = "json_in_a_string")]
    #[cfg_attr(
        feature = "openapi",
        schemars(schema_with = "super::schema::json_in_a_string")
    )]
    client_auth_methods: &'a [AuthMethod],
    cors_origins: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(with = "crate::domain::FapiProfile"))]
    fapi_profile: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks_uri: Option<&'a str>,
    #[cfg_attr(feature = "openapi", schemars(with = "crate::domain::ClientStatus"))]
    status: &'a str,
}

impl<'a> CloneClientResponse<'a> {
    pub(crate) fn new(client: &'a Client, secret: Option<&'a Plaintext>) -> Self {
        let metadata = &client.metadata;
        Self {
            id: client.id,
            client_id: &client.client_id,
            client_secret: secret.map(ShownOnce),
            name: &metadata.name,
            redirect_uris: &metadata.redirect_uris,
            scopes: &metadata.scopes,
            grant_types: metadata
                .grant_types
                .iter()
                .map(|grant| grant.as_str())
                .collect(),
            client_auth_methods: &metadata.client_auth_methods,
            cors_origins: metadata.cors_origins(),
            fapi_profile: metadata
                .fapi_profile
                .as_ref()
                .map(|profile| profile.as_str()),
            jwks_uri: metadata.jwks_uri.as_deref(),
            status: client.status.as_str(),
        }
    }
}

/// A client as it is read: no `jwks`, never a secret.
#[derive(Serialize)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(deny_unknown_fields)
)]
pub(crate) struct OAuthClientItem<'a> {
    #[serde(serialize_with = "text")]
    id: Id,
    #[serde(serialize_with = "text")]
    tenant_id: &'a TenantId,
    #[serde(serialize_with = "text")]
    client_id: &'a ClientId,
    name: &'a str,
    redirect_uris: &'a [String],
    scopes: &'a [String],
    #[cfg_attr(feature = "openapi", schemars(with = "Vec<crate::domain::GrantType>"))]
    grant_types: Vec<&'a str>,
    #[serde(serialize_with = "json_in_a_string")]
    #[cfg_attr(
        feature = "openapi",
        schemars(schema_with = "super::schema::json_in_a_string")
    )]
    client_auth_methods: &'a [AuthMethod],
    cors_origins: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(with = "crate::domain::FapiProfile"))]
    fapi_profile: Option<&'a str>,
    is_confidential: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    privacy_policy: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    terms_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    website: Option<&'a str>,
    #[cfg_attr(feature = "openapi", schemars(with = "crate::domain::ClientStatus"))]
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_last_four: Option<&'a str>,
    #[serde(serialize_with = "text")]
    created_at: Timestamp,
    #[serde(serialize_with = "text")]
    updated_at: Timestamp,
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "optional_text"
    )]
    deleted_at: Option<Timestamp>,
}

impl<'a> From<&'a Client> for OAuthClientItem<'a> {
    fn from(client: &'a Client) -> Self {
        let metadata = &client.metadata;
        Self {
            id: client.id,
            tenant_id: &client.tenant_id,
            client_id: &client.client_id,
            name: &metadata.name,
            redirect_uris: &metadata.redirect_uris,
            scopes: &metadata.scopes,
            grant_types: metadata
                .grant_types
                .iter()
                .map(|grant| grant.as_str())
                .collect(),
            client_auth_methods: &metadata.client_auth_methods,
            cors_origins: metadata.cors_origins(),
            fapi_profile: metadata
                .fapi_profile
                .as_ref()
                .map(|profile| profile.as_str()),
            is_confidential: metadata.is_confidential,
            jwks_uri: metadata.jwks_uri.as_deref(),
            logo_url: metadata.logo_url.as_deref(),
            privacy_policy: metadata.privacy_policy.as_deref(),
            terms_url: metadata.terms_url.as_deref(),
            website: metadata.website.as_deref(),
            status: client.status.as_str(),
            secret_last_four: client.secret_last_four.as_deref(),
            created_at: client.created_at,
            updated_at: client.updated_at,
            deleted_at: client.deleted_at,
        }
    }
}

pub(super) fn text<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

pub(super) fn optional_text<T: Display, S: Serializer>(
    value: &Option<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}

/// Existing clients expect the auth methods as a string that contains a JSON array. The words need
/// no escaping.
fn json_in_a_string<S: Serializer>(
    methods: &&[AuthMethod],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let words: Vec<_> = methods
        .iter()
        .map(|method| format!("\"{}\"", method.as_str()))
        .collect();
    serializer.serialize_str(&format!("[{}]", words.join(",")))
}
