//! Bodies that nobody should send.

use http::{Method, Request};
use http_body_util::Full;
use serde_json::{Value, json};
use support::registrant::{Door, REGISTER, public};
use support::{Answer, App, Store};
use tower_oauth_clients::domain::AuthMethod;

async fn raw(door: &Door<'_>, body: impl Into<bytes::Bytes>) -> Answer {
    let request = Request::post(REGISTER).header("content-type", "application/json");
    door.send(request.body(Full::from(body.into())).unwrap())
        .await
}

/// Asserts a refusal that names the member, and shows nothing of the value.
#[track_caller]
fn assert_named(answer: &Answer, member: &str) {
    assert_eq!(answer.status, 400, "{member}: {answer:?}");
    let body = answer.json();
    let expected = match member {
        "redirect_uris" => "invalid_redirect_uri",
        _ => "invalid_client_metadata",
    };
    assert_eq!(body["error"], expected, "{member}");
    let described = body["error_description"].as_str().unwrap();
    assert!(described.starts_with(member), "{member}: {described}");
    let is_plain = |byte: u8| matches!(byte, 0x20..=0x7e) && !b"\"\\".contains(&byte);
    assert!(described.bytes().all(is_plain), "{described}");
    assert!(!described.contains("MARK"), "{described}");
    assert_eq!(body.as_object().unwrap().len(), 2);
}

const TEXTS: [&str; 12] = [
    "token_endpoint_auth_method",
    "client_name",
    "client_uri",
    "logo_uri",
    "scope",
    "tos_uri",
    "policy_uri",
    "jwks_uri",
    "software_id",
    "software_version",
    "software_statement",
    "application_type",
];

const LISTS: [&str; 4] = ["redirect_uris", "grant_types", "response_types", "contacts"];

#[tokio::test]
async fn a_member_of_a_wrong_type_is_named() {
    let app = App::new(Store::Memory).await;
    let door = Door::open(&app);
    let wrong = [json!(7), json!(true), json!({"MARK": 1}), json!(1.5e300)];
    for member in TEXTS {
        for value in wrong.iter().chain([&json!(["MARK"])]) {
            let mut body = public();
            body[member] = value.clone();
            assert_named(&door.post(&body).await, member);
        }
    }
    for member in LISTS {
        let items = [
            json!("MARK"),
            json!([7]),
            json!(["code", null]),
            json!([["MARK"]]),
        ];
        for value in wrong.iter().chain(&items) {
            let mut body = public();
            body[member] = value.clone();
            assert_named(&door.post(&body).await, member);
        }
    }
    for value in wrong
        .iter()
        .take(2)
        .chain([&json!("MARK"), &json!(["MARK"])])
    {
        let mut body = public();
        body["jwks"] = value.clone();
        assert_named(&door.post(&body).await, "jwks");
    }
    assert_eq!(door.count().await, 0);
}

#[tokio::test]
async fn nothing_is_longer_than_its_bound() {
    let app = App::new(Store::Memory).await;
    let door = Door::open(&app);
    let many = |n: usize| json!(vec!["MARK"; n]);
    for (member, value) in [
        ("client_name", json!("M".repeat(129))),
        (
            "redirect_uris",
            json!([format!("https://MARK.example/{}", "a".repeat(2048))]),
        ),
        ("redirect_uris", many(33)),
        ("grant_types", many(17)),
        ("response_types", many(17)),
        ("contacts", many(6)),
        ("contacts", json!(["é".repeat(128)])),
        ("software_id", json!("é".repeat(65))),
        ("software_version", json!("1".repeat(129))),
        ("software_version", json!("1\n2")),
    ] {
        let mut body = public();
        body[member] = value;
        assert_named(&door.post(&body).await, member);
    }
    let mut body = public();
    let long = "scope ".repeat(10_000);
    body["scope"] = long.as_str().into();
    body["zz"] = json!(vec!["z"; 100]);
    assert_eq!(
        door.post(&body).await.status,
        201,
        "what is left out may be long"
    );

    let pad = |length: usize| {
        let body = public().to_string();
        format!("{body}{}", " ".repeat(length - body.len()))
    };
    assert_eq!(raw(&door, pad(64 * 1024)).await.status, 201);
    let answer = raw(&door, pad(64 * 1024 + 1)).await;
    assert_eq!(answer.status, 413);
    assert_eq!(answer.json()["error"], "invalid_request");
    assert_eq!(door.count().await, 2);
}

#[tokio::test]
async fn a_body_is_one_object_in_utf_8() {
    let app = App::new(Store::Memory).await;
    let door = Door::open(&app);
    let deep = |open: &str, close: &str| {
        format!("{{\"zz\":{}{}}}", open.repeat(10_000), close.repeat(10_000))
    };
    for (body, status) in [
        (String::new(), 400),
        ("null".into(), 400),
        ("[]".into(), 400),
        ("[{}]".into(), 400),
        ("{} {}".into(), 400),
        ("\u{feff}{}".into(), 400),
        ("{\"client_name\":\"\\ud800\"}".into(), 400),
        (
            "{\"client_name\":\"a\",\"client\\u005fname\":\"b\"}".into(),
            400,
        ),
        ("{\"zz\":1,\"zz\":2}".into(), 400),
        (deep("[", "]"), 400),
        (deep("{\"a\":", "}"), 400),
    ] {
        let answer = raw(&door, body.clone()).await;
        assert_eq!(answer.status, status, "{}", &body[..body.len().min(40)]);
        let error = answer.json()["error"].clone();
        let known = ["invalid_client_metadata", "invalid_redirect_uri"];
        assert!(known.iter().any(|known| error == *known), "{error}");
    }
    assert_eq!(
        raw(&door, &b"{\"client_name\":\"\xff\"}"[..]).await.status,
        400
    );
    assert_eq!(door.count().await, 0);

    let unknown = format!("{{\"zz\":{}{},", "[".repeat(20_000), "]".repeat(20_000));
    let nested = public().to_string().replacen('{', &unknown, 1);
    assert_eq!(
        raw(&door, nested).await.status,
        201,
        "an unknown member is skipped"
    );
}

