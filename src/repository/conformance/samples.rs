//! Sample values. Ids are ordered by the second they are created in.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::domain::text::Text;
use crate::domain::{
    Action, AuditEntry, AuthMethod, Client, ClientId, ClientMetadata, FapiProfile, GrantType, Id,
    Kind, Operator, Role, SecretHash, SecretRecord, TenantId, Timestamp, fields,
};

/// A time on a day in the past.
pub(super) fn at(second: u64) -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000) + Duration::from_secs(second)
}

pub(super) fn id(second: u64) -> Id {
    Id::generate(at(second))
}

pub(super) fn tenant(name: &str) -> TenantId {
    TenantId::parse(name).expect("a tenant id")
}

pub(super) fn client_id(text: &str) -> ClientId {
    ClientId::parse(text).expect("a client id")
}

pub(super) fn operator(tenant: &TenantId) -> Operator {
    Operator::new("alice", Role::Admin, tenant.clone())
}

/// A client created in that second, with as few fields set as possible.
pub(super) fn client(tenant: &TenantId, second: u64) -> Client {
    let id = id(second);
    let client_id = ClientId::generate("app-", id);
    let metadata = metadata(&format!("Client {second}"));
    Client::new(id, tenant.clone(), client_id, metadata, at(second))
}

pub(super) fn metadata(name: &str) -> ClientMetadata {
    ClientMetadata::new(name, ["https://app.example.com/callback"])
}

macro_rules! filled {
    ($($(#[$file:meta])* $name:ident: $type:ty => $schema:expr;)+) => {
        /// The text for its name in every field that can hold it; others are as in [`metadata`].
        pub(super) fn filled(text: impl Fn(&str) -> String) -> ClientMetadata {
            let plain = metadata("");
            ClientMetadata {
                $($name: Sample::of(&text(stringify!($name))).unwrap_or(plain.$name),)+
            }
        }
    };
}

fields!(filled);

/// A value of a field.
trait Sample: Kind {
    /// A value that contains this text; `None` if none can.
    fn of(text: &str) -> Option<Self>;
}

impl<T: Text> Sample for T {
    fn of(text: &str) -> Option<Self> {
        T::stored(text.into())
    }
}

impl<T: Text> Sample for Option<T> {
    fn of(text: &str) -> Option<Self> {
        T::of(text).map(Some)
    }
}

impl<T: Text> Sample for Vec<T> {
    fn of(text: &str) -> Option<Self> {
        [text, "second", text].into_iter().map(T::of).collect()
    }
}

impl Sample for BTreeMap<String, String> {
    fn of(text: &str) -> Option<Self> {
        Some(BTreeMap::from([(text.to_owned(), text.to_owned())]))
    }
}

impl Sample for bool {
    fn of(_: &str) -> Option<Self> {
        None
    }
}

/// Every field set, and each different from [`metadata`].
pub(super) fn full_metadata(name: &str) -> ClientMetadata {
    ClientMetadata {
        name: name.to_owned(),
        redirect_uris: vec![
            "https://b.example.com/cb?x=1".into(),
            "com.example.app:/cb".into(),
            "https://a.example.com".into(),
        ],
        scopes: vec!["openid".into(), "https://a.b/c".into(), "a".into()],
        grant_types: GrantType::ALL.to_vec(),
        client_auth_methods: AuthMethod::ALL.to_vec(),
        fapi_profile: Some(FapiProfile::Fapi2),
        is_confidential: false,
        jwks: Some("{ \"keys\": [ ] }\n".into()),
        ..filled(|field| format!("https://app.example.com/{field}"))
    }
}

/// A string that looks like a hash but matches no plaintext.
pub(super) fn hash(text: &str) -> SecretHash {
    SecretHash::new(format!("$argon2id$v=19$m=8,t=1,p=1${text}"))
}

/// An active secret issued in that second, whose last four characters are that number.
pub(super) fn secret(second: u64) -> SecretRecord {
    let hash = hash(&second.to_string());
    SecretRecord::new(id(second), hash, format!("{second:04}"), at(second))
}

pub(super) fn entry(
    tenant: &TenantId,
    client_id: &ClientId,
    action: Action,
    second: u64,
) -> AuditEntry {
    let message = format!("in second {second}");
    AuditEntry::new(
        &operator(tenant),
        client_id.clone(),
        action,
        message,
        at(second),
    )
}
