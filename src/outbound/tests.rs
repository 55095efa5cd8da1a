//! What servers that mean no good can do: nothing but fail, within the bounds.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Response;

use super::testing::{Answer, MovedClock, Names, PUBLIC, Server};
use super::{Error, ErrorKind, Fetch, FetchRequest, Fetcher};

const HOST: &str = "client.example.net";
const URL: &str = "https://client.example.net/m.json";

async fn fetched(answer: Answer) -> Result<Response<Bytes>, Error> {
    let server = Server::start(&[HOST], move |_, _| answer.clone()).await;
    let (builder, _) = server.fetcher(&Names::new(&[&[PUBLIC]]), &MovedClock::default());
    let started = Instant::now();
    let outcome = builder.build().unwrap().get(&FetchRequest::new(URL)).await;
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "bounded in time"
    );
    outcome
}

async fn failure(answer: Answer) -> ErrorKind {
    fetched(answer).await.err().unwrap().kind()
}

fn raw(text: &str) -> Answer {
    Answer::Bytes(text.as_bytes().to_vec())
}

#[tokio::test]
async fn a_request_says_little() {
    let server = Server::start(&[HOST], |_, _| Answer::of(200, &[], "{}")).await;
    let names = Names::new(&[&[PUBLIC]]);
    let (builder, route) = server.fetcher(&names, &MovedClock::default());
    let fetcher = builder.with_ports([443, 8443]).build().unwrap();
    let response = fetcher.get(&FetchRequest::new(URL)).await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.body()[..]),
        (200, &b"{}"[..])
    );
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!(
        "GET /m.json HTTP/1.1\r\nhost: {HOST}\r\nuser-agent: tower-oauth-clients/{version}\r\n\
         accept: */*\r\naccept-encoding: identity\r\n\r\n"
    );
    assert_eq!(server.heads(), [expected]);
    assert_eq!(route.dialled(), ["93.184.216.34:443".parse().unwrap()]);
    assert_eq!(names.asked(), [HOST]);

    let other = "https://client.example.net:8443/a/b?c=d";
    fetcher.get(&FetchRequest::new(other)).await.unwrap();
    assert!(
        server.heads()[1].starts_with("GET /a/b?c=d HTTP/1.1\r\nhost: client.example.net:8443\r\n")
    );
    assert_eq!(route.dialled()[1].port(), 8443);
}

#[tokio::test]
async fn what_may_not_be_fetched_is_not_looked_up() {
    let server = Server::start(&[HOST], |_, _| Answer::of(200, &[], "{}")).await;
    let names = Names::new(&[&[PUBLIC]]);
    let (builder, route) = server.fetcher(&names, &MovedClock::default());
    let fetcher = builder.build().unwrap();
    for url in [
        "http://client.example.net/m.json",
        "https://client.example.net:8443/m.json",
        "https://127.0.0.1/m.json",
        "https://[::1]/m.json",
        "https://localhost/m.json",
        "https://user@client.example.net/m.json",
        "file:///etc/passwd",
        "",
    ] {
        let error = fetcher.get(&FetchRequest::new(url)).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Refused, "{url}");
    }
    assert!(names.asked().is_empty() && route.dialled().is_empty());
}

#[tokio::test]
async fn an_address_that_is_not_public_is_not_dialled() {
    let server = Server::start(&[HOST], |_, _| Answer::of(200, &[], "{}")).await;
    for addresses in [
        &["10.0.0.1"][..],
        &[PUBLIC, "127.0.0.1"],
        &["::ffff:10.0.0.1"],
        &[],
    ] {
        let names = Names::new(&[addresses]);
        let (builder, route) = server.fetcher(&names, &MovedClock::default());
        let error = builder.build().unwrap().get(&FetchRequest::new(URL)).await;
        let error = error.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert_eq!(error.to_string(), "the server can't be reached");
        assert!(route.dialled().is_empty(), "{addresses:?}");
    }
    let (builder, route) = server.fetcher(&Names::new(&[&[PUBLIC]]), &MovedClock::default());
    let fetcher = builder
        .with_denied_networks(["93.184.0.0/16"])
        .build()
        .unwrap();
    assert!(fetcher.get(&FetchRequest::new(URL)).await.is_err());
    assert!(route.dialled().is_empty());
}

#[tokio::test]
async fn a_certificate_must_be_that_of_the_name() {
    let server = Server::start(&["other.example.net"], |_, _| Answer::of(200, &[], "{}")).await;
    let (builder, _) = server.fetcher(&Names::new(&[&[PUBLIC]]), &MovedClock::default());
    let outcome = builder.build().unwrap().get(&FetchRequest::new(URL)).await;
    assert_eq!(outcome.err().unwrap().kind(), ErrorKind::Unavailable);
    let stranger = Server::start(&[HOST], |_, _| Answer::of(200, &[], "{}")).await;
    let (builder, _) = stranger.fetcher(&Names::new(&[&[PUBLIC]]), &MovedClock::default());
    let fetcher = builder.with_tls(server.tls).build().unwrap();
    assert!(fetcher.get(&FetchRequest::new(URL)).await.is_err());
}

