//! What strangers, and clients that described themselves, can't make the host do.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use support::example::{Host, send};
use tempfile::TempDir;

use crate::browser::{fields, open, origin, parameter, post};
use crate::embedded::{Embedded, Network};
use crate::host::{CALLBACK, Site, public, settings};

fn start(folder: &TempDir) -> (Host, Site) {
    let host = settings(folder).start();
    let site = Site::from(&host);
    (host, site)
}

fn id(registered: &Value) -> &str {
    registered["client_id"].as_str().unwrap()
}

/// A public client that an administrator entered.
fn entered(site: &Site) -> String {
    let client = json!({
        "name": "A client",
        "redirect_uris": [CALLBACK],
        "scopes": ["mcp:read", "mcp:write"],
        "grant_types": ["authorization_code"],
        "client_auth_methods": ["none"],
        "is_confidential": false,
    });
    site.admin("POST", "/clients", &client).data("client_id")
}

const FAULTS: [(&[(&str, &str)], &str); 12] = [
    (&[("code_challenge", "")], "invalid_request"),
    (&[("code_challenge", "short")], "invalid_request"),
    (&[("code_challenge_method", "plain")], "invalid_request"),
    (&[("code_challenge_method", "")], "invalid_request"),
    (&[("response_type", "")], "invalid_request"),
    (&[("response_type", "token")], "unsupported_response_type"),
    (&[("response_mode", "fragment")], "invalid_request"),
    (&[("request", "x")], "request_not_supported"),
    (&[("request_uri", "urn:x")], "request_uri_not_supported"),
    (&[("scope", "admin")], "invalid_scope"),
    (
        &[("resource", "https://other.example/mcp")],
        "invalid_target",
    ),
    (&[("prompt", "none")], "consent_required"),
];

fn assert_tells(site: &Site, location: &str, callback: &str, error: &str) {
    assert!(location.starts_with(&format!("{callback}?")), "{location}");
    assert_eq!(parameter(location, "error").as_deref(), Some(error));
    assert_eq!(parameter(location, "state").as_deref(), Some("s t&<te>"));
    assert_eq!(parameter(location, "iss"), Some(site.issuer()));
    assert_eq!(parameter(location, "code"), None);
}

/// F0e, and what else an authorization request can get wrong.
#[test]
fn f0e_what_is_wrong_is_told_to_the_client() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    // The second one leads no further than to the user's own device.
    let registered = site.register(&public());
    for client in [&*entered(&site), id(&registered)] {
        for (changes, error) in FAULTS {
            let answer = open(&site.authorization(client, changes));
            assert_eq!(answer.status, 302, "{changes:?}: {}", answer.body);
            let location = answer.header("location").unwrap();
            assert_tells(&site, location, CALLBACK, error);
        }
    }
}

/// RFC 9700 §4.11.2: anybody registers a redirect URI, and links to the server that leads there.
#[test]
fn a_client_that_registered_itself_leads_nobody_away() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let callback = "https://app.example.net/callback";
    let mut metadata = public();
    metadata["redirect_uris"] = json!([callback]);
    let client = site.register(&metadata);
    for (changes, error) in FAULTS {
        let changes = [changes, &[("redirect_uri", callback)]].concat();
        let page = open(&site.authorization(id(&client), &changes));
        assert_eq!(
            (page.status, page.header("location")),
            (400, None),
            "{changes:?}"
        );
        assert!(page.body.contains("Return to <bdi>app.example.net</bdi>"));
        let (_, link) = page.body.split_once("href=\"http").unwrap();
        let (link, _) = link.split_once('"').unwrap();
        let link = format!("http{link}").replace("&amp;", "&");
        assert_tells(&site, &link, callback, error);
    }
}

/// What the user did not read on the page is not granted.
#[test]
fn a_scope_that_comes_while_the_page_is_open_is_not_granted() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let client = site.register(&public());
    let client = id(&client);
    let path = format!("/clients/{client}");
    let allow = |scopes: &[&str]| site.admin("PUT", &path, &json!({ "scopes": scopes }));
    let url = site.authorization(client, &[("scope", "mcp:read mcp:write")]);
    let shown = |scopes| {
        allow(scopes);
        let mut form = fields(&open(&url).body);
        form.push(("decision".into(), "allow".into()));
        form
    };
    let form = shown(&["mcp:read"]);
    allow(&["mcp:read", "mcp:write"]);
    let answer = post(&url, &form, &origin(&url));
    let code = parameter(answer.header("location").unwrap(), "code").unwrap();
    assert_eq!(site.exchange(client, &code).json()["scope"], "mcp:read");

    // The page can't be made to say that it showed more.
    let mut more = shown(&["mcp:read"]);
    allow(&["mcp:read", "mcp:write"]);
    for (name, value) in &mut more {
        if name == "shown_scope" {
            "mcp:read mcp:write".clone_into(value);
        }
    }
    let answer = post(&url, &more, &origin(&url));
    assert_eq!((answer.status, answer.header("location")), (400, None));

    // Nor is what was taken away, of which nothing is left here.
    let form = shown(&["mcp:write"]);
    allow(&["mcp:read"]);
    let answer = post(&url, &form, &origin(&url));
    let location = answer.header("location").unwrap();
    assert_eq!(
        parameter(location, "error").as_deref(),
        Some("invalid_scope")
    );
}

