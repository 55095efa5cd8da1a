use std::time::Instant;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request};
use http_body_util::Full;
use serde_json::Value;

use super::answer::{assert_no_echo, assert_sound};
use super::create::{WITHIN, outcome};
use super::panics;
use super::plan::{Plan, Routes};
use support::case::Case;
use support::{App, CLIENTS, admin};

#[tokio::test]
async fn a_body_is_one_json_object_or_is_refused() {
    panics::watch();
    for app in App::each().await {
        for case in Routes::of(&app).await.cases(Plan::Body) {
            let place = format!("{} {:?}", case.id, app.store);
            let body = octets(case);
            let before = app.stored_clients("tenant_a").await.len();
            let start = Instant::now();
            let answer = app.send(request(case, body.clone())).await;
            assert!(start.elapsed() < WITHIN, "{place}");
            case.assert_status(answer.status.as_u16(), &place);
            assert_sound(&answer, &place);
            let sent = serde_json::from_slice::<Value>(&body).unwrap_or_default();
            outcome(&app, &sent, &answer, before, &place).await;
            if answer.status != 201 {
                assert_no_echo(&answer, &String::from_utf8_lossy(&body), &place);
            }
            if let Some(check) = case.check() {
                assert!(CHECKS.contains(&check), "{place}: nothing checks {check:?}");
            }
            panics::assert_none(&place);
        }
    }
}

/// Checks that apply to every body: the format of the response, that it repeats nothing, and its
/// time. `tests/leaks` checks what is logged.
const CHECKS: [&str; 3] = [
    "process alive, answer within 1 s",
    "Content-Type application/json, nosniff; the member name is not in the answer",
    "S3CR3T-CANARY in neither answer nor log",
];

fn octets(case: &Case) -> Vec<u8> {
    match case.text("raw_b64") {
        Some(encoded) => BASE64_STANDARD.decode(encoded).unwrap(),
        None => case.text("raw").unwrap().into_bytes(),
    }
}

fn request(case: &Case, body: Vec<u8>) -> Request<Full<Bytes>> {
    let mut request = Request::post(CLIENTS).body(Full::from(body)).unwrap();
    let headers = request.headers_mut();
    let token = format!("Bearer {}", admin("tenant_a"));
    headers.insert("authorization", token.parse().unwrap());
    match case.input.get("headers") {
        None => {
            headers.insert("content-type", HeaderValue::from_static("application/json"));
        }
        Some(named) => {
            for field in named.as_array().unwrap() {
                let name: HeaderName = field[0].as_str().unwrap().parse().unwrap();
                headers.append(name, field[1].as_str().unwrap().parse().unwrap());
            }
        }
    }
    request
}
