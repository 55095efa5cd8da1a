//! The audit trail of a tenant as lines of JSON.

use std::collections::BTreeSet;
use std::time::Duration;

use http::{HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use super::shape::{assert_common_headers, assert_error, assert_only_these_headers};
use super::tenant_audit_logs::{TRAIL, clients, found};
use support::console::text;
use support::{Answer, App, admin, request};

/// Follows the links to the end.
pub async fn walk(
    app: &App,
    start: &str,
    accept: Option<&'static str>,
    read: impl Fn(&Answer) -> Vec<Value>,
) -> Vec<Value> {
    let (mut walked, mut next) = (Vec::new(), start.to_owned());
    loop {
        let answer = accepting(app, accept, Method::GET, &next).await;
        walked.extend(read(&answer));
        let Some(link) = answer.header("link") else {
            return walked;
        };
        let (target, relation) = link[1..].split_once('>').unwrap();
        assert_eq!(relation, "; rel=\"next\"");
        next = target.to_owned();
    }
}

async fn accepting(app: &App, accept: Option<&'static str>, method: Method, uri: &str) -> Answer {
    let mut request = request(&admin("tenant_a"), method, uri, None);
    if let Some(accept) = accept {
        let accept = HeaderValue::from_static(accept);
        request.headers_mut().insert("accept", accept);
    }
    app.send(request).await
}

/// The items in a response of lines.
pub fn lines(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    let text = std::str::from_utf8(&answer.body).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn lines_of_json() {
    const NDJSON: Option<&str> = Some("application/x-ndjson");
    for app in App::each().await {
        let none = accepting(&app, NDJSON, Method::GET, TRAIL).await;
        assert_eq!((lines(&none).len(), none.header("link")), (0, None));
        clients(&app).await;
        let all = found(&app, "").await;
        let answer = accepting(&app, NDJSON, Method::GET, TRAIL).await;
        assert_eq!(lines(&answer), all);
        assert_only_these_headers(&answer, &[]);
        assert_eq!(answer.header("content-type"), NDJSON);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let length = answer.header("content-length").unwrap();
        assert_eq!(length, answer.body.len().to_string());
        let head = accepting(&app, NDJSON, Method::HEAD, TRAIL).await;
        assert_eq!(head.headers, answer.headers);
        assert!(head.body.is_empty());

        let named = "text/plain, Application/JSONL;q=0.8, application/json;q=0.1";
        let uri = format!("{TRAIL}?action=client.create&page_size=1&view=full");
        let answer = accepting(&app, Some(named), Method::GET, &uri).await;
        assert_eq!(answer.header("content-type"), Some("application/jsonl"));
        let [line] = &lines(&answer)[..] else {
            panic!()
        };
        assert_eq!(
            (&line["id"], &line["client_id"]),
            (&all[3]["id"], &all[3]["target_id"])
        );
        let link = format!("<{uri}&after={}>; rel=\"next\"", text(&line["id"]));
        assert_eq!(answer.header("link"), Some(&*link));

        for (query, path) in [
            ("page=1", "page"),
            ("page_size=1001", "page_size"),
            ("page_size=0", "page_size"),
            ("after=x", "after"),
            ("action=x", "action"),
        ] {
            let uri = format!("{TRAIL}?{query}");
            let answer = accepting(&app, NDJSON, Method::GET, &uri).await;
            assert_error(&answer, 400);
            let message = answer.message();
            assert!(
                message.starts_with(&format!("{path}: must ")),
                "{query}: {message}"
            );
        }
        // Everything else is answered in the usual form, as on every other path.
        for other in ["*/*", "text/csv", "application/json, application/x-ndjson"] {
            let answer = accepting(&app, Some(other), Method::GET, TRAIL).await;
            assert_common_headers(&answer);
        }
        let uri = format!("{TRAIL}/");
        assert!(
            accepting(&app, NDJSON, Method::GET, &uri)
                .await
                .status
                .is_client_error()
        );
    }
}

#[tokio::test]
async fn more_lines_than_fit_on_a_page() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        for n in 1..=230 {
            app.clock.advance(Duration::from_millis(1));
            app.update(&client_id, &json!({"name": format!("n{n}")}))
                .await;
        }
        for (size, expected) in [("", 231), ("page_size=1000", 231), ("page_size=203", 203)] {
            let uri = format!("{TRAIL}?{size}");
            let accept = Some("application/x-ndjson");
            let answer = accepting(&app, accept, Method::GET, &uri).await;
            let lines = lines(&answer);
            let ids: BTreeSet<_> = lines.iter().map(|line| text(&line["id"])).collect();
            assert_eq!((lines.len(), ids.len()), (expected, expected));
            assert!(lines.is_sorted_by(|a, b| text(&a["id"]) > text(&b["id"])));
            assert_eq!(answer.header("link").is_some(), expected == 203, "{size}");
        }
    }
}
