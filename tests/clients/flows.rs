//! The flow cases of `registration-cases.json` that depend on the host, request by request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use support::example::{Host, send};
use tempfile::TempDir;

use crate::browser::{Decision, decide, fields, open, origin, parameter, post};
use crate::host::{CALLBACK, Site, VERIFIER, public, settings};

/// Each case of the kind `flow`, with the test that runs it. The path is relative to `tests`.
const CASES: [(&str, &str, &str); 20] = [
    (
        "P07-prefix",
        "api/registration/flows.rs",
        "no_id_looks_like_a_url",
    ),
    ("F01-ts-dcr", "clients/sdks.rs", "f01_typescript_2_connects"),
    (
        "F02-ts-cimd",
        "clients/documents.rs",
        "f02_typescript_2_connects",
    ),
    (
        "F04-localhost-port",
        "clients/flows.rs",
        "f04_another_port_of_localhost",
    ),
    (
        "F05-deleted-client",
        "clients/reaped.rs",
        "f05_a_reaped_client_registers_again",
    ),
    (
        "F06-grant-gone",
        "clients/flows.rs",
        "f06_a_client_outlives_its_grant",
    ),
    (
        "F07-python-basic",
        "clients/sdks.rs",
        "f07_python_2_connects_with_a_secret",
    ),
    (
        "F08-ts-basic",
        "clients/sdks.rs",
        "f08_typescript_2_connects_with_a_secret",
    ),
    (
        "F09-step-up",
        "clients/sdks.rs",
        "f09_typescript_2_steps_up",
    ),
    (
        "F0a-offline",
        "clients/flows.rs",
        "f0a_offline_access_is_rotated",
    ),
    (
        "F0b-discovery-fallback",
        "clients/modes.rs",
        "f0b_without_registration_nothing_is_there",
    ),
    (
        "F0c-rmcp",
        "clients/rust_sdk.rs",
        "f0c_rmcp_connects_and_steps_up",
    ),
    (
        "F0e-no-pkce",
        "clients/strangers.rs",
        "f0e_what_is_wrong_is_told_to_the_client",
    ),
    (
        "F10-egress-burst",
        "api/registration/flows.rs",
        "a_shared_network_is_not_one_caller",
    ),
    ("F11-reaper", "api/registration/reaping.rs", "F11"),
    ("F12-reaper-race", "api/registration/reaping.rs", "F12"),
    (
        "F13-cimd-logout",
        "clients/documents.rs",
        "f13_two_devices_share_a_document",
    ),
    (
        "F14-takeover",
        "clients/flows.rs",
        "f14_a_code_is_good_for_its_client_alone",
    ),
    (
        "F17-python-stuck",
        "clients/sdks.rs",
        "f17_python_2_is_deleted_and_told_what_to_do",
    ),
    (
        "F19-secret-not-advertised",
        "clients/flows.rs",
        "f19_what_is_registered_is_advertised",
    ),
];

#[test]
fn every_flow_has_a_test() {
    let cases: Value =
        serde_json::from_str(include_str!("../data/registration-cases.json")).unwrap();
    let flows = cases.as_array().unwrap().iter();
    let flows: Vec<_> = flows
        .filter(|case| case["kind"] == "flow")
        .map(|case| case["id"].as_str().unwrap())
        .collect();
    assert_eq!(flows, CASES.map(|(id, ..)| id));
    let tests = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for (id, path, test) in CASES {
        let source = std::fs::read_to_string(tests.join(path)).unwrap();
        assert!(source.contains(test), "{id}: there is no {test} in {path}");
    }
}

fn start(folder: &TempDir) -> (Host, Site) {
    let host = settings(folder).start();
    let site = Site::from(&host);
    (host, site)
}

fn id(registered: &Value) -> &str {
    registered["client_id"].as_str().unwrap()
}

fn text<'a>(tokens: &'a Value, member: &str) -> &'a str {
    tokens[member]
        .as_str()
        .unwrap_or_else(|| panic!("no {member} in {tokens}"))
}

