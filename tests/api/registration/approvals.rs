//! Administrators list the clients that registered themselves, and decide on them.

use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use support::console::text;
use support::registrant::{Door, REGISTRATIONS, Registered, public};
use support::world::Heard;
use support::{Answer, App, CLIENTS, Store, admin, base};
use tower::ServiceExt as _;
use tower_oauth_clients::domain::{ClientEventKind, ClientStatus, RegistrationState};
use tower_oauth_clients::registration::RegistrationMode;

fn queue<'a>(app: &'a App) -> Door<'a> {
    Door::with(app, "tenant_a", |registrar| {
        registrar.with_mode(RegistrationMode::Approval)
    })
}

async fn pending(door: &Door<'_>) -> Registered {
    let mut body = public();
    body["software_id"] = json!("editor");
    body["software_version"] = json!("1.2");
    body["application_type"] = json!("native");
    let answer = door.post_from("192.0.2.7", &body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    Registered(answer.json())
}

async fn list(door: &Door<'_>, query: &str) -> Answer {
    let path = format!("{REGISTRATIONS}?{query}");
    door.ask(Method::GET, &path, None).await
}

async fn ids(door: &Door<'_>, query: &str) -> Vec<String> {
    let answer = list(door, query).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let items = answer.json()["items"].as_array().unwrap().clone();
    items
        .iter()
        .map(|item| text(&item["client_id"]).to_owned())
        .collect()
}

async fn is(door: &Door<'_>, client: &Registered, state: RegistrationState, status: ClientStatus) {
    let stored = door.stored(client.id()).await;
    assert_eq!(
        (stored.registration.state, stored.client.status),
        (state, status)
    );
}

async fn set(app: &App, client: &Registered, status: &str) {
    let answer = app.update(client.id(), &json!({"status": status})).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
}

#[tokio::test]
async fn the_queue_shows_what_was_sent() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = queue(&app);
        app.create(&base()).await;
        let client = pending(&door).await;
        let answer = list(&door, "").await;
        let list = answer.json();
        assert_eq!(list["total"], 1);
        let mut item = list["items"][0].as_object().unwrap().clone();
        for (member, expected) in [
            ("state", json!("pending")),
            ("software_id", json!("editor")),
            ("software_version", json!("1.2")),
            ("application_type", json!("native")),
            ("ip", json!("192.0.2.7")),
            ("registered_at", item["created_at"].clone()),
        ] {
            assert_eq!(item.remove(member), Some(expected), "{member}");
        }
        // The rest is the client as it is read.
        assert_eq!(Value::from(item), app.get(client.id()).await.data());
        let body = String::from_utf8_lossy(&answer.body);
        assert!(!body.contains("token_hash") && !body.contains(client.token()));

        let full = self::list(&door, "view=full").await.json();
        assert_eq!(full["items"][0]["origin"], "dynamic");
        assert_eq!(full["items"][0]["state"], "pending");
    }
}

#[tokio::test]
async fn what_an_administrator_saw_stays() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = queue(&app);
        let client = pending(&door).await;
        let put = async |members: Value| {
            let (body, path) = (client.body(&members), client.path());
            door.call(client.token(), Method::PUT, &path, Some(&body))
                .await
        };
        let mut same = public();
        same["software_id"] = json!("editor");
        same["software_version"] = json!("1.2");
        same["application_type"] = json!("native");
        for approved in [false, true] {
            for (member, value) in [
                ("software_id", json!("bank")),
                ("software_id", json!(null)),
                ("software_version", json!("1.3")),
                ("application_type", json!("web")),
                ("client_name", json!("Y")),
            ] {
                let mut other = same.clone();
                other[member] = value;
                let answer = put(other).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{member}");
            }
            assert_eq!(put(same.clone()).await.status, StatusCode::OK);
            let stored = door.stored(client.id()).await.registration;
            assert_eq!(stored.software_id.as_deref(), Some("editor"));
            assert_eq!(stored.software_version.as_deref(), Some("1.2"));
            if !approved {
                assert_eq!(door.approve(client.id()).await.status, StatusCode::OK);
            }
        }
    }
}

