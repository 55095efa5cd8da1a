//! Metrics of metadata documents.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use serde_json::json;
use tower_oauth_clients::documents::{DomainPolicy, Domains, ErrorKind};
use tower_oauth_clients::domain::{ClientId, TenantId};
use tower_oauth_clients::outbound::{Fetcher, Resolve};

use crate::watch::{Watch, named};
use support::shelf::{Shelf, URLS};
use support::{App, Store};

/// Every name is one of this device.
struct Local;

impl Resolve for Local {
    async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        Ok(vec![Ipv4Addr::LOCALHOST.into()])
    }
}

fn tls() -> rustls::ClientConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

#[tokio::test]
async fn documents_are_counted_by_where_they_are_from() {
    let watch = Watch::begin().await;
    let app = App::new(Store::Memory).await;
    let shelf = Shelf::open(&app);
    for url in [URLS[0], URLS[0], URLS[1]] {
        shelf.resolve(url).await.unwrap();
    }
    shelf.blocked(&json!({"url": URLS[1]})).await;
    shelf.resolve(URLS[1]).await.unwrap_err();
    let mut numbers = watch.numbers();
    numbers.retain(|name, _| !name.contains("request"));
    let expected = [("oauth_clients_documents_total{source=pinned}", 3)];
    assert_eq!(numbers, named(&expected));
}

#[tokio::test]
async fn fetches_are_counted_by_their_result() {
    let watch = Watch::begin().await;
    let app = App::new(Store::Memory).await;
    let fetcher = Fetcher::builder().with_tls(tls()).with_resolver(Local);
    let trust = DomainPolicy::new(Domains::all()).unwrap();
    let resolver = app.repository.resolver(fetcher.build().unwrap(), trust);
    let resolver = resolver.build().unwrap();
    let tenant = TenantId::parse("tenant_a").unwrap();
    let client_id = ClientId::parse("https://c.example.net/m.json").unwrap();
    let refused = resolver.resolve(&tenant, &client_id).await.unwrap_err();
    assert_ne!(refused.kind(), ErrorKind::Untrusted);
    let mut numbers = watch.numbers();
    numbers.retain(|name, _| name.contains("fetches"));
    let expected = [("oauth_clients_fetches_total{result=unavailable}", 1)];
    assert_eq!(numbers, named(&expected));
}
