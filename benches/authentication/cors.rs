//! An endpoint behind a `ClientCorsLayer`, compared with the same endpoint alone, and with
//! tower-http's own layer for one fixed origin.

use std::convert::Infallible;
use std::hint::black_box;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response};
use http_body_util::Full;
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_http::cors::CorsLayer;
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::adapters::tower::ClientCorsLayer;
use tower_oauth_clients::domain::{Draft, Operator, Role, TenantId};
use tower_oauth_clients::repository::MemoryRepository;

use super::Outcome;
use super::race::Race;

const ORIGIN: &str = "https://app.example.com";

type Answer = Response<Full<Bytes>>;

pub fn run(quick: bool) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let repository = MemoryRepository::new();
    runtime.block_on(async {
        let manager = ClientManager::builder(repository.clone()).build()?;
        let tenant = TenantId::parse("acme").ok_or("no tenant")?;
        let draft = Draft::new("App", [ORIGIN]).with_is_confidential(false);
        let operator = Operator::new("alice", Role::Admin, tenant);
        manager.create(&operator, draft).await?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    })?;
    let endpoint = service_fn(async |_: Request<()>| Ok::<_, Infallible>(Answer::default()));
    let fixed = CorsLayer::new().allow_origin(HeaderValue::from_static(ORIGIN));
    let fixed = fixed.layer(endpoint);
    let registered = ClientCorsLayer::new(repository).layer(endpoint);
    let operations = if quick { 10 } else { 10_000 };
    for (title, method) in [
        ("a request from a known origin", Method::POST),
        ("a preflight from a known origin", Method::OPTIONS),
    ] {
        let mut race = Race::new(operations);
        race.enter("the endpoint alone", || {
            runtime.block_on(call(endpoint, &method, operations))
        });
        race.enter("tower-http, one fixed origin", || {
            runtime.block_on(call(fixed.clone(), &method, operations))
        });
        race.enter("ClientCorsLayer", || {
            runtime.block_on(call(registered.clone(), &method, operations))
        });
        race.run(title, if quick { 1 } else { 101 })?;
        println!();
    }
    Ok(())
}

async fn call<S>(mut service: S, method: &Method, times: u32) -> Outcome
where
    S: Service<Request<()>, Response = Answer, Error = Infallible>,
{
    for _ in 0..times {
        let request = Request::builder()
            .method(method)
            .uri("/token")
            .header("origin", ORIGIN)
            .header("access-control-request-method", "POST")
            .body(())?;
        let service = service.ready().await?;
        black_box(service.call(request).await?);
    }
    Ok(())
}
