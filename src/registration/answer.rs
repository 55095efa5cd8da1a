use serde::Serialize;
use serde_json::value::RawValue;

use super::endpoint::Endpoint;
use crate::domain::{AuthMethod, GrantType, RegisteredClient, Timestamp};
use crate::secrets::Plaintext;
use crate::wire::ShownOnce;

/// What a response shows once.
#[derive(Clone, Copy, Default)]
pub(super) struct Issued<'a> {
    pub(super) secret: Option<&'a Plaintext>,
    /// When the secret expires, if it does.
    pub(super) expires_at: Option<Timestamp>,
    /// The registration access token, new or as it was presented: only its hash is stored.
    pub(super) token: Option<&'a Plaintext>,
}

/// A registered client (RFC 7591 §3.2.1, RFC 7592 §3). What it does not have is left out: clients
/// refuse `null` and the empty string.
#[derive(Serialize)]
pub(super) struct Answer<'a> {
    client_id: &'a str,
    client_id_issued_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<ShownOnce<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret_expires_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_access_token: Option<ShownOnce<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_client_uri: Option<String>,
    client_name: &'a str,
    redirect_uris: &'a [String],
    grant_types: &'a [GrantType],
    response_types: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    token_endpoint_auth_method: Option<&'a AuthMethod>,
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    application_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tos_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "is_empty")]
    contacts: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    software_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    software_version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    software_statement: Option<&'a str>,
}

impl<'a> Answer<'a> {
    pub(super) fn new(
        registered: &'a RegisteredClient,
        issued: Issued<'a>,
        endpoint: &Endpoint,
    ) -> Self {
        let RegisteredClient {
            client,
            registration,
        } = registered;
        let metadata = &client.metadata;
        let has_code = metadata.grant_types.contains(&GrantType::AuthorizationCode);
        let url = || endpoint.of_client(&client.tenant_id, &client.client_id);
        let jwks = metadata.jwks.as_deref();
        Self {
            client_id: client.client_id.as_str(),
            client_id_issued_at: client.created_at.as_seconds(),
            client_secret: issued.secret.map(ShownOnce::new),
            client_secret_expires_at: issued
                .secret
                .map(|_| issued.expires_at.map_or(0, Timestamp::as_seconds)),
            registration_access_token: issued.token.map(ShownOnce::new),
            registration_client_uri: issued.token.map(|_| url()),
            client_name: &metadata.name,
            redirect_uris: &metadata.redirect_uris,
            grant_types: &metadata.grant_types,
            response_types: if has_code { &["code"] } else { &[] },
            token_endpoint_auth_method: metadata.client_auth_methods.first(),
            scope: metadata.scopes.join(" "),
            application_type: registration.application_type.as_deref(),
            client_uri: metadata.website.as_deref(),
            logo_uri: metadata.logo_url.as_deref(),
            tos_uri: metadata.terms_url.as_deref(),
            policy_uri: metadata.privacy_policy.as_deref(),
            contacts: &metadata.contacts,
            jwks: jwks.and_then(|text| serde_json::from_str(text).ok()),
            jwks_uri: metadata.jwks_uri.as_deref(),
            software_id: registration.software_id.as_deref(),
            software_version: registration.software_version.as_deref(),
            software_statement: registration.software_statement.as_deref(),
        }
    }
}

fn is_empty(items: &&[String]) -> bool {
    items.is_empty()
}
