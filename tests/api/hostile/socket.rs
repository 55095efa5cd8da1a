//! Bytes on a socket that no HTTP library would send, to each kind of server.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, StatusCode};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tower_oauth_clients::adapters::axum::router;
use tower_oauth_clients::adapters::tower::ManagementService;

use super::answer::assert_sound;
use super::cast::Cast;
use super::panics;
use super::plan::{Plan, Routes};
use support::case::{Case, Names};
use support::{Answer, App, CLIENTS, Store, admin, claims, sign};

const MOUNT: &str = "/api/v1";

#[derive(Clone, Copy, Debug)]
enum Server {
    Axum,
    Hyper,
}

impl Server {
    /// Serves the operations below the mount on a free port.
    async fn start(self, app: &App) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        match self {
            Self::Axum => {
                let routes = Router::new().nest(MOUNT, router(app.handlers.clone()));
                let peers = routes.into_make_service_with_connect_info::<SocketAddr>();
                tokio::spawn(async move { axum::serve(listener, peers).await });
            }
            Self::Hyper => {
                let service = ManagementService::new(app.handlers.clone()).with_prefix(MOUNT);
                tokio::spawn(accept(listener, service));
            }
        }
        address
    }
}

async fn accept(listener: TcpListener, service: ManagementService) {
    while let Ok((stream, _)) = listener.accept().await {
        let service = TowerToHyperService::new(service.clone());
        let connection = hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service);
        // Errors are expected: callers send broken requests.
        tokio::spawn(async move { drop(connection.await) });
    }
}

/// Sends the parts, then reads until the connection is closed or silent.
async fn exchange(server: SocketAddr, parts: Vec<Vec<u8>>) -> Vec<u8> {
    let (mut reader, mut writer) = TcpStream::connect(server).await.unwrap().into_split();
    let send = tokio::spawn(async move {
        for part in parts {
            // The server may close the connection early.
            if writer.write_all(&part).await.is_err() {
                break;
            }
        }
        writer
    });
    let (mut told, mut part) = (Vec::new(), vec![0; 64 * 1024]);
    loop {
        let patience = Duration::from_millis(if told.is_empty() { 10_000 } else { 400 });
        match timeout(patience, reader.read(&mut part)).await {
            Ok(Ok(length)) if length > 0 => told.extend_from_slice(&part[..length]),
            Err(_) if told.is_empty() => panic!("no answer"),
            _ => break,
        }
    }
    send.abort();
    told
}

/// The responses in the received bytes.
fn answers(mut told: &[u8], without_body: bool) -> Vec<Answer> {
    let mut answers = Vec::new();
    while !told.is_empty() {
        let end = told
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .expect("a whole head");
        let head = std::str::from_utf8(&told[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let status = StatusCode::from_bytes(status.as_bytes()).unwrap();
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(": ").unwrap();
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, value.parse().unwrap());
        }
        told = &told[end + 4..];
        let length = headers
            .get("content-length")
            .map_or(0, |v| v.to_str().unwrap().parse().unwrap());
        let length = if without_body { 0 } else { length };
        let body = Bytes::copy_from_slice(&told[..length]);
        told = &told[length..];
        answers.push(Answer {
            status,
            headers,
            body,
        });
    }
    answers
}

#[tokio::test]
async fn bytes_on_a_socket_get_their_answer() {
    panics::watch();
    for app in App::each().await {
        let routes = Routes::of(&app).await;
        for server in [Server::Axum, Server::Hyper] {
            let address = server.start(&app).await;
            for case in routes.cases(Plan::Socket) {
                let place = format!("{} {:?} {server:?}", case.id, app.store);
                let cast = Cast::new(&app).await;
                if case.kind == "raw" {
                    raw(&app, address, case, &cast, &place).await;
                } else {
                    path(&routes, address, case, &cast, &place).await;
                }
                panics::assert_none(&place);
            }
        }
    }
}

