//! The schemas of the bodies against what is taken.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::schema::Document;
use super::support::{App, CLIENTS, Store, base};

fn schema(id: &str) -> Value {
    let document = Document::new();
    let (.., operation) = document.operation(id);
    operation["requestBody"]["content"]["application/json"]["schema"].clone()
}

/// Values that one field or another takes, and others that none does.
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
        json!(vec!["https://app.example.com/cb"; 32]),
        json!(vec!["https://app.example.com/cb"; 33]),
        json!(vec!["openid"; 64]),
        json!(vec!["openid"; 65]),
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
        json!("https://app.example.com/x"),
        json!("http://app.example.com/x"),
        json!(format!("https://app.example.com/{}", "x".repeat(2024))),
        json!(format!("https://app.example.com/{}", "x".repeat(2025))),
        json!(key),
    ]
}

#[tokio::test]
async fn what_is_taken_is_valid_and_what_has_a_wrong_type_is_neither() {
    let app = App::new(Store::Memory).await;
    let document = Document::new();
    for id in ["createClient", "updateClient"] {
        let schema = schema(id);
        let validator = document.validator(&schema);
        let reference = document.resolve(&schema);
        for field in reference["properties"].as_object().unwrap().keys() {
            for value in values() {
                let mut body = base();
                body[field] = value;
                let answer = match id {
                    "createClient" => app.call(Method::POST, CLIENTS, Some(&body)).await,
                    _ => {
                        let created = app.create(&base()).await;
                        app.update(created["client_id"].as_str().unwrap(), &body)
                            .await
                    }
                };
                match answer.status {
                    StatusCode::OK | StatusCode::CREATED => {
                        assert!(validator.is_valid(&body), "{id} takes {body}");
                    }
                    StatusCode::BAD_REQUEST => {
                        // What a schema can say it says; the rules between fields it can't.
                        let wrong_type = answer.message().contains(&format!("{field}: must be a"))
                            && !answer.message().contains("must be at most")
                            && !answer.message().contains("URI")
                            && !answer.message().contains("URL");
                        assert!(
                            !wrong_type || !validator.is_valid(&body),
                            "{id} refuses {body}"
                        );
                    }
                    status => panic!("{status}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn each_documented_field_is_read() {
    let app = App::new(Store::Memory).await;
    let document = Document::new();
    for id in ["createClient", "updateClient"] {
        let schema = schema(id);
        let fields = document.resolve(&schema)["properties"].as_object().unwrap();
        for field in fields.keys() {
            let mut body = base();
            body[field] = json!({});
            let answer = match id {
                "createClient" => app.call(Method::POST, CLIENTS, Some(&body)).await,
                _ => {
                    let created = app.create(&base()).await;
                    app.update(created["client_id"].as_str().unwrap(), &body)
                        .await
                }
            };
            assert!(
                answer.message().starts_with(&format!("{field}: ")),
                "{id} {field}"
            );
        }
    }
}
