//! A client manages its registration: RFC 7592.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use support::registrant::{Door, REGISTER, Registered, SCOPES, confidential, public};
use support::world::Heard;
use support::{Answer, App, Store};
use tower_oauth_clients::domain::{
    Action, ClientEventKind, ClientId, ClientStatus, GrantType, Patch, RegistrationState,
};
use tower_oauth_clients::manager::Expected;
use tower_oauth_clients::registration::{RegisteredScope, RegistrationMode};

async fn put(door: &Door<'_>, client: &Registered, body: &Value) -> Answer {
    let body = client.body(body);
    door.call(client.token(), Method::PUT, &client.path(), Some(&body))
        .await
}

async fn ask(door: &Door<'_>, client: &Registered, method: Method) -> Answer {
    door.call(client.token(), method, &client.path(), None)
        .await
}

async fn change(door: &Door<'_>, client: &Registered, patch: Patch) {
    let client_id = ClientId::parse(client.id()).unwrap();
    let (manager, operator) = (&door.app.manager, door.operator());
    let changed = manager.update(&operator, &client_id, patch, &Expected::Any);
    changed.await.unwrap();
}

#[tokio::test]
async fn a_registration_is_read_replaced_and_deleted() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = Door::open(&app);
        let body = json!({
            "client_name": "First",
            "redirect_uris": ["https://app.example.net/cb"],
            "token_endpoint_auth_method": "none",
            "client_uri": "https://app.example.net/",
            "contacts": ["ops@example.net"],
            "software_id": "s-1",
            "application_type": "web",
        });
        let answer = door.post_from("192.0.2.7", &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let client = Registered(answer.json());
        let read = ask(&door, &client, Method::GET).await;
        assert_eq!(read.status, 200);
        assert_eq!(read.json(), client.0, "the same as at first");
        assert_eq!(read.header("pragma"), Some("no-cache"));
        let head = ask(&door, &client, Method::HEAD).await;
        assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));

        app.clock.advance(Duration::from_secs(1));
        let body = json!({
            "client_name": "Second",
            "redirect_uris": ["https://b.example/cb"],
            "token_endpoint_auth_method": "none",
        });
        let replaced = put(&door, &client, &body).await;
        assert_eq!(replaced.status, 200, "{replaced:?}");
        let replaced = replaced.json();
        assert_eq!(replaced["client_name"], "Second");
        assert_eq!(replaced["client_id"], client.id());
        assert_eq!(replaced["registration_access_token"], client.token());
        for cleared in ["client_uri", "contacts", "software_id", "application_type"] {
            assert!(replaced.get(cleared).is_none(), "{cleared}");
        }
        assert_eq!(ask(&door, &client, Method::GET).await.json(), replaced);

        app.clock.advance(Duration::from_secs(1));
        let deleted = ask(&door, &client, Method::DELETE).await;
        assert_eq!((deleted.status.as_u16(), deleted.body.len()), (204, 0));
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let gone = ask(&door, &client, method).await;
            assert_eq!(gone.status, 401);
            assert_eq!(
                gone.header("www-authenticate"),
                Some("Bearer error=\"invalid_token\"")
            );
        }
        assert_eq!(app.get(client.id()).await.status, 404);

        let trail = app.repository.audit(client.id()).await;
        let actions: Vec<_> = trail.iter().map(|entry| entry.action.clone()).collect();
        let expected = [
            Action::ClientDelete,
            Action::ClientUpdate,
            Action::ClientRegister,
        ];
        assert_eq!(actions, expected);
        for entry in &trail {
            assert_eq!(entry.operator_id, "registration");
            assert_eq!(entry.operator_type, "client");
        }
        assert_eq!(trail[2].ip, Some([192, 0, 2, 7].into()));
        assert!(
            trail[1].message.contains("redirect_uris"),
            "{}",
            trail[1].message
        );
    }
}