#[test]
fn f04_another_port_of_localhost() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let mut metadata = public();
    metadata["redirect_uris"] = json!(["http://localhost:3118/callback"]);
    metadata["application_type"] = "native".into();
    let client = site.register(&metadata);
    let other = "http://localhost:53121/callback";
    let asked = |uri| open(&site.authorization(id(&client), &[("redirect_uri", uri)]));
    let page = asked(other);
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("<bdi>localhost</bdi>"), "{}", page.body);
    assert!(
        page.body.contains("class=\"warning\""),
        "it is on the device alone: {}",
        page.body
    );
    for refused in [
        "http://127.0.0.1:53121/callback",
        "http://localhost:53121/other",
    ] {
        let page = asked(refused);
        assert_eq!(
            (page.status, page.header("location")),
            (400, None),
            "{refused}"
        );
    }
    // The code is bound to the URI that was presented.
    let exchange = |redirect_uri| {
        let code = site.code(id(&client), &[("redirect_uri", other)]);
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", id(&client)),
            ("code", &code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        site.token("", &form)
    };
    let registered = exchange("http://localhost:3118/callback");
    assert_eq!(registered.json()["error"], "invalid_grant");
    assert_eq!(exchange(other).status, 200);
}

#[test]
fn f06_a_client_outlives_its_grant() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let client = site.register(&public());
    let tokens = site.tokens(id(&client), &[]);
    let first = text(&tokens, "refresh_token");
    assert_eq!(site.refresh(id(&client), first).status, 200);
    for gone in [first, first, "mcpr_unknown"] {
        let answer = site.refresh(id(&client), gone);
        assert_eq!(
            (answer.status, &answer.json()["error"]),
            (400, &"invalid_grant".into())
        );
    }
}

#[test]
fn f0a_offline_access_is_rotated() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let client = site.register(&public());
    let changes = [("scope", "mcp:read offline_access"), ("prompt", "consent")];
    let tokens = site.tokens(id(&client), &changes);
    assert_eq!(tokens["scope"], "mcp:read offline_access");
    assert_eq!(
        (&tokens["token_type"], &tokens["expires_in"]),
        (&json!("Bearer"), &json!(600))
    );
    let renewed = site.refresh(id(&client), text(&tokens, "refresh_token"));
    assert_eq!(renewed.header("cache-control"), Some("no-store"));
    let renewed = renewed.json();
    assert_ne!(renewed["refresh_token"], tokens["refresh_token"]);
    for one in [&tokens, &renewed] {
        assert_eq!(site.call(text(one, "access_token"), "whoami").status, 200);
    }
    // Less on request, and never more than the user agreed to.
    let form = |token: &str, scope| {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", id(&client)),
            ("refresh_token", token),
            ("scope", scope),
        ];
        site.token("", &form)
    };
    let more = form(text(&renewed, "refresh_token"), "mcp:read mcp:write");
    assert_eq!(more.json()["error"], "invalid_scope");
    let less = form(text(&renewed, "refresh_token"), "mcp:read");
    assert_eq!(less.json()["scope"], "mcp:read", "{}", less.body);
}

/// RFC 6749 §4.1.2.1: only to the user, and never by a redirect.
#[test]
fn who_is_not_known_is_sent_nowhere() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let client = site.register(&public());
    let known = id(&client);
    let elsewhere = [("redirect_uri", "https://evil.example/cb")];
    let twice = format!("{}&state=2", site.authorization(known, &[]));
    for url in [
        site.authorization("app-absent", &[]),
        site.authorization("", &[]),
        site.authorization("app 1", &[]),
        site.authorization(known, &[("redirect_uri", "")]),
        site.authorization(known, &elsewhere),
        site.authorization(known, &[("redirect_uri", "javascript:alert(1)")]),
        site.authorization(known, &[elsewhere[0], ("response_type", "token")]),
        // An address of this machine, which no document may be fetched from.
        site.authorization("https://127.0.0.1/client.json", &[]),
        site.authorization("https://localhost/client.json", &[]),
        site.authorization("http://localhost/client.json", &[]),
        format!("{}/authorize", site.issuer()),
        twice,
    ] {
        let page = open(&url);
        assert_eq!((page.status, page.header("location")), (400, None), "{url}");
        assert_eq!(
            page.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        assert!(!page.body.contains("<form"), "{}", page.body);
    }
}

