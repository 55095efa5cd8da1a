//! Administrators who block at the same time, and blocks while a document is fetched.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Method, Response};
use serde_json::json;
use tokio::sync::{Barrier, Semaphore};
use tokio::task::JoinSet;
use tower::ServiceExt;
use tower_oauth_clients::documents::{DomainPolicy, Domains, ErrorKind};
use tower_oauth_clients::domain::{ClientId, DocumentBlockOptions, Operator, Role, TenantId};
use tower_oauth_clients::outbound::{self, Fetch, FetchRequest};

use support::shelf::{BLOCKS, Shelf, URLS};
use support::{Answer, App, Store, admin, request};

const ROUNDS: usize = 20;

/// Of many who block the same, one does; and whoever removes it does so once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_blocks_and_one_removes_it() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let shelf = Shelf::open(&app);
        let body = json!({"domain": "example.net"});
        for _ in 0..ROUNDS {
            let made = at_once(&shelf, Method::POST, BLOCKS, Some(&body)).await;
            let count = |wanted: u16| made.iter().filter(|status| **status == wanted).count();
            assert_eq!((count(201), count(409)), (1, 15), "{store:?}: {made:?}");
            shelf.resolve(URLS[0]).await.unwrap_err();
            let listed = shelf.ask(Method::GET, BLOCKS, None).await.json();
            let id = listed["items"][0]["id"].as_str().unwrap().to_owned();
            let path = format!("{BLOCKS}/{id}");
            let gone = at_once(&shelf, Method::DELETE, &path, None).await;
            let count = |wanted: u16| gone.iter().filter(|status| **status == wanted).count();
            assert_eq!((count(204), count(404)), (1, 15), "{store:?}: {gone:?}");
            shelf.resolve(URLS[0]).await.unwrap();
        }
    }
}

/// The statuses of sixteen requests that are sent at once. Who is refused for contention tries
/// again.
async fn at_once(
    shelf: &Shelf<'_>,
    method: Method,
    path: &str,
    body: Option<&serde_json::Value>,
) -> Vec<u16> {
    let start = Arc::new(Barrier::new(16));
    let mut callers = JoinSet::new();
    for _ in 0..16 {
        let (service, start) = (shelf.management(), start.clone());
        let (method, path, body) = (method.clone(), path.to_owned(), body.cloned());
        callers.spawn(async move {
            start.wait().await;
            loop {
                let token = admin("tenant_a");
                let request = request(&token, method.clone(), &path, body.as_ref());
                let Ok(response) = service.clone().oneshot(request).await;
                match Answer::read(response).await.status.as_u16() {
                    503 => tokio::task::yield_now().await,
                    status => return status,
                }
            }
        });
    }
    callers.join_all().await
}

/// A publisher that answers when it may.
#[derive(Clone)]
struct Slow {
    asked: Arc<Semaphore>,
    may_answer: Arc<Semaphore>,
}

impl Fetch for Slow {
    async fn get(&self, request: &FetchRequest<'_>) -> Result<Response<Bytes>, outbound::Error> {
        self.asked.add_permits(1);
        self.may_answer.acquire().await.unwrap().forget();
        let document = json!({
            "client_id": request.url,
            "redirect_uris": ["https://client.example.net/cb"],
            "token_endpoint_auth_method": "none",
        });
        let mut response = Response::new(Bytes::from(document.to_string()));
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert("content-type", json);
        Ok(response)
    }
}

/// A document that is blocked while it is fetched is not accepted.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_block_holds_for_what_is_being_fetched() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let publisher = Slow {
            asked: Arc::new(Semaphore::new(0)),
            may_answer: Arc::new(Semaphore::new(0)),
        };
        let trust = DomainPolicy::new(Domains::all()).unwrap();
        let resolver = app.repository.resolver(publisher.clone(), trust);
        let resolver = resolver.with_clock(app.clock.clone()).build().unwrap();
        let tenant = TenantId::parse("tenant_a").unwrap();
        let operator = Operator::new("alice", Role::Admin, tenant.clone());
        for (round, is_blocked) in [false, true, true].into_iter().enumerate() {
            let url = format!("https://c.example.net/{round}.json");
            let client_id = ClientId::parse(&url).unwrap();
            let (one, of) = (resolver.clone(), tenant.clone());
            let resolving = tokio::spawn(async move { one.resolve(&of, &client_id).await });
            publisher.asked.acquire().await.unwrap().forget();
            if is_blocked {
                let options = DocumentBlockOptions::of_url(url);
                let blocked = resolver.block_documents(&operator, options).await;
                blocked.unwrap();
            }
            publisher.may_answer.add_permits(1);
            let outcome = resolving.await.unwrap();
            let refused = outcome.err().map(|error| error.kind());
            let expected = Some(ErrorKind::Untrusted).filter(|_| is_blocked);
            assert_eq!(refused, expected, "{store:?}");
        }
    }
}