#[tokio::test]
async fn a_body_is_read_to_its_bound() {
    let limit = FetchRequest::new(URL).max_length;
    let full = "x".repeat(limit);
    assert_eq!(
        fetched(Answer::of(200, &[], &full))
            .await
            .unwrap()
            .body()
            .len(),
        limit
    );
    assert_eq!(
        failure(Answer::of(200, &[], &format!("{full}x"))).await,
        ErrorKind::Unusable
    );
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let endless = format!("{chunked}7fffffff\r\n").into_bytes();
    assert_eq!(failure(Answer::Endless(endless)).await, ErrorKind::Unusable);
    let endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    assert_eq!(failure(Answer::Endless(endless)).await, ErrorKind::Unusable);
    let many: String = (0..limit).map(|_| "1\r\nx\r\n").collect();
    let many = format!("{chunked}{many}1\r\nx\r\n0\r\n\r\n");
    assert_eq!(failure(raw(&many)).await, ErrorKind::Unusable);
}

#[tokio::test]
async fn a_length_that_lies_is_an_error() {
    let short = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{}";
    assert_eq!(failure(raw(short)).await, ErrorKind::Unavailable);
    let long = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}{}{}";
    assert_eq!(&fetched(raw(long)).await.unwrap().body()[..], b"{}");
    let huge = "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n{}";
    assert_eq!(failure(raw(huge)).await, ErrorKind::Unusable);
    let two = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}";
    assert_eq!(failure(raw(two)).await, ErrorKind::Unavailable);
}

#[tokio::test]
async fn who_is_slow_is_left() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n".to_vec();
    let every = Duration::from_millis(100);
    assert_eq!(
        failure(Answer::Trickle(head, every)).await,
        ErrorKind::Unavailable
    );
    assert_eq!(
        failure(Answer::Trickle(b"HTTP/1.1 200".to_vec(), every)).await,
        ErrorKind::Unavailable
    );
    assert_eq!(failure(Answer::Silence).await, ErrorKind::Unavailable);
}

#[tokio::test]
async fn a_head_is_bounded() {
    let flood = b"HTTP/1.1 200 OK\r\nx: ".to_vec();
    assert_eq!(
        failure(Answer::Endless(flood)).await,
        ErrorKind::Unavailable
    );
    let many: String = (0..200).map(|index| format!("x-{index}: y\r\n")).collect();
    let many = format!("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n{many}\r\n{{}}");
    assert_eq!(failure(raw(&many)).await, ErrorKind::Unavailable);
    let before = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(10_000);
    let _ = fetched(raw(&before)).await.err().unwrap();
}

#[tokio::test]
async fn nothing_is_followed_and_nothing_decoded() {
    let location = [("location", "https://client.example.net/other.json")];
    let redirect = fetched(Answer::of(302, &location, "{}")).await.unwrap();
    assert_eq!(
        (redirect.status().as_u16(), redirect.body().len()),
        (302, 0)
    );
    for (name, coding) in [
        ("content-encoding", "gzip"),
        ("content-encoding", "identity, br"),
        ("content-encoding", ""),
        ("transfer-encoding", "gzip, chunked"),
    ] {
        let head = format!("HTTP/1.1 200 OK\r\n{name}: {coding}\r\n");
        let coded = match name {
            "content-encoding" => format!("{head}content-length: 2\r\n\r\n{{}}"),
            _ => format!("{head}\r\n2\r\n{{}}\r\n0\r\n\r\n"),
        };
        assert_eq!(
            failure(raw(&coded)).await,
            ErrorKind::Unusable,
            "{name}: {coding}"
        );
    }
    let plain = Answer::of(200, &[("content-encoding", "Identity")], "{}");
    assert!(fetched(plain).await.is_ok());
    assert_eq!(
        failure(raw("\x16\x03\x01 not HTTP\r\n\r\n")).await,
        ErrorKind::Unavailable
    );
}

#[tokio::test]
async fn settings_have_bounds() {
    let server = Server::start(&[HOST], |_, _| Answer::Silence).await;
    let new = || Fetcher::builder().with_tls(server.tls.clone());
    assert!(new().build().is_ok());
    for refused in [
        new().with_ports([]),
        new().with_ports([0]),
        new().with_timeout(Duration::from_millis(99)),
        new().with_timeout(Duration::from_secs(31)),
        new().with_max_concurrent(0, 1),
        new().with_max_per_minute(1, 0),
        new().with_denied_networks(["10.0.0.0/33"]),
    ] {
        assert!(refused.build().is_err());
    }
    assert_eq!(
        Fetcher::builder().build().is_ok(),
        cfg!(feature = "aws-lc-rs")
    );
}