#[tokio::test]
async fn a_state_is_a_filter() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = queue(&app);
        let mut clients = Vec::new();
        for _ in 0..4 {
            app.clock.advance(std::time::Duration::from_millis(1));
            clients.push(pending(&door).await);
        }
        let id = |at: usize| clients[at].id().to_owned();
        assert_eq!(door.approve(&id(0)).await.status, StatusCode::OK);
        assert_eq!(door.deny(&id(1)).await.status, StatusCode::OK);
        assert_eq!(ids(&door, "state=pending").await, [id(3), id(2)]);
        assert_eq!(ids(&door, "state=approved").await, [id(0)]);
        assert_eq!(ids(&door, "state=denied").await, [id(1)]);
        assert_eq!(ids(&door, "page_size=3&page=2").await, [id(0)]);
        let first = list(&door, "after=&page_size=2&state=pending").await;
        assert_eq!(first.header("link"), None);
        let first = list(&door, "after=&page_size=3").await;
        let next = first.header("link").unwrap().split(['<', '>']).nth(1);
        let next = door.ask(Method::GET, next.unwrap(), None).await.json();
        assert_eq!(next["items"][0]["client_id"], id(0));
        for bad in [
            "state=gone",
            "state=",
            "state=pending&state=denied",
            "page=0",
            "after=x",
        ] {
            let answer = list(&door, bad).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{bad}");
        }
    }
}

#[tokio::test]
async fn an_approved_client_is_active() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = queue(&app);
        let client = pending(&door).await;
        let answer = door.approve(client.id()).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_eq!(answer.header("etag"), Some("\"2\""));
        let data = answer.data();
        assert_eq!(
            (&data["status"], &data["state"]),
            (&json!("active"), &json!("approved"))
        );
        is(
            &door,
            &client,
            RegistrationState::Approved,
            ClientStatus::Active,
        )
        .await;
        let trail = app.trail("tenant_a", client.id()).await;
        assert_eq!(trail[0].action.as_str(), "client.approve");
        assert_eq!(
            (&*trail[0].operator_id, &*trail[0].message),
            ("alice", "approved")
        );
        assert_eq!(trail.len(), 2);
        // It manages itself as before.
        let read = door
            .call(client.token(), Method::GET, &client.path(), None)
            .await;
        assert_eq!(read.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_denied_client_stays_inactive_and_may_be_approved_after_all() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = queue(&app);
        let client = pending(&door).await;
        let data = door.deny(client.id()).await.data();
        assert_eq!(
            (&data["status"], &data["state"]),
            (&json!("inactive"), &json!("denied"))
        );
        is(
            &door,
            &client,
            RegistrationState::Denied,
            ClientStatus::Inactive,
        )
        .await;
        let body = client.body(&public());
        let put = door
            .call(client.token(), Method::PUT, &client.path(), Some(&body))
            .await;
        assert_eq!(put.status, StatusCode::FORBIDDEN);
        assert_eq!(door.approve(client.id()).await.status, StatusCode::OK);
        is(
            &door,
            &client,
            RegistrationState::Approved,
            ClientStatus::Active,
        )
        .await;
        let trail = app.trail("tenant_a", client.id()).await;
        let told: Vec<_> = trail.iter().map(|entry| entry.action.as_str()).collect();
        assert_eq!(told, ["client.approve", "client.deny", "client.register"]);
    }
}

#[tokio::test]
async fn what_is_decided_is_decided() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = queue(&app);
        let (approved, denied) = (pending(&door).await, pending(&door).await);
        assert_eq!(door.approve(approved.id()).await.status, StatusCode::OK);
        assert_eq!(door.deny(denied.id()).await.status, StatusCode::OK);
        for answer in [
            door.approve(approved.id()).await,
            door.deny(approved.id()).await,
            door.deny(denied.id()).await,
        ] {
            assert_eq!(answer.status, StatusCode::CONFLICT, "{answer:?}");
            assert_eq!(answer.json()["code"], 409_001);
        }
        for client in [&approved, &denied] {
            assert_eq!(app.trail("tenant_a", client.id()).await.len(), 2);
        }
    }
}

