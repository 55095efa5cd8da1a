//! One random sequence of operations on all repositories: the responses are the same, apart from
//! generated values.

use std::collections::HashMap;
use std::time::Duration;

use http::{Method, Request};
use http_body_util::Full;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use tower_oauth_clients::domain::Clock;

use support::{Answer, App, CLIENTS, Store, claims, request, sign};

const OPERATIONS: usize = 600;

/// Texts that some databases are known to misinterpret.
const NAMES: [&str; 8] = [
    "My Application",
    "MY APPLICATION",
    "100%_!\\ 'quoted' \"twice\"",
    "Straße 東京 😀",
    "STRASSE",
    "ends with an e\u{301}",
    "a",
    "--; DROP TABLE oauth_clients",
];

/// Prints the seed if the test fails.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("DIFFERENTIAL_SEED={}", self.0);
        }
    }
}

/// One repository, and the values that were generated in it.
struct Witness {
    app: App,
    /// Ids and secrets, numbered by first occurrence.
    seen: HashMap<String, usize>,
    /// The clients in the order of their creation, and the secrets of each.
    clients: Vec<String>,
    secrets: HashMap<usize, Vec<String>>,
    last: Option<String>,
    etag: HashMap<usize, String>,
}

/// An operation, the same for every repository: `client` and `secret` are numbers.
#[derive(Clone, Debug)]
struct Ask {
    method: Method,
    path: &'static str,
    client: Option<usize>,
    secret: usize,
    query: String,
    body: Option<Value>,
    who: Who,
    if_match: Option<bool>,
}

