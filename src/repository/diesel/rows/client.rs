use diesel::prelude::*;

use super::{moment, read, read_id, read_list, read_optional, write_list};
use crate::domain::{
    AuthMethod, Client, ClientId, ClientMetadata, ClientStatus, FapiProfile, GrantType, TenantId,
    Timestamp, Version,
};
use crate::repository::diesel::error::Result;
use crate::repository::diesel::folded::folded;
use crate::repository::diesel::schema::oauth_clients;

#[derive(Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = oauth_clients)]
#[diesel(treat_none_as_default_value = false)]
pub(in super::super) struct ClientRow {
    client_id: String,
    tenant_id: String,
    id: String,
    #[diesel(embed)]
    metadata: MetadataRow,
    secret_last_four: Option<String>,
    version: i64,
    /// How many clients were cloned from this one. Incrementing it locks the row while a clone is
    /// written, on every database and without a new version.
    clones: i64,
    created_at: i64,
    updated_at: i64,
    deleted_at: Option<i64>,
}

/// The columns that an update replaces.
#[derive(Debug, AsChangeset, Insertable, Queryable, Selectable)]
#[diesel(table_name = oauth_clients)]
#[diesel(treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true)]
pub(in super::super) struct MetadataRow {
    name: String,
    name_folded: String,
    redirect_uris: String,
    scopes: String,
    grant_types: String,
    client_auth_methods: String,
    fapi_profile: Option<String>,
    is_confidential: i64,
    jwks: Option<String>,
    jwks_uri: Option<String>,
    logo_url: Option<String>,
    privacy_policy: Option<String>,
    terms_url: Option<String>,
    website: Option<String>,
    status: String,
}

impl ClientRow {
    pub(in super::super) fn new(tenant: &TenantId, client: &Client) -> Result<Self> {
        Ok(Self {
            client_id: client.client_id.as_str().to_owned(),
            tenant_id: tenant.as_str().to_owned(),
            id: client.id.to_string(),
            metadata: MetadataRow::new(&client.metadata, &client.status)?,
            secret_last_four: client.secret_last_four.clone(),
            version: client.version.as_i64(),
            clones: 0,
            created_at: client.created_at.as_micros(),
            updated_at: client.updated_at.as_micros(),
            deleted_at: client.deleted_at.map(Timestamp::as_micros),
        })
    }

    #[cfg(feature = "diesel-sqlite")]
    pub(in super::super) fn metadata(&self) -> &MetadataRow {
        &self.metadata
    }

    pub(in super::super) fn into_client(self) -> Result<Client> {
        let (metadata, status) = self.metadata.into_metadata()?;
        Ok(Client {
            id: read_id("id", &self.id)?,
            tenant_id: read("tenant_id", TenantId::parse(&self.tenant_id))?,
            client_id: read("client_id", ClientId::parse(&self.client_id))?,
            metadata,
            status,
            secret_last_four: self.secret_last_four,
            version: Version::from_i64(self.version),
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
            deleted_at: moment(self.deleted_at),
        })
    }
}

impl MetadataRow {
    pub(in super::super) fn new(metadata: &ClientMetadata, status: &ClientStatus) -> Result<Self> {
        let ClientMetadata {
            name,
            redirect_uris,
            scopes,
            grant_types,
            client_auth_methods,
            fapi_profile,
            is_confidential,
            jwks,
            jwks_uri,
            logo_url,
            privacy_policy,
            terms_url,
            website,
        } = metadata.clone();
        let grant_types: Vec<_> = grant_types.iter().map(|grant| grant.as_str()).collect();
        let methods: Vec<_> = client_auth_methods.iter().map(|m| m.as_str()).collect();
        Ok(Self {
            name_folded: folded(&name),
            name,
            redirect_uris: write_list("redirect_uris", &redirect_uris)?,
            scopes: write_list("scopes", &scopes)?,
            grant_types: write_list("grant_types", &grant_types)?,
            client_auth_methods: write_list("client_auth_methods", &methods)?,
            fapi_profile: fapi_profile.map(|profile| profile.as_str().to_owned()),
            is_confidential: i64::from(is_confidential),
            jwks,
            jwks_uri,
            logo_url,
            privacy_policy,
            terms_url,
            website,
            status: status.as_str().to_owned(),
        })
    }

    /// The total length of its texts, in bytes.
    #[cfg(feature = "diesel-sqlite")]
    pub(in super::super) fn len(&self) -> usize {
        let Self {
            name,
            name_folded,
            redirect_uris,
            scopes,
            jwks,
            jwks_uri,
            logo_url,
            privacy_policy,
            terms_url,
            website,
            ..
        } = self;
        let given = [jwks, jwks_uri, logo_url, privacy_policy, terms_url, website];
        let given = given.into_iter().flatten();
        [name, name_folded, redirect_uris, scopes]
            .into_iter()
            .chain(given)
            .map(String::len)
            .sum()
    }

    fn into_metadata(self) -> Result<(ClientMetadata, ClientStatus)> {
        let metadata = ClientMetadata {
            name: self.name,
            redirect_uris: read_list("redirect_uris", &self.redirect_uris)?,
            scopes: read_list("scopes", &self.scopes)?,
            grant_types: read_words("grant_types", &self.grant_types, GrantType::stored)?,
            client_auth_methods: read_words(
                "client_auth_methods",
                &self.client_auth_methods,
                AuthMethod::stored,
            )?,
            fapi_profile: read_optional(
                "fapi_profile",
                self.fapi_profile.as_deref(),
                FapiProfile::stored,
            )?,
            is_confidential: self.is_confidential != 0,
            jwks: self.jwks,
            jwks_uri: self.jwks_uri,
            logo_url: self.logo_url,
            privacy_policy: self.privacy_policy,
            terms_url: self.terms_url,
            website: self.website,
        };
        Ok((
            metadata,
            read("status", ClientStatus::stored(&self.status))?,
        ))
    }
}

fn read_words<T>(
    column: &'static str,
    json: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>> {
    let words: Vec<&str> = read(column, serde_json::from_str(json).ok())?;
    words.iter().map(|word| read(column, parse(word))).collect()
}
