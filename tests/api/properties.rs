//! Properties of every client, whatever was requested.

use std::time::Duration;

use http::Method;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use support::{App, CLIENTS, Store, admin, base};

const P256: &str = r#"{"keys":[{"kty":"EC","kid":"p256","use":"sig","alg":"ES256","crv":"P-256","x":"Xdat9I3OiEeIfO2_IIe4Tay5vZnAYtzJQnYqkW_kSIo","y":"NZTSK9uQSoqcF9V-x6I2szuayYugqQFooUlbJ6HL5w0"}]}"#;

/// Every field that a client has.
const FIELDS: [&str; 14] = [
    "name",
    "redirect_uris",
    "scopes",
    "grant_types",
    "client_auth_methods",
    "fapi_profile",
    "is_confidential",
    "jwks",
    "jwks_uri",
    "logo_url",
    "privacy_policy",
    "terms_url",
    "website",
    "status",
];

/// Values of the wrong type for a field.
fn mistyped() -> impl Strategy<Value = Value> {
    select(vec![
        Value::Null,
        json!(7),
        json!(true),
        json!("x"),
        json!([]),
        json!([null]),
        json!({}),
    ])
}

/// Mostly valid values, some hostile ones, and occasionally one of the wrong type.
fn mixed(
    good: impl Strategy<Value = Value> + 'static,
    hostile: impl Strategy<Value = Value> + 'static,
) -> BoxedStrategy<Value> {
    prop_oneof![12 => good, 1 => hostile, 1 => mistyped()].boxed()
}

fn one_of(values: &[&str]) -> impl Strategy<Value = Value> + use<> {
    let values: Vec<Value> = values.iter().map(|value| (*value).into()).collect();
    select(values)
}

/// Up to four of these, possibly repeated.
fn some_of(values: &[&str]) -> impl Strategy<Value = Value> + use<> {
    prop::collection::vec(one_of(values), 1..5).prop_map(Value::from)
}

fn words_of(words: &'static [&'static str]) -> impl Strategy<Value = Value> {
    subsequence(words, 1..=words.len())
        .prop_shuffle()
        .prop_map(|words| json!(words))
}

/// Any text that JSON can express.
fn any_text() -> impl Strategy<Value = Value> {
    any::<String>().prop_map(Value::from)
}

fn any_texts() -> impl Strategy<Value = Value> {
    prop::collection::vec(any::<String>(), 0..40).prop_map(Value::from)
}

fn name() -> BoxedStrategy<Value> {
    let readable = "[\\PC&&[^\\s]]{1,40}".prop_map(Value::from);
    let written = one_of(&[
        "My Application",
        "日本語",
        "مثال",
        "👩‍👩‍👧",
        "x'); DROP TABLE--",
    ]);
    let misleading = one_of(&["", " ", "a\nb", "\u{202e}a", "\u{200b}", "a\u{0}"]);
    mixed(
        prop_oneof![written, readable],
        prop_oneof![misleading, any_text()],
    )
}

fn redirect_uris() -> BoxedStrategy<Value> {
    let good = some_of(&[
        "https://app.example.com",
        "https://app.example.com/cb",
        "https://app.example.com/cb?x=%41",
        "https://app.example.com:8443/cb",
        "https://xn--pple-43d.example/cb",
        "https://[2001:db8::1]/cb",
        "http://127.0.0.1/cb",
        "http://[::1]:61023/cb",
        "http://localhost:3000/cb",
        "com.example.app:/oauth2redirect",
    ]);
    let hostile = some_of(&[
        "https://app.example.com/cb",
        "https://app.example.com/cb#f",
        "https://user@app.example.com/cb",
        "https://app.example.com/a/../cb",
        "javascript:alert(1)",
        "HTTPS://APP.example.com/cb",
        " https://app.example.com/cb",
    ]);
    mixed(good, prop_oneof![hostile, any_texts()])
}

fn web_url() -> BoxedStrategy<Value> {
    let good = one_of(&[
        "",
        "https://app.example.com",
        "https://app.example.com/a?b=c#d",
    ]);
    let hostile = one_of(&[
        "http://x",
        "javascript:alert(1)",
        "//a.example",
        "https://a@b.example",
    ]);
    mixed(good, prop_oneof![hostile, any_text()])
}

