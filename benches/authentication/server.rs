//! A separate server process, so that its CPU time can be measured.

use std::io::Write;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::header;
use http_body_util::BodyExt;
use tokio::net::TcpListener;
use tower_oauth_clients::authentication::ClientAuthenticator;

use super::Outcome;
use super::world::{Policy, World};

/// The environment variable that makes this program a server. Its value is the policy.
pub const POLICY: &str = "BENCH_AUTHENTICATION_POLICY";

/// The response of a token endpoint.
const TOKEN: &str =
    r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"Bearer","expires_in":3600}"#;

/// Serves on two threads until it is killed. Prints its address, the `client_id` and the
/// `Authorization` header of the client.
pub fn run(policy: &str) -> Outcome {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(async {
            let policy = Policy::ALL.into_iter().find(|known| known.name() == policy);
            let (router, client) = match policy {
                None => {
                    // As long as the header of the other contestants.
                    let client = format!("nobody Basic {}", "YTpi".repeat(38));
                    (Router::new().route("/token", post(bare)), client)
                }
                Some(policy) => {
                    let world = World::new(policy).await?;
                    let client = format!("{} {}", world.client_id, world.basic());
                    let router = Router::new().route("/token", post(authenticated));
                    (router.with_state(world.authenticator), client)
                }
            };
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            println!("{} {client}", listener.local_addr()?);
            std::io::stdout().flush()?;
            axum::serve(listener, router).await?;
            Ok(())
        })
}

/// The baseline: reads the form and responds.
async fn bare(request: Request) -> Response {
    match request.into_body().collect().await {
        Ok(_) => token(),
        Err(_) => http::StatusCode::BAD_REQUEST.into_response(),
    }
}

async fn authenticated(
    State(authenticator): State<ClientAuthenticator>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let Ok(form) = body.collect().await else {
        return http::StatusCode::BAD_REQUEST.into_response();
    };
    let peer = Some([192, 0, 2, 1].into());
    match authenticator
        .authenticate(&head, &form.to_bytes(), peer)
        .await
    {
        Ok(_) => token(),
        Err(error) => error.to_response().map(axum::body::Body::from),
    }
}

fn token() -> Response {
    let json = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (json, TOKEN).into_response()
}