async fn raw(app: &App, address: SocketAddr, case: &Case, cast: &Cast, place: &str) {
    let mut names = cast.names.clone();
    names.0.insert("path", format!("{MOUNT}{CLIENTS}"));
    names.0.insert("token", admin("tenant_a"));
    let raw = &case.input["raw"];
    let mut parts = vec![names.write(raw["http"].as_str().unwrap()).into_bytes()];
    if let Some(chunks) = raw.get("chunks") {
        let size = usize::try_from(chunks["size"].as_u64().unwrap()).unwrap();
        let chunk = [
            format!("{size:x}\r\n").into_bytes(),
            vec![b'a'; size],
            b"\r\n".to_vec(),
        ];
        let count = usize::try_from(chunks["n"].as_u64().unwrap()).unwrap();
        parts.extend(vec![chunk.concat(); count]);
        parts.push(b"0\r\n\r\n".to_vec());
    }
    let before = app.stored_clients("tenant_a").await.len();
    let answers = answers(&exchange(address, parts).await, false);
    let first = answers.first().map_or(0, |answer| answer.status.as_u16());
    case.assert_status(first, place);
    assert!(
        answers.iter().all(|answer| answer.status.is_client_error()),
        "{place}"
    );
    assert_eq!(
        app.stored_clients("tenant_a").await.len(),
        before,
        "{place}"
    );
    // If it is not HTTP, the server responds itself, without a body.
    if let Some(ours) = answers.first().filter(|answer| !answer.body.is_empty()) {
        assert_sound(ours, place);
    }
    match case.check() {
        None => {}
        // The rest may be read as one more request line, and no more.
        Some("at most one 4xx per request line, no 2xx") => {
            assert!(answers.len() <= 2, "{place}");
        }
        Some(other) => panic!("{place}: nothing checks {other:?}"),
    }
}

async fn path(routes: &Routes, address: SocketAddr, case: &Case, cast: &Cast, place: &str) {
    let token = admin("tenant_a");
    let answer = ask(address, case, &cast.names, &token).await;
    case.assert_status(answer.status.as_u16(), place);
    // If no route matches, the host responds, without a body.
    if !answer.body.is_empty() {
        assert_sound(&answer, place);
    }
    match case.check() {
        None => {}
        // `tests/leaks` checks the log.
        Some("log line shows it escaped") => {}
        Some("never the list of another route with weaker checks") => {
            assert!(
                !String::from_utf8_lossy(&answer.body).contains("items"),
                "{place}"
            );
        }
        Some("Allow lists GET, PUT, DELETE") => {
            let allowed = answer.header("allow").unwrap();
            let mut allowed: Vec<_> = allowed.split(", ").collect();
            let mut expected = routes.methods("/admin/oauth/clients/{client_id}");
            expected.extend(["HEAD", "PATCH"]);
            allowed.sort_unstable();
            expected.sort_unstable();
            assert_eq!(allowed, expected, "{place}");
        }
        Some("no body") => {
            assert!(answer.body.is_empty(), "{place}");
            assert_eq!(
                answer.header("content-type"),
                Some("application/json"),
                "{place}"
            );
        }
        Some("same with and without a token or 401 for both") => {
            let mut user = claims("tenant_a");
            user["role"] = Value::from("user");
            for token in [String::new(), sign(&user)] {
                let other = ask(address, case, &cast.names, &token).await;
                assert_eq!(
                    (other.status, other.body),
                    (answer.status, answer.body.clone())
                );
            }
        }
        Some(other) => panic!("{place}: nothing checks {other:?}"),
    }
}

async fn ask(address: SocketAddr, case: &Case, names: &Names, token: &str) -> Answer {
    let method = case.text("method").unwrap();
    let path = names.write(&case.text("path").unwrap());
    let authorization = match token {
        "" => String::new(),
        token => format!("Authorization: Bearer {token}\r\n"),
    };
    let head = format!(
        "{method} {MOUNT}{path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{authorization}\r\n"
    );
    let told = exchange(address, vec![head.into_bytes()]).await;
    let mut answers = answers(&told, method == "HEAD");
    assert_eq!(answers.len(), 1, "{}", case.id);
    answers.remove(0)
}