/// A name that the user did not read is not what they agreed to.
#[test]
fn a_name_that_comes_while_the_page_is_open_is_agreed_to_by_nobody() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let client = site.register(&public());
    let url = site.authorization(id(&client), &[]);
    let mut form = fields(&open(&url).body);
    form.push(("decision".into(), "allow".into()));
    let rename = |name: &str| {
        let path = format!("/clients/{}", id(&client));
        let renamed = site.admin("PUT", &path, &json!({ "name": name }));
        assert_eq!(renamed.status, 200, "{}", renamed.body);
    };
    rename("Another app");
    let answer = post(&url, &form, &origin(&url));
    assert_eq!((answer.status, answer.header("location")), (400, None));
    assert!(answer.body.contains("another name"), "{}", answer.body);
    for (name, value) in &mut form {
        if name == "shown_name" {
            "Another app".clone_into(value);
        }
    }
    assert_eq!(post(&url, &form, &origin(&url)).status, 400);
    rename("A client");
    for (name, value) in &mut form {
        if name == "shown_name" {
            "A client".clone_into(value);
        }
    }
    assert_eq!(post(&url, &form, &origin(&url)).status, 302);
}

/// What lasts is on the page, also if the client did not ask for it by a scope.
#[test]
fn a_refresh_token_is_announced() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let announced = |client: &str, scope: &str| {
        let page = open(&site.authorization(client, &[("scope", scope)])).body;
        page.matches("Stay connected while you are away").count()
    };
    let registered = site.register(&public());
    assert_eq!(announced(id(&registered), "mcp:read"), 1);
    assert_eq!(announced(id(&registered), "mcp:read offline_access"), 1);
    // It has no such grant.
    assert_eq!(announced(&entered(&site), "mcp:read"), 0);
}

/// Who may use a code can change before it is used.
#[test]
fn a_code_for_a_redirect_uri_that_is_gone_is_good_for_nothing() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let client = entered(&site);
    let code = site.code(&client, &[]);
    let path = format!("/clients/{client}");
    let other = json!({"redirect_uris": ["https://app.example.com/other"]});
    assert_eq!(site.admin("PUT", &path, &other).status, 200);
    let refused = site.exchange(&client, &code).json();
    assert_eq!(refused["error"], "invalid_grant");
}

/// RFC 6749 §4.1.2: whoever brings it, what it gave ends as long as anything is good of that.
#[test]
fn a_code_that_comes_back_late_ends_what_it_gave() {
    let host = Embedded::start(&Network::new());
    let site = &host.site;
    let client = site.register(&public());
    let code = site.code(id(&client), &[]);
    let tokens = site.exchange(id(&client), &code).json();
    let access = tokens["access_token"].as_str().unwrap();
    host.wait(Duration::from_secs(9 * 60));
    assert_eq!(site.call(access, "whoami").status, 200);
    let late = site.exchange(id(&client), &code).json();
    assert_eq!(late["error"], "invalid_grant");
    assert_eq!(site.call(access, "whoami").status, 401);
}

#[test]
fn two_tokens_in_one_request_are_none() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let client = site.register(&public());
    let tokens = site.tokens(id(&client), &[]);
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(site.call(access, "whoami").status, 200);
    for (first, second) in [(access, "mcpa_x"), ("mcpa_x", access), (access, access)] {
        let two = format!("{first}\r\nAuthorization: Bearer {second}");
        assert_eq!(site.call(&two, "whoami").status, 401);
    }
}