#[tokio::test]
async fn whoever_has_not_the_token_gets_one_answer() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = Door::open(&app);
        let client = door.registered(&public()).await;
        let other = door.registered(&public()).await;
        let deleted = door.registered(&public()).await;
        let gone = ask(&door, &deleted, Method::DELETE).await;
        assert_eq!(gone.status, 204);
        let made = app.create(&support::base()).await;
        let made = format!("{REGISTER}/{}", made["client_id"].as_str().unwrap());
        let initial = door.issue(Default::default()).await;
        let elsewhere = Door::with(&app, "tenant_b", |registrar| registrar);
        let mut answers = Vec::new();
        for (door, token, path) in [
            (&door, other.token(), client.path()),
            (&door, client.token(), other.path()),
            (
                &door,
                client.token(),
                "/oauth/register/app-unknown".to_owned(),
            ),
            (&door, client.token(), "/oauth/register/%00".to_owned()),
            (&door, client.token(), "/oauth/register/%ff".to_owned()),
            (&door, &initial, client.path()),
            (&door, "guess", client.path()),
            (&door, deleted.token(), deleted.path()),
            (&door, other.token(), deleted.path()),
            (&door, client.token(), made),
            (&elsewhere, client.token(), client.path()),
        ] {
            for method in [Method::GET, Method::DELETE] {
                answers.push(door.call(token, method, &path, None).await);
            }
        }
        for answer in answers {
            assert_eq!(answer.status, 401, "{answer:?}");
            assert_eq!(answer.json()["error"], "invalid_token");
            assert_eq!(answer.json()["error_description"], "the token is not valid");
            let challenge = answer.header("www-authenticate");
            assert_eq!(challenge, Some("Bearer error=\"invalid_token\""));
        }
        let without = door.call("", Method::GET, &client.path(), None).await;
        assert_eq!(without.status, 401);
        assert_eq!(without.header("www-authenticate"), Some("Bearer"));
        assert_eq!(ask(&door, &client, Method::GET).await.status, 200);
    }
}

#[tokio::test]
async fn a_secret_comes_and_goes_with_the_method() {
    for store in Store::ALL {
        let heard = Arc::new(Heard::default());
        let app = App::with(store, |manager| manager.with_events(heard.clone())).await;
        let door = Door::open(&app);
        let client = door.registered(&confidential()).await;
        let first = client.text("client_secret").to_owned();

        // The same kind of method: the secret stays, and is not shown.
        let mut body = confidential();
        body["token_endpoint_auth_method"] = "client_secret_post".into();
        body["client_secret"] = first.as_str().into();
        let answer = put(&door, &client, &body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.json().get("client_secret").is_none());
        body["client_secret"] = "tocs_another".into();
        let answer = put(&door, &client, &body).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.json()["error"], "invalid_client_metadata");
        assert!(!answer.json().to_string().contains("tocs_another"));

        let answer = put(&door, &client, &public()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.json().get("client_secret").is_none());
        let secrets = app.repository.secrets(client.id()).await;
        let now = tower_oauth_clients::domain::Clock::now(&app.clock);
        assert!(secrets.iter().all(|secret| !secret.verifies_at(now)));
        assert_eq!(heard.kinds(), [ClientEventKind::BecamePublic]);

        let answer = put(&door, &client, &confidential()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let second = answer.json()["client_secret"].as_str().unwrap().to_owned();
        assert_eq!(answer.json()["client_secret_expires_at"], 0);
        assert_ne!(first, second);
        let secrets = app.repository.secrets(client.id()).await;
        let live = secrets.iter().filter(|secret| secret.verifies_at(now));
        assert_eq!(live.count(), 1, "the first one does not come back");
        for (secret, status) in [(&first, 400), (&second, 200)] {
            let mut body = confidential();
            body["client_secret"] = secret.as_str().into();
            assert_eq!(put(&door, &client, &body).await.status, status);
        }

        ask(&door, &client, Method::DELETE).await;
        let events = heard.events();
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].kind, ClientEventKind::Deleted);
        assert_eq!(events[0].operator, None, "it was the client itself");
    }
}

#[tokio::test]
async fn whom_an_administrator_stopped_changes_nothing() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = Door::open(&app);
        for status in [ClientStatus::Suspended, ClientStatus::Inactive] {
            let client = door.registered(&public()).await;
            change(&door, &client, Patch::new().with_status(status.clone())).await;
            assert_eq!(put(&door, &client, &public()).await.status, 403);
            assert_eq!(ask(&door, &client, Method::DELETE).await.status, 403);
            assert_eq!(ask(&door, &client, Method::GET).await.status, 200);
            assert_eq!(door.stored(client.id()).await.client.status, status);
        }
    }
}

#[tokio::test]
async fn what_administrators_set_is_not_cleared() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = Door::open(&app);
        let client = door.registered(&public()).await;
        let patch = Patch::new()
            .with_description(Some("watched"))
            .with_metadata([("ticket", "4711")])
            .with_scopes(["mcp:read"]);
        change(&door, &client, patch).await;
        let answer = put(&door, &client, &public()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["scope"], "mcp:read", "no scope comes back");
        let stored = door.stored(client.id()).await.client;
        assert_eq!(stored.metadata.description.as_deref(), Some("watched"));
        assert_eq!(stored.metadata.metadata["ticket"], "4711");
    }
}

