//! A key set that is sent as an object instead of its text; and how lists are counted.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http_body_util::Full;
use serde_json::{Value, json};

use super::shape::assert_error;
use support::{Answer, App, CLIENTS, admin, base, request};

const KEY: &str =
    r#"{"kty":"OKP","crv":"Ed25519","x":"OxzOMV90Ec3sfx72LsAO_PufHJ-TO6FB6PD1bQLXDWo"}"#;

/// Creates a client whose `jwks` is written like this.
async fn create(app: &App, jwks: &str) -> Answer {
    let body = format!(
        r#"{{"name":"Keyed","redirect_uris":["https://app.example.com/cb"],"jwks":{jwks}}}"#
    );
    let request = request(&admin("tenant_a"), Method::POST, CLIENTS, Some(&base()));
    app.send(request.map(|_| Full::new(Bytes::from(body))))
        .await
}

#[tokio::test]
async fn an_object_is_stored_as_its_compact_text() {
    for app in App::each().await {
        let spaced = KEY.replace(',', " ,\n\t").replace(':', " : ");
        let extra = r#""kid" : "a \" b\\", "n\u0061me": 1.50"#;
        let sent = format!("{{ \"keys\" : [ {spaced} ] , {extra} }}");
        let expected = format!(r#"{{"keys":[{KEY}],"kid":"a \" b\\","n\u0061me":1.50}}"#);
        let created = create(&app, &sent).await;
        assert_eq!(created.status, 201, "{:?}", created.body);
        assert_eq!(created.data()["jwks"], expected.as_str());

        // The text can be sent back, and an update takes an object, too.
        let client_id = created.data()["client_id"].as_str().unwrap().to_owned();
        app.clock.advance(Duration::from_millis(1));
        let back = json!({"jwks": created.data()["jwks"]});
        assert_eq!(app.update(&client_id, &back).await.status, 200);
        let trail = app.repository.audit(&client_id).await;
        assert_eq!(trail[0].message, "changed nothing");
        app.clock.advance(Duration::from_millis(1));
        let mut object: Value = serde_json::from_str(&format!(r#"{{"keys":[{KEY}]}}"#)).unwrap();
        object["keys"][0]["kid"] = "second".into();
        let changed = app.update(&client_id, &json!({"jwks": object})).await;
        assert_eq!(changed.status, 200, "{:?}", changed.body);
        let trail = app.repository.audit(&client_id).await;
        assert_eq!(trail[0].message, "changed jwks");
    }
}

#[tokio::test]
async fn an_object_keeps_every_rule_of_a_text() {
    let private = KEY.replace(r#""x""#, r#""d":"s3cret-s3cret","x""#);
    let long = "x".repeat(32 * 1024);
    for app in App::each().await {
        for (jwks, message) in [
            ("{}".to_owned(), "keys: must be an array of 1 to 16 keys"),
            (
                r#"{"keys":[]}"#.to_owned(),
                "keys: must be an array of 1 to 16 keys",
            ),
            (KEY.to_owned(), "keys: must be an array of 1 to 16 keys"),
            (
                format!(r#"{{"keys":[{private}]}}"#),
                "holds a private key in keys[0]",
            ),
            (
                format!(r#"{{"keys":[{KEY}],"keys":[{KEY}]}}"#),
                "must not repeat a member",
            ),
            (
                format!(r#"{{"keys":[{}]}}"#, KEY.replace("{", r#"{"kty":"OKP","#)),
                "must not repeat a member",
            ),
            (
                format!(r#"{{"keys":[{KEY}],"x":[{{"a":{{"b":1,"\u0062":2}}}}]}}"#),
                "must not repeat a member",
            ),
            (
                format!(r#"{{"keys":[{KEY}],"x":"\ud800"}}"#),
                "must be one JSON object, and nothing else",
            ),
            (
                format!(
                    r#"{{"keys":[{KEY}],"x":{}{}}}"#,
                    "[".repeat(30_000),
                    "]".repeat(30_000)
                ),
                "must be at most 32768 bytes",
            ),
            (
                format!(
                    r#"{{"keys":[{KEY}],"x":{}{}}}"#,
                    "[".repeat(9_000),
                    "]".repeat(9_000)
                ),
                "must be at most 16 levels deep",
            ),
            (
                format!(r#"{{"keys":[{KEY}],"x":"{long}"}}"#),
                "must be at most 32768 bytes",
            ),
            (format!("[{KEY}]"), "must be a string"),
            ("7".to_owned(), "must be a string"),
        ] {
            let refused = create(&app, &jwks).await;
            assert_error(&refused, 400);
            assert_eq!(refused.message(), format!("jwks: {message}"), "{jwks:.100}");
        }
        // White space does not count.
        let padded = format!("{{{}\"keys\":[{KEY}]}}", " ".repeat(100_000));
        assert_eq!(create(&app, &padded).await.status, 201);
        let twice = create(&app, r#"{},"jwks":{}"#).await;
        assert_eq!(
            twice.message(),
            "body: must be one JSON object without duplicate members"
        );
    }
}

#[tokio::test]
async fn a_list_that_is_too_long_is_counted() {
    for app in App::each().await {
        let uris = |count: usize| -> Value {
            let one = |number| format!("https://app.example.com/{number}");
            (0..count).map(one).collect()
        };
        let scopes = |count: usize| -> Value { (0..count).map(|n| format!("s{n}")).collect() };
        let mut body = base();
        body["redirect_uris"] = uris(100);
        body["scopes"] = scopes(128);
        let created = app.create(&body).await;
        assert_eq!(created["redirect_uris"], body["redirect_uris"]);
        assert_eq!(created["scopes"], body["scopes"]);
        body["redirect_uris"] = uris(101);
        body["scopes"] = scopes(300);
        body["grant_types"] = json!([]);
        let refused = app.call(Method::POST, CLIENTS, Some(&body)).await;
        assert_error(&refused, 400);
        let message = "redirect_uris: must hold 1 to 100 items, not 101; \
                       scopes: must hold 0 to 128 items, not 300; \
                       grant_types: must hold 1 to 8 items, not 0";
        assert_eq!(refused.message(), message);
    }
}