fn field(name_of_field: &str) -> BoxedStrategy<Value> {
    match name_of_field {
        "name" => name(),
        "redirect_uris" => redirect_uris(),
        "scopes" => {
            let good = some_of(&["openid", "profile", "api:read", "!", "~", "[", "]"]);
            mixed(prop_oneof![good, Just(json!([]))], any_texts())
        }
        "grant_types" => {
            let words = words_of(&["authorization_code", "refresh_token", "client_credentials"]);
            mixed(
                words,
                prop_oneof![some_of(&["password", "implicit"]), any_texts()],
            )
        }
        "client_auth_methods" => {
            const METHODS: &[&str] = &[
                "client_secret_basic",
                "client_secret_post",
                "private_key_jwt",
                "none",
            ];
            let as_text = words_of(METHODS).prop_map(|words| words.to_string().into());
            let one = select(METHODS).prop_map(|method| json!([method]));
            mixed(prop_oneof![one, words_of(METHODS), as_text], any_texts())
        }
        "fapi_profile" => mixed(one_of(&["", "fapi1", "fapi2"]), any_text()),
        "is_confidential" => {
            prop_oneof![8 => any::<bool>().prop_map(Value::from), 1 => mistyped()].boxed()
        }
        "jwks" => mixed(
            one_of(&["", P256]),
            prop_oneof![one_of(&["{}", "{\"keys\":[]}"]), any_text()],
        ),
        "jwks_uri" => {
            let hostile = one_of(&["https://127.0.0.1/", "http://app.example.com/jwks.json"]);
            mixed(one_of(&["", "https://app.example.com/jwks.json"]), hostile)
        }
        "status" => mixed(one_of(&["active", "suspended", "inactive"]), any_text()),
        _ => web_url(),
    }
}

/// Some of the fields, with generated values.
fn fields() -> impl Strategy<Value = Value> {
    subsequence(FIELDS.to_vec(), 0..=5).prop_flat_map(|names| {
        let values: Vec<_> = names.iter().map(|name| field(name)).collect();
        values.prop_map(move |values| {
            let named = names.iter().map(|name| (*name).to_owned()).zip(values);
            Value::Object(named.collect::<Map<_, _>>())
        })
    })
}

