use serde_json::{Map, Value, json};

use super::with;
use crate::domain::{
    AuthMethod, ClientId, FapiProfile, GrantType, MAX_CONTACT_LENGTH, MAX_CONTACTS,
    MAX_DESCRIPTION_LENGTH, MAX_KEY_LENGTH, MAX_PAIRS, MAX_VALUE_LENGTH, MAX_WORDS, Policy,
    SecretOptions, SecretRules, fields,
};
use crate::manager::transfer::{MAX_HASH_LENGTH, MAX_SECRET_LENGTH, MIN_SECRET_LENGTH};
use crate::wire::{ANSWERED, CLIENT_ID, LAST_FOUR, SECRET, SECRET_HASH, words};

/// The request body of an operation, by the name of its schema.
pub(super) fn body(schema: &str, is_required: bool, media_types: &[&str]) -> Value {
    let schema = json!({"$ref": format!("#/components/schemas/{schema}")});
    let of_type = |name: &&str| ((*name).to_owned(), json!({"schema": schema}));
    let content: Map<_, _> = media_types.iter().map(of_type).collect();
    json!({"required": is_required, "content": content})
}

/// The request bodies, by component name. Unknown members are ignored, unless
/// the policy is strict.
pub(super) fn schemas(policy: &Policy, secrets: &SecretRules) -> Vec<(String, Value)> {
    let mut create = fields(policy);
    for (name, default) in [
        ("is_confidential", json!(true)),
        (
            "grant_types",
            json!([GrantType::AuthorizationCode.as_str()]),
        ),
        ("scopes", json!([])),
    ] {
        if let Some(Value::Object(field)) = create.get_mut(name) {
            field.insert("default".into(), default);
        }
    }
    let options = json!({
        "description": "Of the secret that the client gets. All of it is optional.",
        "type": ["object", "null"],
        "properties": secret_options(),
    });
    create.insert(SecretOptions::AT_CREATION.into(), options);
    let mut update = fields(policy);
    let status = json!({"$ref": "#/components/schemas/ClientStatus"});
    update.insert("status".into(), status);
    let required = match policy.optional_redirect_uris {
        true => json!(["name"]),
        false => json!(["name", "redirect_uris"]),
    };
    // Members that are refused where the host is strict.
    let more = policy.strict_members.then_some(Value::Bool(false));
    if policy.strict_members {
        let ignored = json!({"description": "As answers carry it; it changes nothing."});
        update.extend(ANSWERED.map(|name| (name.to_owned(), ignored.clone())));
    }
    let create = json!({
        "description": "A client to create.",
        "type": "object",
        "required": required,
        "properties": create,
    });
    let update = json!({
        "description": "A change of a client. A member that is absent stays as it is; `null` or \
                        an empty text clears an optional one.",
        "type": "object",
        "properties": update,
    });
    [
        (
            "CreateClientRequest".into(),
            with(create, "additionalProperties", more.clone()),
        ),
        (
            "UpdateClientRequest".into(),
            with(update, "additionalProperties", more),
        ),
        ("ImportClientRequest".into(), import(policy)),
        ("CreateSecretRequest".into(), optional(secret_options())),
        ("RotateSecretRequest".into(), optional(rotation(secrets))),
        #[cfg(feature = "registration")]
        super::registration::request(policy),
        #[cfg(feature = "cimd")]
        super::document::request(),
    ]
    .into()
}

