//! Header fields and paths, from callers of one tenant on clients of another.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request};
use http_body_util::Full;
use serde_json::{Value, json};

use super::answer::assert_sound;
use super::cast::{Cast, SIBLING};
use super::panics;
use super::plan::{Plan, Routes};
use crate::openapi::tokens::OneToken;
use support::case::{Case, Names, base, expand};
use support::{Answer, App, CLIENTS, Store, claims, sign};

/// The members of a list item for a client with a secret and no optional fields.
const ITEM: [&str; 14] = [
    "client_auth_methods",
    "client_id",
    "cors_origins",
    "created_at",
    "grant_types",
    "id",
    "is_confidential",
    "name",
    "redirect_uris",
    "scopes",
    "secret_last_four",
    "status",
    "tenant_id",
    "updated_at",
];

#[tokio::test]
async fn a_request_reaches_its_own_tenant_and_nothing_else() {
    panics::watch();
    for store in Store::ALL {
        // With a token store, so that its operations are served.
        let app = App::with(store, |manager| manager.with_token_store(OneToken)).await;
        for case in Routes::of(&app).await.cases(Plan::Request) {
            let place = format!("{} {:?}", case.id, app.store);
            let cast = Cast::new(&app).await;
            let foreign = (
                app.stored("tenant_b", cast.other_id()).await,
                app.trail("tenant_b", cast.other_id()).await,
            );
            let answer = app.send(request(case, &cast.names)).await;
            case.assert_status(answer.status.as_u16(), &place);
            assert_sound(&answer, &place);
            if let Some(check) = case.check() {
                holds(&app, case, check, &cast, &answer).await;
            }
            let now = (
                app.stored("tenant_b", cast.other_id()).await,
                app.trail("tenant_b", cast.other_id()).await,
            );
            assert_eq!(
                now, foreign,
                "{place}: the other tenant's client was touched"
            );
            panics::assert_none(&place);
        }
    }
}

fn request(case: &Case, names: &Names) -> Request<Full<Bytes>> {
    let method: Method = case.text("method").unwrap().parse().unwrap();
    let mut uri = names.write(&case.text("path").unwrap());
    if let Some(query) = case.text("query") {
        uri = format!("{uri}?{query}");
    }
    let mut request = Request::new(Full::default());
    *request.method_mut() = method;
    *request.uri_mut() = uri.parse().unwrap();
    let mut claims = claims("tenant_a");
    for (name, value) in case
        .input
        .get("token")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        claims[name] = value.clone();
    }
    let headers = request.headers_mut();
    headers.insert(
        "authorization",
        format!("Bearer {}", sign(&claims)).parse().unwrap(),
    );
    for field in case
        .input
        .get("headers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let name: HeaderName = field[0].as_str().unwrap().parse().unwrap();
        headers.append(
            name,
            HeaderValue::from_bytes(&octets(&field[1], names)).unwrap(),
        );
    }
    let body = case.input.get("body").filter(|body| !body.is_null());
    if let Some(body) = body {
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        *request.body_mut() = Full::from(body.to_string());
    }
    request
}

/// The names of the clients in a list.
fn names(answer: &Answer) -> Vec<String> {
    let list = answer.json();
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect()
}

fn octets(value: &Value, names: &Names) -> Vec<u8> {
    match value.get("$b64") {
        Some(encoded) => BASE64_STANDARD.decode(encoded.as_str().unwrap()).unwrap(),
        None => expand(value, names)
            .as_str()
            .unwrap()
            .to_owned()
            .into_bytes(),
    }
}

