//! Clients that registered themselves.

use std::net::IpAddr;

use serde::Serialize;

use super::View;
use super::response::{FullClient, OAuthClientItem};
use crate::domain::{Id, RegisteredClient, RegistrationState, Timestamp};

/// A client with what it sent besides its metadata.
#[derive(Serialize)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "Registered{C}")
)]
pub(crate) struct Registered<'a, C> {
    #[serde(flatten)]
    client: C,
    state: &'a RegistrationState,
    #[serde(skip_serializing_if = "Option::is_none")]
    application_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    software_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    software_version: Option<&'a str>,
    /// The address that registered it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(schema_with = "super::schema::ip"))]
    ip: Option<IpAddr>,
    /// The initial access token that it was registered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    initial_access_token_id: Option<Id>,
    registered_at: Timestamp,
}

impl<'a, C: From<&'a crate::domain::Client>> From<&'a RegisteredClient> for Registered<'a, C> {
    fn from(registered: &'a RegisteredClient) -> Self {
        let RegisteredClient {
            client,
            registration,
        } = registered;
        Self {
            client: client.into(),
            state: &registration.state,
            application_type: registration.application_type.as_deref(),
            software_id: registration.software_id.as_deref(),
            software_version: registration.software_version.as_deref(),
            ip: registration.ip,
            initial_access_token_id: registration.initial_access_token_id,
            registered_at: client.created_at,
        }
    }
}

/// A client that registered itself, in a view.
#[derive(Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) enum RegistrationItem<'a> {
    Documented(Registered<'a, OAuthClientItem<'a>>),
    Full(Registered<'a, FullClient<'a>>),
}

impl<'a> RegistrationItem<'a> {
    pub(crate) fn new(registered: &'a RegisteredClient, view: View) -> Self {
        match view {
            View::Documented => Self::Documented(registered.into()),
            View::Full => Self::Full(registered.into()),
        }
    }
}