/// An access token tells what its grant is called, and nothing else.
#[test]
fn a_token_that_was_never_issued_ends_nothing() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let client = site.register(&public());
    let client = id(&client);
    let tokens = site.tokens(client, &[]);
    let text = |tokens: &Value, member: &str| tokens[member].as_str().unwrap().to_owned();
    let (access, refresh) = (
        text(&tokens, "access_token"),
        text(&tokens, "refresh_token"),
    );
    let seen = access.strip_prefix("mcpa_").unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(seen).unwrap();
    let fabricated = |length: usize| {
        let bytes = [&bytes[..16], &vec![7; length]].concat();
        format!("mcpr_{}", URL_SAFE_NO_PAD.encode(bytes))
    };
    for fabricated in [
        format!("mcpr_{seen}"),
        fabricated(32),
        fabricated(bytes.len() - 16),
    ] {
        let refused = site.refresh(client, &fabricated);
        assert_eq!(refused.json()["error"], "invalid_grant");
    }
    assert_eq!(site.call(&access, "whoami").status, 200);
    let renewed = site.refresh(client, &refresh);
    assert_eq!(renewed.status, 200, "{}", renewed.body);
    // One that was issued, and replaced, does.
    assert_eq!(site.refresh(client, &refresh).status, 400);
    let renewed = text(&renewed.json(), "refresh_token");
    assert_eq!(site.refresh(client, &renewed).status, 400);
}

/// MCP 2025-11-25, Transports: a name of somebody else's page may lead to this server.
#[test]
fn a_page_of_a_strange_origin_calls_no_tool() {
    let folder = TempDir::new().unwrap();
    let listed = "https://inspector.example";
    let host = settings(&folder).with("ALLOWED_ORIGINS", listed).start();
    let site = Site::from(&host);
    let client = site.register(&public());
    let tokens = site.tokens(id(&client), &[]);
    let access = tokens["access_token"].as_str().unwrap();
    let call = |origin: &str| {
        let head = format!(
            "Authorization: Bearer {access}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\nOrigin: {origin}\r\n"
        );
        let message =
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"whoami"}}"#;
        let answer = send(site.address, "POST", "/mcp", &head, message).unwrap();
        let shared = answer.header("access-control-allow-origin");
        (answer.status, shared.map(str::to_owned))
    };
    for origin in [&*site.issuer(), listed, "http://localhost:6274"] {
        assert_eq!(call(origin), (200, Some(origin.to_owned())));
    }
    for origin in [
        "https://evil.example",
        "null",
        "http://localhost.evil.example",
    ] {
        assert_eq!(call(origin), (403, None), "{origin}");
        let head = format!("Origin: {origin}\r\n");
        for method in ["GET", "POST", "DELETE"] {
            let answer = send(site.address, method, "/mcp", &head, "").unwrap();
            assert_eq!(answer.status, 403, "{method} {origin}: without a token");
        }
    }
}

/// Sends the beginning of a request on a connection that is to be kept, and returns the head of the
/// answer in lower case.
fn unfinished(site: &Site, head: &str) -> String {
    let mut stream = TcpStream::connect(site.address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let sent = format!(
        "{head} HTTP/1.1\r\nHost: {}\r\nContent-Length: 9000000\r\n\r\n{}",
        site.address,
        "x".repeat(300_000)
    );
    // It may stop to read.
    let _ = stream.write_all(sent.as_bytes());
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut part) {
            Ok(0) | Err(_) => break,
            Ok(count) => answer.extend_from_slice(&part[..count]),
        }
    }
    String::from_utf8_lossy(&answer).to_lowercase()
}

/// RFC 9112 §9.6: else the client sends its next request there.
#[test]
fn a_connection_that_ends_is_said_to_end() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    for (request, status) in [
        ("POST /mcp", 413),
        ("DELETE /mcp", 401),
        ("POST /authorize", 413),
        ("POST /oauth/register", 415),
        ("POST /api/v1/admin/oauth/clients", 401),
        ("POST /nowhere", 404),
        ("PUT /style.css", 405),
    ] {
        let head = unfinished(&site, request);
        assert!(head.starts_with(&format!("http/1.1 {status}")), "{head}");
        assert!(
            head.contains("\r\nconnection: close\r\n"),
            "{request}: {head}"
        );
    }
    // A body that was read ends nothing.
    let mut stream = TcpStream::connect(site.address).unwrap();
    for _ in 0..2 {
        let request = "POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
        stream.write_all(request.as_bytes()).unwrap();
        let mut part = [0; 4096];
        let count = stream.read(&mut part).unwrap();
        let head = String::from_utf8_lossy(&part[..count]).to_lowercase();
        assert!(head.starts_with("http/1.1 401"), "{head}");
        assert!(!head.contains("connection: close"), "{head}");
    }
}