#[test]
fn f14_a_code_is_good_for_its_client_alone() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let [one, other] = [(); 2].map(|()| site.register(&public()));
    let code = site.code(id(&one), &[]);
    let stolen = site.exchange(id(&other), &code);
    assert_eq!(
        (stolen.status, &stolen.json()["error"]),
        (400, &"invalid_grant".into())
    );
    let tokens = site.exchange(id(&one), &code);
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    // So is a refresh token, and its thief doesn't end it.
    let tokens = tokens.json();
    let refresh = text(&tokens, "refresh_token");
    let stolen = site.refresh(id(&other), refresh);
    assert_eq!(stolen.json()["error"], "invalid_grant");
    assert_eq!(site.refresh(id(&one), refresh).status, 200);
}

#[test]
fn a_scope_that_an_administrator_takes_away_is_gone() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let client = site.register(&public());
    let client = id(&client);
    let both = [("scope", "mcp:read mcp:write")];
    let tokens = site.tokens(client, &both);
    let code = site.code(client, &both);
    let may_write = |tokens: &Value| site.call(text(tokens, "access_token"), "write_note").status;
    assert_eq!(may_write(&tokens), 200);

    let path = format!("/clients/{client}");
    site.admin("PUT", &path, &json!({"scopes": ["mcp:read"]}));
    assert_eq!(may_write(&tokens), 403);
    let refreshed = site.refresh(client, text(&tokens, "refresh_token")).json();
    assert_eq!(refreshed["scope"], "mcp:read");
    assert_eq!(may_write(&refreshed), 403);
    let redeemed = site.exchange(client, &code).json();
    assert_eq!(redeemed["scope"], "mcp:read");

    site.admin("PUT", &path, &json!({"scopes": ["offline_access"]}));
    let refused = site.refresh(client, text(&refreshed, "refresh_token"));
    assert_eq!(refused.json()["error"], "invalid_scope");
}

/// RFC 6749 §4.1.2, RFC 7636 §4.6, RFC 8707 §2.2.
#[test]
fn a_code_is_good_once_and_as_it_was_asked_for() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let client = site.register(&public());
    let (client, resource) = (id(&client), site.mcp());
    let right = [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
        ("resource", &resource),
    ];
    let other_verifier = "x".repeat(43);
    for (name, value, error) in [
        (
            "redirect_uri",
            "http://127.0.0.1:3119/callback",
            "invalid_grant",
        ),
        ("redirect_uri", "", "invalid_grant"),
        ("code_verifier", &other_verifier, "invalid_grant"),
        ("code_verifier", "", "invalid_request"),
        ("resource", "https://other.example", "invalid_target"),
        ("grant_type", "password", "unsupported_grant_type"),
        ("grant_type", "", "invalid_request"),
    ] {
        let code = site.code(client, &[]);
        let mut form = right.to_vec();
        form.retain(|(known, _)| *known != name);
        form.extend([(name, value), ("code", &code)]);
        let answer = site.token("", &form);
        assert_eq!(
            (answer.status, &answer.json()["error"]),
            (400, &error.into()),
            "{name}={value}"
        );
    }
    let code = site.code(client, &[]);
    let twice = [right.as_slice(), &[("code", &code), ("code", &code)]].concat();
    assert_eq!(site.token("", &twice).json()["error"], "invalid_request");

    // The second use may be a thief's, or the first: what came of it ends.
    let tokens = site.exchange(client, &code).json();
    let access = text(&tokens, "access_token");
    assert_eq!(site.call(access, "whoami").status, 200);
    assert_eq!(
        site.exchange(client, &code).json()["error"],
        "invalid_grant"
    );
    assert_eq!(site.call(access, "whoami").status, 401);
    let refreshed = site.refresh(client, text(&tokens, "refresh_token"));
    assert_eq!(refreshed.json()["error"], "invalid_grant");
}

