//! A proxy that strips a prefix from the paths.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::{Request, State};
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

pub struct Proxy {
    pub address: SocketAddr,
    _runtime: Runtime,
}

impl Proxy {
    /// Starts a proxy to `host`. It serves what is below `prefix` only.
    pub fn start(prefix: &str, host: SocketAddr) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        // A nested router gets the rest of the path.
        let inner = Router::new().fallback(pass).with_state(host);
        let app = Router::new().nest_service(prefix, inner);
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self {
            address,
            _runtime: runtime,
        }
    }
}

async fn pass(
    State(host): State<SocketAddr>,
    request: Request,
) -> http::Response<axum::body::Body> {
    let stream = TcpStream::connect(host).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    let (head, body) = request.into_parts();
    let body = http_body_util::Full::new(body.collect().await.unwrap().to_bytes());
    let response = sender
        .send_request(http::Request::from_parts(head, body))
        .await;
    response.unwrap().map(axum::body::Body::new)
}
