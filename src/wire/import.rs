use serde_json::{Map, Value as Json};

use super::request::{as_object, read_client};
use super::unknown::Body;
use crate::domain::{Fields, Input, Policy, SecretHash, Violation};
use crate::jose::json::{self, Value};
use crate::secrets::Plaintext;

/// How deep a body may be nested: more than any that is valid.
const DEPTH: usize = 16;

/// The member that only a transfer document has.
const SECRETS: &str = "secrets";

pub(crate) const CLIENT_ID: &str = "client_id";
pub(crate) const SECRET: &str = "client_secret";
pub(crate) const SECRET_HASH: &str = "client_secret_hash";
pub(crate) const LAST_FOUR: &str = "secret_last_four";

/// The body of an import.
pub(crate) enum ImportBody {
    /// The members of a transfer document.
    Document(Map<String, Json>),
    System(Box<SystemClient>),
}

/// A client as another system has it, not validated.
pub(crate) struct SystemClient {
    pub(crate) fields: Fields,
    pub(crate) client_id: Input<String>,
    pub(crate) secret: Input<Plaintext>,
    pub(crate) hash: Input<SecretHash>,
    pub(crate) last_four: Input<String>,
}

/// Parses the body of an import: a transfer document, or the fields of a client with its
/// `client_id` and its secret. Unknown members of the latter are always refused.
///
/// # Errors
///
/// As in [`read_fields`](super::read_fields).
pub(crate) fn read_import(bytes: &[u8], policy: &Policy) -> Result<ImportBody, Violation> {
    let object = as_object(bytes, |text| match json::read(text, DEPTH)? {
        Value::Object(object) => Ok(object),
        _ => Err(json::Fault::Type),
    })?;
    if object.contains(SECRETS) {
        let members = serde_json::from_slice(bytes);
        let wrong = |_| Violation::new("body", "must be a transfer document");
        return members.map(ImportBody::Document).map_err(wrong);
    }
    let beside = [CLIENT_ID, SECRET, SECRET_HASH, LAST_FOUR];
    let (fields, mut found) = read_client(bytes, Body::Import, policy, &beside)?;
    let mut text = |name| match found.remove(name) {
        None => Input::Absent,
        Some(Value::Null) => Input::Null,
        Some(Value::Text(text)) => Input::Value(text.into_owned()),
        Some(_) => Input::Mistyped,
    };
    Ok(ImportBody::System(Box::new(SystemClient {
        fields,
        client_id: text(CLIENT_ID),
        secret: text(SECRET).map(Plaintext::new),
        hash: text(SECRET_HASH).map(SecretHash::new),
        last_four: text(LAST_FOUR),
    })))
}
