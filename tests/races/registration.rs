//! Concurrent registrations and updates, by the client itself and by an administrator.

use std::sync::Arc;

use http::{Method, Request};
use http_body_util::Full;
use serde_json::json;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tower::ServiceExt;
use tower_oauth_clients::adapters::tower::RegistrationService;
use tower_oauth_clients::domain::{ClientId, ClientStatus, Patch, RegistrationState};
use tower_oauth_clients::manager::Expected;
use tower_oauth_clients::registration::{InitialAccessTokenOptions, RegistrationMode};

use support::registrant::{Door, REGISTER, REGISTRATIONS, TOKENS, public};
use support::{Answer, App, CLIENTS, Store, admin, request};

const ROUNDS: usize = 20;

/// Sends all requests at once. Returns the statuses in the order of the requests.
async fn at_once(door: &Door<'_>, requests: Vec<Request<Full<bytes::Bytes>>>) -> Vec<u16> {
    let start = Arc::new(Barrier::new(requests.len()));
    let mut callers = JoinSet::new();
    for (at, request) in requests.into_iter().enumerate() {
        let service = RegistrationService::new(door.registrar.clone());
        let start = start.clone();
        callers.spawn(async move {
            start.wait().await;
            let Ok(response) = service.oneshot(request).await;
            (at, Answer::read(response).await.status.as_u16())
        });
    }
    let mut statuses = callers.join_all().await;
    statuses.sort_unstable();
    statuses.into_iter().map(|(_, status)| status).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_token_of_ten_uses_registers_ten() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = Door::with(&app, "tenant_a", |registrar| {
            registrar.with_mode(RegistrationMode::Protected)
        });
        let token = door
            .issue(InitialAccessTokenOptions::new().with_uses(10))
            .await;
        let body = public();
        let requests = (0..32).map(|_| request(&token, Method::POST, REGISTER, Some(&body)));
        let statuses = at_once(&door, requests.collect()).await;
        let count = |status| statuses.iter().filter(|s| **s == status).count();
        assert_eq!(
            (count(201), count(401)),
            (10, 22),
            "{store:?}: {statuses:?}"
        );
        assert_eq!(door.count().await, 10, "{store:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_update_brings_a_suspended_client_back() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = Door::open(&app);
        for round in 0..ROUNDS {
            let client = door.registered(&public()).await;
            let client_id = ClientId::parse(client.id()).unwrap();
            let mut body = client.body(&public());
            body["client_name"] = json!(format!("Round {round}"));
            let path = client.path();
            let put = || request(client.token(), Method::PUT, &path, Some(&body));
            let (manager, operator) = (app.manager.clone(), door.operator());
            let suspended = tokio::spawn(async move {
                let patch = Patch::new().with_status(ClientStatus::Suspended);
                manager
                    .update(&operator, &client_id, patch, &Expected::Any)
                    .await
            });
            let statuses = at_once(&door, vec![put(), put(), put()]).await;
            suspended.await.unwrap().unwrap();
            let known = |status: &u16| matches!(status, 200 | 403 | 503);
            assert!(statuses.iter().all(known), "{store:?}: {statuses:?}");
            let stored = door.stored(client.id()).await.client;
            assert_eq!(stored.status, ClientStatus::Suspended, "{store:?}");
            assert_eq!(at_once(&door, vec![put()]).await, [403], "{store:?}");
        }
    }
}

/// Who deletes a client means it, whatever it becomes meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn updates_keep_no_client_from_deleting_itself() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = Door::open(&app);
        for round in 0..ROUNDS {
            let client = door.registered(&public()).await;
            let path = client.path();
            let mut requests = vec![request(client.token(), Method::DELETE, &path, None)];
            for number in 0..4 {
                let mut body = client.body(&public());
                body["client_name"] = json!(format!("Round {round}, {number}"));
                requests.push(request(client.token(), Method::PUT, &path, Some(&body)));
            }
            let statuses = at_once(&door, requests).await;
            assert_eq!(statuses[0], 204, "{store:?}: {statuses:?}");
            let mut updated = statuses[1..].iter();
            let is_told = updated.all(|status| matches!(status, 200 | 401));
            assert!(is_told, "{store:?}: {statuses:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_deletes_a_client() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = Door::open(&app);
        let client = door.registered(&public()).await;
        let path = client.path();
        let delete = (0..8).map(|_| request(client.token(), Method::DELETE, &path, None));
        let statuses = at_once(&door, delete.collect()).await;
        let deleted = statuses.iter().filter(|status| **status == 204).count();
        assert_eq!(deleted, 1, "{store:?}: {statuses:?}");
        let others = |status: &u16| matches!(status, 204 | 401 | 503);
        assert!(statuses.iter().all(others), "{store:?}: {statuses:?}");
    }
}

