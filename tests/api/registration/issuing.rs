//! Administrators issue, list and revoke initial access tokens.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use support::registrant::{Door, REGISTER, TOKENS, public};
use support::{Answer, App, Store, admin, base, call, super_admin};
use tower_oauth_clients::domain::{Action, Clock, GrantType, Policy, TenantId};
use tower_oauth_clients::registration::RegistrationMode;
use tower_oauth_clients::repository::PurgeRepository;

fn protected<'a>(app: &'a App) -> Door<'a> {
    Door::with(app, "tenant_a", |registrar| {
        registrar.with_mode(RegistrationMode::Protected)
    })
}

async fn issue(door: &Door<'_>, body: &Value) -> Answer {
    door.ask(Method::POST, TOKENS, Some(body)).await
}

async fn issued(door: &Door<'_>, body: &Value) -> Value {
    let answer = issue(door, body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    answer.data()
}

async fn register(door: &Door<'_>, token: &Value) -> Answer {
    let token = token["token"].as_str().unwrap();
    let body = public();
    door.call(token, Method::POST, REGISTER, Some(&body)).await
}

async fn revoke(door: &Door<'_>, token: &Value) -> Answer {
    let path = format!("{TOKENS}/{}", token["id"].as_str().unwrap());
    door.ask(Method::DELETE, &path, None).await
}

#[tokio::test]
async fn a_token_is_shown_once_and_registers() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = protected(&app);
        let body = json!({
            "description": "CI",
            "uses": 2,
            "expires_at": "2999-12-31T23:59:59Z",
            "grant_types": ["authorization_code"],
            "client_auth_methods": ["none"],
            "scopes": ["mcp:read"],
            "redirect_hosts": ["app.example.net"],
            "is_approved": true,
        });
        let answer = issue(&door, &body).await;
        assert_eq!(answer.status, StatusCode::CREATED);
        let envelope = answer.json();
        assert_eq!(
            (&envelope["code"], &envelope["message"]),
            (&json!(0), &json!("success"))
        );
        let data = answer.data();
        let plaintext = data["token"].as_str().unwrap();
        assert!(plaintext.starts_with("iat_"));
        for (member, value) in body.as_object().unwrap() {
            let shown = if member == "uses" {
                "uses_left"
            } else {
                member
            };
            assert_eq!(data[shown], *value, "{member}");
        }
        assert_eq!(data["created_by"], "alice");

        let client = register(&door, &data).await;
        assert_eq!(client.status, StatusCode::CREATED, "{client:?}");
        assert_eq!(client.json()["scope"], "mcp:read");
        let listed = door.ask(Method::GET, TOKENS, None).await;
        assert!(!String::from_utf8_lossy(&listed.body).contains(plaintext));
        let mut expected = data.clone();
        expected.as_object_mut().unwrap().remove("token");
        expected["uses_left"] = json!(1);
        assert_eq!(listed.json()["items"], json!([expected]));
        assert_eq!(listed.json()["total"], 1);
        let stored = app.database_bytes();
        assert!(
            !stored
                .windows(plaintext.len())
                .any(|text| text == plaintext.as_bytes())
        );
    }
}

#[tokio::test]
async fn nothing_has_to_be_set_and_null_sets_nothing() {
    let app = App::new(Store::Memory).await;
    let door = protected(&app);
    let nothing = json!({
        "description": null, "uses": null, "expires_at": null, "grant_types": null,
        "client_auth_methods": null, "scopes": null, "redirect_hosts": null,
    });
    for body in [json!({}), nothing] {
        let data = issued(&door, &body).await;
        let members: Vec<_> = data.as_object().unwrap().keys().collect();
        assert_eq!(
            members,
            ["created_at", "created_by", "id", "is_approved", "token"]
        );
        assert_eq!(data["is_approved"], false);
        assert_eq!(register(&door, &data).await.status, StatusCode::CREATED);
    }
}

#[tokio::test]
async fn a_revoked_token_registers_nothing_and_its_clients_stay() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = protected(&app);
        let token = issued(&door, &json!({})).await;
        assert_eq!(register(&door, &token).await.status, StatusCode::CREATED);
        let gone = revoke(&door, &token).await;
        assert_eq!((gone.status, gone.body.len()), (StatusCode::NO_CONTENT, 0));
        assert_eq!(
            register(&door, &token).await.status,
            StatusCode::UNAUTHORIZED
        );
        assert_eq!(revoke(&door, &token).await.status, StatusCode::NOT_FOUND);
        assert_eq!(door.count().await, 1);
        let listed = door.ask(Method::GET, TOKENS, None).await.json();
        assert!(listed["items"][0]["revoked_at"].is_string(), "{listed}");
    }
}

