//! The hostile cases that present an assertion, and the expected outcome of each.

use jsonwebtoken::Algorithm::{ES256, HS256};
use jsonwebtoken::EncodingKey;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{ISSUER, NOW, client, verify};
use support::forge::{Assertion, other_key};

/// Members of a described assertion that belong to its header. All others are claims.
const HEADER: [&str; 8] = ["alg", "typ", "kid", "crit", "jwk", "jku", "x5u", "x5c"];

#[derive(Deserialize)]
struct Case {
    id: String,
    input: Value,
    expect: Value,
    prefer: Option<u16>,
}

impl Case {
    fn right(&self, status: u16) -> bool {
        match (self.prefer, &self.expect) {
            (Some(preferred), _) => preferred == status,
            (None, Value::Array(several)) => several.contains(&status.into()),
            (None, one) => *one == status,
        }
    }

    /// The assertion, if the case presents one.
    fn assertion(&self) -> Option<Assertion> {
        let changes = self.input.get("assertion")?.as_object().unwrap();
        let mut assertion = Assertion::new();
        for (name, value) in changes {
            assertion = match (name.as_str(), value) {
                ("del", names) => names
                    .as_array()
                    .unwrap()
                    .iter()
                    .fold(assertion, |rest, name| rest.without(name.as_str().unwrap())),
                ("sign", how) => signed(assertion, how.as_str().unwrap()),
                (name, value) if HEADER.contains(&name) => assertion.header(name, expand(value)),
                (name, value) => assertion.claim(name, expand(value)),
            };
        }
        Some(assertion)
    }
}

fn signed(assertion: Assertion, how: &str) -> Assertion {
    match how {
        "valid" => assertion,
        "other-key" | "attacker-key" => assertion.signed_with(ES256, other_key()),
        "hs256-with-secret-hash" => {
            let hash = b"$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA";
            assertion.signed_with(HS256, EncodingKey::from_secret(hash))
        }
        other => panic!("nobody signs {other}"),
    }
}

fn expand(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(expand).collect(),
        Value::Object(members) => {
            let written = members
                .iter()
                .map(|(name, value)| (name.clone(), expand(value)));
            Value::Object(written.collect::<Map<_, _>>())
        }
        Value::String(text) => {
            let offset = text
                .strip_prefix("{now")
                .and_then(|rest| rest.strip_suffix('}'));
            match offset.map(str::parse::<i64>) {
                Some(seconds) => (NOW + seconds.unwrap()).into(),
                None => text.replace("{issuer}", ISSUER).into(),
            }
        }
        other => other.clone(),
    }
}

#[tokio::test]
async fn every_hostile_assertion_gets_its_answer() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../../data/hostile.json")).unwrap();
    let mut run = 0;
    for case in &cases {
        let Some(assertion) = case.assertion() else {
            continue;
        };
        // The client that the form names, if any.
        let named = case.input.get("form_client_id").map(|_| "app-2");
        let verified = verify(&client(named.unwrap_or("app-1")), &assertion.text()).await;
        let status = if verified.is_ok() { 200 } else { 401 };
        assert!(case.right(status), "{}: {verified:?}", case.id);
        run += 1;
    }
    assert!(run > 0);
}
