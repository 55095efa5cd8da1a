//! A server process of its own, so that its CPU time is its own.

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

/// The variable that makes this program a server, and says by which policy.
pub const POLICY: &str = "BENCH_AUTHENTICATION_POLICY";

/// What a token endpoint answers.
const TOKEN: &str =
    r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"Bearer","expires_in":3600}"#;

/// Serves until it is killed, on two threads, and prints its address, the `client_id` and the
/// header that authenticates it.
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
                    // The requests of the others have a header, too.
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

/// The floor: reads the form and answers.
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
