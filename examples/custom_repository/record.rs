//! Records as JSON. A field that is forgotten does not compile.

use std::net::IpAddr;

use serde_json::{Value, json};
use tower_oauth_clients::domain::{
    Action, AuditEntry, AuthMethod, Client, ClientId, ClientMetadata, ClientStatus, FapiProfile,
    GrantType, Id, SecretHash, SecretRecord, SecretStatus, TenantId, Timestamp, Version,
};
use tower_oauth_clients::repository::StoredClient;

/// What a write leaves behind: one line of the log.
pub(crate) struct Change {
    pub(crate) stored: StoredClient,
    pub(crate) audit: Option<AuditEntry>,
}

pub(crate) trait Record: Sized {
    fn save(&self) -> Value;
    fn load(saved: &Value) -> Option<Self>;
}

macro_rules! records {
    ($($record:ident { $($field:ident),+ })+) => {
        $(impl Record for $record {
            fn save(&self) -> Value {
                json!({ $(stringify!($field): self.$field.save()),+ })
            }

            fn load(saved: &Value) -> Option<Self> {
                Some(Self { $($field: Record::load(saved.get(stringify!($field))?)?),+ })
            }
        })+
    };
}

records! {
    Change { stored, audit }
    Client {
        id, tenant_id, client_id, metadata, status, secret_last_four, version, created_at,
        updated_at, deleted_at
    }
    ClientMetadata {
        name, redirect_uris, scopes, grant_types, client_auth_methods, fapi_profile,
        is_confidential, jwks, jwks_uri, logo_url, privacy_policy, terms_url, website
    }
    SecretRecord {
        id, hash, last_four, status, description, created_at, updated_at, last_used_at, expires_at
    }
    AuditEntry {
        id, tenant_id, client_id, secret_id, action, operator_id, operator_type, message, ip, at
    }
}

macro_rules! values {
    ($($type:ty: |$value:ident| $save:expr, |$saved:ident| $load:expr;)+) => {
        $(impl Record for $type {
            fn save(&self) -> Value {
                let $value = self;
                $save.into()
            }

            fn load($saved: &Value) -> Option<Self> {
                $load
            }
        })+
    };
}

values! {
    StoredClient:
        |stored| json!([stored.client().save(), stored.secrets().to_vec().save()]),
        |saved| Some(Self::new(Record::load(saved.get(0)?)?, Record::load(saved.get(1)?)?));
    bool: |yes| *yes, |saved| saved.as_bool();
    String: |text| text.as_str(), |saved| saved.as_str().map(str::to_owned);
    Id: |id| id.to_string(), |saved| Self::parse(saved.as_str()?);
    IpAddr: |ip| ip.to_string(), |saved| saved.as_str()?.parse().ok();
    SecretHash: |hash| hash.expose(), |saved| saved.as_str().map(Self::from_phc);
    Timestamp: |at| at.as_micros(), |saved| saved.as_i64().map(Self::from_micros);
    Version: |version| version.as_i64(), |saved| saved.as_i64().map(Self::from_i64);
    Action: |word| word.as_str(), |saved| Self::stored(saved.as_str()?);
    AuthMethod: |word| word.as_str(), |saved| Self::stored(saved.as_str()?);
    ClientId: |word| word.as_str(), |saved| Self::parse(saved.as_str()?);
    ClientStatus: |word| word.as_str(), |saved| Self::stored(saved.as_str()?);
    FapiProfile: |word| word.as_str(), |saved| Self::stored(saved.as_str()?);
    GrantType: |word| word.as_str(), |saved| Self::stored(saved.as_str()?);
    SecretStatus: |word| word.as_str(), |saved| Self::stored(saved.as_str()?);
    TenantId: |word| word.as_str(), |saved| Self::parse(saved.as_str()?);
}

impl<T: Record> Record for Option<T> {
    fn save(&self) -> Value {
        self.as_ref().map_or(Value::Null, Record::save)
    }

    fn load(saved: &Value) -> Option<Self> {
        match saved {
            Value::Null => Some(None),
            _ => T::load(saved).map(Some),
        }
    }
}

impl<T: Record> Record for Vec<T> {
    fn save(&self) -> Value {
        self.iter().map(Record::save).collect()
    }

    fn load(saved: &Value) -> Option<Self> {
        saved.as_array()?.iter().map(T::load).collect()
    }
}
