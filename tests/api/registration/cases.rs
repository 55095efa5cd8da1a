//! The cases of `registration-cases.json`: what real clients send, and what they must get.

use std::sync::Arc;

use http::{Method, Request};
use http_body_util::Full;
use serde::Deserialize;
use serde_json::{Value, json};
use support::registrant::{Door, REGISTER, Registered, bounds, public};
use support::{Answer, App, Store, sign_with};
use tower_oauth_clients::domain::{AuthMethod, ClientId, ClientStatus, Draft, GrantType, Patch};
use tower_oauth_clients::manager::Expected;
use tower_oauth_clients::registration::{
    Decision, InitialAccessTokenOptions, RegistrarBuilder, RegistrationMode, RegistrationPolicy,
    RegistrationRequest, StatementRefusal, StatementVerifier, UnacceptableRedirects,
    UnofferedMethod,
};

#[derive(Deserialize)]
struct Case {
    id: String,
    kind: String,
    input: Value,
    expect: Value,
}

fn cases() -> Vec<Case> {
    let cases = include_str!("../../data/registration-cases.json");
    let cases: Vec<Case> = serde_json::from_str(cases).unwrap();
    let cases = cases.into_iter().filter(|case| case.kind == "dcr");
    cases.collect()
}

fn words(value: &Value) -> Vec<String> {
    let words = value.as_array().unwrap().iter();
    words
        .map(|word| word.as_str().unwrap().to_owned())
        .collect()
}

/// Trusts one statement.
struct Trusted(String);

impl StatementVerifier for Trusted {
    async fn verify(&self, statement: &str) -> Result<String, StatementRefusal> {
        match statement == self.0 {
            true => Ok(claims().to_string()),
            false => Err(StatementRefusal::Invalid),
        }
    }
}

fn claims() -> Value {
    json!({"iss": "A", "client_name": "Signed", "software_id": "s-1"})
}

fn statement() -> String {
    sign_with(
        &json!({"alg": "HS256"}),
        &claims(),
        b"a key of the publisher A",
    )
}

struct Pends;

impl RegistrationPolicy for Pends {
    async fn decide(&self, _: &RegistrationRequest<'_>) -> Decision {
        Decision::Pend
    }
}

/// Settles what differs from the default policy.
fn settle(mut registrar: RegistrarBuilder, policy: &Value) -> RegistrarBuilder {
    for (name, value) in policy.as_object().into_iter().flatten() {
        let word = value.as_str();
        registrar = match &**name {
            "methods" => {
                let methods = words(value);
                let methods = methods.iter().map(|word| AuthMethod::parse(word).unwrap());
                registrar.with_client_auth_methods(methods)
            }
            "unsupported_method" if word == Some("substitute") => {
                registrar.with_unoffered_method(UnofferedMethod::Substitute)
            }
            "unacceptable_redirects" if word == Some("drop") => {
                registrar.with_unacceptable_redirects(UnacceptableRedirects::Drop)
            }
            "private_use_exact" => registrar.with_private_use_uris(words(value)),
            "auth_method_when_absent" => {
                let method = AuthMethod::parse(word.unwrap()).unwrap();
                registrar.with_default_auth_method(method)
            }
            "open_registration" if *value == false => {
                registrar.with_mode(RegistrationMode::Protected)
            }
            "enabled" if *value == false => registrar.with_mode(RegistrationMode::Off),
            "statement_issuers" => {
                registrar.with_statement_verifier(Arc::new(Trusted(statement())))
            }
            "decision" if word == Some("pend") => registrar.with_policy(Pends),
            "initial_access_token" => registrar,
            other => panic!("not a policy: {other}"),
        };
    }
    registrar
}

async fn initial_access_token(door: &Door<'_>, policy: &Value) -> Option<String> {
    let policy = policy.get("initial_access_token")?;
    let bounds = bounds(|bounds| {
        let grants = words(&policy["grants"]);
        let grants = grants.iter().map(|word| GrantType::parse(word).unwrap());
        bounds.grant_types = Some(grants.collect());
        let scopes = policy["scope_ceiling"].as_str().unwrap();
        bounds.scopes = Some(scopes.split(' ').map(str::to_owned).collect());
    });
    let options = InitialAccessTokenOptions::new().with_bounds(bounds);
    Some(door.issue(options).await)
}

/// The client that a case is about, and the token that it presents.
async fn client(door: &Door<'_>, input: &Value) -> Option<(String, String)> {
    let auth = input.get("auth")?.as_str().unwrap();
    let registered = door.registered(&public()).await;
    let (mut id, token) = (registered.id().to_owned(), registered.token().to_owned());
    let (manager, operator) = (&door.app.manager, door.operator());
    let client_id = ClientId::parse(&id).unwrap();
    match auth {
        "own token" => {}
        "token of a deleted client" => {
            let deleted = manager.delete(&operator, &client_id, &Expected::Any);
            deleted.await.unwrap();
        }
        "any" => {
            let draft = Draft::new("Operator's", ["https://app.example.com/cb"]);
            let issued = manager.create(&operator, draft).await.unwrap();
            id = issued.client.client_id.to_string();
        }
        other => panic!("not a token: {other}"),
    }
    if let Some(status) = input.pointer("/stored/status") {
        let status = ClientStatus::parse(status.as_str().unwrap()).unwrap();
        let patch = Patch::new().with_status(status);
        let updated = manager.update(&operator, &client_id, patch, &Expected::Any);
        updated.await.unwrap();
    }
    Some((id, token))
}