async fn holds(app: &App, case: &Case, check: &str, cast: &Cast, answer: &Answer) {
    let place = format!("{} {:?}: {check}", case.id, app.store);
    let data = answer.json().get("data").cloned().unwrap_or_default();
    match check {
        "served from tenant_a" => assert_eq!(data["tenant_id"], "tenant_a", "{place}"),
        "own client returned" => assert_eq!(data["client_id"], cast.own["client_id"], "{place}"),
        // Checked for every response.
        "Content-Type application/json" => {}
        "audit ip is the peer unless a trusted proxy is configured" => {
            // A read has no audit entry, so the header is sent with a change. There is no peer
            // here.
            let mut change = request(case, &cast.names);
            *change.method_mut() = Method::PUT;
            *change.body_mut() = Full::from(r#"{"name":"n"}"#);
            let json = HeaderValue::from_static("application/json");
            change.headers_mut().insert("content-type", json);
            assert_eq!(app.send(change).await.status, 200, "{place}");
            assert_eq!(
                app.trail("tenant_a", cast.own_id()).await[0].ip,
                None,
                "{place}"
            );
        }
        "body and headers equal those of a random id; the other tenant's row and audit are unchanged" =>
        {
            let mut names = cast.names.clone();
            names.0.insert(
                "other_client_id",
                "app-01arz3ndektsv4rrffq69g5fav".to_owned(),
            );
            names
                .0
                .insert("other_secret_id", "01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned());
            let absent = app.send(request(case, &names)).await;
            assert_eq!(
                (absent.status, &absent.body),
                (answer.status, &answer.body),
                "{place}"
            );
            assert_eq!(absent.headers, answer.headers, "{place}");
        }
        "exact key set; Cache-Control: no-store" => {
            let members: Vec<_> = data.as_object().unwrap().keys().collect();
            assert_eq!(members, ITEM, "{place}");
        }
        "secret differs from the source's; source secret unchanged" => {
            let secret = data["client_secret"].as_str().unwrap();
            let clone_id = data["client_id"].as_str().unwrap();
            assert!(app.verifies("tenant_a", clone_id, secret).await, "{place}");
            assert!(
                !app.verifies("tenant_a", clone_id, cast.own_secret()).await,
                "{place}"
            );
            assert!(
                app.verifies("tenant_a", cast.own_id(), cast.own_secret())
                    .await,
                "{place}"
            );
            assert!(
                !app.verifies("tenant_a", cast.own_id(), secret).await,
                "{place}"
            );
        }
        "no trace of it in list, get, clone, secrets or audit of others" => {
            let deleted = cast.names.0["deleted_client_id"].as_str();
            let path = format!("{CLIENTS}/{deleted}");
            let changes = [
                (Method::GET, path.clone(), None),
                (Method::PUT, path.clone(), Some(json!({"name": "n"}))),
                (Method::POST, format!("{path}/clone"), None),
            ];
            for (method, path, body) in changes {
                let answer = app.call(method, &path, body.as_ref()).await;
                assert_eq!(answer.status, 404, "{place}: {path}");
            }
            for client in app.stored_clients("tenant_a").await {
                assert_ne!(client.client_id.as_str(), deleted, "{place}");
            }
            let trail = app.trail("tenant_a", cast.own_id()).await;
            assert!(
                trail
                    .iter()
                    .all(|entry| entry.client_id.as_str() != deleted),
                "{place}"
            );
            app.create(&base()).await;
        }
        "only tenant_b items; audit names operator and tenant_b" => {
            let items = answer.json()["items"].as_array().unwrap().clone();
            assert!(!items.is_empty(), "{place}");
            assert!(
                items.iter().all(|item| item["tenant_id"] == "tenant_b"),
                "{place}"
            );
            // A read has no audit entry, so the same caller makes a change.
            let mut change = request(case, &cast.names);
            *change.method_mut() = Method::POST;
            *change.body_mut() = Full::from(base().to_string());
            let json = HeaderValue::from_static("application/json");
            change.headers_mut().insert("content-type", json);
            let created = app.send(change).await.data();
            let trail = app
                .trail("tenant_b", created["client_id"].as_str().unwrap())
                .await;
            assert_eq!(trail[0].operator_id, "alice", "{place}");
            assert_eq!(trail[0].operator_type, "super_admin", "{place}");
        }
        "empty items, no panic, no 500" => assert_eq!(names(answer), [""; 0], "{place}"),
        "only names that contain %"
        | "only names that contain \\; no error for a trailing escape"
        | "documented and the same on all backends" => {
            assert!(names(answer).iter().all(|name| name == SIBLING), "{place}");
            assert!(!names(answer).is_empty(), "{place}");
        }
        "no extra field in the answer" => {
            for item in answer.json()["items"].as_array().unwrap() {
                let mut members = item.as_object().unwrap().keys();
                assert!(members.all(|name| ITEM.contains(&name.as_str())), "{place}");
            }
        }
        other => panic!("{}: nothing checks {other:?}", case.id),
    }
}
