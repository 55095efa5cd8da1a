//! The layer behind a connection that hyper serves.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tower::{Layer, service_fn};
use tower_oauth_clients::handlers::Body;

use super::endpoint::{Endpoint, Plan};
use support::presented::basic;

/// The response of a server to this text.
async fn answer(endpoint: &Endpoint, sent: &str) -> String {
    let inner = async |_: Request<Body>| {
        Ok::<_, Infallible>(Response::new(Full::from(Bytes::from("let in"))))
    };
    let service = TowerToHyperService::new(endpoint.layer.layer(service_fn(inner)));
    let (mut near, far) = duplex(256 * 1024);
    let serving = tokio::spawn(async move {
        let mut server = http1::Builder::new();
        let connection = server.half_close(true);
        let _ = connection
            .serve_connection(TokioIo::new(far), service)
            .await;
    });
    near.write_all(sent.as_bytes()).await.unwrap();
    // The end of the body, in case the server is still reading.
    near.shutdown().await.unwrap();
    let mut text = String::new();
    near.read_to_string(&mut text).await.unwrap();
    serving.await.unwrap();
    text
}

#[tokio::test]
async fn requests_of_every_shape_are_answered() {
    let endpoint = Endpoint::new(Plan::default()).await;
    let header = basic(&endpoint.client_id, &endpoint.secret);
    let post = format!(
        "POST /token HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: {header}\r\n\
         content-type: application/x-www-form-urlencoded\r\n"
    );
    let chunked = format!("{post}transfer-encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n");
    let answered = answer(&endpoint, &chunked).await;
    assert!(answered.starts_with("HTTP/1.1 200"), "{answered}");
    assert!(answered.ends_with("let in"), "{answered}");

    let too_long = format!(
        "{post}transfer-encoding: chunked\r\n\r\n20000\r\n{}\r\n0\r\n\r\n",
        "a".repeat(0x2_0000)
    );
    let says_so = format!("{post}content-length: 9999999999\r\n\r\na=b");
    for sent in [too_long, says_so] {
        let answered = answer(&endpoint, &sent).await;
        assert!(answered.starts_with("HTTP/1.1 413"), "{answered}");
        assert!(answered.contains("invalid_request"), "{answered}");
    }

    let head = "HEAD /token HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let answered = answer(&endpoint, head).await;
    assert!(answered.starts_with("HTTP/1.1 401"), "{answered}");
    assert!(answered.contains("www-authenticate: Basic "), "{answered}");
    assert!(answered.ends_with("\r\n\r\n"), "{answered}");
}
