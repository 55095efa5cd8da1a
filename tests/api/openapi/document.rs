use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tower_oauth_clients::authorization::jwt::{JwtAuthorizer, Keys};
use tower_oauth_clients::domain::{GrantType, Policy};
use tower_oauth_clients::{ClientManager, Handlers, MemoryRepository};

use super::schema::{Document, document};

fn data(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data")
        .join(name)
}

fn read(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(data(name)).unwrap()).unwrap()
}

#[test]
fn it_is_the_one_that_was_reviewed() {
    let mut document = document("/api/v1", Policy::default());
    document["info"]["version"] = "*".into();
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(data("openapi.json"), format!("{document:#}\n")).unwrap();
    }
    assert!(
        document == read("openapi.json"),
        "the document changed: run this test with UPDATE_OPENAPI=1, then review the difference \
         in tests/data/openapi.json",
    );
}

#[test]
fn it_is_valid_openapi() {
    let mut meta = read("openapi-3.1-schema.json");
    // The default dialect of schemas in OpenAPI 3.1 is JSON Schema 2020-12.
    meta["$defs"]["schema"] = serde_json::json!({
        "$ref": "https://json-schema.org/draft/2020-12/schema",
    });
    let validator = jsonschema::options().build(&meta).unwrap();
    let document = Document::new().0;
    let faults: Vec<_> = validator
        .iter_errors(&document)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = Document::new();
    let mut used = BTreeSet::new();
    references(&document.0, &mut used);
    let mut there = BTreeSet::new();
    for (kind, components) in document.0["components"].as_object().unwrap() {
        let names = components.as_object().unwrap().keys();
        there.extend(names.map(|name| format!("#/components/{kind}/{name}")));
    }
    there.remove("#/components/securitySchemes/bearerAuth");
    assert_eq!(used, there.iter().map(String::as_str).collect());
}

#[test]
fn names_are_unique_and_each_operation_is_described() {
    let document = Document::new();
    let mut ids = BTreeSet::new();
    for (path, _, operation) in document.operations() {
        assert!(ids.insert(operation["operationId"].as_str().unwrap()));
        assert_eq!(
            operation["security"],
            serde_json::json!([{"bearerAuth": []}])
        );
        assert!(!operation["summary"].as_str().unwrap().is_empty());
        let tags = document.0["tags"].as_array().unwrap();
        assert!(tags.iter().any(|tag| tag["name"] == operation["tags"][0]));

        // Each parameter occurs once, and the path parameters are those in the path.
        let (mut seen, mut in_paths) = (BTreeSet::new(), 0);
        for parameter in operation["parameters"].as_array().unwrap() {
            let parameter = document.resolve(parameter);
            let name = parameter["name"].as_str().unwrap();
            assert!(seen.insert(name));
            let in_path = parameter["in"] == "path";
            in_paths += usize::from(in_path);
            assert_eq!(
                in_path,
                path.contains(&format!("{{{name}}}")),
                "{path} {name}"
            );
        }
        assert_eq!(in_paths, path.matches('{').count(), "{path}");
    }
}

#[test]
fn the_mount_stands_before_each_path() {
    for mount in ["/api/v1", "/api/v1/"] {
        let document = document(mount, Policy::default());
        let mut paths = document["paths"].as_object().unwrap().keys();
        assert!(paths.all(|path| path.starts_with("/api/v1/admin/oauth/")));
    }
}

#[test]
fn the_limits_are_those_of_the_policy() {
    let policy = Policy::default()
        .with_max_name_length(7)
        .with_allowed_grant_types([GrantType::ClientCredentials])
        .with_allowed_scopes(["openid"]);
    let document = document("", policy);
    for request in ["CreateClientRequest", "UpdateClientRequest"] {
        let fields = &document["components"]["schemas"][request]["properties"];
        assert_eq!(fields["name"]["maxLength"], 7);
        let grants = &fields["grant_types"]["items"]["enum"];
        assert_eq!(*grants, serde_json::json!(["client_credentials"]));
        assert_eq!(
            fields["scopes"]["items"]["enum"],
            serde_json::json!(["openid"])
        );
        assert_eq!(fields["redirect_uris"]["minItems"], 1);
    }
    let strict = self::document("", Policy::default().with_strict_members());
    for (document, closed) in [(&document, false), (&strict, true)] {
        for request in ["CreateClientRequest", "UpdateClientRequest"] {
            let schema = &document["components"]["schemas"][request];
            assert_eq!(schema["additionalProperties"] == false, closed);
        }
    }
    let policy = Policy::default().with_optional_redirect_uris();
    let document = self::document("", policy);
    let create = &document["components"]["schemas"]["CreateClientRequest"];
    assert_eq!(create["required"], serde_json::json!(["name"]));
    assert_eq!(create["properties"]["redirect_uris"]["minItems"], 0);
}

#[test]
fn the_grace_period_is_that_of_the_host() {
    let manager = ClientManager::builder(MemoryRepository::new())
        .with_rotation_grace(Duration::from_secs(60))
        .with_max_rotation_grace(Duration::from_secs(600));
    let authorizer = JwtAuthorizer::builder(Keys::from_secret([7; 32]).unwrap());
    let handlers = Handlers::new(manager.build().unwrap(), authorizer.build().unwrap());
    let document = handlers.openapi("");
    let fields = &document["components"]["schemas"]["RotateSecretRequest"]["properties"];
    assert_eq!(fields["grace_period"]["default"], 60);
    assert_eq!(fields["grace_period"]["maximum"], 600);
}