#[test]
fn f19_what_is_registered_is_advertised() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let metadata = site.get("/.well-known/oauth-authorization-server").json();
    let advertised = metadata["token_endpoint_auth_methods_supported"]
        .as_array()
        .unwrap();
    for method in [
        Value::Null,
        "none".into(),
        "client_secret_basic".into(),
        "client_secret_post".into(),
    ] {
        let mut body = public();
        body["token_endpoint_auth_method"] = method;
        let client = site.register(&body);
        assert!(
            advertised.contains(&client["token_endpoint_auth_method"]),
            "{client}"
        );
        let secret = client["client_secret"].as_str();
        assert_eq!(
            secret.is_some(),
            client["token_endpoint_auth_method"] != "none"
        );
    }
}

/// F07: a `client_id` beside Basic is no second method, and another one is an error.
#[test]
fn f07_a_client_id_beside_basic_is_the_same() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let mut body = public();
    body["token_endpoint_auth_method"] = "client_secret_basic".into();
    let client = site.register(&body);
    let credentials = format!("{}:{}", id(&client), text(&client, "client_secret"));
    let head = format!("Authorization: Basic {}\r\n", STANDARD.encode(credentials));
    let exchange = |more: &[(&str, &str)]| {
        let code = site.code(id(&client), &[]);
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        site.token(&head, &[form.as_slice(), more].concat())
    };
    assert_eq!(exchange(&[]).status, 200);
    assert_eq!(exchange(&[("client_id", id(&client))]).status, 200);
    let other = exchange(&[("client_id", "app-other")]);
    assert_eq!(
        (other.status, &other.json()["error"]),
        (400, &"invalid_request".into())
    );
}

