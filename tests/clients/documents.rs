//! Clients with a metadata document, over TLS.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rmcp::transport::auth::AuthorizationRequest;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::browser::{open, parameter};
use crate::driver::Driver;
use crate::embedded::{Embedded, Network};
use crate::host::CALLBACK;
use crate::rust_sdk;

const NAME: &str = "app.example.net";
const DOCUMENT: &str = "https://app.example.net/oauth/client.json";

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A publisher of a document, and a host that may fetch it.
struct Published {
    host: Embedded,
    network: Network,
    /// How often the document was fetched.
    fetches: Arc<AtomicUsize>,
}

impl Published {
    fn new() -> Self {
        let network = Network::new();
        let host = Embedded::start(&network);
        let fetches = Arc::new(AtomicUsize::new(0));
        let acceptor = TlsAcceptor::from(Arc::new(network.server(NAME)));
        let listener = host
            .runtime
            .block_on(TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        network.set(NAME, listener.local_addr().unwrap());
        let counted = Arc::clone(&fetches);
        host.runtime.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (acceptor, counted) = (acceptor.clone(), Arc::clone(&counted));
                tokio::spawn(async move {
                    let stream = acceptor.accept(stream).await.unwrap();
                    let answer = service_fn(|request| {
                        counted.fetch_add(1, Ordering::SeqCst);
                        std::future::ready(publish(&request))
                    });
                    let _ = http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), answer)
                        .await;
                });
            }
        });
        Self {
            host,
            network,
            fetches,
        }
    }

    fn driver(&self, script: &'static str) -> Option<Driver> {
        let metadata = json!({
            "client_name": "An app",
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token"],
        });
        let url = self.host.site.mcp();
        let settings = json!({"url": url, "metadata": metadata, "document": DOCUMENT});
        Driver::start(script, &settings)
    }

    /// A client uses its document in place of a registration.
    fn connects(&self, script: &'static str) {
        let Some(mut driver) = self.driver(script) else {
            return;
        };
        driver.act("connect");
        let told = driver.call("whoami");
        assert!(told.contains(DOCUMENT), "{told}");
        let client_id = parameter(&driver.opened[0], "client_id");
        assert_eq!(client_id.as_deref(), Some(DOCUMENT));
        driver.act("expire");
        driver.call("whoami");
        assert_eq!(driver.call("write_note"), "1 written");
        assert_eq!(driver.opened.len(), 2);
        assert_eq!(self.host.site.registrations(), 0);
        assert_eq!(self.fetches.load(Ordering::SeqCst), 1, "there is a copy");

        let page = open(&driver.opened[0]);
        assert!(
            page.body.contains(NAME) && page.body.contains("It calls itself"),
            "{}",
            page.body
        );
    }
}

fn publish(request: &Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    if request.uri() != "/oauth/client.json" {
        let mut answer = Response::new(Full::default());
        *answer.status_mut() = StatusCode::NOT_FOUND;
        return Ok(answer);
    }
    let document = json!({
        "client_id": DOCUMENT,
        "client_name": "An app",
        "client_uri": "https://app.example.net/",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    });
    let answer = Response::builder()
        .header("content-type", "application/json")
        .header("cache-control", "max-age=3600")
        .body(Full::from(document.to_string()));
    Ok(answer.unwrap())
}

#[test]
fn f02_typescript_2_connects() {
    Published::new().connects("typescript2.mjs");
}

#[test]
fn python_2_connects() {
    Published::new().connects("python2.py");
}

#[test]
fn rmcp_connects() {
    let published = Published::new();
    let site = &published.host.site;
    let request = AuthorizationRequest::new(CALLBACK).with_client_metadata_url(DOCUMENT);
    published.host.runtime.block_on(async {
        let (client, url) = rust_sdk::connect(&site.mcp(), request).await;
        assert_eq!(parameter(&url, "client_id").as_deref(), Some(DOCUMENT));
        let told = rust_sdk::call(&site.mcp(), &client, "whoami").await;
        assert!(told.unwrap().contains(DOCUMENT));
    });
    assert_eq!(site.registrations(), 0);
}

/// One `client_id` is that of all devices.
#[test]
fn f13_two_devices_share_a_document() {
    let published = Published::new();
    let [Some(mut one), Some(mut two)] =
        ["typescript2.mjs", "python2.py"].map(|script| published.driver(script))
    else {
        return;
    };
    one.act("connect");
    two.act("connect");
    for device in [&mut one, &mut two] {
        device.act("expire");
        assert!(device.call("whoami").contains(DOCUMENT));
        assert_eq!(device.opened.len(), 1, "it is still connected");
    }
}

/// A grant that was given survives the outage of the publisher, and a new one has to wait.
#[test]
fn a_publisher_that_is_away_ends_no_grant() {
    let published = Published::new();
    let site = &published.host.site;
    let tokens = site.tokens(DOCUMENT, &[]);
    published.network.unset(NAME);
    published.host.wait(HOUR * 2);
    let refreshed = site.refresh(DOCUMENT, tokens["refresh_token"].as_str().unwrap());
    assert_eq!(refreshed.status, 200, "{}", refreshed.body);
    let refreshed = refreshed.json();
    let access = refreshed["access_token"].as_str().unwrap();
    assert_eq!(site.call(access, "whoami").status, 200);

    let page = open(&site.authorization(DOCUMENT, &[]));
    assert_eq!(
        (page.status, page.header("location")),
        (503, None),
        "{}",
        page.body
    );
    assert!(page.header("retry-after").is_some());
    assert!(
        !page.body.contains("no such name"),
        "the reason is for the log: {}",
        page.body
    );
    // Longer than a day, and nothing is known of it.
    published.host.wait(HOUR * 24);
    let refreshed = site.refresh(DOCUMENT, refreshed["refresh_token"].as_str().unwrap());
    assert_eq!(
        refreshed.status, 503,
        "it keeps its credentials: {}",
        refreshed.body
    );
}

#[test]
fn nothing_is_fetched_for_a_request_that_is_wrong() {
    let published = Published::new();
    let site = &published.host.site;
    for changes in [
        ("code_challenge", ""),
        ("response_type", "token"),
        ("resource", "https://x.example"),
        ("prompt", "none"),
        ("scope", "admin"),
    ] {
        let page = open(&site.authorization(DOCUMENT, &[changes]));
        assert_eq!(
            (page.status, page.header("location")),
            (400, None),
            "{changes:?}"
        );
    }
    assert_eq!(published.fetches.load(Ordering::SeqCst), 0);
    let gone = open(&site.authorization("https://app.example.net/gone.json", &[]));
    assert_eq!(gone.status, 400, "{}", gone.body);
    assert_eq!(published.fetches.load(Ordering::SeqCst), 1);
    assert_eq!(site.registrations(), 0);
}