/// Request targets in every form of RFC 9112 §3.2, and header fields that two readers may interpret
/// differently.
#[tokio::test]
async fn odd_requests_get_an_answer_or_a_closed_connection() {
    panics::watch();
    let app = App::new(Store::Memory).await;
    let cast = Cast::new(&app).await;
    let mut names = cast.names.clone();
    let fields = format!(
        "Host: h\r\nConnection: close\r\nAuthorization: Bearer {}\r\n",
        admin("tenant_a")
    );
    names.0.insert("fields", fields);
    names.0.insert("clients", format!("{MOUNT}{CLIENTS}"));
    names.0.insert("long", "a".repeat(60_000));
    names.0.insert("many", "X-A: 1\r\n".repeat(200));
    let cases: [(&str, &[u16]); 20] = [
        (
            "GET http://h{clients}/{client_id} HTTP/1.1\r\n{fields}\r\n",
            &[200],
        ),
        (
            "GET {clients}/{client_id}? HTTP/1.1\r\n{fields}\r\n",
            &[200],
        ),
        (
            "GET {clients}/{client_id}?client_id={other_client_id} HTTP/1.1\r\n{fields}\r\n",
            &[200],
        ),
        (
            "GET {clients}/%61{client_id} HTTP/1.1\r\n{fields}\r\n",
            &[404],
        ),
        (
            "GET {clients}/{client_id}%00 HTTP/1.1\r\n{fields}\r\n",
            &[404],
        ),
        (
            "GET {clients}/{client_id}/ HTTP/1.1\r\n{fields}\r\n",
            &[404],
        ),
        (
            "GET {clients}/{other_client_id} HTTP/1.1\r\n{fields}\r\n",
            &[404],
        ),
        ("GET {clients}/{long} HTTP/1.1\r\n{fields}\r\n", &[404, 414]),
        (
            "GET {clients}/{client_id} HTTP/1.1\r\n{many}{fields}\r\n",
            &[431],
        ),
        (
            "GET {clients}/{client_id} HTTP/1.1\r\nX-A: {long}\r\n{fields}\r\n",
            &[200, 431],
        ),
        ("GET {clients}/\u{e9} HTTP/1.1\r\n{fields}\r\n", &[400, 404]),
        ("GET * HTTP/1.1\r\n{fields}\r\n", &[400, 404]),
        ("OPTIONS * HTTP/1.1\r\n{fields}\r\n", &[400, 404]),
        ("CONNECT h:80 HTTP/1.1\r\n{fields}\r\n", &[400, 404, 405]),
        (
            "OPTIONS {clients}/{client_id} HTTP/1.1\r\n{fields}\r\n",
            &[405],
        ),
        ("HEAD {clients} HTTP/1.1\r\n{fields}\r\n", &[200, 405]),
        (
            "XYZZY {clients}/{client_id} HTTP/1.1\r\n{fields}\r\n",
            &[405],
        ),
        (
            "GET {clients}/{client_id} HTTP/1.1\r\n{fields}Content-Length: -1\r\n\r\n",
            &[400],
        ),
        (
            "PUT {clients}/{client_id} HTTP/1.1\r\n{fields}Content-Type: application/json\r\n\
          Content-Length: 5\r\nTransfer-Encoding: identity\r\n\r\n{\"a\":1}",
            &[400],
        ),
        (
            "PUT {clients}/{client_id} HTTP/1.1\r\n{fields}Content-Type: application/json\r\n\
          Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
            &[415],
        ),
    ];
    for server in [Server::Axum, Server::Hyper] {
        let address = server.start(&app).await;
        for (template, expected) in cases {
            let place = format!("{template:?} {server:?}");
            let told = exchange(address, vec![names.write(template).into_bytes()]).await;
            let answers = answers(&told, template.starts_with("HEAD"));
            let status = answers.first().map_or(0, |answer| answer.status.as_u16());
            assert!(expected.contains(&status), "{place}: {status}");
            for answer in answers.iter().filter(|answer| !answer.body.is_empty()) {
                assert_sound(answer, &place);
            }
            panics::assert_none(&place);
        }
    }
}
