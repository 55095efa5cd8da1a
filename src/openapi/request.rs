use serde_json::{Map, Value, json};

use super::with;
use crate::domain::{AuthMethod, FapiProfile, GrantType, MAX_WORDS, Policy};
use crate::wire::words;

/// The request body of an operation, by the name of its schema.
pub(super) fn body(schema: &str) -> Value {
    let schema = json!({"$ref": format!("#/components/schemas/{schema}")});
    json!({"required": true, "content": {"application/json": {"schema": schema}}})
}

/// The request bodies, by component name. Unknown members are ignored.
pub(super) fn schemas(policy: &Policy) -> [(String, Value); 2] {
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
    let mut update = fields(policy);
    let status = json!({"$ref": "#/components/schemas/ClientStatus"});
    update.insert("status".into(), status);
    let create = json!({
        "description": "A client to create.",
        "type": "object",
        "required": ["name", "redirect_uris"],
        "properties": create,
    });
    let update = json!({
        "description": "A change of a client. A member that is absent stays as it is; `null` or \
                        an empty text clears an optional one.",
        "type": "object",
        "properties": update,
    });
    [
        ("CreateClientRequest".into(), create),
        ("UpdateClientRequest".into(), update),
    ]
}

/// The fields that both requests have.
fn fields(policy: &Policy) -> Map<String, Value> {
    let grant_types = words(&policy.allowed_grant_types, GrantType::word);
    let auth_methods = words(AuthMethod::ALL, AuthMethod::word);
    let profiles = words(FapiProfile::ALL, FapiProfile::word);
    let scope = json!({
        "type": "string", "minLength": 1, "maxLength": policy.scope_length,
        "pattern": r"^[!#-\[\]-~]+$",
    });
    let allowed = policy.allowed_scopes.as_ref();
    let scope = with(scope, "enum", allowed.map(|scopes| json!(scopes)));
    let url = |description| {
        json!({
            "type": ["string", "null"],
            "maxLength": policy.url_length,
            "pattern": r"^(https://[A-Za-z0-9\[][!-~]*)?$",
            "description": description,
        })
    };
    let fields = [
        (
            "name",
            json!({
                "type": "string", "minLength": 1, "maxLength": policy.name_length,
                "description": "Any script, without control, invisible or unassigned characters.",
            }),
        ),
        (
            "redirect_uris",
            json!({
                "type": "array", "minItems": 1, "maxItems": policy.redirect_uris,
                "items": {
                    "type": "string", "format": "uri", "maxLength": policy.redirect_uri_length,
                },
                "description": "Compared by exact text (RFC 9700 section 2.1).",
            }),
        ),
        (
            "scopes",
            json!({"type": "array", "maxItems": policy.scopes, "items": scope}),
        ),
        (
            "grant_types",
            json!({
                "type": "array", "minItems": 1, "maxItems": MAX_WORDS,
                "items": {"type": "string", "enum": grant_types},
            }),
        ),
        (
            "client_auth_methods",
            json!({
                "anyOf": [
                    {
                        "type": "array", "minItems": 1, "maxItems": MAX_WORDS,
                        "items": {"type": "string", "enum": auth_methods},
                    },
                    {
                        "type": "string", "contentMediaType": "application/json",
                        "pattern": r"^\s*\[[\s\S]*\]\s*$",
                    },
                ],
                "description": "An array, or the string that holds one as answers carry it. By \
                                default `client_secret_basic` for a confidential client and \
                                `none` for a public one (RFC 7591 section 2).",
            }),
        ),
        (
            "fapi_profile",
            json!({"enum": profiles.into_iter().map(Value::from)
                .chain(["".into(), Value::Null]).collect::<Value>()}),
        ),
        (
            "is_confidential",
            json!({
                "type": "boolean",
                "description": "Whether it can keep a credential (RFC 6749 section 2.1).",
            }),
        ),
        (
            "jwks",
            json!({
                "type": ["string", "null"], "maxLength": policy.jwks.bytes,
                "contentMediaType": "application/jwk-set+json",
                "description": "Its public keys: a JSON Web Key Set, as text.",
            }),
        ),
        (
            "jwks_uri",
            url("Where its public keys are, instead of `jwks`."),
        ),
        ("logo_url", url("Its logo.")),
        ("privacy_policy", url("Its privacy policy.")),
        ("terms_url", url("Its terms of service.")),
        ("website", url("Its home page.")),
    ];
    fields
        .map(|(name, schema)| (name.to_owned(), schema))
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Fields;

    #[test]
    fn every_field_that_is_read_is_documented() {
        let [_, (_, update)] = schemas(&Policy::default());
        let documented = update["properties"].as_object().unwrap();
        let read = format!("{:?}", Fields::default());
        assert_eq!(read.matches("Absent").count(), documented.len());
        for name in documented.keys() {
            assert!(read.contains(&format!(" {name}: ")), "{name}");
        }
    }
}
