//! Responses to callers that are not at fault, if an intermediary changed their request.

use http::{Method, Request};
use http_body_util::Full;
use serde_json::json;

use super::shape::assert_error;
use support::console::path;
use support::{Answer, App, CLIENTS, Store, admin, base, request};

fn coded(codings: &[&str]) -> Request<Full<bytes::Bytes>> {
    let mut request = request(&admin("tenant_a"), Method::POST, CLIENTS, Some(&base()));
    for coding in codings {
        let headers = request.headers_mut();
        headers.append("content-encoding", coding.parse().unwrap());
    }
    request
}

/// RFC 9110 §15.5.16, RFC 7694 §3.
#[tokio::test]
async fn a_compressed_body_is_named_as_such() {
    let app = App::new(Store::Memory).await;
    for codings in [
        &["gzip"][..],
        &["identity", "br"],
        &["identity, zstd"],
        &["x-other"],
    ] {
        let answer = app.send(coded(codings)).await;
        assert_error(&answer, 415);
        assert_eq!(answer.message(), "the body must not be compressed");
        assert_eq!(
            answer.header("accept-encoding"),
            Some("identity"),
            "{codings:?}"
        );
    }
    let mut text = coded(&[]);
    text.headers_mut()
        .insert("content-type", "text/plain".parse().unwrap());
    let answer = app.send(text).await;
    assert_error(&answer, 415);
    assert_eq!(answer.message(), "the body must be application/json");
    assert_eq!(answer.header("accept-encoding"), None);
}

#[tokio::test]
async fn identity_is_no_coding() {
    let app = App::new(Store::Memory).await;
    for codings in [
        &["identity"][..],
        &["Identity"],
        &["identity, identity"],
        &[""],
    ] {
        let answer = app.send(coded(codings)).await;
        assert_eq!(answer.status, 201, "{codings:?}: {:?}", answer.body);
    }
}

async fn change_if(app: &App, method: Method, client_id: &str, tags: &[&str]) -> Answer {
    let body = (method == Method::PUT).then(|| json!({"website": "https://example.com/"}));
    let mut request = request(
        &admin("tenant_a"),
        method,
        &path(client_id, ""),
        body.as_ref(),
    );
    for tag in tags {
        request
            .headers_mut()
            .append("if-match", tag.parse().unwrap());
    }
    app.send(request).await
}

/// RFC 9110 §13.1.1. An intermediary may have weakened or replaced the tag; the client did not
/// change.
#[tokio::test]
async fn a_tag_that_can_not_match_is_not_called_old() {
    for app in App::each().await {
        let client_id = app.create(&base()).await["client_id"]
            .as_str()
            .unwrap()
            .to_owned();
        for method in [Method::PUT, Method::DELETE] {
            for (tags, words) in [
                (&["W/\"1\""][..], "a weak tag never matches"),
                (&["W/\"1\", \"abc\""], "a weak tag never matches"),
                (&["\"1-gzip\""], "no tag of a client is like this"),
                (&["\"7\""], "the client was changed by somebody else"),
                (
                    &["W/\"1\", \"7\""],
                    "the client was changed by somebody else",
                ),
            ] {
                let answer = change_if(&app, method.clone(), &client_id, tags).await;
                assert_error(&answer, 412);
                let message = answer.message();
                assert!(message.contains(words), "{tags:?}: {message}");
                assert!(
                    !message.contains('1') && !message.contains("gzip"),
                    "{message}"
                );
            }
            // A missing client is reported as missing, whatever the tag is.
            let answer = change_if(&app, method, "app-absent", &["W/\"1\""]).await;
            assert_error(&answer, 404);
        }
        let kept = change_if(&app, Method::PUT, &client_id, &["W/\"1\", \"1\""]).await;
        assert_eq!(kept.status, 200, "{:?}: {:?}", app.store, kept.body);
    }
}

#[tokio::test]
async fn a_star_stands_alone() {
    let app = App::new(Store::Memory).await;
    let client_id = app.create(&base()).await["client_id"]
        .as_str()
        .unwrap()
        .to_owned();
    for tags in [&["\"1\", *"][..], &["*, \"1\""], &["*", "\"1\""], &["*, *"]] {
        for method in [Method::PUT, Method::DELETE] {
            let answer = change_if(&app, method, &client_id, tags).await;
            assert_error(&answer, 400);
            assert_eq!(
                answer.message(),
                "If-Match: must be * or a list of entity tags"
            );
        }
    }
    assert_eq!(app.get(&client_id).await.header("etag"), Some("\"1\""));
    let changed = change_if(&app, Method::PUT, &client_id, &["*"]).await;
    assert_eq!(changed.status, 200);
}