#[tokio::test]
async fn the_trail_of_the_tenant_tells_of_tokens() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = protected(&app);
        let token = issued(&door, &json!({})).await;
        revoke(&door, &token).await;
        let path = "/admin/oauth/audit-logs?view=full";
        let trail = door.ask(Method::GET, path, None).await.json();
        let items = trail["items"].as_array().unwrap();
        let told: Vec<_> = items.iter().map(|item| &item["action"]).collect();
        let expected = [
            Action::InitialAccessTokenRevoke,
            Action::InitialAccessTokenCreate,
        ];
        assert_eq!(
            told,
            expected
                .map(|action| json!(action.as_str()))
                .iter()
                .collect::<Vec<_>>()
        );
        for item in items {
            assert_eq!(item["target_id"], token["id"]);
            assert_eq!(item["target_type"], "oauth_initial_access_token");
            assert_eq!(
                (&item["operator_id"], item.get("client_id")),
                (&json!("alice"), None)
            );
        }
        let text = trail.to_string();
        assert!(!text.contains(token["token"].as_str().unwrap()));
    }
}

/// A purge of the trail takes the entries of tokens, too; one of clients takes no token.
#[tokio::test]
async fn a_purge_takes_the_entries_and_leaves_the_tokens() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = protected(&app);
        let token = issued(&door, &json!({})).await;
        app.clock.advance(std::time::Duration::from_secs(1));
        let now = app.clock.now();
        let purged = call!(app.repository, purge_deleted_clients(now, 1_000));
        assert_eq!(purged.unwrap(), 0, "{store:?}");
        let purged = call!(app.repository, purge_audit_entries(now, 1_000));
        assert_eq!(purged.unwrap(), 1, "{store:?}");
        let path = "/admin/oauth/audit-logs?view=full";
        let trail = door.ask(Method::GET, path, None).await.json();
        assert_eq!(trail["items"], json!([]));
        assert_eq!(register(&door, &token).await.status, StatusCode::CREATED);
        assert_eq!(revoke(&door, &token).await.status, StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn pages_follow_each_other() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = protected(&app);
        let mut ids = Vec::new();
        for _ in 0..5 {
            app.clock.advance(std::time::Duration::from_millis(1));
            ids.push(issued(&door, &json!({})).await["id"].clone());
        }
        ids.reverse();
        let mut found = Vec::new();
        let mut path = Some(format!("{TOKENS}?after=&page_size=2"));
        while let Some(at) = path {
            let answer = door.ask(Method::GET, &at, None).await;
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
            let items = answer.json()["items"].as_array().unwrap().clone();
            found.extend(items.into_iter().map(|item| item["id"].clone()));
            let next = answer
                .header("link")
                .map(|link| link.split(['<', '>']).nth(1));
            path = next.flatten().map(str::to_owned);
        }
        assert_eq!(found, ids);
        let second = format!("{TOKENS}?page=2&page_size=2");
        let second = door.ask(Method::GET, &second, None).await.json();
        assert_eq!(second["pagination"]["total"], 5);
        assert_eq!(second["items"][0]["id"], ids[2]);
        let strange = format!("{TOKENS}?status=active");
        let strange = door.ask(Method::GET, &strange, None).await;
        assert_eq!(strange.header("unknown-parameters"), Some("\"status\""));
    }
}

#[tokio::test]
async fn no_tenant_sees_the_tokens_of_another() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = protected(&app);
        let token = issued(&door, &json!({})).await;
        let path = format!("{TOKENS}/{}", token["id"].as_str().unwrap());
        let other = admin("tenant_b");
        let refused = door.ask_as(&other, Method::DELETE, &path, None).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
        let listed = door.ask_as(&other, Method::GET, TOKENS, None).await;
        assert_eq!(listed.json()["items"], json!([]));
        assert_eq!(register(&door, &token).await.status, StatusCode::CREATED);
    }
}

