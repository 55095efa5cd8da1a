use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use bytes::Bytes;
use cucumber::gherkin::Step;
use cucumber::{Parameter, World};
use http::{Method, Request, StatusCode};
use http_body_util::Full;
use serde_json::Value;
use tower_oauth_clients::domain::{ClientId, Clock, Policy, TenantId};
use tower_oauth_clients::handlers::PeerIp;

use crate::cell;
use crate::person::Person;
use crate::service::Service;
use support::{Answer, CLIENTS, Store, request, super_admin};

/// One scenario: the service, the people, and the responses so far.
#[derive(Debug, Default, World)]
pub struct Scene {
    service: Option<Service>,
    pub people: HashMap<String, Person>,
    pub clients: HashMap<String, Known>,
    pub key_sets: HashMap<String, String>,
    /// Headers for the next request only.
    pub headers: Vec<(String, String)>,
    /// The id of the last initial access token, and the token.
    pub token: Option<(String, String)>,
    /// The id of the last block of metadata documents.
    pub block: Option<String>,
    /// The outcome of the last registration with it.
    pub registered: Option<StatusCode>,
    answers: Vec<Answer>,
}

/// A client that was created in the scenario.
#[derive(Clone, Debug)]
pub struct Known {
    pub tenant: TenantId,
    pub client_id: ClientId,
    pub secret: Option<String>,
    /// The secrets that were issued after the creation.
    pub later: Vec<String>,
    pub etag: Option<String>,
}

/// A person, optionally with a tenant to act in: `Grace, acting in "acme",`.
#[derive(Debug, Parameter)]
#[param(name = "who", regex = r#"[A-Z]\w+(?:, acting in "[^"]*",)?"#)]
pub struct Who {
    pub name: String,
    pub tenant: Option<String>,
}

impl FromStr for Who {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, tenant) = match text.split_once(", acting in ") {
            Some((name, tenant)) => (name, Some(tenant.trim_matches([',', '"']).to_owned())),
            None => (text, None),
        };
        Ok(Self {
            name: name.to_owned(),
            tenant,
        })
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// One of the secrets of a client, in the order in which they were issued.
#[derive(Debug, Parameter)]
#[param(name = "nth", regex = "first|second|third|fourth|fifth")]
pub struct Nth(usize);

impl FromStr for Nth {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let words = ["first", "second", "third", "fourth", "fifth"];
        let at = words.iter().position(|known| *known == word);
        at.map(Self).ok_or_else(|| word.to_owned())
    }
}

impl Known {
    /// The plaintext of a secret, as it was issued.
    pub fn secret(&self, nth: &Nth) -> &str {
        let mut secrets = self.secret.iter().chain(&self.later);
        secrets.nth(nth.0).expect("a secret was shown")
    }
}

impl Scene {
    pub async fn open(&mut self, store: Store) {
        self.service = Some(Service::open(store).await);
    }

    pub fn service(&self) -> &Service {
        self.service.as_ref().expect("opened before the first step")
    }

    /// Changes the policy of the host.
    pub fn settle(&mut self, change: impl FnOnce(Policy) -> Policy) {
        let service = self.service.as_mut().expect("opened before the first step");
        service.settle(change);
    }

    /// Records the values that updates change.
    pub fn audit_values(&mut self) {
        let service = self.service.as_mut().expect("opened before the first step");
        service.audit_values();
    }

    /// Allows imports over HTTP.
    pub fn allow_imports(&mut self) {
        let service = self.service.as_mut().expect("opened before the first step");
        service.allow_imports();
    }

    /// Lets the clients of a tenant register themselves, and asks for an approval.
    pub fn let_register(&mut self, tenant: &str) {
        let service = self.service.as_mut().expect("opened before the first step");
        service.let_register(TenantId::parse(tenant).unwrap());
    }

    /// Accepts clients with metadata documents.
    pub fn accept_documents(&mut self) {
        let service = self.service.as_mut().expect("opened before the first step");
        service.accept_documents();
    }

    /// Whether the host accepts a client with a metadata document.
    pub async fn accepts_document(&self, tenant: &str, url: &str) -> bool {
        let tenant = TenantId::parse(tenant).unwrap();
        self.service().accepts_document(&tenant, url).await
    }

    /// A client registers itself, with a token if there is one.
    pub async fn register(&mut self, name: &str, token: &str) -> StatusCode {
        let answer = self.service().register(name, token).await;
        if answer.status == StatusCode::CREATED {
            let body = answer.json();
            let known = Known {
                tenant: self.service().registers.clone().unwrap(),
                client_id: ClientId::parse(body["client_id"].as_str().unwrap()).unwrap(),
                secret: body["client_secret"].as_str().map(str::to_owned),
                later: Vec::new(),
                etag: None,
            };
            self.clients.insert(name.to_owned(), known);
        }
        answer.status
    }

