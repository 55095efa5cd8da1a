//! Documents on a real TLS server, with names and a clock that tests move.

mod administered;
#[cfg(feature = "jwt")]
mod assertions;
mod cases;
mod expected;
mod kept;
mod limits;
mod rules;
mod troubled;

use std::time::Duration;

use serde_json::{Value, json};

use super::{ClientResolver, ClientResolverBuilder, DomainPolicy, Domains, Error, Resolved};

use crate::authentication::{self, Authenticated, ClientAuthenticator, Presented};
use crate::domain::{ClientId, TenantId};
use crate::outbound::testing::{Answer, MovedClock, Names, PUBLIC, Route, Server};
use crate::repository::MemoryRepository;

const URL: &str = "https://client.example.net/oauth/metadata.json";

const HOST: &str = "client.example.net";

const JSON: (&str, &str) = ("content-type", "application/json");

fn tenant(name: &str) -> TenantId {
    TenantId::parse(name).unwrap()
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A valid document.
fn document(url: &str) -> Value {
    json!({
        "client_id": url,
        "client_name": "Example",
        "redirect_uris": ["https://client.example.net/cb"],
        "token_endpoint_auth_method": "none",
    })
}

fn served(document: &Value) -> Answer {
    Answer::of(200, &[JSON], &document.to_string())
}

/// A server, and what a resolver of its documents uses.
struct Stage {
    server: Server,
    names: Names,
    clock: MovedClock,
    repository: MemoryRepository,
}

impl Stage {
    /// A server that answers the connections in order.
    async fn new(answer: impl Fn(usize, &str) -> Answer + Send + Sync + 'static) -> Self {
        let hosts = [
            HOST,
            "a.example.net",
            "chatgpt.com",
            "claude.ai",
            "grok.com",
            "vscode.dev",
            "www.mcpjam.com",
            "zed.dev",
        ];
        Self {
            server: Server::start(&hosts, answer).await,
            names: Names::new(&[&[PUBLIC]]),
            clock: MovedClock::default(),
            repository: MemoryRepository::new(),
        }
    }

    /// A server with these answers, one after the other; the last one stays.
    async fn with(answers: Vec<Answer>) -> Self {
        let last = answers.len() - 1;
        Self::new(move |index, _| answers[index.min(last)].clone()).await
    }

    fn builder(&self, domains: Domains) -> (ClientResolverBuilder, Route) {
        let (fetcher, route) = self.server.fetcher(&self.names, &self.clock);
        let (fetcher, trust) = (
            fetcher.build().unwrap(),
            DomainPolicy::new(domains).unwrap(),
        );
        let builder = ClientResolver::builder(self.repository.clone(), fetcher, trust)
            .with_scopes(["mcp:read", "mcp:write", "offline_access"])
            .with_clock(self.clock.clone());
        (builder, route)
    }

    /// A resolver that trusts all hosts, and where it dialled.
    fn resolver(&self) -> (ClientResolver, Route) {
        let (builder, route) = self.builder(Domains::all());
        (builder.build().unwrap(), route)
    }

    fn authenticator(&self, resolver: &ClientResolver) -> ClientAuthenticator {
        ClientAuthenticator::builder(self.repository.clone())
            .with_client_source(resolver.in_tenant(tenant("acme")))
            .with_insecure_no_limiter()
            .with_clock(self.clock.clone())
            .build()
            .unwrap()
    }
}

async fn resolve(resolver: &ClientResolver, url: &str) -> Result<Resolved, Error> {
    let client_id = ClientId::parse(url).unwrap();
    resolver.resolve(&tenant("acme"), &client_id).await
}

/// What the token endpoint says of a client that presents nothing but its id.
async fn alone(
    authenticator: &ClientAuthenticator,
    url: &str,
) -> Result<Authenticated, authentication::Error> {
    let client_id = ClientId::parse(url).unwrap();
    let presented = Presented::Nothing { client_id };
    authenticator.authenticate_presented(presented, None).await
}