#[tokio::test]
async fn whoever_may_not_administer_issues_nothing() {
    let app = App::new(Store::Memory).await;
    let door = protected(&app);
    for (token, status) in [("", 401), ("x", 401), (&*super_admin(), 403)] {
        let answer = door
            .ask_as(token, Method::POST, TOKENS, Some(&json!({})))
            .await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
    let listed = door.ask(Method::GET, TOKENS, None).await;
    assert_eq!(listed.json()["total"], 0);
}

#[tokio::test]
async fn without_a_registrar_there_is_no_such_path() {
    let app = App::new(Store::Memory).await;
    for (method, path) in [
        (Method::POST, TOKENS.to_owned()),
        (Method::GET, TOKENS.to_owned()),
        (
            Method::DELETE,
            format!("{TOKENS}/01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        ),
        (Method::GET, "/admin/oauth/registrations".to_owned()),
        (
            Method::POST,
            "/admin/oauth/registrations/app-1/approve".to_owned(),
        ),
        (
            Method::POST,
            "/admin/oauth/registrations/app-1/deny".to_owned(),
        ),
    ] {
        let answer = app.call(method.clone(), &path, Some(&json!({}))).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
    }
}

/// Each fault with its path, and no value.
#[tokio::test]
async fn what_is_wrong_is_told() {
    let app = App::with_policy(
        Store::Memory,
        Policy::default()
            .with_allowed_grant_types([GrantType::AuthorizationCode, GrantType::RefreshToken])
            .with_allowed_scopes(support::registrant::SCOPES),
    )
    .await;
    let door = protected(&app);
    let long = "MARK".repeat(300);
    for (member, value, path) in [
        ("description", json!(7), "description"),
        ("description", json!(long), "description"),
        ("description", json!("MARK\nb"), "description"),
        ("uses", json!(0), "uses"),
        ("uses", json!(-1), "uses"),
        ("uses", json!(1.5), "uses"),
        ("uses", json!(4_294_967_296_u64), "uses"),
        ("uses", json!(1e300), "uses"),
        ("uses", json!("1"), "uses"),
        ("uses", json!([1]), "uses"),
        ("uses", json!({"MARK": 1}), "uses"),
        ("expires_at", json!(7), "expires_at"),
        ("expires_at", json!("MARK"), "expires_at"),
        ("expires_at", json!("2020-01-01T00:00:00Z"), "expires_at"),
        ("grant_types", json!("authorization_code"), "grant_types"),
        ("grant_types", json!([]), "grant_types"),
        ("grant_types", json!(["MARK"]), "grant_types[0]"),
        (
            "grant_types",
            json!(["client_credentials"]),
            "grant_types[0]",
        ),
        ("client_auth_methods", json!([]), "client_auth_methods"),
        (
            "client_auth_methods",
            json!(["none", "MARK"]),
            "client_auth_methods[1]",
        ),
        ("scopes", json!(["a MARK"]), "scopes[0]"),
        ("scopes", json!(["MARK"]), "scopes[0]"),
        ("scopes", json!([7]), "scopes[0]"),
        (
            "redirect_hosts",
            json!(["MARK.example"]),
            "redirect_hosts[0]",
        ),
        (
            "redirect_hosts",
            json!(["https://a.example"]),
            "redirect_hosts[0]",
        ),
        (
            "redirect_hosts",
            json!(["*.a.example"]),
            "redirect_hosts[0]",
        ),
        (
            "redirect_hosts",
            json!(vec!["a.example"; 33]),
            "redirect_hosts",
        ),
        ("is_approved", json!("true"), "is_approved"),
        ("is_approved", json!(null), "is_approved"),
        ("redirectHosts", json!(["MARK"]), "redirectHosts"),
        ("client_name", json!("MARK"), "client_name"),
    ] {
        let answer = issue(&door, &json!({member: value})).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{member}: {value}");
        let message = answer.message();
        assert!(
            message.starts_with(&format!("{path}: ")),
            "{value}: {message}"
        );
        assert!(!message.contains("MARK"), "{message}");
    }
    for body in [json!(null), json!([]), json!("x"), json!([{"uses": 1}])] {
        let answer = issue(&door, &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
    }
    let two = issue(&door, &json!({"uses": 0, "scopes": ["x"]}))
        .await
        .message();
    assert_eq!(two.split("; ").count(), 2, "{two}");
    let listed = door.ask(Method::GET, TOKENS, None).await;
    assert_eq!(listed.json()["total"], 0);
}

#[tokio::test]
async fn an_odd_id_is_not_found() {
    let app = App::new(Store::Memory).await;
    let door = protected(&app);
    for id in [
        "x",
        "%00",
        "%2F",
        "01arz3ndektsv4rrffq69g5fav",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    ] {
        let path = format!("{TOKENS}/{id}");
        let answer = door.ask(Method::DELETE, &path, None).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{id}");
    }
    // The id of a client names no token, and the other way round.
    let client = app.create(&base()).await;
    let path = format!("{TOKENS}/{}", client["id"].as_str().unwrap());
    let answer = door.ask(Method::DELETE, &path, None).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let token = issued(&door, &json!({})).await;
    let read = app.get(token["id"].as_str().unwrap()).await;
    assert_eq!(read.status, StatusCode::NOT_FOUND);
    assert_eq!(door.tenant, TenantId::parse("tenant_a").unwrap());
}