#[derive(Clone, Copy, Debug)]
enum Who {
    Admin,
    Neighbour,
    Root,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_repository_answers_the_same() {
    let given = std::env::var("DIFFERENTIAL_SEED").map(|seed| seed.parse().unwrap());
    let seed = Seed(given.unwrap_or_else(|_| rand::random()));
    let mut random = StdRng::seed_from_u64(seed.0);
    let mut witnesses = Vec::new();
    for store in Store::ALL {
        witnesses.push(Witness::new(App::new(store).await));
    }
    let latest = witnesses
        .iter()
        .map(|witness| witness.app.clock.now())
        .max();
    for witness in &witnesses {
        let behind = latest.unwrap().as_micros() - witness.app.clock.now().as_micros();
        let behind = Duration::from_micros(behind.unsigned_abs());
        witness.app.clock.advance(behind);
    }

    let mut succeeded = 0;
    for step in 0..OPERATIONS {
        let pause = pause(&mut random);
        let ask = ask(&mut random, witnesses[0].clients.len());
        let mut answers = Vec::new();
        for witness in &mut witnesses {
            witness.app.clock.advance(pause);
            answers.push(witness.answer(&ask).await);
        }
        succeeded += usize::from(answers[0].0 < 300);
        for (witness, answer) in witnesses.iter().zip(&answers) {
            let store = witness.app.store;
            assert_eq!(
                *answer, answers[0],
                "{store:?} differs at step {step}: {ask:?}"
            );
        }
    }
    assert!(succeeded > OPERATIONS / 2, "{succeeded}");
}

/// Advances the clock, so that ids are in order; sometimes a grace period ends.
fn pause(random: &mut StdRng) -> Duration {
    match random.random_range(0..40) {
        0 => Duration::from_secs(5 * 60 * 60),
        1..=5 => Duration::from_secs(random.random_range(1..5_000)),
        _ => Duration::from_millis(random.random_range(1..2_000)),
    }
}

fn ask(random: &mut StdRng, clients: usize) -> Ask {
    let of_client = |random: &mut StdRng| {
        // Often one of the latest, and sometimes one that does not exist.
        let recent = clients.saturating_sub(6);
        Some(match random.random_range(0..20) {
            0 => clients + 1,
            1..=4 => random.random_range(0..=clients),
            _ => random.random_range(recent..=clients.max(recent + 1) - 1),
        })
    };
    let mut ask = Ask {
        method: Method::GET,
        path: "",
        client: None,
        secret: random.random_range(0..4),
        query: String::new(),
        body: None,
        who: match random.random_range(0..20) {
            0 => Who::Neighbour,
            1 => Who::Root,
            _ => Who::Admin,
        },
        if_match: None,
    };
    let operation = if clients == 0 {
        0
    } else {
        random.random_range(0..100)
    };
    if operation >= 12 && !(60..72).contains(&operation) {
        ask.client = of_client(random);
    }
    match operation {
        0..12 => {
            ask.method = Method::POST;
            ask.body = Some(creation(random));
        }
        12..30 => {
            ask.method = Method::PUT;
            ask.body = Some(change(random));
            ask.if_match = [None, None, Some(true), Some(false)]
                .choose(random)
                .copied()
                .flatten();
        }
        30..35 => (ask.method, ask.path) = (Method::POST, "/clone"),
        35..45 => (ask.method, ask.path) = (Method::POST, "/rotate-secret"),
        45..52 => (ask.method, ask.path) = (Method::POST, "/secrets"),
        52..57 => (ask.method, ask.path) = (Method::PUT, "/secrets/{}/deactivate"),
        57..60 => (ask.method, ask.path) = (Method::DELETE, "/secrets/{}"),
        60..72 => ask.query = list(random),
        72..80 => ask.path = "/secrets",
        80..90 => {
            ask.path = "/audit-logs";
            ask.query = ["", "?page=1&page_size=2", "?page=9", "?after=&page_size=3"]
                .choose(random)
                .unwrap()
                .to_string();
        }
        90..92 => ask.method = Method::DELETE,
        _ => {}
    }
    ask
}

fn creation(random: &mut StdRng) -> Value {
    let uris = [
        json!(["https://app.example.com/callback"]),
        json!(["https://a.example/cb", "http://127.0.0.1/cb"]),
        json!(["https://app.example.com/cb#fragment"]),
    ];
    let kinds = [
        json!({}),
        json!({"scopes": ["openid", "clients:read"], "website": "https://example.com/"}),
        json!({"is_confidential": false}),
        json!({"client_auth_methods": ["client_secret_post"], "fapi_profile": ""}),
        json!({"scopes": "no list"}),
    ];
    let mut body = kinds.choose(random).unwrap().clone();
    body["name"] = (*NAMES.choose(random).unwrap()).into();
    let uri = match random.random_range(0..10) {
        0 => 2,
        1..=3 => 1,
        _ => 0,
    };
    body["redirect_uris"] = uris[uri].clone();
    body
}

fn change(random: &mut StdRng) -> Value {
    let changes = [
        json!({}),
        json!({"name": *NAMES.choose(random).unwrap()}),
        json!({"status": "suspended"}),
        json!({"status": "active"}),
        json!({"status": "gone"}),
        json!({"is_confidential": false}),
        json!({"is_confidential": true}),
        json!({"website": "https://example.com/%F0%9F%98%80", "logo_url": null}),
        json!({"website": ""}),
        json!({"redirect_uris": ["https://b.example/cb"], "scopes": ["a", "b"]}),
        json!({"name": null}),
        json!({"client_auth_methods": "[\"client_secret_basic\"]"}),
    ];
    changes.choose(random).unwrap().clone()
}

fn list(random: &mut StdRng) -> String {
    let queries = [
        "",
        "?page=2&page_size=3",
        "?page=900&page_size=100",
        "?page_size=0",
        "?after=&page_size=4",
        "?after={id}&page_size=2",
        "?status=suspended",
        "?status=active&after=&page_size=3",
        "?name=aPPl",
        "?name=stra%C3%9Fe",
        "?name=%25_",
        "?name=%F0%9F%98%80",
        "?name=%5C&status=active",
        "?name=%00",
        "?status=gone",
    ];
    (*queries.choose(random).unwrap()).to_owned()
}

impl Witness {
    fn new(app: App) -> Self {
        Self {
            app,
            seen: HashMap::new(),
            clients: Vec::new(),
            secrets: HashMap::new(),
            last: None,
            etag: HashMap::new(),
        }
    }

