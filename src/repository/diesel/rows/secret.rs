use diesel::prelude::*;

use super::{Key, moment, read, read_id};
use crate::domain::{SecretHash, SecretRecord, SecretStatus, Timestamp};
use crate::repository::diesel::error::Result;
use crate::repository::diesel::schema::oauth_client_secrets;

/// Not `Debug`, because it contains a hash.
#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = oauth_client_secrets)]
#[diesel(treat_none_as_default_value = false)]
pub(in super::super) struct SecretRow {
    tenant_id: String,
    client_id: String,
    id: String,
    hash: String,
    last_four: String,
    status: String,
    description: Option<String>,
    created_at: i64,
    updated_at: i64,
    last_used_at: Option<i64>,
    expires_at: Option<i64>,
}

impl SecretRow {
    pub(in super::super) fn new(key: &Key, secret: &SecretRecord) -> Self {
        Self {
            tenant_id: key.tenant.clone(),
            client_id: key.client.clone(),
            id: secret.id.to_string(),
            hash: secret.hash.expose().to_owned(),
            last_four: secret.last_four.clone(),
            status: secret.status.as_str().to_owned(),
            description: secret.description.clone(),
            created_at: secret.created_at.as_micros(),
            updated_at: secret.updated_at.as_micros(),
            last_used_at: secret.last_used_at.map(Timestamp::as_micros),
            expires_at: secret.expires_at.map(Timestamp::as_micros),
        }
    }

    pub(in super::super) fn into_secret(self) -> Result<SecretRecord> {
        Ok(SecretRecord {
            id: read_id("id", &self.id)?,
            hash: SecretHash::new(self.hash),
            last_four: self.last_four,
            status: read("status", SecretStatus::stored(&self.status))?,
            description: self.description,
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
            last_used_at: moment(self.last_used_at),
            expires_at: moment(self.expires_at),
        })
    }
}
