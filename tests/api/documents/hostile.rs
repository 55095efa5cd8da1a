//! Bodies, paths and queries that are refused.

use http::{Method, Request};
use http_body_util::Full;
use serde_json::{Value, json};
use support::shelf::{BLOCKS, DOCUMENTS, Shelf, URLS};
use support::{Answer, App, Store, admin};
use tower::ServiceExt;

async fn raw(shelf: &Shelf<'_>, body: impl Into<bytes::Bytes>) -> Answer {
    let request = Request::post(BLOCKS)
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {}", admin("tenant_a")));
    let request = request.body(Full::from(body.into())).unwrap();
    let Ok(response) = shelf.management().oneshot(request).await;
    Answer::read(response).await
}

/// Each fault with its path, and no value.
#[tokio::test]
async fn what_is_wrong_is_told() {
    let app = App::new(Store::Memory).await;
    let shelf = Shelf::open(&app);
    let long = |start: &str, length: usize| format!("{start}{}", "M".repeat(length));
    let long_url = long("https://a.example/", 257);
    for (body, path) in [
        (json!({}), "url"),
        (json!({"url": null, "domain": null}), "url"),
        (json!({"reason": "MARK"}), "url"),
        (json!({"url": URLS[0], "domain": "MARK.example"}), "domain"),
        (json!({"url": ""}), "url"),
        (json!({"url": 7}), "url"),
        (json!({"url": ["https://MARK"]}), "url"),
        (json!({"url": "MARK.example"}), "url"),
        (json!({"url": "ftp://MARK"}), "url"),
        (json!({"url": "https://MARK é"}), "url"),
        (json!({"url": "https://MARK\u{0}"}), "url"),
        (json!({"url": long_url}), "url"),
        (json!({"domain": ""}), "domain"),
        (json!({"domain": true}), "domain"),
        (json!({"domain": "MARK.example"}), "domain"),
        (json!({"domain": ".example"}), "domain"),
        (json!({"domain": "*.example"}), "domain"),
        (json!({"domain": "https://a.example"}), "domain"),
        (json!({"domain": "a.example/MARK"}), "domain"),
        (json!({"domain": "a.example:443"}), "domain"),
        (json!({"domain": "user@a.example"}), "domain"),
        (json!({"domain": "1.2.3.4"}), "domain"),
        (json!({"domain": "[::1]"}), "domain"),
        (json!({"domain": "ex\u{e4}mple.net"}), "domain"),
        (json!({"domain": "x".repeat(256)}), "domain"),
        (json!({"domain": "a.example", "reason": 7}), "reason"),
        (
            json!({"domain": "a.example", "reason": "MARK\nb"}),
            "reason",
        ),
        (
            json!({"domain": "a.example", "reason": long("", 1_025)}),
            "reason",
        ),
        (json!({"domain": "a.example", "Reason": "x"}), "Reason"),
        (json!({"domains": ["a.example"]}), "url"),
    ] {
        let answer = shelf.block(&body).await;
        assert_eq!(answer.status, 400, "{body}");
        let message = answer.message();
        let paths: Vec<_> = message
            .split("; ")
            .map(|fault| fault.split(": ").next().unwrap())
            .collect();
        assert!(paths.contains(&path), "{body}: {message}");
        assert!(!message.contains("MARK"), "{message}");
    }
    assert_eq!(shelf.listed("").await, Vec::<Value>::new());
    let blocks = shelf.ask(Method::GET, BLOCKS, None).await;
    assert_eq!(blocks.json()["total"], 0);
}

#[tokio::test]
async fn a_body_is_one_small_object() {
    let app = App::new(Store::Memory).await;
    let shelf = Shelf::open(&app);
    for (body, status) in [
        (Vec::new(), 400),
        (b"null".to_vec(), 400),
        (b"[]".to_vec(), 400),
        (b"{\"url\":".to_vec(), 400),
        (
            b"{\"domain\":\"a.example\",\"domain\":\"b.example\"}".to_vec(),
            400,
        ),
        (b"{\"domain\":\"a.example\"} {}".to_vec(), 400),
        (b"{\"domain\":\"\xff\"}".to_vec(), 400),
        ([b"[".repeat(10_000), b"]".repeat(10_000)].concat(), 400),
        (vec![b' '; 128 * 1024 + 1], 413),
    ] {
        let shown = String::from_utf8_lossy(&body).into_owned();
        let answer = raw(&shelf, body).await;
        assert_eq!(answer.status, status, "{shown:.40}");
    }
    let blocks = shelf.ask(Method::GET, BLOCKS, None).await;
    assert_eq!(blocks.json()["total"], 0);
}

#[tokio::test]
async fn a_strange_path_or_query_is_refused() {
    let app = App::new(Store::Memory).await;
    let shelf = Shelf::open(&app);
    for (path, status) in [
        (format!("{DOCUMENTS}?host=A.example"), 400),
        (format!("{DOCUMENTS}?host="), 400),
        (format!("{DOCUMENTS}?host=a&host=b"), 400),
        (format!("{DOCUMENTS}?host=%ff"), 400),
        (format!("{DOCUMENTS}?host={}", "x".repeat(256)), 400),
        (format!("{DOCUMENTS}?page=0"), 400),
        (format!("{DOCUMENTS}?page_size=101"), 400),
        (format!("{DOCUMENTS}?page={}", u64::MAX), 200),
        (format!("{BLOCKS}?after=x"), 400),
        (format!("{BLOCKS}?page={}", u64::MAX), 200),
        (format!("{DOCUMENTS}/x"), 404),
    ] {
        let answer = shelf.ask(Method::GET, &path, None).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
    }
    for id in ["x", "%00", "..%2f", "01arz3ndektsv4rrffq69g5fav", "%ff"] {
        let path = format!("{BLOCKS}/{id}");
        let answer = shelf.ask(Method::DELETE, &path, None).await;
        let status = answer.status.as_u16();
        assert!(matches!(status, 400 | 404), "{path}: {answer:?}");
        assert_eq!(status == 400, id == "%ff", "{path}");
    }
}
