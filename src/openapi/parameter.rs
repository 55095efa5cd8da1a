use schemars::SchemaGenerator;
use serde_json::{Value, json};

use crate::domain::{
    Action, AuthMethod, ClientId, ClientOrigin, ClientStatus, GrantType, Id, Page, TenantId,
};
use crate::handlers::{
    DEFAULT_PAGE_SIZE, MAX_CLIENT_IDS, MAX_GRACE_PERIOD, MAX_HOST_LENGTH, MAX_NAME_FILTER,
    MAX_TEXT_FILTER, MAX_TIME,
};
use crate::wire::words;

/// All parameters, by component name.
pub(super) fn components(generator: &mut SchemaGenerator) -> Value {
    let client_id = generator.subschema_for::<ClientId>();
    let id = generator.subschema_for::<Id>();
    let tenant = generator.subschema_for::<TenantId>();
    let status = generator.subschema_for::<ClientStatus>();
    let grant_type = generator.subschema_for::<GrantType>();
    let text = json!({"type": "string", "minLength": 1, "maxLength": MAX_TEXT_FILTER});
    let time = json!({"type": "integer", "minimum": 0, "maximum": MAX_TIME});
    let parameters = json!({
        "ClientId": {
            "name": "client_id", "in": "path", "required": true, "schema": client_id,
        },
        "SecretId": {"name": "secret_id", "in": "path", "required": true, "schema": id},
        "TenantId": {
            "name": "X-Tenant-ID", "in": "header", "schema": tenant,
            "description": "The tenant to act in. An `admin` may name its own only.",
        },
        "IfMatch": {
            "name": "If-Match", "in": "header", "schema": {"type": "string"},
            "example": "\"1\"",
            "description": "The version that the change is meant for, by its `ETag` (RFC 9110 \
                            section 13.1.1).",
        },
        "Page": {
            "name": "page", "in": "query",
            "schema": {
                "type": "integer", "format": "uint64", "minimum": 1, "maximum": u64::MAX,
                "default": 1,
            },
            "description": "The number of the page, from 1.",
        },
        "PageSize": {
            "name": "page_size", "in": "query",
            "schema": {
                "type": "integer", "minimum": 1, "maximum": Page::MAX_SIZE,
                "default": DEFAULT_PAGE_SIZE,
            },
        },
        "After": {
            "name": "after", "in": "query", "allowEmptyValue": true,
            "schema": {"anyOf": [id, {"const": ""}]},
            "description": "Instead of `page`: the `id` that the page follows, or empty for the \
                            first page. It costs the same everywhere in the list; the answer has \
                            no total, and a `Link` to what follows.",
        },
        "Name": {
            "name": "name", "in": "query",
            "schema": {"type": "string", "maxLength": MAX_NAME_FILTER},
            "description": "A part of the name, in any case.",
        },
        "Status": {"name": "status", "in": "query", "schema": status},
        "WithClientId": {
            "name": "client_id", "in": "query", "style": "form", "explode": true,
            "schema": {"type": "array", "items": client_id, "maxItems": MAX_CLIENT_IDS},
            "description": "Only this client, or these, if it is repeated.",
        },
        "WithRedirectUri": {
            "name": "redirect_uri", "in": "query", "schema": text,
            "description": "Only clients with this redirect URI.",
        },
        "WithGrant": {
            "name": "grant", "in": "query", "schema": grant_type,
            "description": "Only clients with this grant type.",
        },
        "WithScope": {
            "name": "scope", "in": "query", "schema": text,
            "description": "Only clients with this scope.",
        },
        "WithMethod": {
            "name": "method", "in": "query",
            "schema": {"type": "string", "enum": words(AuthMethod::ALL, AuthMethod::word)},
            "description": "Only clients with this auth method.",
        },
        "IsConfidential": {
            "name": "is_confidential", "in": "query", "schema": {"type": "boolean"},
            "description": "Only confidential clients, or only public ones.",
        },
        "WithRedirectHost": {
            "name": "redirect_host", "in": "query",
            "schema": {
                "type": "string", "maxLength": MAX_HOST_LENGTH,
                "pattern": r"^([a-z0-9._-]+|\[[0-9a-f:.]+\])$",
            },
            "description": "Only clients with an http(s) redirect URI on this host, at any port. In \
                            lower case.",
        },
        "WithOrigin": {
            "name": "origin", "in": "query",
            "schema": {"type": "string", "enum": words(ClientOrigin::ALL, ClientOrigin::word)},
            "description": "Only clients that came to be like this.",
        },
        "UnusedFor": {
            "name": "unused_for", "in": "query", "schema": time,
            "description": "Only clients that have not been used for so many seconds.",
        },
        "ExpiringWithin": {
            "name": "expiring_within", "in": "query", "schema": time,
            "description": "Only clients with an active secret that expires within so many \
                            seconds.",
        },
        "WithAction": {
            "name": "action", "in": "query",
            "schema": {"type": "string", "enum": words(Action::ALL, Action::word)},
            "description": "Only what was done by this action.",
        },
        "WithOperatorId": {
            "name": "operator_id", "in": "query", "schema": text,
            "description": "Only what this operator did.",
        },
        "WithTargetId": {
            "name": "target_id", "in": "query", "schema": client_id,
            "description": "Only what was done to this client itself, or to the secret with this \
                            id.",
        },
        "From": {
            "name": "from", "in": "query", "schema": {"type": "string", "format": "date-time"},
            "description": "Only what was done at this time or later.",
        },
        "To": {
            "name": "to", "in": "query", "schema": {"type": "string", "format": "date-time"},
            "description": "Only what was done before this time, which must not be before `from`.",
        },
        "Deleted": {
            "name": "deleted", "in": "query", "schema": {"type": "boolean", "default": false},
            "description": "With `true`, only deleted clients, instead of only existing ones.",
        },
        "View": {
            "name": "view", "in": "query", "schema": {"const": "full"},
            "description": "With `full`, clients are shown whole: with their public keys, what is \
                            only for administrators, and how they came to be; and entries of an \
                            audit trail with their client, and with what changed if the host \
                            records it.",
        },
        "Prefer": {
            "name": "Prefer", "in": "header", "schema": {"type": "string"},
            "example": "handling=strict",
            "description": "With `handling=strict` (RFC 7240 section 4.4), unknown query parameters \
                            are refused; with `return=representation; view=full`, items are \
                            shown as with `view=full`.",
        },
        "GracePeriod": {
            "name": "grace_period", "in": "query",
            "schema": {
                "type": "integer", "minimum": 0, "maximum": MAX_GRACE_PERIOD, "default": 0,
            },
            "description": "The seconds for which the tokens still work.",
        },
    });
    #[cfg(feature = "registration")]
    let parameters = super::registration::parameters(parameters, generator);
    #[cfg(feature = "cimd")]
    let parameters = super::document::parameters(parameters, generator);
    parameters
}

/// The component names of the parameters in a path.
pub(super) fn of_path(path: &'static str) -> impl Iterator<Item = String> {
    let names = path
        .split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names.map(pascal_case)
}

pub(super) fn reference(component: String) -> Value {
    json!({"$ref": format!("#/components/parameters/{component}")})
}

/// Turns `client_id` into `ClientId`.
pub(super) fn pascal_case(name: &str) -> String {
    let words = name.split('_').filter_map(|word| word.split_at_checked(1));
    words.fold(String::new(), |text, (first, rest)| {
        text + &first.to_ascii_uppercase() + rest
    })
}
