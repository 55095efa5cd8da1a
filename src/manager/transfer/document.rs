use std::fmt;
use std::mem::take;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::received::Members;
use crate::domain::{
    Client, ClientId, ClientOrigin, Fields, Id, Input, Kind, SecretHash, SecretRecord,
    SecretStatus, TenantId, Timestamp, Version, Violation, Violations, fields,
};

/// The largest integer that all JSON parsers agree on (RFC 7493 §2.2), and small enough that a
/// version can't overflow from there.
const MAX_VERSION: i64 = (1 << 53) - 1;

macro_rules! export {
    ($($(#[$file:meta])* $name:ident: $type:ty => $schema:expr;)+) => {
        /// A client with all of its secrets, to be moved from one storage to another.
        ///
        /// It serializes as one JSON object, suitable for files with one line per client. **It
        /// contains the hashes of the secrets: protect it like a secret**, and delete it after the
        /// import. Besides the [documents](crate::repository::Document) of repositories, it is the
        /// only type that serializes a hash; it never contains a plaintext.
        ///
        /// Nothing in it is validated until
        /// [`ClientManager::import`](crate::ClientManager::import).
        #[derive(Clone, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct ClientExport {
            id: String,
            tenant_id: String,
            client_id: String,
            $(
                $(#[$file])*
                #[serde(skip_serializing_if = "Kind::is_unset")]
                $name: <$type as Kind>::Text,
            )+
            status: String,
            #[serde(default = "by_administrator")]
            origin: String,
            version: i64,
            created_at: Moment,
            updated_at: Moment,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            last_used_at: Option<Moment>,
            secrets: Vec<SecretExport>,
        }

        impl ClientExport {
            pub(super) fn new(client: Client, secrets: Vec<SecretRecord>) -> Self {
                Self {
                    id: client.id.to_string(),
                    tenant_id: client.tenant_id.to_string(),
                    client_id: client.client_id.to_string(),
                    $($name: client.metadata.$name.text(),)+
                    status: client.status.text(),
                    origin: client.origin.text(),
                    version: client.version.as_i64(),
                    created_at: Moment(client.created_at),
                    updated_at: Moment(client.updated_at),
                    last_used_at: client.last_used_at.map(Moment),
                    secrets: secrets.into_iter().map(SecretExport::new).collect(),
                }
            }

            /// Reads the members of a document; the violations name them, and quote no value.
            pub(super) fn from_members(members: Map<String, Value>) -> Result<Self, Violations> {
                let mut members = Members::new(members);
                let export = Self {
                    id: members.read("id", false),
                    tenant_id: members.read("tenant_id", false),
                    client_id: members.read("client_id", false),
                    $($name: {
                        // The attributes of a row are its default.
                        let has_default = !<[&str]>::is_empty(&[$(stringify!($file)),*]);
                        members.read(stringify!($name), has_default)
                    },)+
                    status: members.read("status", false),
                    origin: members
                        .read::<Option<String>>("origin", true)
                        .unwrap_or_else(by_administrator),
                    version: members.read("version", false),
                    created_at: members.read("created_at", false),
                    updated_at: members.read("updated_at", false),
                    last_used_at: members.read("last_used_at", false),
                    secrets: members.list("secrets", SecretExport::from_members),
                };
                members.finish().map(|()| export)
            }

            /// The fields, not validated.
            fn fields(&mut self) -> Fields {
                Fields {
                    $($name: <$type as Kind>::raw(take(&mut self.$name))
                        .map_or(Input::Null, Input::Value),)+
                    status: Input::Value(take(&mut self.status)),
                    ..Fields::default()
                }
            }
        }
    };
}

fields!(export);

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretExport {
    secret_id: String,
    hash: ExportedHash,
    last_four: String,
    status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    created_at: Moment,
    updated_at: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<Moment>,
}

/// A hash to be exported: [`SecretHash`] itself can't be serialized.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct ExportedHash(String);

/// RFC 3339 with microseconds.
#[derive(Clone, Copy)]
struct Moment(Timestamp);

/// The parsed fields of a document.
pub(super) struct Read {
    pub(super) id: Id,
    pub(super) tenant_id: TenantId,
    pub(super) client_id: ClientId,
    pub(super) fields: Fields,
    pub(super) origin: ClientOrigin,
    pub(super) version: Version,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    pub(super) last_used_at: Option<Timestamp>,
    pub(super) secrets: Vec<SecretRecord>,
}

impl ClientExport {
    /// The `client_id`.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The tenant.
    pub fn tenant_id(&self) -> &str {
        &self.tenant_id
    }

    pub(super) fn read(mut self) -> Result<Read, Violations> {
        let mut faults = Violations::default();
        let id = Id::parse(&self.id);
        let tenant_id = TenantId::parse(&self.tenant_id);
        let client_id = ClientId::parse(&self.client_id);
        let origin = ClientOrigin::stored(&self.origin);
        let sound = [
            ("id", id.is_some(), "must be a ULID"),
            (
                "tenant_id",
                tenant_id.is_some(),
                "must be the id of a tenant",
            ),
            ("client_id", client_id.is_some(), ClientId::MUST),
            (
                "origin",
                origin.is_some(),
                "must be a word of visible ASCII characters",
            ),
            (
                "version",
                (1..=MAX_VERSION).contains(&self.version),
                "must be 1 to 9007199254740991",
            ),
        ];
        for (path, _, message) in sound.into_iter().filter(|(_, sound, _)| !sound) {
            faults.push(Violation::new(path, message));
        }
        let fields = self.fields();
        let mut secrets = Vec::with_capacity(self.secrets.len());
        for (index, secret) in self.secrets.into_iter().enumerate() {
            match secret.read() {
                Ok(secret) => secrets.push(secret),
                Err((field, message)) => {
                    faults.push(Violation::new(format!("secrets[{index}].{field}"), message));
                }
            }
        }
        faults.into_result()?;
        let (Some(id), Some(tenant_id), Some(client_id), Some(origin)) =
            (id, tenant_id, client_id, origin)
        else {
            return Err(Violations::default());
        };
        Ok(Read {
            id,
            tenant_id,
            client_id,
            fields,
            origin,
            version: Version::from_i64(self.version),
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
            last_used_at: self.last_used_at.map(|moment| moment.0),
            secrets,
        })
    }
}

fn by_administrator() -> String {
    ClientOrigin::Administrator.text()
}

impl SecretExport {
    fn new(secret: SecretRecord) -> Self {
        Self {
            secret_id: secret.id.to_string(),
            hash: ExportedHash(secret.hash.expose().to_owned()),
            last_four: secret.last_four,
            status: secret.status.as_str().to_owned(),
            description: secret.description,
            created_at: Moment(secret.created_at),
            updated_at: Moment(secret.updated_at),
            last_used_at: secret.last_used_at.map(Moment),
            expires_at: secret.expires_at.map(Moment),
        }
    }

    fn from_members(members: &mut Members) -> Self {
        Self {
            secret_id: members.read("secret_id", false),
            hash: members.read("hash", false),
            last_four: members.read("last_four", false),
            status: members.read("status", false),
            description: members.read("description", false),
            created_at: members.read("created_at", false),
            updated_at: members.read("updated_at", false),
            last_used_at: members.read("last_used_at", false),
            expires_at: members.read("expires_at", false),
        }
    }

    fn read(self) -> Result<SecretRecord, (&'static str, &'static str)> {
        let id = Id::parse(&self.secret_id).ok_or(("secret_id", "must be a ULID"))?;
        let status = SecretStatus::parse(&self.status);
        let status = status.ok_or(("status", "must be one of active, retired, inactive"))?;
        Ok(SecretRecord {
            id,
            hash: SecretHash::new(self.hash.0),
            last_four: self.last_four,
            status,
            description: self.description,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
            last_used_at: self.last_used_at.map(|moment| moment.0),
            expires_at: self.expires_at.map(|moment| moment.0),
        })
    }
}

/// In place of one that can't be read.
impl Default for Moment {
    fn default() -> Self {
        Self(Timestamp::from_micros(0))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.precise())
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let moment = Timestamp::parse_precise(&text).map(Self);
        let wrong = || D::Error::custom("a time must be written as RFC 3339, from 1970 to 9999");
        moment.ok_or_else(wrong)
    }
}

impl fmt::Debug for ClientExport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientExport")
            .field("tenant_id", &self.tenant_id)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}