#[tokio::test]
async fn no_update_brings_back_what_an_administrator_took_away() {
    for store in Store::ALL {
        let app = App::new(store).await;
        for scope in [RegisteredScope::Ceiling, RegisteredScope::Requested] {
            let door = Door::with(&app, "tenant_a", |registrar| {
                registrar.with_registered_scope(scope)
            });
            let client = door.registered(&public()).await;
            let patch = Patch::new()
                .with_scopes(["mcp:read"])
                .with_grant_types([GrantType::AuthorizationCode]);
            change(&door, &client, patch).await;
            let mut body = public();
            for asked in [json!(null), json!("mcp:read mcp:write")] {
                body["scope"] = asked;
                let answer = put(&door, &client, &body).await;
                assert_eq!(answer.status, 200, "{answer:?}");
                assert_eq!(answer.json()["scope"], "mcp:read");
                assert_eq!(answer.json()["grant_types"], json!(["authorization_code"]));
            }
            body["grant_types"] = json!(["refresh_token"]);
            let answer = put(&door, &client, &body).await;
            assert_eq!(answer.json()["error"], "invalid_client_metadata");

            let none = Patch::new().with_scopes([""; 0]);
            change(&door, &client, none).await;
            let mut body = public();
            body["scope"] = json!("mcp:read");
            let answer = put(&door, &client, &body).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            assert_eq!(answer.json().get("scope"), None);
        }
    }
}

#[tokio::test]
async fn scopes_are_those_that_were_asked_for_where_a_host_wants_that() {
    let app = App::new(Store::Memory).await;
    let door = Door::with(&app, "tenant_a", |registrar| {
        registrar.with_registered_scope(RegisteredScope::Requested)
    });
    let mut body = public();
    for (asked, expected) in [
        (
            json!("mcp:write openid mcp:read"),
            Some("mcp:read mcp:write".to_owned()),
        ),
        (json!(""), Some(SCOPES.join(" "))),
        (json!("openid"), None),
    ] {
        body["scope"] = asked;
        let answer = door.post(&body).await;
        match expected {
            Some(scope) => assert_eq!(answer.json()["scope"], scope),
            None => assert_eq!(answer.json()["error"], "invalid_client_metadata"),
        }
    }
}

#[tokio::test]
async fn what_is_approved_stays_as_it_is() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = Door::with(&app, "tenant_a", |registrar| {
            registrar.with_mode(RegistrationMode::Approval)
        });
        let client = door.registered(&public()).await;
        let stored = door.stored(client.id()).await;
        assert_eq!(stored.client.status, ClientStatus::Inactive);
        assert_eq!(stored.registration.state, RegistrationState::Pending);
        let mut other = public();
        other["redirect_uris"] = json!(["https://evil.example/cb"]);
        assert_eq!(put(&door, &client, &other).await.status, 403);
        assert_eq!(put(&door, &client, &public()).await.status, 200);
        let stored = door.stored(client.id()).await;
        assert_eq!(stored.client.status, ClientStatus::Inactive);
        assert_eq!(stored.registration.state, RegistrationState::Pending);
        assert_eq!(ask(&door, &client, Method::DELETE).await.status, 204);
    }
}

#[tokio::test]
async fn without_management_there_is_no_token_and_no_place() {
    let app = App::new(Store::Memory).await;
    let door = Door::open(&app);
    let client = door.registered(&public()).await;
    let door = Door::with(&app, "tenant_a", |registrar| registrar.without_management());
    let plain = door.registered(&public()).await;
    assert!(plain.0.get("registration_access_token").is_none());
    assert!(plain.0.get("registration_client_uri").is_none());
    assert_eq!(ask(&door, &client, Method::GET).await.status, 404);
}

#[tokio::test]
async fn an_update_names_its_client_and_nothing_of_a_response() {
    let app = App::new(Store::Memory).await;
    let door = Door::open(&app);
    let client = door.registered(&public()).await;
    for (member, value) in [
        ("client_id", json!("app-other")),
        ("client_id", json!(null)),
        ("client_id", json!(7)),
        ("client_secret", json!("tocs_none")),
        ("client_secret", json!(7)),
        ("registration_client_uri", json!("https://evil.example/")),
        ("registration_access_token", json!(client.token())),
        ("client_secret_expires_at", json!(0)),
        ("client_id_issued_at", json!(0)),
    ] {
        let mut body = client.body(&public());
        body[member] = value;
        let path = client.path();
        let answer = door
            .call(client.token(), Method::PUT, &path, Some(&body))
            .await;
        assert_eq!(answer.status, 400, "{member}");
        assert_eq!(
            answer.json()["error"],
            "invalid_client_metadata",
            "{member}"
        );
        let described = answer.json()["error_description"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(described.starts_with(member), "{described}");
    }
}
