//! Who acts at the same time: whatever the order, the rules hold, and each success happened once.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use http::{Method, Request};
use http_body_util::Full;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tower::ServiceExt;
use tower_oauth_clients::domain::{Action, Clock, SecretRecord, SecretStatus};

use support::console::{path, text};
use support::{Answer, App, admin, request};

const ROUNDS: usize = 200;

/// One caller's request.
type Ask = (Method, String, Option<Value>);

fn rotate(client_id: &str) -> Ask {
    (Method::POST, path(client_id, "/rotate-secret"), None)
}

fn add(client_id: &str) -> Ask {
    (Method::POST, path(client_id, "/secrets"), None)
}

fn update(client_id: &str, body: Value) -> Ask {
    (Method::PUT, path(client_id, ""), Some(body))
}

fn delete(client_id: &str) -> Ask {
    (Method::DELETE, path(client_id, ""), None)
}

fn delete_secret(client_id: &str, id: &str) -> Ask {
    (
        Method::DELETE,
        path(client_id, &format!("/secrets/{id}")),
        None,
    )
}

fn deactivate(client_id: &str, id: &str) -> Ask {
    let below = format!("/secrets/{id}/deactivate");
    (Method::PUT, path(client_id, &below), None)
}

/// Sends all requests at once; the answers come in the order of the requests.
async fn at_once(app: &App, asks: Vec<Ask>) -> Vec<Answer> {
    let token = admin("tenant_a");
    let requests = asks
        .into_iter()
        .map(|(method, path, body)| request(&token, method, &path, body.as_ref()));
    send_at_once(app, requests.collect()).await
}

async fn send_at_once(app: &App, requests: Vec<Request<Full<bytes::Bytes>>>) -> Vec<Answer> {
    let start = std::sync::Arc::new(tokio::sync::Barrier::new(requests.len()));
    let mut callers = JoinSet::new();
    for (at, request) in requests.into_iter().enumerate() {
        let (service, start) = (app.service(), start.clone());
        callers.spawn(async move {
            start.wait().await;
            let Ok(response) = service.oneshot(request).await;
            (at, Answer::read(response).await)
        });
    }
    let answers: BTreeMap<_, _> = callers.join_all().await.into_iter().collect();
    answers.into_values().collect()
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    answers
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect()
}

fn sorted(answers: &[Answer]) -> Vec<u16> {
    let mut statuses = statuses(answers);
    statuses.sort_unstable();
    statuses
}

/// How many secrets are stored with a status.
fn count(secrets: &[SecretRecord], status: SecretStatus) -> usize {
    secrets
        .iter()
        .filter(|secret| secret.status == status)
        .count()
}

/// The rules that hold at every moment; gives back the stored secrets.
async fn sound(app: &App, client_id: &str) -> Vec<SecretRecord> {
    let secrets = app.repository.secrets(client_id).await;
    let now = app.clock.now();
    assert!(count(&secrets, SecretStatus::Active) <= 2);
    let in_grace = secrets
        .iter()
        .filter(|secret| secret.status == SecretStatus::Retired && secret.verifies_at(now));
    assert!(in_grace.count() <= 2);

    let audit = app.repository.audit(client_id).await;
    let client = app.get(client_id).await;
    let version = format!("\"{}\"", audit.len());
    assert_eq!(
        client.header("etag"),
        Some(&*version),
        "one entry a version"
    );
    let newest_active = secrets
        .iter()
        .find(|secret| secret.status == SecretStatus::Active);
    let last_four = newest_active.map(|secret| secret.last_four.as_str());
    assert_eq!(client.data()["secret_last_four"].as_str(), last_four);
    secrets
}

/// How often the audit log tells of an action.
async fn told(app: &App, client_id: &str, action: Action) -> usize {
    let audit = app.repository.audit(client_id).await;
    audit.iter().filter(|entry| entry.action == action).count()
}