/// Sends all requests to the admin API at once. Returns the statuses in the order of the requests.
async fn decided_at_once(door: &Door<'_>, requests: Vec<Request<Full<bytes::Bytes>>>) -> Vec<u16> {
    let start = Arc::new(Barrier::new(requests.len()));
    let mut callers = JoinSet::new();
    for (at, request) in requests.into_iter().enumerate() {
        let (service, start) = (door.management(), start.clone());
        callers.spawn(async move {
            start.wait().await;
            let Ok(response) = service.oneshot(request).await;
            (at, Answer::read(response).await.status.as_u16())
        });
    }
    let mut statuses = callers.join_all().await;
    statuses.sort_unstable();
    statuses.into_iter().map(|(_, status)| status).collect()
}

fn queue<'a>(app: &'a App) -> Door<'a> {
    Door::with(app, "tenant_a", |registrar| {
        registrar.with_mode(RegistrationMode::Approval)
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_client_is_approved_and_denied_in_some_order() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = queue(&app);
        for _ in 0..ROUNDS {
            let client = door.registered(&public()).await;
            let token = admin("tenant_a");
            let decide = |verdict: &str| {
                let path = format!("{REGISTRATIONS}/{}/{verdict}", client.id());
                request(&token, Method::POST, &path, None)
            };
            let requests = ["approve", "deny", "approve", "deny"].map(decide);
            let statuses = decided_at_once(&door, requests.into()).await;
            let known = |status: &u16| matches!(status, 200 | 409);
            assert!(statuses.iter().all(known), "{store:?}: {statuses:?}");
            // What was denied may be approved, and not the other way round.
            let stored = door.stored(client.id()).await;
            assert_eq!(stored.registration.state, RegistrationState::Approved);
            assert_eq!(stored.client.status, ClientStatus::Active);
            let done = statuses.iter().filter(|status| **status == 200).count();
            let denied = [statuses[1], statuses[3]].contains(&200);
            assert_eq!(done, 1 + usize::from(denied), "{store:?}: {statuses:?}");
            let trail = app.trail("tenant_a", client.id()).await;
            assert_eq!(trail.len(), 1 + done, "{store:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_approval_and_a_suspension_end_suspended() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = queue(&app);
        for _ in 0..ROUNDS {
            let client = door.registered(&public()).await;
            let token = admin("tenant_a");
            let approve = format!("{REGISTRATIONS}/{}/approve", client.id());
            let approve = request(&token, Method::POST, &approve, None);
            let suspend = format!("{CLIENTS}/{}", client.id());
            let body = json!({"status": "suspended"});
            let suspend = request(&token, Method::PUT, &suspend, Some(&body));
            let statuses = decided_at_once(&door, vec![approve, suspend]).await;
            assert!(matches!(statuses[0], 200 | 409), "{store:?}: {statuses:?}");
            assert_eq!(statuses[1], 200, "{store:?}");
            let stored = door.stored(client.id()).await;
            assert_eq!(stored.client.status, ClientStatus::Suspended, "{store:?}");
            let is_approved = stored.registration.state == RegistrationState::Approved;
            assert_eq!(is_approved, statuses[0] == 200, "{store:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_token_is_revoked_once() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = queue(&app);
        let issued = door
            .ask(Method::POST, TOKENS, Some(&json!({})))
            .await
            .data();
        let path = format!("{TOKENS}/{}", issued["id"].as_str().unwrap());
        let token = admin("tenant_a");
        let requests = (0..8).map(|_| request(&token, Method::DELETE, &path, None));
        let mut statuses = decided_at_once(&door, requests.collect()).await;
        statuses.sort_unstable();
        assert_eq!(
            statuses,
            [204, 404, 404, 404, 404, 404, 404, 404],
            "{store:?}"
        );
    }
}