#[test]
fn the_consent_page_is_the_server_s_own() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let mut metadata = public();
    metadata["client_name"] = "Claude \"the\" <b>first</b>".into();
    let client = site.register(&metadata);
    let url = site.authorization(id(&client), &[]);
    let page = open(&url);
    assert_eq!(page.status, 200, "{}", page.body);
    let policy = page.header("content-security-policy").unwrap();
    for part in [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "form-action 'self' http://127.0.0.1:3118",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert_eq!(page.header("x-frame-options"), Some("DENY"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert!(
        page.body
            .contains("Claude &quot;the&quot; &lt;b&gt;first&lt;/b&gt;"),
        "{}",
        page.body
    );
    let place = |text| {
        page.body
            .find(text)
            .unwrap_or_else(|| panic!("no {text}: {}", page.body))
    };
    assert!(place("127.0.0.1") < place("Claude"), "the host comes first");
    assert!(page.body.contains("It calls itself"), "{}", page.body);
    assert!(page.body.contains("class=\"warning\""), "{}", page.body);

    let form = fields(&page.body);
    let with = |name: &str, value: &str| {
        let mut form = form.clone();
        form.retain(|(known, _)| known != name);
        form.push((name.into(), value.into()));
        form
    };
    let send = |form: &[(String, String)], origin: &str| post(&url, form, origin);
    // Of another page, or changed on the way.
    for (form, from, status) in [
        (with("decision", "allow"), "https://evil.example", 403),
        (with("decision", "allow"), "null", 403),
        (with("decision", "perhaps"), &*origin(&url), 400),
        (with("ticket", "1.x"), &origin(&url), 400),
        (with("ticket", ""), &origin(&url), 400),
        (with("scope", "mcp:read mcp:write"), &origin(&url), 400),
        (
            with("redirect_uri", "https://evil.example"),
            &origin(&url),
            400,
        ),
        (with("state", "another"), &origin(&url), 400),
        (form.clone(), &origin(&url), 400),
    ] {
        let mut form = form;
        if !form.iter().any(|(name, _)| name == "decision") && from != origin(&url) {
            form.push(("decision".into(), "allow".into()));
        }
        let answer = send(&form, from);
        assert_eq!(
            (answer.status, answer.header("location")),
            (status, None),
            "{form:?} {from}"
        );
    }
    // What the administrator decided since the page was shown counts.
    site.set_status(id(&client), "suspended");
    let answer = send(&with("decision", "allow"), &origin(&url));
    assert_eq!((answer.status, answer.header("location")), (400, None));
    site.set_status(id(&client), "active");
    let answer = send(&with("decision", "allow"), &origin(&url));
    assert_eq!(answer.status, 302, "{}", answer.body);
}

#[test]
fn a_user_who_refuses_sends_the_client_back() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let client = site.register(&public());
    let url = site.authorization(id(&client), &[]);
    let location = decide(&url, Decision::Deny).unwrap_or_else(|page| panic!("{}", page.body));
    assert_eq!(
        parameter(&location, "error").as_deref(),
        Some("access_denied")
    );
    assert_eq!(parameter(&location, "state").as_deref(), Some("s t&<te>"));
    assert_eq!(parameter(&location, "iss"), Some(site.issuer()));
}

/// RFC 6750 §3, RFC 9728 §5.1, and F09.
#[test]
fn a_challenge_says_where_and_for_what_to_get_a_token() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let metadata = format!(
        "resource_metadata=\"{}/.well-known/oauth-protected-resource/mcp\"",
        site.issuer()
    );
    let challenge = |head: &str, method: &str| {
        let answer = send(site.address, method, "/mcp", head, "").unwrap();
        (
            answer.status,
            answer.header("www-authenticate").map(str::to_owned),
        )
    };
    let missing = format!("Bearer {metadata}, scope=\"mcp:read\"");
    for method in ["GET", "POST", "DELETE"] {
        assert_eq!(
            challenge("", method),
            (401, Some(missing.clone())),
            "{method}"
        );
    }
    let client = site.register(&public());
    let tokens = site.tokens(id(&client), &[]);
    let (access, refresh) = (
        text(&tokens, "access_token"),
        text(&tokens, "refresh_token"),
    );
    let invalid = format!("Bearer error=\"invalid_token\", {metadata}, scope=\"mcp:read\"");
    for other in [
        "Bearer x",
        "Bearer ",
        &format!("Basic {access}"),
        &format!("Bearer {refresh}"),
        "x",
    ] {
        let head = format!("Authorization: {other}\r\n");
        assert_eq!(
            challenge(&head, "POST"),
            (401, Some(invalid.clone())),
            "{other}"
        );
    }
    assert_eq!(site.call(access, "whoami").status, 200);
    let refused = site.call(access, "write_note");
    let insufficient =
        format!("Bearer error=\"insufficient_scope\", {metadata}, scope=\"mcp:write\"");
    assert_eq!(
        (refused.status, refused.header("www-authenticate")),
        (403, Some(&*insufficient))
    );

    // However the call is hidden, the tool looks at the token itself.
    let call = r#""jsonrpc":"2.0","id":1,"method":"tools/call""#;
    let write = r#"{"name":"write_note","arguments":{"text":"x"}}"#;
    let read = r#"{"name":"whoami"}"#;
    for hidden in [
        format!(r#"{{{call},"params":{read},"params":{write}}}"#),
        format!(r#"[{{{call},"params":{write}}}]"#),
        format!(
            r#"{{{call},"params":{{"name":"whoami","name":"write_note","arguments":{{"text":"x"}}}}}}"#
        ),
        format!(r#"{{{call},"params":{{"name":"write\u005fnote","arguments":{{"text":"x"}}}}}}"#),
    ] {
        let answer = site.post_mcp(access, &hidden);
        assert!(
            !answer.body.contains("written"),
            "{hidden}: {}",
            answer.body
        );
    }
    let long = format!(r#"{{{call},"params":"{}"}}"#, "x".repeat(300_000));
    assert_eq!(site.post_mcp(access, &long).status, 413);
    let both = site.tokens(id(&client), &[("scope", "mcp:read mcp:write")]);
    let written = site.call(text(&both, "access_token"), "write_note");
    assert!(written.body.contains("1 written"), "{}", written.body);
}

#[test]
fn tokens_of_a_stopped_client_stop() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let client = site.register(&public());
    let tokens = site.tokens(id(&client), &[]);
    let access = text(&tokens, "access_token");
    site.set_status(id(&client), "suspended");
    assert_eq!(site.call(access, "whoami").status, 401);
    let refreshed = site.refresh(id(&client), text(&tokens, "refresh_token"));
    assert_eq!(
        (refreshed.status, &refreshed.json()["error"]),
        (401, &"invalid_client".into())
    );
    // They ended: when the client may go on, its user has to agree again.
    site.set_status(id(&client), "active");
    assert_eq!(site.call(access, "whoami").status, 401);
    let refreshed = site.refresh(id(&client), text(&tokens, "refresh_token"));
    assert_eq!(
        (refreshed.status, &refreshed.json()["error"]),
        (400, &"invalid_grant".into())
    );
    let tokens = site.tokens(id(&client), &[]);
    assert_eq!(
        site.call(text(&tokens, "access_token"), "whoami").status,
        200
    );
    site.delete(id(&client));
    assert_eq!(
        site.call(text(&tokens, "access_token"), "whoami").status,
        401
    );
}

#[test]
fn pages_of_any_origin_may_discover_and_get_tokens() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let origin = "Origin: https://inspector.example\r\n";
    let preflight = format!(
        "{origin}Access-Control-Request-Method: POST\r\n\
         Access-Control-Request-Headers: authorization,content-type,mcp-protocol-version\r\n"
    );
    for path in [
        "/token",
        "/.well-known/oauth-authorization-server",
        "/oauth/register",
    ] {
        let answer = send(site.address, "OPTIONS", path, &preflight, "").unwrap();
        assert!(answer.status < 300, "{path}: {}", answer.status);
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some("*"),
            "{path}"
        );
        let headers = answer.header("access-control-allow-headers").unwrap();
        assert!(headers.contains("authorization"), "{path}: {headers}");
    }
    for (path, method) in [
        ("/.well-known/oauth-protected-resource", "GET"),
        ("/.well-known/oauth-protected-resource/mcp", "GET"),
        ("/.well-known/openid-configuration", "GET"),
        ("/token", "POST"),
    ] {
        let answer = send(site.address, method, path, origin, "").unwrap();
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some("*"),
            "{path}"
        );
        assert_eq!(
            answer.header("access-control-allow-credentials"),
            None,
            "{path}"
        );
    }
    // The server itself, only pages that it accepts: here, of a program on the device.
    let local = "http://localhost:6274";
    let preflight = preflight.replace("https://inspector.example", local);
    for (method, head) in [
        ("OPTIONS", &*preflight),
        ("POST", &format!("Origin: {local}\r\n")),
    ] {
        let answer = send(site.address, method, "/mcp", head, "").unwrap();
        let shared = answer.header("access-control-allow-origin");
        assert_eq!(shared, Some(local), "{method}");
    }
    // Not the pages of the user.
    let page = send(site.address, "GET", "/authorize", origin, "").unwrap();
    assert_eq!(page.header("access-control-allow-origin"), None);
}