    /// Runs the operation and returns the response without generated values.
    async fn answer(&mut self, ask: &Ask) -> (u16, String) {
        let answer = self.app.send(self.request(ask)).await;
        self.learn(ask, &answer);
        let headers: Vec<_> = ["etag", "link", "location", "retry-after", "content-type"]
            .iter()
            .map(|name| answer.header(name))
            .collect();
        let text = format!("{headers:?} {}", String::from_utf8_lossy(&answer.body));
        (answer.status.as_u16(), self.plain(&text))
    }

    fn request(&self, ask: &Ask) -> Request<Full<bytes::Bytes>> {
        let mut path = CLIENTS.to_owned();
        if let Some(place) = ask.client {
            let never = "app-00000000000000000000000000".to_owned();
            path = format!("{path}/{}", self.clients.get(place).unwrap_or(&never));
            let secrets = self
                .secrets
                .get(&place)
                .map(Vec::as_slice)
                .unwrap_or_default();
            let secret = secrets
                .get(ask.secret)
                .map_or("01ARZ3NDEKTSV4RRFFQ69G5FAV", |id| id);
            path += &ask.path.replace("{}", secret);
        }
        let id = self.last.as_deref().unwrap_or_default();
        path += &ask.query.replace("{id}", id);
        let mut claims = match ask.who {
            Who::Admin => claims("tenant_a"),
            Who::Neighbour => claims("tenant_b"),
            Who::Root => claims("unused"),
        };
        if let Who::Root = ask.who {
            claims["role"] = "super_admin".into();
        }
        claims["exp"] = (self.app.clock.now().as_seconds() + 60).into();
        let token = sign(&claims);
        let mut request = request(&token, ask.method.clone(), &path, ask.body.as_ref());
        let headers = request.headers_mut();
        if let Who::Root = ask.who {
            headers.insert("x-tenant-id", "tenant_a".parse().unwrap());
        }
        let etag = ask.client.and_then(|place| self.etag.get(&place));
        match (ask.if_match, etag) {
            (Some(true), Some(etag)) => drop(headers.insert("if-match", etag.parse().unwrap())),
            (Some(false), _) => drop(headers.insert("if-match", "\"0\"".parse().unwrap())),
            _ => {}
        }
        request
    }

    /// Records the values that later operations refer to.
    fn learn(&mut self, ask: &Ask, answer: &Answer) {
        if answer.body.is_empty() {
            return;
        }
        let body = answer.json();
        let data = &body["data"];
        if let (201, Some(client_id)) = (answer.status.as_u16(), data["client_id"].as_str()) {
            self.clients.push(client_id.to_owned());
            self.last = data["id"].as_str().map(str::to_owned);
        }
        let Some(place) = ask.client else { return };
        if let Some(secrets) = data["secrets"].as_array() {
            let ids = secrets
                .iter()
                .map(|secret| secret["secret_id"].as_str().unwrap().to_owned());
            self.secrets.insert(place, ids.collect());
        }
        if let Some(etag) = answer.header("etag") {
            self.etag.insert(place, etag.to_owned());
        }
    }

    /// Replaces generated values with numbers: ids, secrets, and the last characters of secrets.
    fn plain(&mut self, text: &str) -> String {
        let mut plain = String::with_capacity(text.len());
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let mut rest = text;
        while let Some(start) = rest.find(is_word) {
            let (before, from) = rest.split_at(start);
            let end = from.find(|c| !is_word(c)).unwrap_or(from.len());
            let (word, after) = from.split_at(end);
            plain += before;
            let id = word.strip_prefix("app-").unwrap_or(word);
            let made_up = id.len() == 26
                || word.starts_with("tocs_")
                || plain.ends_with("\"secret_last_four\":\"");
            if made_up {
                let next = self.seen.len();
                let number = *self.seen.entry(id.to_owned()).or_insert(next);
                plain += &format!("#{number}");
            } else {
                plain += word;
            }
            rest = after;
        }
        plain + rest
    }
}