    /// The id of the initial access token, and the token.
    pub fn token(&self) -> (String, String) {
        self.token.clone().expect("issued before")
    }

    /// Accepts numbers as operators and tenants.
    pub fn accept_numbers(&mut self) {
        let service = self.service.as_mut().expect("opened before the first step");
        service.accept_numbers();
    }

    /// Sends a request as this person. The next steps refer to the response.
    pub async fn send(
        &mut self,
        who: &Who,
        method: Method,
        path: &str,
        body: impl Into<Bytes>,
    ) -> &Answer {
        let person = &self.people[&who.name];
        let mut request = Request::builder().method(method).uri(path);
        if let Some(credentials) = person.credentials() {
            request = request.header("Authorization", credentials);
        }
        if let Some(tenant) = &who.tenant {
            request = request.header("X-Tenant-ID", tenant);
        }
        for (name, value) in self.headers.drain(..) {
            request = request.header(name, value);
        }
        if let Some(ip) = person.ip {
            request = request.extension(PeerIp(ip));
        }
        let request = request.body(Full::new(body.into())).unwrap();
        let answer = self.service().send(request).await;
        self.answers.push(answer);
        self.answer()
    }

    /// The stored client as its tenant would read it. Steps do not refer to this response.
    pub async fn current(&self, name: &str) -> Answer {
        let known = self.client(name);
        let mut request = request(&super_admin(), Method::GET, &path(known), None);
        let tenant = known.tenant.as_str().parse().unwrap();
        request.headers_mut().insert("X-Tenant-ID", tenant);
        self.service().send(request).await
    }

    pub async fn send_json(
        &mut self,
        who: &Who,
        method: Method,
        path: &str,
        body: &Value,
    ) -> &Answer {
        let json = ("Content-Type".to_owned(), "application/json".to_owned());
        self.headers.push(json);
        self.send(who, method, path, body.to_string()).await
    }

    pub fn answer(&self) -> &Answer {
        self.answers.last().expect("nothing was asked yet")
    }

    pub fn answer_before(&self) -> &Answer {
        &self.answers[self.answers.len() - 2]
    }

    /// Keeps the client in the response to a creation or a clone, under a name.
    pub fn remember(&mut self, name: &str, who: &Who) {
        let data = self.answer().data();
        let own = self.people[&who.name].tenant.clone();
        let tenant = who.tenant.clone().or(own).expect("acts in a tenant");
        let known = Known {
            tenant: TenantId::parse(&tenant).unwrap(),
            client_id: ClientId::parse(data["client_id"].as_str().unwrap()).unwrap(),
            secret: data["client_secret"].as_str().map(str::to_owned),
            later: Vec::new(),
            etag: None,
        };
        self.clients.insert(name.to_owned(), known);
    }

    pub fn client(&self, name: &str) -> &Known {
        self.clients
            .get(name)
            .unwrap_or_else(|| panic!("there is no client {name}"))
    }

    pub fn value(&self, cell: &str) -> Value {
        if let Some(seconds) = cell.strip_suffix(" seconds from now") {
            let later = Duration::from_secs(seconds.parse().unwrap());
            return (self.service().clock.now() + later).to_string().into();
        }
        cell::value(cell, &self.key_sets)
    }

    /// Applies a table of fields and values to `fields`. An empty cell removes a field.
    pub fn over(&self, mut fields: Value, step: &Step) -> Value {
        for (field, cell) in rows(step) {
            let object = fields.as_object_mut().unwrap();
            if cell.is_empty() {
                object.remove(field);
            } else {
                object.insert(field.to_owned(), self.value(cell));
            }
        }
        fields
    }
}

/// The path of a client.
pub fn path(known: &Known) -> String {
    format!("{CLIENTS}/{}", known.client_id)
}

/// The rows of a step's two-column table.
pub fn rows(step: &Step) -> impl Iterator<Item = (&str, &str)> {
    let rows = step.table.iter().flat_map(|table| &table.rows);
    rows.map(|row| match &row[..] {
        [first, second] => (first.as_str(), second.as_str()),
        _ => panic!("a table of two columns"),
    })
}

/// The docstring of a step.
pub fn text(step: &Step) -> &str {
    step.docstring
        .as_deref()
        .expect("a text below the step")
        .trim()
}
