use std::time::{Duration, Instant};

use http::Method;
use serde_json::Value;

use super::answer::{assert_no_echo, assert_sound};
use super::panics;
use super::plan::{Plan, Routes};
use super::read_back::assert_kept;
use support::case::{Case, base, draft};
use support::{Answer, App, CLIENTS};

/// The time limit for a body that is costly to parse, on a busy machine without optimisation.
pub const WITHIN: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_creation_is_refused_or_kept_as_it_is() {
    panics::watch();
    for app in App::each().await {
        for case in Routes::of(&app).await.cases(Plan::Create) {
            let sent = draft(&case.input);
            let place = format!("{} {:?}", case.id, app.store);
            let before = app.stored_clients("tenant_a").await;
            let start = Instant::now();
            let answer = app.call(Method::POST, CLIENTS, Some(&sent)).await;
            assert!(start.elapsed() < WITHIN, "{place}");
            case.assert_status(answer.status.as_u16(), &place);
            assert_sound(&answer, &place);
            outcome(&app, &sent, &answer, before.len(), &place).await;
            if let Some(check) = case.check() {
                holds(&app, case, check, &sent, &answer).await;
            }
            panics::assert_none(&place);
        }
    }
}

/// Asserts that a refused client is not stored and not repeated, and an accepted one is kept.
pub async fn outcome(app: &App, sent: &Value, answer: &Answer, before: usize, place: &str) {
    let after = app.stored_clients("tenant_a").await.len();
    if answer.status != 201 {
        assert_eq!(after, before, "{place}: something was stored");
        let ours = strings(&base());
        let mut texts = strings(sent);
        texts.retain(|text| !ours.contains(text));
        assert_no_echo(answer, &texts.join("\""), place);
        return;
    }
    assert_eq!(after, before + 1, "{place}");
    let created = answer.data();
    let client_id = created["client_id"].as_str().unwrap();
    let stored = app.stored("tenant_a", client_id).await;
    let read = app.get(client_id).await.data();
    assert_kept(sent, &read, &stored, place);
    assert_eq!(
        created.get("jwks").and_then(Value::as_str),
        stored.metadata.jwks.as_deref()
    );
    for shared in [
        "id",
        "name",
        "redirect_uris",
        "scopes",
        "client_auth_methods",
        "cors_origins",
    ] {
        assert_eq!(created[shared], read[shared], "{place}: {shared}");
    }
    let location = answer.header("location").unwrap();
    assert_eq!(location, format!("{CLIENTS}/{client_id}"), "{place}");
}

/// Every text in a value, including the names of members that the base does not have.
pub fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(members) => {
            let texts = members.iter().flat_map(|(name, value)| {
                let mut texts = strings(value);
                texts.push(name.clone());
                texts
            });
            texts.collect()
        }
        _ => Vec::new(),
    }
}

async fn holds(app: &App, case: &Case, check: &str, sent: &Value, answer: &Answer) {
    let place = format!("{} {:?}: {check}", case.id, app.store);
    let created = answer.json().get("data").cloned().unwrap_or_default();
    let client_id = created["client_id"].as_str().unwrap_or_default();
    match check {
        // Checked in every case: nothing refused is stored, everything accepted is kept as text,
        // and the time is limited.
        "if 201, the stored text equals the input"
        | "stored text has no added slash"
        | "process alive, answer within 1 s"
        // All bytes are kept, and nothing interprets the kid.
        | "kid is only compared"
        // Connections are checked in `network.rs`.
        | "no outbound connection during the request"
        // `tests/leaks` checks what is logged.
        | "captured log bytes contain neither the secret, nor its hash, nor the bearer token" => {}
        "any display of the host keeps the xn-- form" => {
            assert_eq!(created["cors_origins"][0], "https://xn--pple-43d.example", "{place}");
        }
        "stored once" => {
            assert_eq!(created["redirect_uris"].as_array().unwrap().len(), 1, "{place}");
        }
        "no client was created; message names redirect_uris[1]" => {
            assert!(answer.message().contains("redirect_uris[1]: "), "{place}");
            assert!(!answer.message().contains("redirect_uris[0]"), "{place}");
        }
        "the value of d appears in no log, error or row"
        | "the d value in no log, answer or database byte" => {
            let jwks: Value = serde_json::from_str(sent["jwks"].as_str().unwrap()).unwrap();
            let d = jwks["keys"][0]["d"].as_str().unwrap().as_bytes();
            assert!(!holds_bytes(&answer.body, d), "{place}");
            assert!(!holds_bytes(&app.database_bytes(), d), "{place}");
        }
        "table still there, value returned verbatim" => {
            app.create(&base()).await;
            assert_eq!(app.get(client_id).await.data()["name"], sent["name"], "{place}");
        }
        "value and audit message verbatim" => {
            let trail = app.trail("tenant_a", client_id).await;
            assert_eq!(trail[0].message, "created", "{place}");
        }
        "if 201, status is active" => assert_eq!(created["status"], "active", "{place}"),
        "id differs" => assert_ne!(created["id"], sent["id"], "{place}"),
        "returned secret differs; 'hunter2hunter2' does not verify" => {
            let issued = created["client_secret"].as_str().unwrap();
            assert!(app.verifies("tenant_a", client_id, issued).await, "{place}");
            assert!(!app.verifies("tenant_a", client_id, "hunter2hunter2").await, "{place}");
        }
        "timestamps are the server's; client is listed" => {
            let stored = app.stored("tenant_a", client_id).await;
            let now = tower_oauth_clients::domain::Clock::now(&app.clock);
            assert_eq!((stored.created_at, stored.updated_at), (now, now), "{place}");
            assert_eq!(stored.deleted_at, None, "{place}");
            assert!(app.stored_clients("tenant_a").await.contains(&stored), "{place}");
        }
        "no alias is honoured" => {
            assert_eq!(app.stored("tenant_a", client_id).await.tenant_id.as_str(), "tenant_a");
            assert!(app.stored_clients("tenant_b").await.is_empty(), "{place}");
        }
        "audit row names the token's sub" => {
            let trail = app.trail("tenant_a", client_id).await;
            assert_eq!(trail[0].operator_id, "alice", "{place}");
            assert_eq!(trail[0].operator_type, "admin", "{place}");
        }
        "ignored" => {
            let set = case.input["set"].as_object().unwrap();
            let read = app.get(client_id).await.data();
            for name in set.keys() {
                assert!(created.get(name).is_none() && read.get(name).is_none(), "{place}");
            }
        }
        "no issued secret in the raw bytes; each hash starts with $argon2id$v=19$" => {
            let secret = created["client_secret"].as_str().unwrap();
            assert!(!holds_bytes(&app.database_bytes(), secret.as_bytes()), "{place}");
            app.delete_stored("tenant_a", client_id).await.unwrap();
            assert!(!holds_bytes(&app.database_bytes(), secret.as_bytes()), "{place}");
            for client in app.stored_clients("tenant_a").await {
                for record in app.secret_records("tenant_a", client.client_id.as_str()).await {
                    assert!(record.hash.expose().starts_with("$argon2id$v=19$"), "{place}");
                }
            }
        }
        other => panic!("{}: nothing checks {other:?}", case.id),
    }
}

pub fn holds_bytes(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}
