//! A client with a metadata document of which there is a copy, compared with a stored client.

use std::hint::black_box;

use bytes::Bytes;
use http::{HeaderValue, Response};
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::documents::{ClientResolver, DomainPolicy, Domains};
use tower_oauth_clients::domain::{ClientId, Draft, Operator, Role, TenantId};
use tower_oauth_clients::outbound::{Error, Fetch, FetchRequest};
use tower_oauth_clients::repository::MemoryRepository;

use super::Outcome;
use super::race::Race;

const URL: &str = "https://vscode.dev/oauth/client-metadata.json";

/// What VS Code publishes.
const DOCUMENT: &str = r#"{
    "client_id": "https://vscode.dev/oauth/client-metadata.json",
    "client_name": "Visual Studio Code",
    "client_uri": "https://vscode.dev/product",
    "logo_uri": "https://vscode.dev/static/stable/code-stable.png",
    "redirect_uris": ["http://127.0.0.1:33418/", "https://vscode.dev/redirect"],
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
    "token_endpoint_auth_method": "none",
    "application_type": "native"
}"#;

/// The document, without a network.
struct Fixed;

impl Fetch for Fixed {
    async fn get(&self, _: &FetchRequest<'_>) -> Result<Response<Bytes>, Error> {
        let mut response = Response::new(Bytes::from_static(DOCUMENT.as_bytes()));
        let headers = response.headers_mut();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        headers.insert("cache-control", HeaderValue::from_static("max-age=86400"));
        Ok(response)
    }
}

pub fn run(quick: bool) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let repository = MemoryRepository::new();
    let tenant = TenantId::parse("acme").ok_or("no tenant")?;
    let stored = runtime.block_on(async {
        let manager = ClientManager::builder(repository.clone()).build()?;
        let uris = ["http://127.0.0.1:33418/", "https://vscode.dev/redirect"];
        let draft = Draft::new("Visual Studio Code", uris).with_is_confidential(false);
        let operator = Operator::new("alice", Role::Admin, tenant.clone());
        let created = manager.create(&operator, draft).await?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(created.client.client_id)
    })?;
    let trust = DomainPolicy::new(Domains::none().with_allowed(["vscode.dev"]))?;
    let resolver = ClientResolver::builder(repository, Fixed, trust).build()?;
    let url = ClientId::parse(URL).ok_or("no client_id")?;
    let operations = if quick { 10 } else { 10_000 };
    let mut race = Race::new(operations);
    for (name, client_id) in [("a stored client", &stored), ("a copy of a document", &url)] {
        let (resolver, tenant, runtime) = (&resolver, &tenant, &runtime);
        race.enter(name, move || {
            runtime.block_on(async {
                for _ in 0..operations {
                    black_box(resolver.resolve(tenant, client_id).await?);
                }
                Ok(())
            })
        });
    }
    race.run("resolving a client", if quick { 1 } else { 101 })?;
    Ok(())
}
