//! Credentials, presented to hosts with three kinds of keys.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request};
use http_body_util::Full;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use tower::ServiceExt;
use tower_oauth_clients::adapters::tower::ManagementService;

use super::answer::assert_sound;
use super::cast::Cast;
use super::forge::{Forge, Host};
use super::panics;
use super::plan::{Plan, Routes};
use support::case::{Case, expand};
use support::{Answer, App, CLIENTS};

#[tokio::test]
async fn a_credential_is_valid_to_the_letter_or_refused() {
    panics::watch();
    for app in App::each().await {
        let routes = Routes::of(&app).await;
        for host in [Host::hs256(), Host::es256(), Host::rs256()] {
            let symmetric = host.algorithm == Algorithm::HS256;
            let (forge, service) = host.service(&app);
            for case in routes.cases(Plan::Token) {
                let number: u32 = case.id[3..].parse().unwrap();
                if symmetric || (19..=41).contains(&number) {
                    run(&app, &routes, &forge, &service, case).await;
                }
            }
        }
    }
}

async fn run(app: &App, routes: &Routes, forge: &Forge, service: &ManagementService, case: &Case) {
    let place = format!("{} {:?} {:?}", case.id, app.store, forge.algorithm);
    let cast = Cast::new(app).await;
    let lists = routes.serve("GET", CLIENTS);
    let path = if lists {
        CLIENTS.into()
    } else {
        format!("{CLIENTS}/{}", cast.own_id())
    };
    let answer = send(service, request(&path, &credentials(forge, case, &cast))).await;
    assert_sound(&answer, &place);
    assert!(!told(&answer).contains("eyJ"), "{place}");
    panics::assert_none(&place);
    if case.check() == Some("if 200, the list is empty") {
        // Another tenant: the list is empty, and the client is not found.
        let unseen = match answer.status.as_u16() {
            200 => lists && answer.json()["items"] == json!([]),
            404 => !lists,
            status => case.statuses().contains(&status),
        };
        assert!(unseen, "{place}: {}", answer.status);
        return;
    }
    case.assert_status(answer.status.as_u16(), &place);
    match case.check() {
        // Checked for every token; unit tests cover the time that a long one takes.
        None | Some("no panic or overflow" | "no base64 or JSON work above the size limit") => {}
        // Connections are checked in `network.rs`.
        Some("no outbound connection") => {}
        Some("if 200, tenant is tenant_a") => {
            assert!(
                answer.status != 200 || answer.data()["tenant_id"] == "tenant_a",
                "{place}"
            );
        }
        Some(other) => panic!("{place}: nothing checks {other:?}"),
    }
    if answer.status == 200 && !lists {
        assert_eq!(answer.data()["client_id"], cast.own["client_id"], "{place}");
    }
}

fn told(answer: &Answer) -> String {
    String::from_utf8(answer.body.to_vec()).unwrap()
}

/// The header fields of a case.
fn credentials(forge: &Forge, case: &Case, cast: &Cast) -> Vec<(String, Vec<u8>)> {
    let valid = |claims: Value| json!({"header": {}, "claims": claims, "sign": "valid"});
    let mut names = cast.names.clone();
    names
        .0
        .insert("token", forge.token(&valid(json!({})), &names));
    names.0.insert(
        "token_user",
        forge.token(&valid(json!({"role": "user"})), &names),
    );
    if let Some(jwt) = case.input.get("jwt") {
        let token = forge.token(jwt, &names);
        return vec![("authorization".into(), format!("Bearer {token}").into())];
    }
    if let Some(fields) = case.input.get("headers") {
        let fields = fields.as_array().unwrap().iter();
        let field = |field: &Value| {
            let value = names.write(field[1].as_str().unwrap());
            (field[0].as_str().unwrap().to_owned(), value.into_bytes())
        };
        return fields.map(field).collect();
    }
    match expand(&case.input["authorization"], &names) {
        Value::String(field) => vec![("authorization".into(), field.into_bytes())],
        Value::Null => Vec::new(),
        other => panic!("{}: {other}", case.id),
    }
}

fn request(path: &str, fields: &[(String, Vec<u8>)]) -> Request<Full<Bytes>> {
    let mut request = Request::get(path).body(Full::default()).unwrap();
    for (name, value) in fields {
        let name: HeaderName = name.parse().unwrap();
        request
            .headers_mut()
            .append(name, HeaderValue::from_bytes(value).unwrap());
    }
    request
}

async fn send(service: &ManagementService, request: Request<Full<Bytes>>) -> Answer {
    Answer::read(service.clone().oneshot(request).await.unwrap()).await
}
