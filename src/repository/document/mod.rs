mod records;
#[cfg(test)]
mod tests;
mod text;

use serde::de::{DeserializeOwned, Deserializer};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use self::records::{AuditDocument, ClientDocument, SecretDocument};
use crate::domain::{AuditEntry, Client, SecretRecord};

/// A client, a secret or an audit entry as a document, for a repository that stores it without
/// knowing its fields.
///
/// The types themselves are deliberately not `Serialize`, so that they are not exposed by accident:
/// **the document of a [`SecretRecord`] contains its hash**. Treat it like a secret, and keep it
/// out of logs and responses. A client with its secrets is a document, too:
/// [`StoredClient`](super::StoredClient).
///
/// # Format
///
/// An object with one member per field; those of the metadata are on the same level as those of the
/// client. Ids and words are strings, a version is a number, and a time is RFC 3339 in UTC with
/// microseconds. Absent values are left out. It needs a self-describing format (JSON, CBOR, BSON),
/// and is not validated by the rules for clients.
///
/// # Versions
///
/// Hosts with different versions may share one storage, so an older one reads what a newer one
/// wrote, and may write it back. Words that it does not know are kept byte for byte
/// ([`Word`](crate::domain::Word)). Members that it does not know are kept in the document beside
/// the value, and are written back unchanged if the value is [changed in place](Self::value_mut):
/// what a newer version registered is not lost because an older one renamed a client. They grant
/// nothing in the older version, which ignores them. A missing member means what it meant before
/// the member existed.
///
/// # Errors
///
/// Errors of the format may quote the input: never show them to a caller, and don't log them where
/// a hash must not appear.
///
/// # Examples
///
/// ```
/// use tower_oauth_clients::domain::Client;
/// use tower_oauth_clients::repository::Document;
///
/// fn rename(stored: &str, name: &str) -> serde_json::Result<String> {
///     let mut document: Document<Client> = serde_json::from_str(stored)?;
///     document.value_mut().metadata.name = name.to_owned();
///     serde_json::to_string(&document)
/// }
///
/// let stored = r#"{"id":"01ARZ3NDEKTSV4RRFFQ69G5FAV","tenant_id":"acme","client_id":"app-1",
///     "name":"App","redirect_uris":[],"scopes":[],"grant_types":["of_tomorrow"],
///     "client_auth_methods":[],"is_confidential":true,"status":"active","version":1,
///     "created_at":"2026-04-15T10:30:00Z","updated_at":"2026-04-15T10:30:00Z","color":"red"}"#;
/// let renamed = rename(stored, "Application")?;
/// assert!(renamed.contains(r#""name":"Application""#));
/// assert!(renamed.contains("of_tomorrow") && renamed.contains(r#""color":"red""#));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct Document<T> {
    value: T,
    unknown: Unknown,
}

/// Members that this version does not know.
pub(super) type Unknown = serde_json::Map<String, serde_json::Value>;

impl<T> Document<T> {
    /// Creates a document without unknown members.
    pub fn new(value: T) -> Self {
        Self::with_unknown(value, Unknown::new())
    }

    pub(super) fn with_unknown(value: T, unknown: Unknown) -> Self {
        Self { value, unknown }
    }

    pub(super) fn into_parts(self) -> (T, Unknown) {
        (self.value, self.unknown)
    }

    /// The value.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The value, to change it. Members that this version does not know are kept.
    pub fn value_mut(&mut self) -> &mut T {
        &mut self.value
    }

    /// The value, without members that this version does not know.
    pub fn into_value(self) -> T {
        self.value
    }
}

impl<T> From<T> for Document<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

/// Prints nothing, as the value may contain a hash and unknown members may contain anything.
impl<T> std::fmt::Debug for Document<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document").finish_non_exhaustive()
    }
}

/// A borrowed document.
pub(super) struct Members<'a, T>(pub(super) &'a T, pub(super) &'a Unknown);

/// The serialized form of a record: a struct with its members and the unknown ones.
trait Layout<T>: DeserializeOwned {
    fn write<S: Serializer>(value: &T, unknown: &Unknown, to: S) -> Result<S::Ok, S::Error>;
    fn into_document(self) -> Document<T>;
}

macro_rules! documents {
    ($($record:ty => $layout:ty;)+) => {
        $(impl Serialize for Members<'_, $record> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                <$layout as Layout<_>>::write(self.0, self.1, serializer)
            }
        }

        impl Serialize for Document<$record> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                Members(&self.value, &self.unknown).serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for Document<$record> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <$layout>::deserialize(deserializer).map(Layout::into_document)
            }
        })+
    };
}

documents! {
    Client => ClientDocument;
    SecretRecord => SecretDocument;
    AuditEntry => AuditDocument;
}