#[tokio::test]
async fn a_decision_is_on_what_was_seen() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = queue(&app);
        for verdict in ["approve", "deny"] {
            let client = pending(&door).await;
            let seen = app.get(client.id()).await;
            let seen = seen.header("etag").unwrap().to_owned();
            app.update(client.id(), &json!({"description": "watched"}))
                .await;
            let now = app.get(client.id()).await;
            let now = now.header("etag").unwrap().to_owned();
            let path = format!("{REGISTRATIONS}/{}/{verdict}", client.id());
            for (tag, status) in [(&*seen, 412), ("W/\"2\"", 412), ("2", 400), (&*now, 200)] {
                let mut request = support::request(&admin("tenant_a"), Method::POST, &path, None);
                let tag_value = tag.parse().unwrap();
                request.headers_mut().insert("if-match", tag_value);
                let Ok(response) = door.management().oneshot(request).await;
                let answer = Answer::read(response).await;
                assert_eq!(answer.status, status, "{verdict} {tag}: {answer:?}");
                if status != 200 {
                    let state = door.stored(client.id()).await.registration.state;
                    assert_eq!(state, RegistrationState::Pending);
                }
            }
        }
    }
}

/// An administrator suspended it, and decides when it is active again.
#[tokio::test]
async fn an_approval_ends_no_suspension() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = queue(&app);
        let client = pending(&door).await;
        set(&app, &client, "suspended").await;
        assert_eq!(door.approve(client.id()).await.status, StatusCode::CONFLICT);
        is(
            &door,
            &client,
            RegistrationState::Pending,
            ClientStatus::Suspended,
        )
        .await;
        assert_eq!(door.deny(client.id()).await.status, StatusCode::OK);
        is(
            &door,
            &client,
            RegistrationState::Denied,
            ClientStatus::Suspended,
        )
        .await;
        assert_eq!(door.approve(client.id()).await.status, StatusCode::CONFLICT);
        set(&app, &client, "inactive").await;
        assert_eq!(door.approve(client.id()).await.status, StatusCode::OK);
        is(
            &door,
            &client,
            RegistrationState::Approved,
            ClientStatus::Active,
        )
        .await;
    }
}

#[tokio::test]
async fn who_did_not_register_itself_here_is_not_found() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = queue(&app);
        let made = app.create(&base()).await;
        let client = pending(&door).await;
        let deleted = pending(&door).await;
        let path = format!("{CLIENTS}/{}", deleted.id());
        app.call(Method::DELETE, &path, None).await;
        for id in [
            text(&made["client_id"]),
            deleted.id(),
            "app-absent",
            "a%00b",
            "%20",
        ] {
            for answer in [door.approve(id).await, door.deny(id).await] {
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{id}");
            }
        }
        let other = admin("tenant_b");
        for verdict in ["approve", "deny"] {
            let path = format!("{REGISTRATIONS}/{}/{verdict}", client.id());
            for (token, status) in [(&*other, 404), ("", 401)] {
                let answer = door.ask_as(token, Method::POST, &path, None).await;
                assert_eq!(answer.status, status, "{verdict}");
            }
        }
        let listed = door.ask_as(&other, Method::GET, REGISTRATIONS, None).await;
        assert_eq!(listed.json()["items"], json!([]));
        is(
            &door,
            &client,
            RegistrationState::Pending,
            ClientStatus::Inactive,
        )
        .await;
    }
}

#[tokio::test]
async fn the_host_hears_of_decisions() {
    for store in Store::ALL {
        let heard = Arc::new(Heard::default());
        let app = App::with(store, |manager| {
            manager.with_events(heard.clone()).with_audited_values()
        })
        .await;
        let door = queue(&app);
        let client = pending(&door).await;
        assert_eq!(heard.kinds(), []);
        door.deny(client.id()).await;
        let events = heard.events();
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].kind, ClientEventKind::Denied);
        assert_eq!(events[0].client_id.as_str(), client.id());
        assert_eq!(events[0].operator.as_ref().unwrap().id, "alice");
        door.approve(client.id()).await;
        assert_eq!(heard.kinds(), [ClientEventKind::Approved]);
        let trail = app.trail("tenant_a", client.id()).await;
        assert_eq!(trail[0].changes[0].field, "status");

        // An administrator had made it active before the decision.
        let early = pending(&door).await;
        set(&app, &early, "active").await;
        door.deny(early.id()).await;
        let expected = [ClientEventKind::Inactivated, ClientEventKind::Denied];
        assert_eq!(heard.kinds(), expected);
        door.deny(early.id()).await;
        assert_eq!(heard.kinds(), []);
    }
}
