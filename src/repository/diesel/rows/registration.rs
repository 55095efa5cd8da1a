use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{ClientRow, read, read_optional};
use crate::domain::text::Text;
use crate::domain::{
    Id, RegisteredClient, Registration, RegistrationBounds, RegistrationState, TokenHash,
};
use crate::repository::diesel::error::{Fault, Result};
use crate::repository::diesel::schema::oauth_client_registrations;

/// The columns that an update replaces. Not `Debug`, because it contains a hash.
#[derive(AsChangeset, Insertable, Queryable, Selectable)]
#[diesel(table_name = oauth_client_registrations)]
#[diesel(treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true)]
pub(in super::super) struct RegistrationRow {
    state: String,
    token_hash: Option<String>,
    initial_access_token_id: Option<String>,
    bounds: String,
    ip: Option<String>,
    application_type: Option<String>,
    software_id: Option<String>,
    software_version: Option<String>,
    software_statement: Option<String>,
}

impl RegistrationRow {
    pub(in super::super) fn new(registration: &Registration) -> Result<Self> {
        let token = registration.initial_access_token_id;
        Ok(Self {
            state: registration.state.as_str().to_owned(),
            token_hash: registration.token_hash.as_ref().map(exposed),
            initial_access_token_id: token.map(|id| id.to_string()),
            bounds: write_bounds(&registration.bounds)?,
            ip: registration.ip.map(|ip| ip.to_string()),
            application_type: registration.application_type.clone(),
            software_id: registration.software_id.clone(),
            software_version: registration.software_version.clone(),
            software_statement: registration.software_statement.clone(),
        })
    }

    /// The length of its long texts, in bytes.
    #[cfg(feature = "diesel-sqlite")]
    pub(in super::super) fn len(&self) -> usize {
        self.bounds.len() + self.software_statement.as_ref().map_or(0, String::len)
    }

    /// The initial access token of which it takes a use.
    pub(in super::super) fn initial_access_token_id(&self) -> Option<&str> {
        self.initial_access_token_id.as_deref()
    }

    fn into_registration(self) -> Result<Registration> {
        let token = self.initial_access_token_id.as_deref();
        let state = RegistrationState::stored(&self.state);
        Ok(Registration {
            state: read("state", state)?,
            token_hash: self.token_hash.map(TokenHash::new),
            initial_access_token_id: read_optional("initial_access_token_id", token, Id::parse)?,
            bounds: read_bounds(&self.bounds)?,
            ip: read_optional("ip", self.ip.as_deref(), |ip| ip.parse().ok())?,
            application_type: self.application_type,
            software_id: self.software_id,
            software_version: self.software_version,
            software_statement: self.software_statement,
        })
    }
}

pub(in super::super) fn into_registered(
    (client, registration): (ClientRow, RegistrationRow),
) -> Result<RegisteredClient> {
    let client = client.into_client()?;
    let registration = registration.into_registration()?;
    Ok(RegisteredClient::new(client, registration))
}

pub(super) fn exposed(hash: &TokenHash) -> String {
    hash.expose().to_owned()
}

/// Bounds as one JSON text, without those that are not set.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Bounds {
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_types: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_auth_methods: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_hosts: Option<Vec<String>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_approved: bool,
}

pub(super) fn write_bounds(bounds: &RegistrationBounds) -> Result<String> {
    let bounds = Bounds {
        grant_types: bounds.grant_types.as_deref().map(texts),
        client_auth_methods: bounds.client_auth_methods.as_deref().map(texts),
        scopes: bounds.scopes.clone(),
        redirect_hosts: bounds.redirect_hosts.clone(),
        is_approved: bounds.is_approved,
    };
    serde_json::to_string(&bounds).map_err(|_| Fault::Unreadable("bounds"))
}

pub(super) fn read_bounds(stored: &str) -> Result<RegistrationBounds> {
    let bounds: Bounds = read("bounds", serde_json::from_str(stored).ok())?;
    Ok(RegistrationBounds {
        grant_types: bounds.grant_types.map(stored_texts).transpose()?,
        client_auth_methods: bounds.client_auth_methods.map(stored_texts).transpose()?,
        scopes: bounds.scopes,
        redirect_hosts: bounds.redirect_hosts,
        is_approved: bounds.is_approved,
    })
}

fn texts<T: Text>(values: &[T]) -> Vec<String> {
    values.iter().map(|one| one.as_str().to_owned()).collect()
}

fn stored_texts<T: Text>(texts: Vec<String>) -> Result<Vec<T>> {
    let values = texts.into_iter().map(|text| T::stored(text.into()));
    read("bounds", values.collect())
}