async fn send(door: &Door<'_>, case: &Case, client: Option<&(String, String)>) -> Answer {
    let input = &case.input;
    let policy = &input["policy"];
    let path = input["path"].as_str().unwrap();
    let mut path = path.replace("/register", REGISTER);
    let method: Method = input["method"].as_str().unwrap().parse().unwrap();
    let mut request = Request::builder().method(method);
    let initial = initial_access_token(door, policy).await;
    for (name, value) in input["headers"].as_object().into_iter().flatten() {
        let value = value.as_str().unwrap();
        let initial = initial.as_deref().unwrap_or_default();
        let value = value.replace("<initial access token>", initial);
        request = request.header(name, value);
    }
    let mut body = match input.get("body") {
        None => String::new(),
        Some(body) => match body.get("raw") {
            Some(raw) => raw.as_str().unwrap().to_owned(),
            None => body.to_string(),
        },
    };
    if let Some((id, token)) = client {
        path = path.replace("{client_id}", id);
        body = body.replace("<own>", id);
        request = request.header("authorization", format!("Bearer {token}"));
        request = request.header("content-type", "application/json");
    }
    let placeholder = "<signed by A: client_name Signed, software_id s-1>";
    body = body.replace(placeholder, &statement());
    let request = request.uri(path).body(Full::from(body)).unwrap();
    door.send(request).await
}

fn names(value: &Value) -> impl Iterator<Item = &str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .map(|name| name.as_str().unwrap())
}

fn assert_no_null(value: &Value, place: &str) {
    match value {
        Value::Null => panic!("{place}: null"),
        Value::String(text) => assert!(!text.is_empty(), "{place}: empty"),
        Value::Array(items) => items.iter().for_each(|item| assert_no_null(item, place)),
        Value::Object(members) => members
            .values()
            .for_each(|value| assert_no_null(value, place)),
        Value::Bool(_) | Value::Number(_) => {}
    }
}

async fn check(door: &Door<'_>, case: &Case, store: Store) {
    let client = client(door, &case.input).await;
    let before = door.count().await;
    let answer = send(door, case, client.as_ref()).await;
    let (expect, place) = (
        &case.expect,
        format!("{} over {store:?}: {answer:?}", case.id),
    );
    if let Some(status) = expect["status"].as_u64() {
        assert_eq!(u64::from(answer.status.as_u16()), status, "{place}");
    }
    for (name, value) in expect["headers"].as_object().into_iter().flatten() {
        assert_eq!(answer.header(name), value.as_str(), "{name} of {place}");
    }
    for name in names(&expect["absent_headers"]) {
        assert_eq!(answer.header(name), None, "{name} of {place}");
    }
    let body = match answer.body.is_empty() {
        true => Value::Null,
        false => answer.json(),
    };
    for (name, value) in expect["body"].as_object().into_iter().flatten() {
        assert_eq!(body.get(name), Some(value), "{name} of {place}");
    }
    for name in names(&expect["present"]) {
        assert!(body.get(name).is_some(), "{name} of {place}");
    }
    for name in names(&expect["absent"]) {
        assert!(body.get(name).is_none(), "{name} of {place}");
    }
    if answer.status.is_success() && !answer.body.is_empty() {
        assert_no_null(&body, &place);
    }
    if answer.status.is_client_error() {
        let described = body["error_description"].as_str().unwrap();
        assert!(described.is_ascii() && !described.is_empty(), "{place}");
    }
    if expect["nothing_stored"] == true {
        assert_eq!(door.count().await, before, "{place}");
    }
    if let Some(stored) = expect.get("stored") {
        let id = match &client {
            Some((id, _)) => id.clone(),
            None => Registered(body).id().to_owned(),
        };
        let found = door.stored(&id).await;
        if let Some(status) = stored["status"].as_str() {
            assert_eq!(found.client.status.as_str(), status, "{place}");
        }
        if let Some(state) = stored["registration_state"].as_str() {
            assert_eq!(found.registration.state.as_str(), state, "{place}");
        }
    }
}

#[tokio::test]
async fn every_case_is_answered_as_it_says() {
    let cases = cases();
    assert_eq!(cases.len(), 67);
    for store in Store::ALL {
        let app = App::new(store).await;
        for case in &cases {
            let policy = &case.input["policy"];
            // A tenant for each, so that one case says nothing about another.
            let door = Door::with(&app, &case.id, |registrar| settle(registrar, policy));
            check(&door, case, store).await;
        }
    }
}

/// What is refused with one bad redirect URI is refused when such are dropped, and none is left.
#[tokio::test]
async fn a_hostile_redirect_is_refused_if_nothing_else_is_left() {
    let app = App::new(Store::Memory).await;
    let door = Door::with(&app, "tenant_a", |registrar| {
        registrar.with_unacceptable_redirects(UnacceptableRedirects::Drop)
    });
    let hostile = cases()
        .into_iter()
        .filter(|case| case.id.contains("-redirect-"));
    let mut count = 0;
    for case in hostile {
        let answer = send(&door, &case, None).await;
        assert_eq!(answer.status, 400, "{}", case.id);
        assert_eq!(
            answer.json()["error"],
            "invalid_redirect_uri",
            "{}",
            case.id
        );
        count += 1;
    }
    assert!(count >= 7, "{count}");
    assert_eq!(door.count().await, 0);
}