/// A client as another system has it, or a transfer document.
fn import(policy: &Policy) -> Value {
    let mut members = fields(&policy.clone().with_optional_redirect_uris());
    let printable = |least: usize, most: usize| {
        json!({
            "type": ["string", "null"], "minLength": least, "maxLength": most,
            "pattern": "^[ -~]*$",
        })
    };
    let status = json!({"$ref": "#/components/schemas/ClientStatus"});
    let client_id = json!({
        "type": "string", "minLength": 1, "maxLength": ClientId::MAX_LENGTH,
        "pattern": "^[!-~]+$",
    });
    let hash = json!({
        "type": ["string", "null"], "maxLength": MAX_HASH_LENGTH,
        "description": "The hash of its secret, in a format that the host's hasher verifies.",
    });
    for (name, schema) in [
        ("status", status),
        (CLIENT_ID, client_id),
        (SECRET, printable(MIN_SECRET_LENGTH, MAX_SECRET_LENGTH)),
        (SECRET_HASH, hash),
        (LAST_FOUR, printable(0, 4)),
    ] {
        members.insert(name.into(), schema);
    }
    let system = json!({
        "title": "From another system",
        "type": "object",
        "required": [CLIENT_ID, "name"],
        "properties": members,
        "additionalProperties": false,
    });
    let document = json!({
        "title": "Transfer document",
        "description": "What an export wrote.",
        "type": "object",
        "required": ["id", "tenant_id", CLIENT_ID, "name", "version", "secrets"],
        "properties": {"secrets": {"type": "array", "items": {"type": "object"}}},
    });
    json!({"anyOf": [system, document]})
}

/// A body that may be missing.
fn optional(properties: Value) -> Value {
    json!({
        "description": "What may be set of a new secret. All of it is optional, and so is the body.",
        "type": "object",
        "properties": properties,
    })
}

fn secret_options() -> Value {
    json!({
        "description": {
            "type": ["string", "null"], "maxLength": SecretOptions::MAX_DESCRIPTION_LENGTH,
            "description": "What it is for, without control characters.",
        },
        "expires_at": {
            "type": ["string", "null"], "format": "date-time",
            "description": "When it expires, a time in the future. By default after the host's \
                            longest lifetime of a secret, if there is one.",
        },
    })
}

fn rotation(rules: &SecretRules) -> Value {
    let grace_period = json!({
        "type": ["integer", "null"], "minimum": 0, "maximum": rules.max_grace.as_secs(),
        "default": rules.grace.as_secs(),
        "description": "The seconds for which the replaced secrets still work. 0 ends them at \
                        once, those of earlier rotations included.",
    });
    with(secret_options(), "grace_period", Some(grace_period))
}