/// A new client with two active secrets; gives back their ids.
async fn with_two_secrets(app: &App) -> (String, Vec<String>) {
    let (client_id, _) = app.client().await;
    app.clock.advance(Duration::from_millis(1));
    app.add_secret(&client_id).await;
    app.clock.advance(Duration::from_millis(1));
    let ids = app.secret_ids(&client_id).await;
    (client_id, ids)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twelve_for_the_one_free_place() {
    for app in App::each().await {
        for _ in 0..ROUNDS {
            let (client_id, _) = app.client().await;
            let answers = at_once(&app, vec![add(&client_id); 12]).await;
            let mut expected = vec![201];
            expected.extend([409; 11]);
            assert_eq!(sorted(&answers), expected);
            let secrets = sound(&app, &client_id).await;
            assert_eq!(count(&secrets, SecretStatus::Active), 2);
            assert_eq!(told(&app, &client_id, Action::SecretCreate).await, 1);
            let created = answers.iter().find(|answer| answer.status == 201).unwrap();
            let id = created.data()["secret_id"].clone();
            assert!(
                secrets
                    .iter()
                    .any(|secret| secret.id.to_string() == text(&id))
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_delete_the_last_two_secrets() {
    for app in App::each().await {
        for _ in 0..ROUNDS {
            let (client_id, ids) = with_two_secrets(&app).await;
            let asks = ids.iter().map(|id| delete_secret(&client_id, id)).collect();
            let answers = at_once(&app, asks).await;
            assert_eq!(sorted(&answers), [204, 400]);
            let secrets = sound(&app, &client_id).await;
            assert_eq!(secrets.len(), 1);
            assert_eq!(count(&secrets, SecretStatus::Active), 1);
            assert_eq!(told(&app, &client_id, Action::SecretDelete).await, 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_secret_is_deactivated_and_the_other_deleted() {
    for app in App::each().await {
        for _ in 0..ROUNDS {
            let (client_id, ids) = with_two_secrets(&app).await;
            let asks = vec![
                deactivate(&client_id, &ids[0]),
                delete_secret(&client_id, &ids[1]),
            ];
            let answers = at_once(&app, asks).await;
            let secrets = sound(&app, &client_id).await;
            match statuses(&answers)[..] {
                // Deleted first: then the last active one was stopped, which is allowed.
                [200, 204] => assert_eq!(secrets.len(), 1),
                [200, 400] => assert_eq!(count(&secrets, SecretStatus::Active), 1),
                _ => panic!("{answers:?}"),
            }
            assert_eq!(told(&app, &client_id, Action::SecretDeactivate).await, 1);
            let deleted = usize::from(answers[1].status == 204);
            assert_eq!(told(&app, &client_id, Action::SecretDelete).await, deleted);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_rotations() {
    for app in App::each().await {
        for _ in 0..ROUNDS {
            let (client_id, _) = app.client().await;
            app.clock.advance(Duration::from_millis(1));
            let answers = at_once(&app, vec![rotate(&client_id); 8]).await;
            assert_eq!(statuses(&answers), [200; 8]);
            let secrets = sound(&app, &client_id).await;
            assert_eq!(secrets.len(), 9);
            assert_eq!(count(&secrets, SecretStatus::Active), 1);
            assert_eq!(count(&secrets, SecretStatus::Retired), 2);
            let mut active = secrets.iter();
            let active = active.find(|secret| secret.status == SecretStatus::Active);
            let last_four = &active.unwrap().last_four;
            let returned =
                |answer: &Answer| text(&answer.data()["new_secret"]).ends_with(last_four);
            assert!(answers.iter().any(returned));
            assert_eq!(told(&app, &client_id, Action::SecretRotate).await, 8);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rotations_beside_additions() {
    for app in App::each().await {
        for _ in 0..ROUNDS {
            let (client_id, _) = app.client().await;
            app.clock.advance(Duration::from_millis(1));
            let asks = vec![
                rotate(&client_id),
                add(&client_id),
                rotate(&client_id),
                add(&client_id),
            ];
            let answers = at_once(&app, asks).await;
            assert_eq!(
                [&answers[0], &answers[2]].map(|answer| answer.status.as_u16()),
                [200; 2]
            );
            let added = [&answers[1], &answers[3]].map(|answer| answer.status.as_u16());
            assert!(
                added.iter().all(|status| matches!(status, 201 | 409)),
                "{added:?}"
            );
            sound(&app, &client_id).await;
            assert_eq!(told(&app, &client_id, Action::SecretRotate).await, 2);
            let added = added.iter().filter(|status| **status == 201).count();
            assert_eq!(told(&app, &client_id, Action::SecretCreate).await, added);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_update_and_a_deletion() {
    for app in App::each().await {
        for _ in 0..ROUNDS {
            let (client_id, _) = app.client().await;
            let rename = update(&client_id, json!({"name": "Renamed"}));
            let answers = at_once(&app, vec![rename, delete(&client_id)]).await;
            let [updated, 204] = statuses(&answers)[..] else {
                panic!("{answers:?}")
            };
            assert!(matches!(updated, 200 | 404), "{updated}");
            assert_eq!(app.get(&client_id).await.status, 404);
            let updates = usize::from(updated == 200);
            assert_eq!(told(&app, &client_id, Action::ClientUpdate).await, updates);
            assert_eq!(told(&app, &client_id, Action::ClientDelete).await, 1);
            // The entries of one moment have no order; the deletion is the last version.
            assert_eq!(app.repository.audit(&client_id).await.len(), 2 + updates);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_writers_who_read_the_same_version() {
    for app in App::each().await {
        for _ in 0..ROUNDS {
            let (client_id, _) = app.client().await;
            let token = admin("tenant_a");
            let requests = ["One", "Two"].map(|name| {
                let body = json!({"name": name});
                let path = path(&client_id, "");
                let mut request = request(&token, Method::PUT, &path, Some(&body));
                let headers = request.headers_mut();
                headers.insert("if-match", "\"1\"".parse().unwrap());
                request
            });
            let answers = send_at_once(&app, requests.into()).await;
            assert_eq!(sorted(&answers), [200, 412]);
            let won = answers.iter().find(|answer| answer.status == 200).unwrap();
            assert_eq!(won.header("etag"), Some("\"2\""));
            assert_eq!(app.get(&client_id).await.data(), won.data());
            assert_eq!(told(&app, &client_id, Action::ClientUpdate).await, 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_of_different_fields_both_succeed() {
    for app in App::each().await {
        for _ in 0..ROUNDS {
            let (client_id, _) = app.client().await;
            let asks = [
                json!({"name": "Renamed"}),
                json!({"website": "https://b.example.com"}),
                json!({"scopes": ["openid"]}),
            ];
            let asks = asks.map(|body| update(&client_id, body)).into();
            assert_eq!(statuses(&at_once(&app, asks).await), [200; 3]);
            let client = app.get(&client_id).await.data();
            assert_eq!(client["name"], "Renamed");
            assert_eq!(client["website"], "https://b.example.com");
            assert_eq!(client["scopes"], json!(["openid"]));
            sound(&app, &client_id).await;
            assert_eq!(told(&app, &client_id, Action::ClientUpdate).await, 3);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_suspension_and_a_rotation() {
    for app in App::each().await {
        for _ in 0..ROUNDS {
            let (client_id, _) = app.client().await;
            app.clock.advance(Duration::from_millis(1));
            let suspend = update(&client_id, json!({"status": "suspended"}));
            let answers = at_once(&app, vec![suspend, rotate(&client_id)]).await;
            assert_eq!(statuses(&answers), [200; 2]);
            let secrets = sound(&app, &client_id).await;
            assert_eq!(app.get(&client_id).await.data()["status"], "suspended");
            assert_eq!(count(&secrets, SecretStatus::Active), 1);
            assert_eq!(count(&secrets, SecretStatus::Retired), 1);
            assert_eq!(told(&app, &client_id, Action::ClientUpdate).await, 1);
            assert_eq!(told(&app, &client_id, Action::SecretRotate).await, 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn leaving_the_secret_methods_and_a_rotation() {
    for app in App::each().await {
        for _ in 0..ROUNDS {
            let (client_id, _) = app.client().await;
            app.clock.advance(Duration::from_millis(1));
            let leave = update(&client_id, json!({"is_confidential": false}));
            let answers = at_once(&app, vec![leave, rotate(&client_id), add(&client_id)]).await;
            assert_eq!(answers[0].status, 200);
            assert!(
                matches!(statuses(&answers)[1..], [200 | 400, 201 | 400 | 409]),
                "{answers:?}"
            );
            // Whatever came first: a public client has no secret that verifies.
            let secrets = sound(&app, &client_id).await;
            assert_eq!(count(&secrets, SecretStatus::Inactive), secrets.len());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_deletions() {
    for app in App::each().await {
        for _ in 0..ROUNDS {
            let (client_id, _) = app.client().await;
            let answers = at_once(&app, vec![delete(&client_id); 2]).await;
            assert_eq!(sorted(&answers), [204, 404]);
            assert_eq!(told(&app, &client_id, Action::ClientDelete).await, 1);
        }
    }
}
