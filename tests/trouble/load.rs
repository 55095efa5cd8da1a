//! A writer that changes its own clients until there is no response, and records the responses.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use support::example::{self, Answer};

/// The connection of a writer.
#[derive(Clone, Copy)]
pub struct Writer<'a> {
    pub address: SocketAddr,
    /// The path of the clients, below the host's own prefix.
    pub clients: &'static str,
    pub token: &'a str,
}

impl Writer<'_> {
    fn ask(self, method: &str, path: &str, body: &Value) -> std::io::Result<Answer> {
        let path = format!("{}{path}", self.clients);
        example::ask(self.address, method, &path, self.token, body)
    }
}

/// The expected state of one client. Only one writer changes it.
pub struct Known {
    pub client_id: String,
    /// The name as of the last response.
    pub name: String,
    /// The name in a request without a response.
    pub sent_name: Option<String>,
    /// `None` if a deletion was sent and got no response.
    pub deleted: Option<bool>,
    /// The issued secrets that verify as of the last response.
    pub secrets: Vec<String>,
    /// The confirmed actions, oldest first.
    pub actions: Vec<&'static str>,
    /// The last action, if it got no response.
    pub sent: Option<&'static str>,
}

impl Known {
    fn new(answer: &Answer, action: &'static str) -> Self {
        Self {
            client_id: answer.data("client_id"),
            name: answer.data("name"),
            sent_name: None,
            deleted: Some(false),
            secrets: vec![answer.data("client_secret")],
            actions: vec![action],
            sent: None,
        }
    }
}

pub fn write(writer: Writer<'_>, seed: u64) -> Vec<Known> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut known = Vec::new();
    let ask = |method: &str, path: &str, body: &Value| {
        let answer = writer.ask(method, path, body).ok()?;
        assert_succeeded(method, path, &answer);
        Some(answer)
    };
    while step(&mut known, &mut random, ask).is_some() {}
    known
}

/// Writes until `stop` is set. A 503 counts as no response.
pub fn write_on(writer: Writer<'_>, seed: u64, stop: &AtomicBool) -> Vec<Known> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut known = Vec::new();
    let ask = |method: &str, path: &str, body: &Value| {
        let answer = writer.ask(method, path, body).unwrap();
        if answer.status == 503 {
            return None;
        }
        assert_succeeded(method, path, &answer);
        Some(answer)
    };
    while !stop.load(Ordering::SeqCst) {
        step(&mut known, &mut random, ask);
    }
    known
}

fn assert_succeeded(method: &str, path: &str, answer: &Answer) {
    assert!(
        (200..300).contains(&answer.status),
        "{method} {path}: {} {}",
        answer.status,
        answer.body
    );
}

/// One change, or `None` if there is no response.
fn step(
    known: &mut Vec<Known>,
    random: &mut StdRng,
    ask: impl Fn(&str, &str, &Value) -> Option<Answer>,
) -> Option<()> {
    let alive: Vec<usize> = (0..known.len())
        .filter(|&at| known[at].deleted == Some(false) && known[at].sent.is_none())
        .collect();
    let die = random.random_range(0..12);
    if alive.is_empty() || die == 0 {
        let name = format!("client {:08x}", random.random::<u32>());
        let draft = json!({"name": name, "redirect_uris": ["https://app.example.com/callback"]});
        let created = ask("POST", "", &draft)?;
        known.push(Known::new(&created, "client.create"));
        return Some(());
    }

    let client = &mut known[alive[random.random_range(0..alive.len())]];
    let path = format!("/{}", client.client_id);
    match die {
        1 => {
            let cloned = ask("POST", &format!("{path}/clone"), &Value::Null)?;
            known.push(Known::new(&cloned, "client.clone"));
        }
        2 => {
            (client.deleted, client.sent) = (None, Some("client.delete"));
            ask("DELETE", &path, &Value::Null)?;
            client.deleted = Some(true);
            client.answered();
        }
        3 | 4 => {
            client.sent = Some("secret.rotate");
            let rotated = ask("POST", &format!("{path}/rotate-secret"), &Value::Null)?;
            client.secrets = vec![rotated.data("new_secret")];
            client.answered();
        }
        5 | 6 if client.secrets.len() < 2 => {
            client.sent = Some("secret.create");
            let added = ask("POST", &format!("{path}/secrets"), &Value::Null)?;
            client.secrets.push(added.data("secret_value"));
            client.answered();
        }
        _ => {
            let name = format!("client {:08x}", random.random::<u32>());
            (client.sent_name, client.sent) = (Some(name.clone()), Some("client.update"));
            ask("PUT", &path, &json!({"name": name}))?;
            (client.name, client.sent_name) = (name, None);
            client.answered();
        }
    }
    Some(())
}

impl Known {
    fn answered(&mut self) {
        self.actions.extend(self.sent.take());
    }
}
