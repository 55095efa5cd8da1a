//! Requests about clients that register themselves.

use schemars::SchemaGenerator;
use serde_json::{Value, json};

use super::request::{grant_types, list_of, scopes};
use super::with;
use crate::domain::{
    AuthMethod, Id, MAX_HOST_LENGTH, MAX_HOSTS, Policy, RegistrationState, SecretOptions,
};
use crate::wire::words;

/// The parameters of these operations, besides the others.
pub(super) fn parameters(others: Value, generator: &mut SchemaGenerator) -> Value {
    let id = generator.subschema_for::<Id>();
    let state = generator.subschema_for::<RegistrationState>();
    let token = json!({
        "name": "initial_access_token_id", "in": "path", "required": true, "schema": id,
    });
    let state = json!({
        "name": "state", "in": "query", "schema": state,
        "description": "Only clients in this state.",
    });
    let all = with(others, "InitialAccessTokenId", Some(token));
    with(all, "WithState", Some(state))
}

/// The body of a request for an initial access token. All of it is optional.
pub(super) fn request(policy: &Policy) -> (String, Value) {
    let optional = |schema: Value| json!({"anyOf": [schema, {"type": "null"}]});
    let host = json!({
        "type": "string", "maxLength": MAX_HOST_LENGTH, "pattern": r"^[a-z0-9._\[\]:-]+$",
    });
    let mut members = json!({});
    for (name, schema) in [
        (
            "description",
            json!({
                "type": ["string", "null"], "maxLength": SecretOptions::MAX_DESCRIPTION_LENGTH,
                "description": "Who has it, or what it is for, without control characters.",
            }),
        ),
        (
            "expires_at",
            json!({
                "type": ["string", "null"], "format": "date-time",
                "description": "When it expires, a time in the future. Never by default.",
            }),
        ),
        (
            "uses",
            json!({
                "type": ["integer", "null"], "minimum": 1, "maximum": u32::MAX,
                "description": "How many clients it may register. Any number by default.",
            }),
        ),
        ("grant_types", optional(grant_types(policy))),
        (
            "client_auth_methods",
            optional(list_of(words(AuthMethod::ALL, AuthMethod::word))),
        ),
        ("scopes", optional(scopes(policy))),
        (
            "redirect_hosts",
            json!({
                "type": ["array", "null"], "maxItems": MAX_HOSTS, "items": host,
                "description": "The hosts of http(s) redirect URIs, in lower case.",
            }),
        ),
        (
            "is_approved",
            json!({
                "type": "boolean", "default": false,
                "description": "Whether its clients need no approval.",
            }),
        ),
    ] {
        members = with(members, name, Some(schema));
    }
    let request = json!({
        "description": "An initial access token to issue. Bounds take the place of what the host \
                        lets everyone register, within its policy.",
        "type": "object",
        "properties": members,
        "additionalProperties": false,
    });
    ("CreateInitialAccessTokenRequest".into(), request)
}
