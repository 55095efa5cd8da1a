//! The cases of `registration-cases.json` about documents, as they are written.

use std::process::Command;

use serde_json::{Value, json};

use super::expected::check;
use super::*;
use crate::documents::{ErrorKind, Pin, ResolvedFrom};
use crate::domain::{
    Action, AuditEntry, AuthMethod, Client, ClientMetadata, ClientStatus, Clock, Id, Operator, Role,
};
use crate::repository::{ClientRepository, ClientUpdate, NewClient, Write};

fn cases() -> Vec<Value> {
    let cases = include_str!("../../../tests/data/registration-cases.json");
    let cases: Vec<Value> = serde_json::from_str(cases).unwrap();
    cases
        .into_iter()
        .filter(|case| case["kind"] == "cimd")
        .collect()
}

fn case(id: &str) -> Value {
    let found = cases().into_iter().find(|case| case["id"] == id);
    found.unwrap_or_else(|| panic!("no case {id}"))
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter()
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}

/// The response that a case describes.
fn answer(fetch: &Value) -> Answer {
    let status = fetch["status"].as_u64().unwrap().try_into().unwrap();
    let named = fetch["headers"].as_object().cloned().unwrap_or_default();
    let mut headers: Vec<_> = named
        .iter()
        .map(|(name, value)| (&**name, value.as_str().unwrap()))
        .collect();
    if !named.contains_key("content-type") {
        headers.push(JSON);
    }
    match &fetch["body"] {
        Value::Null => Answer::of(status, &headers, ""),
        Value::String(text) => Answer::of(status, &headers, text),
        Value::Object(body) if body.contains_key("raw") => match body["raw"].as_str().unwrap() {
            "<1 byte a second>" => {
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{";
                Answer::Trickle(head.as_bytes().to_vec(), seconds(1))
            }
            text => Answer::of(status, &headers, text),
        },
        body => Answer::of(status, &headers, &body.to_string()),
    }
}

/// All responses of a case: the copy that is there before it begins, and those that it fetches.
fn answers(case: &Value) -> Vec<Answer> {
    let input = &case["input"];
    let mut document = document(input["client_id"].as_str().unwrap());
    if let Some(uris) = input["document"].get("redirect_uris") {
        document["redirect_uris"] = uris.clone();
    }
    let mut answers = Vec::new();
    if let Some(cached) = input.get("cached") {
        let etag = cached["etag"].as_str().unwrap_or("\"z\"");
        answers.push(Answer::of(
            200,
            &[JSON, ("etag", etag)],
            &document.to_string(),
        ));
    }
    match (input.get("fetch"), input.get("fetch_sequence")) {
        (Some(fetch), _) => answers.push(answer(fetch)),
        (_, Some(fetches)) => answers.extend(fetches.as_array().unwrap().iter().map(answer)),
        _ => answers.push(served(&document)),
    }
    answers
}

fn domains(policy: &Value) -> Domains {
    let domains = match policy.get("allow") {
        Some(allowed) => Domains::none().with_allowed(texts(allowed)),
        None => Domains::all(),
    };
    domains.with_denied(texts(&policy["deny"]))
}

async fn stage(case: &Value) -> Stage {
    let mut stage = Stage::with(answers(case)).await;
    let input = &case["input"];
    let lookups: Vec<Vec<String>> = ["resolves_to", "second_lookup"]
        .iter()
        .filter_map(|name| input.get(name).map(texts))
        .collect();
    if !lookups.is_empty() {
        let lookups: Vec<Vec<&str>> = lookups
            .iter()
            .map(|one| one.iter().map(|a| &**a).collect())
            .collect();
        let lookups: Vec<&[&str]> = lookups.iter().map(Vec::as_slice).collect();
        stage.names = Names::new(&lookups);
    }
    stage
}

fn build(stage: &Stage, case: &Value) -> (ClientResolver, Route) {
    let policy = &case["input"]["policy"];
    let (mut builder, route) = stage.builder(domains(policy));
    if let Some(methods) = policy.get("methods") {
        let methods = texts(methods);
        let methods = methods.iter().map(|word| AuthMethod::parse(word).unwrap());
        builder = builder.with_client_auth_methods(methods);
    }
    if let Some(hosts) = policy.get("redirect_hosts") {
        builder = builder.with_redirect_hosts(texts(hosts));
    }
    for url in texts(&policy["pinned_fallback"]) {
        let pinned = document(&url).to_string();
        builder = builder.with_pinned_document(url, pinned, Pin::Fallback);
    }
    (builder.build().unwrap(), route)
}

/// Runs a case with one request, or with as many as it says.
async fn run(case: &Value) {
    let input = &case["input"];
    let url = input["client_id"].as_str().unwrap();
    let stage = stage(case).await;
    let (resolver, route) = build(&stage, case);
    let Some(client_id) = ClientId::parse(url) else {
        // No endpoint takes it for a client_id.
        assert_eq!(case["expect"]["verdict"], "refuse", "{case}");
        return;
    };
    if input.get("cached").is_some() {
        resolve(&resolver, url).await.unwrap();
        // The copy is fresh for 5 minutes, and stale since 10.
        stage.clock.pass(seconds(900));
    }
    let before = route.dialled().len();
    for _ in 1..input["requests"].as_u64().unwrap_or(1) {
        let _ = resolver.resolve(&tenant("acme"), &client_id).await;
    }
    let steps = input["fetch_sequence"].as_array().map_or(1, Vec::len);
    for _ in 1..steps {
        resolve(&resolver, url).await.unwrap_err();
        stage
            .clock
            .pass(seconds(input["seconds_between"].as_u64().unwrap()));
    }
    let outcome = resolver.resolve(&tenant("acme"), &client_id).await;
    check(case, &outcome);
    let expect = &case["expect"];
    if let Some(connections) = expect.get("connections") {
        let count = route.dialled().len() - before;
        assert_eq!(json!(count), *connections, "{case}");
    }
    if let Some(lookups) = expect.get("dns_lookups") {
        assert_eq!(json!(stage.names.asked().len()), *lookups, "{case}");
    }
    if let Some(address) = expect.get("connected_to") {
        assert_eq!(
            json!(route.dialled()[0].ip().to_string()),
            *address,
            "{case}"
        );
    }
    let copy = resolver.0.copies.fresh(url);
    if let Some(fresh) = expect.get("fresh_seconds") {
        let lifetime = copy.as_ref().and_then(|copy| copy.lifetime());
        let lifetime = lifetime.unwrap_or_default().as_secs();
        assert_eq!(json!(lifetime), *fresh, "{case}");
    }
    if expect["cached"] == false || expect["stored"] == false {
        assert!(copy.is_none(), "{case}");
    }
    if let Some(expected) = expect.get("token_endpoint") {
        // A client that comes to the token endpoint first.
        let (resolver, _) = build(&stage, case);
        let error = alone(&stage.authenticator(&resolver), url)
            .await
            .unwrap_err();
        assert_eq!(json!(error.status().as_u16()), expected["status"], "{case}");
        assert_eq!(json!(error.code()), expected["error"], "{case}");
    } else if expect["method"] == "none" {
        let client = alone(&stage.authenticator(&resolver), url)
            .await
            .unwrap()
            .client;
        assert_eq!(client, outcome.unwrap().client, "{case}");
    } else if expect["method"] == "private_key_jwt" {
        // Without an assertion, it is refused.
        let error = alone(&stage.authenticator(&resolver), url)
            .await
            .unwrap_err();
        assert_eq!(error.status(), 401, "{case}");
    }
}

/// Those below have tests of their own.
const OTHERS: [&str; 5] = [
    "K13-single-flight",
    "P04-preregistered",
    "P05-tenant",
    "S21-peer",
    "S22-jwks-uri",
];

#[tokio::test]
async fn every_case_is_as_written() {
    let cases = cases();
    assert_eq!(cases.len(), 72);
    for case in cases {
        if !OTHERS.contains(&case["id"].as_str().unwrap()) {
            run(&case).await;
        }
    }
}

/// S20, again by the process below.
#[tokio::test]
async fn a_document_is_fetched_from_where_it_is() {
    run(&case("S20-rebind")).await;
}

#[test]
fn a_proxy_of_the_environment_is_not_used() {
    let case = case("S21-peer");
    let environment = case["input"]["env"].as_object().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    for (name, value) in environment {
        for name in [name.to_ascii_uppercase(), name.to_ascii_lowercase()] {
            command.env(name, value.as_str().unwrap());
        }
    }
    let test = "documents::tests::cases::a_document_is_fetched_from_where_it_is";
    let outcome = command.args(["--exact", test]).output().unwrap();
    let said = String::from_utf8_lossy(&outcome.stdout);
    assert!(
        outcome.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

#[tokio::test]
async fn those_who_come_at_once_share_a_fetch() {
    let case = case("K13-single-flight");
    let stage = stage(&case).await;
    let (resolver, route) = build(&stage, &case);
    let requests = case["input"]["requests"].as_u64().unwrap();
    let ask = || {
        let resolver = resolver.clone();
        tokio::spawn(async move { resolve(&resolver, URL).await })
    };
    let first = ask();
    tokio::task::yield_now().await;
    let others: Vec<_> = (1..requests).map(|_| ask()).collect();
    tokio::task::yield_now().await;
    // It started the fetch of all.
    first.abort();
    for other in others {
        check(&case, &other.await.unwrap());
    }
    assert_eq!(route.dialled().len(), 1);
}

#[tokio::test]
async fn a_stored_client_wins() {
    let case = case("P04-preregistered");
    let stage = stage(&case).await;
    let (resolver, route) = build(&stage, &case);
    let authenticator = stage.authenticator(&resolver);
    let now = stage.clock.now();
    let metadata = ClientMetadata::new("Stored", ["https://stored.example/cb"]);
    let client_id = ClientId::parse(URL).unwrap();
    let client = Client::new(Id::generate(now), tenant("acme"), client_id, metadata, now);
    let operator = Operator::new("alice", Role::Admin, tenant("acme"));
    let write = |action| {
        Write::new(AuditEntry::new(
            &operator,
            client.client_id.clone(),
            action,
            "test",
            now,
        ))
    };
    let tenant_id = tenant("acme");
    let (repository, id) = (&stage.repository, &client.client_id);
    let new = NewClient::new(client.clone());
    repository
        .create(&tenant_id, &new, &write(Action::ClientCreate))
        .await
        .unwrap();
    let resolved = resolve(&resolver, URL).await.unwrap();
    assert_eq!(
        (resolved.client, resolved.from),
        (client.clone(), ResolvedFrom::Storage)
    );
    // It is confidential.
    assert_eq!(alone(&authenticator, URL).await.unwrap_err().status(), 401);

    let mut suspended = client.clone();
    suspended.status = ClientStatus::Suspended;
    let update = ClientUpdate::new(suspended);
    repository
        .update(&tenant_id, &update, &write(Action::ClientUpdate))
        .await
        .unwrap();
    let refused = resolve(&resolver, URL).await.unwrap_err();
    assert_eq!(
        (refused.kind(), refused.status().as_u16()),
        (ErrorKind::Inactive, 400)
    );
    assert_eq!(alone(&authenticator, URL).await.unwrap_err().status(), 401);

    repository
        .delete(&tenant_id, id, None, &write(Action::ClientDelete))
        .await
        .unwrap();
    assert_eq!(
        resolve(&resolver, URL).await.unwrap_err().kind(),
        ErrorKind::Inactive
    );
    assert_eq!(alone(&authenticator, URL).await.unwrap_err().status(), 401);
    assert!(route.dialled().is_empty() && stage.names.asked().is_empty());
}

#[tokio::test]
async fn each_tenant_has_its_policy() {
    let case = case("P05-tenant");
    let stage = stage(&case).await;
    let (fetcher, route) = stage.server.fetcher(&stage.names, &stage.clock);
    let mut trust = DomainPolicy::new(Domains::none()).unwrap();
    for (name, policy) in case["input"]["tenants"].as_object().unwrap() {
        trust = trust.with_tenant(tenant(name), domains(policy)).unwrap();
    }
    let fetcher = fetcher.build().unwrap();
    let resolver = ClientResolver::builder(stage.repository.clone(), fetcher, trust);
    let resolver = resolver.with_clock(stage.clock.clone()).build().unwrap();
    let client_id = ClientId::parse(URL).unwrap();
    for (name, verdict) in case["expect"]["verdict"].as_object().unwrap() {
        let outcome = resolver.resolve(&tenant(name), &client_id).await;
        assert_eq!(outcome.is_ok(), verdict == "accept", "{name}");
        if let Err(error) = outcome {
            assert_eq!(error.kind(), ErrorKind::Untrusted);
        }
    }
    assert_eq!(route.dialled().len(), 1);
}
