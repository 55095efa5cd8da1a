use diesel::prelude::*;

use super::registration::{exposed, read_bounds, write_bounds};
use super::{moment, read, read_id};
use crate::domain::{InitialAccessToken, TenantId, Timestamp, TokenHash};
use crate::repository::diesel::error::Result;
use crate::repository::diesel::schema::oauth_initial_access_tokens;

/// Not `Debug`, because it contains a hash.
#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = oauth_initial_access_tokens)]
#[diesel(treat_none_as_default_value = false)]
pub(in super::super) struct TokenRow {
    id: String,
    tenant_id: String,
    hash: String,
    description: Option<String>,
    uses_left: Option<i64>,
    bounds: String,
    created_by: String,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl TokenRow {
    pub(in super::super) fn new(tenant: &TenantId, token: &InitialAccessToken) -> Result<Self> {
        Ok(Self {
            id: token.id.to_string(),
            tenant_id: tenant.as_str().to_owned(),
            hash: exposed(&token.hash),
            description: token.description.clone(),
            uses_left: token.uses_left.map(i64::from),
            bounds: write_bounds(&token.bounds)?,
            created_by: token.created_by.clone(),
            created_at: token.created_at.as_micros(),
            expires_at: token.expires_at.map(Timestamp::as_micros),
            revoked_at: token.revoked_at.map(Timestamp::as_micros),
        })
    }

    /// The length of its only long text, in bytes.
    #[cfg(feature = "diesel-sqlite")]
    pub(in super::super) fn len(&self) -> usize {
        self.bounds.len()
    }

    pub(in super::super) fn into_token(self) -> Result<InitialAccessToken> {
        let uses_left = self.uses_left.map(|uses| u32::try_from(uses).ok());
        Ok(InitialAccessToken {
            id: read_id("id", &self.id)?,
            tenant_id: read("tenant_id", TenantId::parse(&self.tenant_id))?,
            hash: TokenHash::new(self.hash),
            description: self.description,
            uses_left: uses_left.map(|uses| read("uses_left", uses)).transpose()?,
            bounds: read_bounds(&self.bounds)?,
            created_by: self.created_by,
            created_at: Timestamp::from_micros(self.created_at),
            expires_at: moment(self.expires_at),
            revoked_at: moment(self.revoked_at),
        })
    }
}
