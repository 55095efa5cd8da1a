//! The schemas of request bodies match what is accepted.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::schema::Document;
use support::console::path;
use support::registrant::{Door, TOKENS};
use support::shelf::Shelf;
use support::{Answer, App, CLIENTS, Store, base};

fn schema<'a>(document: &'a Document, id: &str) -> &'a Value {
    let (.., operation) = document.operation(id);
    &operation["requestBody"]["content"]["application/json"]["schema"]
}

/// Values that some field accepts, and values that no field does.
fn values() -> Vec<Value> {
    let key = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"OxzOMV90Ec3sfx72LsAO_PufHJ-TO6FB6PD1bQLXDWo"}]}"#;
    vec![
        json!(null),
        json!(true),
        json!(7),
        json!({}),
        json!([]),
        json!([7]),
        json!([null]),
        json!([""]),
        json!(["openid"]),
        json!(["a b"]),
        json!(["authorization_code"]),
        json!(["password"]),
        json!(["client_secret_basic", "client_secret_post"]),
        json!(["https://app.example.com/cb"]),
        json!(vec!["https://app.example.com/cb"; 100]),
        json!(vec!["https://app.example.com/cb"; 101]),
        json!(vec!["openid"; 128]),
        json!(vec!["openid"; 129]),
        json!(["n".repeat(128)]),
        json!(["n".repeat(129)]),
        json!(""),
        json!("active"),
        json!("suspended"),
        json!("gone"),
        json!("fapi1"),
        json!("[\"client_secret_post\"]"),
        json!("n".repeat(128)),
        json!("é".repeat(128)),
        json!("n".repeat(129)),
        json!(0),
        json!(2_592_000),
        json!(2_592_001),
        json!(-1),
        json!(0.5),
        json!("2999-12-31T23:59:59Z"),
        json!("2999-12-31T23:59:59.5+02:00"),
        json!("2999-12-31"),
        json!("n".repeat(1024)),
        json!("n".repeat(1025)),
        json!(["a.example"]),
        json!(["A.example"]),
        json!(vec!["a.example"; 33]),
        json!(1),
        json!(4_294_967_296_u64),
        json!({"description": "n", "expires_at": "2999-12-31T23:59:59Z"}),
        json!({"description": 7}),
        json!("https://app.example.com/x"),
        json!("http://app.example.com/x"),
        json!(format!("https://app.example.com/{}", "x".repeat(2024))),
        json!(format!("https://app.example.com/{}", "x".repeat(2025))),
        json!(key),
        serde_json::from_str(key).unwrap(),
        json!({"keys": []}),
        json!({"keys": vec![json!({}); 17]}),
    ]
}

/// Faults that a schema can express. The others are of grammars and of rules between fields.
const TOLD_BY_SCHEMA: [&str; 10] = [
    "must be an array of 1 to",
    "must be a string",
    "must be an object",
    "must be a whole number",
    "must be an array of strings",
    "must be at most",
    "must be one of",
    "must be true or false",
    "must hold",
    "characters long",
];

/// A body that is accepted, to change one member of.
fn accepted(id: &str) -> Value {
    match id {
        "createInitialAccessToken" => json!({}),
        "createMetadataDocumentBlock" => json!({"domain": "a.example"}),
        _ => base(),
    }
}

async fn send(app: &App, id: &str, body: &Value) -> Answer {
    if id == "createInitialAccessToken" {
        return Door::open(app).ask(Method::POST, TOKENS, Some(body)).await;
    }
    if id == "createMetadataDocumentBlock" {
        let shelf = Shelf::open(app);
        let answer = shelf.block(body).await;
        if answer.status.is_success() {
            shelf.unblock(&answer.data()).await;
        }
        return answer;
    }
    if id == "createClient" {
        return app.call(Method::POST, CLIENTS, Some(body)).await;
    }
    let created = app.create(&base()).await;
    let client_id = created["client_id"].as_str().unwrap();
    let below = match id {
        "rotateSecret" => "/rotate-secret",
        "createSecret" => "/secrets",
        _ => return app.update(client_id, body).await,
    };
    app.call(Method::POST, &path(client_id, below), Some(body))
        .await
}

const BODIES: [&str; 6] = [
    "createClient",
    "updateClient",
    "rotateSecret",
    "createSecret",
    "createInitialAccessToken",
    "createMetadataDocumentBlock",
];

fn schema_of<'a>(document: &'a Document, schema: &'a Value, field: &str) -> &'a Value {
    &document.resolve(schema)["properties"][field]
}

#[tokio::test]
async fn each_documented_field_is_read() {
    let (app, document) = (App::new(Store::Memory).await, Document::new());
    for id in BODIES {
        let schema = schema(&document, id);
        for field in document.resolve(schema)["properties"]
            .as_object()
            .unwrap()
            .keys()
        {
            let mut body = accepted(id);
            let schema = schema_of(&document, schema, field);
            let is_object = ["properties", "propertyNames"]
                .iter()
                .any(|of| schema[of].is_object());
            body[field] = if is_object { json!(7) } else { json!({}) };
            let message = send(&app, id, &body).await.message();
            assert!(message.starts_with(&format!("{field}: ")), "{id} {field}");
        }
    }
}

#[tokio::test]
async fn a_schema_takes_all_that_is_taken_and_refuses_what_it_can() {
    let (app, document) = (App::new(Store::Memory).await, Document::new());
    for id in BODIES {
        let schema = schema(&document, id);
        let validator = document.validator(schema);
        for field in document.resolve(schema)["properties"]
            .as_object()
            .unwrap()
            .keys()
        {
            for value in values() {
                let mut body = accepted(id);
                body[field] = value;
                let answer = send(&app, id, &body).await;
                if answer.status == StatusCode::BAD_REQUEST {
                    let message = answer.message();
                    let mut faults = message.split("; ").filter(|fault| fault.starts_with(field));
                    let told = faults.any(|fault| TOLD_BY_SCHEMA.iter().any(|t| fault.contains(t)));
                    assert!(!told || !validator.is_valid(&body), "{id} {message} {body}");
                } else {
                    assert!(answer.status.is_success(), "{id} {body}");
                    assert!(validator.is_valid(&body), "{id} takes {body}");
                }
            }
        }
    }
}