macro_rules! properties {
    ($($(#[$file:meta])* $name:ident: $type:ty => $schema:expr;)+) => {
        /// The fields that both requests have.
        fn fields(policy: &Policy) -> Map<String, Value> {
            let schemas = [$((stringify!($name), $schema(policy)),)+];
            schemas
                .map(|(name, schema)| (name.to_owned(), schema))
                .into_iter()
                .collect()
        }
    };
}

fields!(properties);

fn name(policy: &Policy) -> Value {
    json!({
        "type": "string", "minLength": 1, "maxLength": policy.name_length,
        "description": "Any script, without control, invisible or unassigned characters.",
    })
}

fn redirect_uris(policy: &Policy) -> Value {
    let least = usize::from(!policy.optional_redirect_uris);
    json!({
        "type": "array", "minItems": least, "maxItems": policy.redirect_uris,
        "items": {"type": "string", "format": "uri", "maxLength": policy.redirect_uri_length},
        "description": "Compared by exact text (RFC 9700 section 2.1).",
    })
}

pub(super) fn scopes(policy: &Policy) -> Value {
    let scope = json!({
        "type": "string", "minLength": 1, "maxLength": policy.scope_length,
        "pattern": r"^[!#-\[\]-~]+$",
    });
    let allowed = policy.allowed_scopes.as_ref();
    let scope = with(scope, "enum", allowed.map(|scopes| json!(scopes)));
    json!({"type": "array", "maxItems": policy.scopes, "items": scope})
}

pub(super) fn grant_types(policy: &Policy) -> Value {
    list_of(words(&policy.allowed_grant_types, GrantType::word))
}

fn client_auth_methods(_: &Policy) -> Value {
    json!({
        "anyOf": [
            list_of(words(AuthMethod::ALL, AuthMethod::word)),
            {
                "type": "string", "contentMediaType": "application/json",
                "pattern": r"^\s*\[[\s\S]*\]\s*$",
            },
        ],
        "description": "An array, or the string that holds one as answers carry it. By default \
                        `client_secret_basic` for a confidential client and `none` for a public \
                        one (RFC 7591 section 2).",
    })
}

/// A list of words.
pub(super) fn list_of(words: Vec<&str>) -> Value {
    json!({
        "type": "array", "minItems": 1, "maxItems": MAX_WORDS,
        "items": {"type": "string", "enum": words},
    })
}

fn fapi_profile(_: &Policy) -> Value {
    let profiles = words(FapiProfile::ALL, FapiProfile::word).into_iter();
    let profiles = profiles.map(Value::from).chain(["".into(), Value::Null]);
    json!({"enum": profiles.collect::<Value>()})
}

fn flag(description: &str) -> impl Fn(&Policy) -> Value {
    move |_| json!({"type": "boolean", "description": description})
}

fn jwks(policy: &Policy) -> Value {
    let keys = json!({
        "type": "array", "minItems": 1, "maxItems": policy.jwks.keys, "items": {"type": "object"},
    });
    json!({
        "anyOf": [
            {
                "type": ["string", "null"], "maxLength": policy.jwks.bytes,
                "contentMediaType": "application/jwk-set+json",
            },
            {"type": "object", "required": ["keys"], "properties": {"keys": keys}},
        ],
        "description": "Its public keys: a JSON Web Key Set, as text or as an object. Answers \
                        carry the text.",
    })
}

/// An optional URL.
fn url(description: &str) -> impl Fn(&Policy) -> Value {
    move |policy| {
        json!({
            "type": ["string", "null"], "maxLength": policy.url_length,
            "pattern": r"^(https://[A-Za-z0-9\[][!-~]*)?$",
            "description": description,
        })
    }
}

fn description(_: &Policy) -> Value {
    json!({
        "type": ["string", "null"], "maxLength": MAX_DESCRIPTION_LENGTH,
        "description": "What it is, for administrators. Line breaks and tabs are the only control \
                        characters.",
    })
}

fn contacts(_: &Policy) -> Value {
    json!({
        "type": "array", "maxItems": MAX_CONTACTS,
        "items": {"type": "string", "minLength": 1, "maxLength": MAX_CONTACT_LENGTH},
        "description": "How to reach the people responsible, typically email addresses.",
    })
}

fn post_logout_redirect_uris(policy: &Policy) -> Value {
    json!({
        "type": "array", "maxItems": policy.redirect_uris,
        "items": {"type": "string", "format": "uri", "maxLength": policy.redirect_uri_length},
        "description": "Where the user may be sent after logging out, with the same rules as the \
                        redirect URIs.",
    })
}

fn allowed_cors_origins(policy: &Policy) -> Value {
    json!({
        "type": "array", "maxItems": policy.redirect_uris,
        "items": {
            "type": "string", "pattern": "^https?://[^/?#]+$",
            "maxLength": policy.redirect_uri_length,
        },
        "description": "The origins whose pages may call the endpoints, besides those of the \
                        redirect URIs.",
    })
}

fn metadata(_: &Policy) -> Value {
    json!({
        "type": ["object", "null"], "maxProperties": MAX_PAIRS,
        "propertyNames": {"minLength": 1, "maxLength": MAX_KEY_LENGTH},
        "additionalProperties": {"type": "string", "maxLength": MAX_VALUE_LENGTH},
        "description": "What the host keeps with the client. A change replaces all pairs; a patch \
                        changes those that it names, and `null` removes one.",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Fields;

    #[test]
    fn every_field_that_is_read_is_documented() {
        let schemas = schemas(&Policy::default(), &SecretRules::default());
        let (_, update) = &schemas[1];
        let documented = update["properties"].as_object().unwrap();
        let read = format!("{:?}", Fields::default());
        assert_eq!(read.matches("Absent").count(), documented.len());
        for name in documented.keys() {
            assert!(read.contains(&format!(" {name}: ")), "{name}");
        }
    }
}