#[tokio::test]
async fn no_media_type_but_json() {
    let app = App::new(Store::Memory).await;
    let door = Door::open(&app);
    for media_type in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
    ] {
        let request = Request::post(REGISTER).header("content-type", media_type);
        let request = request.body(Full::from(public().to_string())).unwrap();
        let answer = door.send(request).await;
        assert_eq!(answer.status, 415, "{media_type}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    let request = Request::post(REGISTER)
        .header("content-type", "application/json")
        .header("content-encoding", "gzip");
    let answer = door.send(request.body(Full::from("x")).unwrap()).await;
    assert_eq!(answer.status, 415);
    assert_eq!(answer.header("accept-encoding"), Some("identity"));
}

#[tokio::test]
async fn a_script_is_refused_wherever_a_url_is_shown() {
    let app = App::new(Store::Memory).await;
    let door = Door::open(&app);
    for member in ["client_uri", "logo_uri", "tos_uri", "policy_uri"] {
        for script in [
            "javascript:MARK",
            "JavaScript:MARK",
            " java\nscript:MARK",
            "data:text/html,MARK",
        ] {
            let mut body = public();
            body[member] = script.into();
            assert_named(&door.post(&body).await, member);
        }
        let mut body = public();
        body[member] = "http://localhost:1/MARK".into();
        assert!(door.registered(&body).await.0.get(member).is_none());
    }
}

#[tokio::test]
async fn keys_come_one_way_and_are_public() {
    let app = App::new(Store::Memory).await;
    let door = Door::with(&app, "tenant_a", |registrar| {
        registrar.with_client_auth_methods([AuthMethod::PrivateKeyJwt, AuthMethod::None])
    });
    let set: Value = serde_json::from_str(support::world::JWKS).unwrap();
    let mut body = public();
    body["token_endpoint_auth_method"] = "private_key_jwt".into();
    assert_named(&door.post(&body).await, "jwks");
    body["jwks"] = set.clone();
    let client = door.registered(&body).await;
    assert_eq!(client.0["jwks"], set, "an object, as it was sent");
    assert!(client.0.get("client_secret").is_none());
    body["jwks_uri"] = "https://app.example.net/jwks".into();
    assert_named(&door.post(&body).await, "jwks_uri");
    body["token_endpoint_auth_method"] = "none".into();
    assert_named(&door.post(&body).await, "jwks_uri");
    body["jwks"] = Value::Null;
    let client = door.registered(&body).await;
    assert!(client.0.get("jwks_uri").is_none(), "it has no use for it");
}

#[tokio::test]
async fn private_use_uris_are_for_public_clients_and_exact() {
    let app = App::new(Store::Memory).await;
    let cursor = "cursor://anysphere.cursor-mcp/oauth/callback";
    let door = Door::with(&app, "tenant_a", |registrar| {
        registrar.with_private_use_uris([cursor])
    });
    let mut body = public();
    body["redirect_uris"] = json!([cursor]);
    assert_eq!(door.post(&body).await.status, 201);
    body["token_endpoint_auth_method"] = "client_secret_basic".into();
    assert_named(&door.post(&body).await, "redirect_uris");
    body["token_endpoint_auth_method"] = "none".into();
    body["redirect_uris"] = json!([format!("{cursor}/")]);
    assert_named(&door.post(&body).await, "redirect_uris");
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_nothing_half_done() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = Door::open(&app);
        for _ in 0..20 {
            let asked = door.call("", Method::POST, REGISTER, None);
            let _ = tokio::time::timeout(std::time::Duration::ZERO, asked).await;
            let body = public();
            let asked = door.post(&body);
            let _ = tokio::time::timeout(std::time::Duration::from_micros(50), asked).await;
        }
        let counted = door.count().await;
        assert!(counted <= 20);
        door.registered(&public()).await;
    }
}

/// A failing storage is not the caller's fault: it keeps what it has, and its budget.
#[tokio::test]
async fn a_storage_that_fails_is_unavailable_and_keeps_no_half() {
    for store in Store::DATABASES {
        let app = App::new(store).await;
        let door = Door::open(&app);
        let client = door.registered(&public()).await;
        let away = "ALTER TABLE oauth_client_registrations RENAME TO away";
        app.place.execute(&[away]).await;
        for _ in 0..20 {
            let answer = door.post_from("192.0.2.1", &public()).await;
            assert_eq!(answer.status, 503, "{store:?}: {answer:?}");
            assert_eq!(answer.header("retry-after"), Some("1"));
            assert_eq!(answer.json()["error"], "temporarily_unavailable");
        }
        let path = client.path();
        let read = door.call(client.token(), Method::GET, &path, None).await;
        assert_eq!(read.status, 503, "{store:?}");
        let back = "ALTER TABLE away RENAME TO oauth_client_registrations";
        app.place.execute(&[back]).await;
        let clients = app.call(Method::GET, support::CLIENTS, None).await;
        assert_eq!(clients.json()["total"], 1, "{store:?}: {clients:?}");
        assert_eq!(door.post_from("192.0.2.1", &public()).await.status, 201);
    }
}
