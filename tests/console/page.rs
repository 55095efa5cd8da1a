//! The files of the page, without a browser.

use std::net::SocketAddr;

use support::example::send;

use super::host::OwnHost;

fn get(address: SocketAddr, path: &str, head: &str) -> support::example::Answer {
    send(address, "GET", path, head, "").unwrap()
}

#[test]
fn axum_serves_it_below_any_path() {
    let host = OwnHost::start();
    for kind in ["session", "prompt", "endpoint"] {
        let moved = get(host.address, &format!("/deep/{kind}"), "");
        assert_eq!(moved.status, 308);
        assert_eq!(moved.header("location"), Some(&*format!("./{kind}/")));
        let page = get(host.address, &format!("/deep/{kind}/"), "");
        assert_eq!(page.status, 200);
        assert!(page.body.starts_with("<!doctype html>"), "{}", page.body);
        let tag = page.header("etag").unwrap();
        let known = format!("If-None-Match: {tag}\r\n");
        let again = get(host.address, &format!("/deep/{kind}/"), &known);
        assert_eq!((again.status, &*again.body), (304, ""));
        let config = get(host.address, &format!("/deep/{kind}/config.json"), "");
        assert_eq!(config.json()["api"], "../api/v1");
        let missing = get(host.address, &format!("/deep/{kind}/nothing"), "");
        assert_eq!(missing.status, 404);
        assert_eq!(missing.header("cache-control"), Some("no-store"));
        // A page of another address would look for its files and its API elsewhere.
        for path in ["/", "/config.json"] {
            let doubled = get(host.address, &format!("/deep/{kind}/{path}"), "");
            assert_eq!(doubled.status, 404, "{path}");
        }
    }
}

/// The API behind the guard: a form on another page can't rotate a secret.
#[test]
fn another_page_cannot_use_the_session() {
    let host = OwnHost::start();
    let ask = |head: &str| {
        let head = format!("Cookie: session=1\r\nContent-Type: application/json\r\n{head}");
        let body = r#"{"name":"A","redirect_uris":["https://a.example.com/"]}"#;
        let path = "/deep/api/v1/admin/oauth/clients";
        send(host.address, "POST", path, &head, body).unwrap()
    };
    assert_eq!(ask("Sec-Fetch-Site: same-origin\r\n").status, 201);
    assert_eq!(ask("").status, 201);
    for head in [
        "Sec-Fetch-Site: same-site\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
        "Origin: http://127.0.0.1:1\r\n",
        "Origin: null\r\n",
    ] {
        let refused = ask(head);
        assert_eq!(refused.status, 403, "{head}");
        assert_eq!(refused.json()["code"], 403_001);
    }
    let own = format!("Origin: http://{}\r\n", host.address);
    assert_eq!(ask(&own).status, 201);
}
