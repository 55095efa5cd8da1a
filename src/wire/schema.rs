//! The schemas of the types that the wire types contain.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use super::response::{AuthMethods, ShownOnce};
#[cfg(feature = "registration")]
use crate::domain::RegistrationState;
use crate::domain::{
    Action, AuditEntry, AuthMethod, ClientId, ClientOrigin, ClientStatus, FapiProfile, GrantType,
    Id, Role, SecretStatus, TenantId, Timestamp, TokenType,
};

/// Implements `JsonSchema` for each type, inlined or as a named definition.
macro_rules! schemas {
    ($(
        $(#[$feature:meta])*
        $type:ty, $name:literal, inline: $inline:literal, $schema:tt;
    )+) => { $(
        $(#[$feature])*
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                $inline
            }

            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )+ };
}

schemas! {
    Id, "Id", inline: true, {
        "type": "string",
        "pattern": "^[0-7][0-9A-HJKMNP-TV-Z]{25}$",
        "description": "A ULID.",
    };
    ClientId, "ClientId", inline: true, {
        "type": "string",
        "minLength": 1,
        "maxLength": Self::MAX_LENGTH,
        "pattern": "^[!-~]+$",
        "description": "The client's public name in OAuth (RFC 6749 section 2.2).",
    };
    TenantId, "TenantId", inline: true, {
        "type": "string",
        "minLength": 1,
        "maxLength": Self::MAX_LENGTH,
    };
    Timestamp, "Timestamp", inline: true, {
        "type": "string",
        "format": "date-time",
        "pattern": "Z$",
    };
    ShownOnce<'_>, "ShownOnce", inline: true, {
        "type": "string",
        "pattern": "^[A-Za-z0-9_-]+$",
        "description": "A secret. It is shown this once and never again.",
    };
    AuthMethods<'_>, "AuthMethods", inline: true, {
        "type": "string",
        "contentMediaType": "application/json",
        "pattern": format!("^\\[\"({0})\"(,\"({0})\")*\\]$", auth_methods()),
        "description": "A JSON array of auth methods, in a string.",
        "examples": ["[\"client_secret_basic\",\"private_key_jwt\"]"],
    };
    Action, "Action", inline: false, {
        "type": "string",
        "enum": words(Self::ALL, Self::word),
    };
    ClientStatus, "ClientStatus", inline: false, {
        "type": "string",
        "enum": words(Self::ALL, Self::word),
        "description": "A client that is not active never authenticates.",
    };
    ClientOrigin, "ClientOrigin", inline: false, {
        "type": "string",
        "enum": words(Self::ALL, Self::word),
        "description": "How a client came to be.",
    };
    FapiProfile, "FapiProfile", inline: false, {
        "type": "string",
        "enum": words(Self::ALL, Self::word),
    };
    GrantType, "GrantType", inline: false, {
        "type": "string",
        "enum": words(Self::ALL, Self::word),
        "description": "RFC 7591 section 2.",
    };
    #[cfg(feature = "registration")]
    RegistrationState, "RegistrationState", inline: false, {
        "type": "string",
        "enum": words(Self::ALL, Self::word),
        "description": "Whether an administrator has to decide on a client that registered itself.",
    };
    TokenType, "TokenType", inline: false, {
        "type": "string",
        "enum": words(Self::ALL, |word| word.as_str()),
        "description": "RFC 7009 section 2.1.",
    };
    SecretStatus, "SecretStatus", inline: false, {
        "type": "string",
        "enum": words(Self::ALL, Self::word),
        "description": "A retired secret was replaced and is accepted until it expires; an \
                        inactive one never is.",
    };
}

/// The words of an enumeration.
pub(crate) fn words<T>(all: &[T], as_str: impl Fn(&T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(as_str).collect()
}

/// The words of the auth methods, as alternatives in a pattern.
fn auth_methods() -> String {
    words(AuthMethod::ALL, AuthMethod::word).join("|")
}

/// The role of an operator, or a client that manages its own registration, or the host.
pub(super) fn operator_type(_: &mut SchemaGenerator) -> Schema {
    let mut types = words(Role::ALL, |role| role.as_str());
    types.extend([AuditEntry::BY_CLIENT, AuditEntry::BY_HOST]);
    json_schema!({"type": "string", "enum": types})
}

/// Auth methods as a list, unlike in a client.
#[cfg(feature = "registration")]
pub(super) fn auth_method_list(_: &mut SchemaGenerator) -> Schema {
    let words = words(AuthMethod::ALL, AuthMethod::word);
    json_schema!({"type": "array", "items": {"type": "string", "enum": words}})
}

pub(super) fn ip(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]})
}

/// A list by page number has a total, and one by position does not.
pub(super) fn two_forms(list: &mut Schema) {
    const COUNTED: [&str; 2] = ["pagination", "total"];

    let mut by_number = list.clone();
    by_number.insert("title".into(), "By page number".into());
    if let Some(Value::Array(required)) = by_number.get_mut("required") {
        required.extend(COUNTED.map(Value::from));
    }
    let mut by_position = list.clone();
    by_position.insert("title".into(), "By position, with after".into());
    if let Some(Value::Object(properties)) = by_position.get_mut("properties") {
        properties.retain(|name, _| !COUNTED.contains(&name.as_str()));
    }
    *list = json_schema!({"oneOf": [by_number, by_position]});
}
