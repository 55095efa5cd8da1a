//! The members of each document. A field that is missing here is a compile error.

use std::net::IpAddr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Document, Layout, Unknown, text};
use crate::domain::{
    Action, AuditEntry, Client, ClientId, ClientMetadata, ClientOrigin, ClientStatus, FieldChange,
    Id, Kind, SecretHash, SecretRecord, SecretStatus, TenantId, Timestamp, Version, fields,
};

macro_rules! metadata {
    ($($(#[$file:meta])* $name:ident: $type:ty => $schema:expr;)+) => {
        #[derive(Serialize)]
        #[serde(remote = "ClientMetadata")]
        struct Metadata {
            $(#[serde(skip_serializing_if = "Kind::is_unset")] $name: $type,)+
        }

        #[derive(Deserialize)]
        struct Texts {
            $($(#[$file])* $name: <$type as Kind>::Text,)+
        }

        impl TryFrom<Texts> for StoredMetadata {
            type Error = &'static str;

            fn try_from(texts: Texts) -> Result<Self, Self::Error> {
                Ok(Self(ClientMetadata {
                    $($name: <$type as Kind>::stored(texts.$name).ok_or(text::UNREADABLE)?,)+
                }))
            }
        }
    };
}

fields!(metadata);

#[derive(Deserialize)]
#[serde(try_from = "Texts")]
struct StoredMetadata(ClientMetadata);

/// Everything except the metadata, whose members are on the same level.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Client")]
struct Identity {
    #[serde(with = "text")]
    id: Id,
    #[serde(with = "text")]
    tenant_id: TenantId,
    #[serde(with = "text")]
    client_id: ClientId,
    #[serde(skip, default = "nothing")]
    metadata: ClientMetadata,
    #[serde(with = "text")]
    status: ClientStatus,
    #[serde(default = "by_administrator", with = "text")]
    origin: ClientOrigin,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret_last_four: Option<String>,
    #[serde(with = "number")]
    version: Version,
    #[serde(with = "text")]
    created_at: Timestamp,
    #[serde(with = "text")]
    updated_at: Timestamp,
    #[serde(
        default,
        with = "text::optional",
        skip_serializing_if = "Option::is_none"
    )]
    last_used_at: Option<Timestamp>,
    #[serde(
        default,
        with = "text::optional",
        skip_serializing_if = "Option::is_none"
    )]
    deleted_at: Option<Timestamp>,
}

mod number {
    use super::*;

    pub(super) fn serialize<S: Serializer>(version: &Version, to: S) -> Result<S::Ok, S::Error> {
        version.as_i64().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Version, D::Error> {
        i64::deserialize(from).map(Version::from_i64)
    }
}

fn nothing() -> ClientMetadata {
    ClientMetadata::new("", [""; 0])
}

fn by_administrator() -> ClientOrigin {
    ClientOrigin::Administrator
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "SecretRecord")]
struct Secret {
    #[serde(with = "text")]
    id: Id,
    #[serde(with = "text")]
    hash: SecretHash,
    last_four: String,
    #[serde(with = "text")]
    status: SecretStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(with = "text")]
    created_at: Timestamp,
    #[serde(with = "text")]
    updated_at: Timestamp,
    #[serde(
        default,
        with = "text::optional",
        skip_serializing_if = "Option::is_none"
    )]
    last_used_at: Option<Timestamp>,
    #[serde(
        default,
        with = "text::optional",
        skip_serializing_if = "Option::is_none"
    )]
    expires_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "AuditEntry")]
struct Entry {
    #[serde(with = "text")]
    id: Id,
    #[serde(with = "text")]
    tenant_id: TenantId,
    #[serde(with = "text")]
    client_id: ClientId,
    #[serde(
        default,
        with = "text::optional",
        skip_serializing_if = "Option::is_none"
    )]
    secret_id: Option<Id>,
    #[serde(with = "text")]
    action: Action,
    operator_id: String,
    operator_type: String,
    message: String,
    #[serde(
        default,
        with = "text::optional",
        skip_serializing_if = "Option::is_none"
    )]
    ip: Option<IpAddr>,
    #[serde(with = "text")]
    at: Timestamp,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    changes: Vec<FieldChange>,
}

#[derive(Deserialize)]
pub(super) struct ClientDocument {
    #[serde(flatten, with = "Identity")]
    client: Client,
    #[serde(flatten)]
    metadata: StoredMetadata,
    #[serde(flatten)]
    unknown: Unknown,
}

impl Layout<Client> for ClientDocument {
    fn write<S: Serializer>(client: &Client, unknown: &Unknown, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Borrowed<'a> {
            #[serde(flatten, with = "Identity")]
            client: &'a Client,
            #[serde(flatten, with = "Metadata")]
            metadata: &'a ClientMetadata,
            #[serde(flatten)]
            unknown: &'a Unknown,
        }
        let metadata = &client.metadata;
        Borrowed {
            client,
            metadata,
            unknown,
        }
        .serialize(to)
    }

    fn into_document(self) -> Document<Client> {
        let client = Client {
            metadata: self.metadata.0,
            ..self.client
        };
        Document::with_unknown(client, self.unknown)
    }
}

macro_rules! layout {
    ($document:ident of $record:ident as $members:literal) => {
        #[derive(Deserialize)]
        pub(super) struct $document {
            #[serde(flatten, with = $members)]
            value: $record,
            #[serde(flatten)]
            unknown: Unknown,
        }

        impl Layout<$record> for $document {
            fn write<S: Serializer>(
                value: &$record,
                unknown: &Unknown,
                to: S,
            ) -> Result<S::Ok, S::Error> {
                #[derive(Serialize)]
                struct Borrowed<'a> {
                    #[serde(flatten, with = $members)]
                    value: &'a $record,
                    #[serde(flatten)]
                    unknown: &'a Unknown,
                }
                Borrowed { value, unknown }.serialize(to)
            }

            fn into_document(self) -> Document<$record> {
                Document::with_unknown(self.value, self.unknown)
            }
        }
    };
}

layout!(SecretDocument of SecretRecord as "Secret");
layout!(AuditDocument of AuditEntry as "Entry");