#[test]
fn discovery_has_what_clients_look_for() {
    let folder = TempDir::new().unwrap();
    let (_host, site) = start(&folder);
    let issuer = site.issuer();
    let resource = site.get("/.well-known/oauth-protected-resource/mcp");
    assert!(
        resource
            .header("cache-control")
            .unwrap()
            .contains("max-age")
    );
    let expected = json!({
        "resource": site.mcp(),
        "authorization_servers": [issuer],
        "scopes_supported": ["mcp:read", "mcp:write"],
        "bearer_methods_supported": ["header"],
        "resource_name": "mcp_host",
    });
    assert_eq!(resource.json(), expected);
    assert_eq!(
        site.get("/.well-known/oauth-protected-resource").json(),
        expected
    );
    let server = site.get("/.well-known/oauth-authorization-server").json();
    for (member, value) in [
        ("issuer", json!(issuer)),
        (
            "authorization_endpoint",
            json!(format!("{issuer}/authorize")),
        ),
        ("token_endpoint", json!(format!("{issuer}/token"))),
        (
            "registration_endpoint",
            json!(format!("{issuer}/oauth/register")),
        ),
        ("response_types_supported", json!(["code"])),
        ("code_challenge_methods_supported", json!(["S256"])),
        ("client_id_metadata_document_supported", json!(true)),
        (
            "authorization_response_iss_parameter_supported",
            json!(true),
        ),
    ] {
        assert_eq!(server[member], value, "{member}");
    }
    let mut openid = site.get("/.well-known/openid-configuration").json();
    let members = openid.as_object_mut().unwrap();
    for member in [
        "jwks_uri",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
    ] {
        assert!(members.remove(member).is_some(), "{member}");
    }
    assert_eq!(openid, server, "the twin says the same");
    assert_eq!(site.get("/jwks").json(), json!({"keys": []}));
}
