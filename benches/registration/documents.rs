//! The memory that copies of metadata documents take.

use std::fs::read_to_string;

use bytes::Bytes;
use http::{HeaderValue, Response};
use serde_json::json;
use tokio::runtime::Runtime;
use tower_oauth_clients::documents::{ClientResolver, DomainPolicy, Domains};
use tower_oauth_clients::domain::{ClientId, TenantId};
use tower_oauth_clients::outbound::{Error, Fetch, FetchRequest};
use tower_oauth_clients::repository::MemoryRepository;

use super::Outcome;

/// Answers any URL with a document of almost the most bytes that one may have.
struct Publisher;

impl Fetch for Publisher {
    async fn get(&self, request: &FetchRequest<'_>) -> Result<Response<Bytes>, Error> {
        let uris: Vec<_> = (0..30)
            .map(|number| format!("https://app-{number}.example.com/{}", "x".repeat(100)))
            .collect();
        let document = json!({
            "client_id": request.url,
            "client_name": "An application with a lot of redirect URIs",
            "redirect_uris": uris,
            "token_endpoint_auth_method": "none",
        });
        let mut response = Response::new(Bytes::from(document.to_string()));
        let headers = response.headers_mut();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        headers.insert("cache-control", HeaderValue::from_static("max-age=86400"));
        Ok(response)
    }
}

pub fn run(quick: bool) -> Outcome {
    let runtime = Runtime::new()?;
    let count = if quick { 10 } else { 10_000 };
    println!("memory after {count} documents");
    for (name, one_host) in [("of one host", true), ("of as many hosts", false)] {
        let grown = runtime.block_on(resolve(count, one_host))?;
        match grown {
            Some(grown) => println!("  {name:<34} {grown:>10.1} MiB more than before"),
            None => println!("  {name:<34} can't be told here"),
        }
    }
    println!();
    Ok(())
}

async fn resolve(count: usize, one_host: bool) -> Outcome<Option<f64>> {
    let tenant = TenantId::parse("acme").ok_or("not a tenant")?;
    let trust = DomainPolicy::new(Domains::none().with_allowed([".vscode.dev"]))?;
    let resolver = ClientResolver::builder(MemoryRepository::new(), Publisher, trust).build()?;
    let before = resident();
    for number in 0..count {
        let host = if one_host { 0 } else { number };
        let url = format!("https://host-{host}.vscode.dev/clients/{number}.json");
        let client_id = ClientId::parse(&url).ok_or("not a client_id")?;
        resolver.resolve(&tenant, &client_id).await?;
    }
    let after = resident();
    drop(resolver);
    Ok(after
        .zip(before)
        .map(|(after, before)| (after - before) / 1024.0))
}

/// The resident size of this process, in KiB.
fn resident() -> Option<f64> {
    let status = read_to_string("/proc/self/status").ok()?;
    let mut lines = status.lines();
    let size = lines.find_map(|line| line.strip_prefix("VmRSS:"))?;
    size.trim().strip_suffix(" kB")?.parse().ok()
}
