//! The hostile cases, and the small language of their inputs.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A request, and the expected response.
#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    pub id: String,
    pub kind: String,
    pub target: String,
    pub input: Value,
    pub expect: Value,
    pub prefer: Option<u16>,
    pub check: Option<String>,
    pub setup: Option<String>,
}

/// Cases where the contract requires another of the acceptable responses than the preferred one.
const CONTRACT: [(&str, u16); 2] = [
    // Two Authorization fields are 400.
    ("TK-012", 400),
    // Going public resets the methods to those of a public client.
    ("FI-060", 200),
];

impl Case {
    pub fn all() -> &'static [Self] {
        static CASES: OnceLock<Vec<Case>> = OnceLock::new();
        CASES.get_or_init(|| serde_json::from_str(include_str!("../data/hostile.json")).unwrap())
    }

    pub fn by_id(id: &str) -> &'static Self {
        Self::all().iter().find(|case| case.id == id).unwrap()
    }

    /// The acceptable statuses; 0 is a closed connection.
    pub fn statuses(&self) -> Vec<u16> {
        let chosen = CONTRACT
            .iter()
            .find(|(id, _)| *id == self.id)
            .map(|(_, status)| *status);
        if let Some(status) = chosen.or(self.prefer) {
            return vec![status];
        }
        match &self.expect {
            Value::Array(several) => several.iter().map(status).collect(),
            one => vec![status(one)],
        }
    }

    #[track_caller]
    pub fn assert_status(&self, status: u16, place: &str) {
        let right = self.statuses();
        assert!(
            right.contains(&status),
            "{} {place}: {status}, not {right:?}",
            self.id
        );
    }

    pub fn check(&self) -> Option<&str> {
        self.check.as_deref()
    }

    /// The member of the input with this name, expanded.
    pub fn text(&self, member: &str) -> Option<String> {
        let value = expand(self.input.get(member)?, &Names::default());
        value.as_str().map(str::to_owned)
    }
}

fn status(value: &Value) -> u16 {
    u16::try_from(value.as_u64().unwrap()).unwrap()
}

/// The client that the cases overlay.
pub fn base() -> Value {
    json!({
        "name": "Base",
        "redirect_uris": ["https://app.example.com/cb"],
        "grant_types": ["authorization_code"],
        "client_auth_methods": ["client_secret_basic"],
        "is_confidential": true,
        "scopes": ["openid"],
    })
}

/// The body of a creation.
pub fn draft(input: &Value) -> Value {
    let mut body = base();
    let fields = body.as_object_mut().unwrap();
    for (name, value) in input
        .get("set")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        fields.insert(name.clone(), expand(value, &Names::default()));
    }
    for name in input
        .get("del")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        fields.remove(name.as_str().unwrap());
    }
    body
}

/// The body of an update.
pub fn patch(input: &Value) -> Value {
    expand(&input["set"], &Names::default())
}

/// The values of placeholders (`{name}`).
#[derive(Clone, Debug, Default)]
pub struct Names(pub BTreeMap<&'static str, String>);

impl Names {
    pub fn write(&self, text: &str) -> String {
        let replace = |text: String, (name, value): (&&str, &String)| {
            text.replace(&format!("{{{name}}}"), value)
        };
        self.0.iter().fold(text.to_owned(), replace)
    }
}

/// Replaces generators and placeholders.
pub fn expand(value: &Value, names: &Names) -> Value {
    match value {
        Value::String(text) => names.write(text).into(),
        Value::Array(items) => items.iter().map(|item| expand(item, names)).collect(),
        Value::Object(members) => generate(members).unwrap_or_else(|| {
            let written = members
                .iter()
                .map(|(name, value)| (name.clone(), expand(value, names)));
            Value::Object(written.collect())
        }),
        other => other.clone(),
    }
}

fn generate(members: &Map<String, Value>) -> Option<Value> {
    let count = || usize::try_from(members["n"].as_u64().unwrap()).unwrap();
    let part = |name: &str| {
        members
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    if members.contains_key("$repeat") {
        let middle = part("$repeat").repeat(count());
        return Some(format!("{}{middle}{}", part("prefix"), part("suffix")).into());
    }
    members.contains_key("$array").then(|| {
        let item = |i: usize| Value::from(part("$array").replace("{i}", &i.to_string()));
        (0..count()).map(item).collect()
    })
}