/// A valid client with some fields overlaid.
fn draft() -> impl Strategy<Value = Value> {
    fields().prop_map(|fields| {
        let mut draft = base();
        draft
            .as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        draft
    })
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// Asserts that every violation in the message names a field of the request.
fn assert_names_fields(message: &str, sent: &Value) {
    for violation in message.split("; ").filter(|part| !part.starts_with("and ")) {
        let (path, fault) = violation
            .split_once(": ")
            .unwrap_or_else(|| panic!("{message}"));
        let (field, index) = match path.split_once('[') {
            Some((field, index)) => (field, Some(index.trim_end_matches(']').parse::<usize>())),
            None => (path, None),
        };
        assert!(FIELDS.contains(&field), "{message}");
        assert!(!fault.is_empty(), "{message}");
        if let Some(index) = index {
            let items = sent.get(field).map(items).unwrap_or_default();
            assert!(
                items.is_empty() || index.unwrap() < items.len(),
                "{message}: {sent}"
            );
        }
    }
}

/// A list in either form: an array, or JSON text.
fn items(list: &Value) -> Vec<Value> {
    match list {
        Value::Array(items) => items.clone(),
        Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn once(list: &Value) -> Value {
    let mut kept = Vec::new();
    for item in items(list) {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept.into()
}

/// Asserts that the values that are read are those that were sent, byte for byte.
fn assert_same(sent: &Value, read: &Value) {
    for (name, value) in sent.as_object().unwrap() {
        match name.as_str() {
            "jwks" => {}
            "redirect_uris" | "scopes" | "grant_types" => assert_eq!(read[name], once(value)),
            "client_auth_methods" => {
                let read: Value = serde_json::from_str(read[name].as_str().unwrap()).unwrap();
                assert_eq!(read, once(value));
            }
            "name" | "is_confidential" | "status" => assert_eq!(read[name], *value),
            _ => {
                let set = value.as_str().filter(|text| !text.is_empty());
                assert_eq!(read.get(name).and_then(Value::as_str), set, "{name}");
            }
        }
    }
}

/// The client as the body of a creation.
async fn as_draft(app: &App, client_id: &str) -> Value {
    let mut draft = app.get(client_id).await.data();
    let stored = app.stored("tenant_a", client_id).await;
    let members = draft.as_object_mut().unwrap();
    members.retain(|name, _| FIELDS.contains(&name.as_str()));
    members.remove("status");
    if let Some(jwks) = stored.metadata.jwks {
        members.insert("jwks".into(), jwks.into());
    }
    draft
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_creation_is_refused_by_name_or_kept(mut draft in draft()) {
        runtime().block_on(async {
            let app = App::new(Store::Memory).await;
            let answer = app.call(Method::POST, CLIENTS, Some(&draft)).await;
            if answer.status != 201 {
                assert_eq!(answer.status, 400);
                assert_names_fields(&answer.message(), &draft);
                assert!(app.stored_clients("tenant_a").await.is_empty());
                return;
            }
            // A new client is always active.
            draft["status"] = "active".into();
            let created = answer.data();
            let client_id = created["client_id"].as_str().unwrap();
            assert_same(&draft, &created);
            assert_same(&draft, &app.get(client_id).await.data());
            let jwks = draft.get("jwks").and_then(Value::as_str).filter(|text| !text.is_empty());
            assert_eq!(created.get("jwks").and_then(Value::as_str), jwks);
            assert_eq!(app.stored("tenant_a", client_id).await.metadata.jwks.as_deref(), jwks);
        });
    }

    #[test]
    fn no_update_reaches_what_a_creation_refuses(
        draft in draft(),
        patches in prop::collection::vec(fields(), 1..6),
    ) {
        runtime().block_on(async {
            let app = App::new(Store::Memory).await;
            let foreign = app.call_as(&admin("tenant_b"), Method::POST, CLIENTS, Some(&base())).await;
            let foreign_id = foreign.data()["client_id"].as_str().unwrap().to_owned();
            let theirs = (
                app.stored("tenant_b", &foreign_id).await,
                app.trail("tenant_b", &foreign_id).await,
            );
            let answer = app.call(Method::POST, CLIENTS, Some(&draft)).await;
            let created = match answer.status.as_u16() {
                201 => answer.data(),
                _ => app.create(&base()).await,
            };
            let client_id = created["client_id"].as_str().unwrap();
            for patch in &patches {
                let before = app.stored("tenant_a", client_id).await;
                let answer = app.update(client_id, patch).await;
                let after = app.stored("tenant_a", client_id).await;
                if answer.status == 200 {
                    let read = app.get(client_id).await.data();
                    assert_eq!(answer.data(), read);
                    assert_same(&without_null(patch), &read);
                } else {
                    assert_eq!(answer.status, 400);
                    assert_names_fields(&answer.message(), patch);
                    assert_eq!(after, before);
                }
                // A new client can be created with the resulting state, and gets the same one.
                let whole = as_draft(&app, client_id).await;
                let copy = app.call(Method::POST, CLIENTS, Some(&whole)).await;
                assert_eq!(copy.status, 201, "{}: {whole}", String::from_utf8_lossy(&copy.body));
                let copy_id = copy.data()["client_id"].as_str().unwrap().to_owned();
                assert_eq!(app.stored("tenant_a", &copy_id).await.metadata, after.metadata);
                // Only clients that can use a secret have one.
                let mut records = app.secret_records("tenant_a", client_id).await.into_iter();
                let now = after.updated_at;
                let usable = records.any(|record| record.verifies_at(now));
                assert!(!usable || after.metadata.uses_secret());
                // No other client was changed.
                for path in [format!("{CLIENTS}/{foreign_id}"), format!("{CLIENTS}/{foreign_id}/clone")] {
                    let method = if path.ends_with("clone") { Method::POST } else { Method::PUT };
                    assert_eq!(app.call(method, &path, Some(patch)).await.status, 404);
                }
            }
            let now = (
                app.stored("tenant_b", &foreign_id).await,
                app.trail("tenant_b", &foreign_id).await,
            );
            assert_eq!(now, theirs);
            assert_eq!(app.stored_clients("tenant_b").await.len(), 1);
        });
    }

    #[test]
    fn what_was_read_can_be_sent_back(draft in draft(), patch in fields()) {
        runtime().block_on(async {
            let app = App::new(Store::Memory).await;
            let answer = app.call(Method::POST, CLIENTS, Some(&draft)).await;
            let created = match answer.status.as_u16() {
                201 => answer.data(),
                _ => app.create(&base()).await,
            };
            let client_id = created["client_id"].as_str().unwrap();
            app.update(client_id, &patch).await;
            let read = app.get(client_id).await.data();
            let before = app.stored("tenant_a", client_id).await;
            // Entries with the same timestamp have no order.
            app.clock.advance(Duration::from_secs(1));
            let answer = app.update(client_id, &read).await;
            assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
            assert_eq!(without_time(answer.data()), without_time(read));
            let after = app.stored("tenant_a", client_id).await;
            assert_eq!((&after.metadata, after.status), (&before.metadata, before.status));
            assert_eq!(after.secret_last_four, before.secret_last_four);
            assert_eq!(app.trail("tenant_a", client_id).await[0].message, "changed nothing");
        });
    }
}

#[tokio::test]
async fn an_audit_trail_is_in_its_order() {
    for app in App::each().await {
        let created = app.create(&base()).await;
        let client_id = created["client_id"].as_str().unwrap();
        for index in 0..20 {
            app.clock.advance(Duration::from_micros(10));
            let patch = json!({"name": format!("n{index}")});
            assert_eq!(app.update(client_id, &patch).await.status, 200);
        }
        let trail = app.trail("tenant_a", client_id).await;
        let times: Vec<_> = trail.iter().map(|entry| entry.at).collect();
        assert!(
            times.is_sorted_by(|newer, older| newer >= older),
            "{:?}",
            app.store
        );
    }
}

fn without_time(mut item: Value) -> Value {
    item.as_object_mut().unwrap().remove("updated_at").unwrap();
    item
}

/// `null` clears a text, as `""` does.
fn without_null(patch: &Value) -> Value {
    let cleared = |value: &Value| {
        if value.is_null() {
            "".into()
        } else {
            value.clone()
        }
    };
    let members = patch.as_object().unwrap().iter();
    Value::Object(
        members
            .map(|(name, value)| (name.clone(), cleared(value)))
            .collect(),
    )
}
