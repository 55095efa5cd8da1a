//! The events that the host receives: one for each change that matters to tokens.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use support::{Answer, App, CLIENTS, Store, admin, base, request};
use tower_oauth_clients::domain::{
    ClientEvent, ClientEventKind, ClientEvents, ClientId, Clock, Operator, Patch, Role, TenantId,
};
use tower_oauth_clients::manager::{ErrorKind, Expected};

#[derive(Debug, Default)]
struct Heard(Mutex<Vec<ClientEvent>>);

impl Heard {
    fn events(&self) -> Vec<ClientEvent> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    fn kinds(&self) -> Vec<ClientEventKind> {
        self.events().into_iter().map(|event| event.kind).collect()
    }
}

impl ClientEvents for Heard {
    fn on_event(&self, event: &ClientEvent) {
        self.0.lock().unwrap().push(event.clone());
    }
}

/// An app on each repository, with a listener.
async fn each() -> Vec<(App, Arc<Heard>)> {
    let mut apps = Vec::new();
    for store in Store::ALL {
        let heard = Arc::new(Heard::default());
        let app = App::with(store, |manager| manager.with_events(heard.clone())).await;
        apps.push((app, heard));
    }
    apps
}

async fn created(app: &App) -> String {
    let created = app.create(&base()).await;
    created["client_id"].as_str().unwrap().to_owned()
}

async fn call(app: &App, method: Method, path: &str) -> Answer {
    app.call(method, &format!("{CLIENTS}/{path}"), None).await
}

#[tokio::test]
async fn an_event_names_the_client_the_operator_and_the_time() {
    for (app, heard) in each().await {
        let client_id = created(&app).await;
        let read = app.get(&client_id).await.data();
        app.clock.advance(Duration::from_secs(60));
        let answer = call(&app, Method::DELETE, &client_id).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);

        let [event] = &heard.events()[..] else {
            panic!("not one event")
        };
        assert_eq!(event.kind, ClientEventKind::Deleted);
        assert_eq!(event.tenant_id.as_str(), "tenant_a");
        assert_eq!(event.id.to_string(), read["id"]);
        assert_eq!(event.client_id.as_str(), client_id);
        assert_eq!(event.operator.as_ref().unwrap().id, "alice");
        assert_eq!(event.at, app.clock.now());
        assert_eq!(app.repository.audit(&client_id).await[0].at, event.at);
    }
}

#[tokio::test]
async fn a_deletion_is_told_again_to_whoever_asks() {
    for (app, heard) in each().await {
        let id = created(&app).await;
        let again = ClientId::parse(&id).unwrap();
        let alive = app.manager.tell_deletion_again(&operator(), &again).await;
        assert_eq!(alive.unwrap_err().kind(), ErrorKind::NotFound);
        call(&app, Method::DELETE, &id).await;
        let told = heard.events();
        app.clock.advance(Duration::from_secs(60));
        let twice = app.manager.tell_deletion_again(&operator(), &again).await;
        twice.unwrap();
        let repeated = heard.events();
        assert_eq!(repeated.len(), 1);
        assert_eq!(
            (repeated[0].at, repeated[0].kind),
            (told[0].at, told[0].kind)
        );
        assert_eq!(repeated[0].id, told[0].id);
    }
}

#[tokio::test]
async fn a_restoration_is_told() {
    for (app, heard) in each().await {
        let id = created(&app).await;
        call(&app, Method::DELETE, &id).await;
        app.clock.advance(Duration::from_secs(60));
        let restore = format!("{id}/restore");
        for status in [200, 404] {
            assert_eq!(call(&app, Method::POST, &restore).await.status, status);
        }
        let [deleted, restored] = &heard.events()[..] else {
            panic!("not two events")
        };
        assert_eq!(restored.kind, ClientEventKind::Restored);
        assert_eq!(
            (restored.id, &restored.client_id),
            (deleted.id, &deleted.client_id)
        );
        assert_eq!(restored.operator.as_ref().unwrap().id, "alice");
        assert_eq!(restored.at, app.clock.now());
    }
}

#[tokio::test]
async fn an_update_tells_what_it_does_to_tokens() {
    use ClientEventKind::{BecamePublic, Inactivated, LeftSecrets, Suspended};

    let key = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"OxzOMV90Ec3sfx72LsAO_PufHJ-TO6FB6PD1bQLXDWo"}]}"#;
    let keyed = json!({"client_auth_methods": ["private_key_jwt"], "jwks": key});
    let public = json!({"is_confidential": false});
    let cases: [(Vec<Value>, Vec<ClientEventKind>); 8] = [
        (vec![json!({"status": "suspended"})], vec![Suspended]),
        (vec![json!({"status": "inactive"})], vec![Inactivated]),
        (vec![public.clone()], vec![BecamePublic]),
        (vec![keyed.clone()], vec![LeftSecrets]),
        (
            vec![json!({"is_confidential": false, "status": "suspended"})],
            vec![BecamePublic, Suspended],
        ),
        // Only once: setting the same value again is no change.
        (
            vec![
                json!({"status": "suspended"}),
                json!({"status": "suspended", "name": "Other"}),
                json!({"status": "inactive"}),
                json!({"status": "active"}),
            ],
            vec![Suspended, Inactivated],
        ),
        (
            vec![public.clone(), json!({"name": "Other"}), public],
            vec![BecamePublic],
        ),
        (
            vec![keyed, json!({"is_confidential": false, "jwks": null})],
            vec![LeftSecrets, BecamePublic],
        ),
    ];
    for (app, heard) in each().await {
        for (bodies, expected) in &cases {
            let client_id = created(&app).await;
            for body in bodies {
                let answer = app.update(&client_id, body).await;
                assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
            }
            assert_eq!(heard.kinds(), *expected, "{bodies:?}");
        }
    }
}

#[tokio::test]
async fn secrets_that_are_rotated_deactivated_and_deleted_are_told() {
    for (app, heard) in each().await {
        let client_id = created(&app).await;
        app.clock.advance(Duration::from_secs(1));
        let rotated = call(&app, Method::POST, &format!("{client_id}/rotate-secret")).await;
        assert_eq!(rotated.status, StatusCode::OK);
        let secrets = app.repository.secrets(&client_id).await;
        let (new, old) = (secrets[0].id, secrets[1].id);
        let path = format!("{client_id}/secrets/{old}");
        call(&app, Method::PUT, &format!("{path}/deactivate")).await;
        let deleted = call(&app, Method::DELETE, &path).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT);
        let expected = [
            ClientEventKind::SecretRotated { secret_id: new },
            ClientEventKind::SecretDeactivated { secret_id: old },
            ClientEventKind::SecretDeleted { secret_id: old },
        ];
        assert_eq!(heard.kinds(), expected);
    }
}

#[tokio::test]
async fn what_does_not_matter_to_tokens_is_not_told() {
    for (app, heard) in each().await {
        let client_id = created(&app).await;
        app.clone_client(&client_id).await;
        call(&app, Method::POST, &format!("{client_id}/secrets")).await;
        app.update(&client_id, &json!({"name": "Renamed"})).await;
        app.update(&client_id, &json!({})).await;
        app.get(&client_id).await;
        assert_eq!(heard.events(), []);
    }
}

#[tokio::test]
async fn what_is_refused_is_not_told() {
    for (app, heard) in each().await {
        let client_id = created(&app).await;
        let path = format!("{CLIENTS}/{client_id}");
        let only = app.repository.secrets(&client_id).await[0].id;
        let other = admin("tenant_b");
        let absent = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

        let invalid = json!({"status": "suspended", "name": ""});
        assert_eq!(app.update(&client_id, &invalid).await.status, 400);
        for method in [Method::PUT, Method::DELETE] {
            let body = json!({"status": "suspended"});
            let mut stale = request(&admin("tenant_a"), method, &path, Some(&body));
            stale
                .headers_mut()
                .insert("if-match", "\"7\"".parse().unwrap());
            assert_eq!(app.send(stale).await.status, 412);
        }
        let cases = [
            (Method::DELETE, path.clone(), 404),
            (Method::POST, format!("{path}/rotate-secret"), 404),
            (
                Method::PUT,
                format!("{path}/secrets/{only}/deactivate"),
                404,
            ),
        ];
        for (method, path, status) in cases {
            let answer = app.call_as(&other, method, &path, None).await;
            assert_eq!(answer.status, status, "{path}");
        }
        let cases = [
            (Method::DELETE, "app-absent".to_owned(), 404),
            (
                Method::PUT,
                format!("{client_id}/secrets/{absent}/deactivate"),
                404,
            ),
            (Method::DELETE, format!("{client_id}/secrets/{absent}"), 404),
            (Method::DELETE, format!("{client_id}/secrets/{only}"), 400),
        ];
        for (method, path, status) in cases {
            assert_eq!(call(&app, method, &path).await.status, status, "{path}");
        }
        assert_eq!(heard.events(), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_delete_one_client_one_is_told_of() {
    for (app, heard) in each().await {
        let client_id = ClientId::parse(&created(&app).await).unwrap();
        let deletions: Vec<_> = (0..8)
            .map(|_| {
                let (manager, client_id) = (app.manager.clone(), client_id.clone());
                let delete = async move {
                    let anyway = Expected::Any;
                    manager.delete(&operator(), &client_id, &anyway).await
                };
                tokio::spawn(delete)
            })
            .collect();
        let mut done = 0;
        for deletion in deletions {
            match deletion.await.unwrap() {
                Ok(()) => done += 1,
                Err(error) => assert_eq!(error.kind(), ErrorKind::NotFound),
            }
        }
        assert_eq!(done, 1);
        assert_eq!(heard.kinds(), [ClientEventKind::Deleted]);
    }
}

struct Panicking(Heard);

impl ClientEvents for Panicking {
    fn on_event(&self, event: &ClientEvent) {
        self.0.on_event(event);
        panic!("as listeners may");
    }
}

#[tokio::test]
async fn a_listener_that_panics_hurts_nobody() {
    for store in Store::ALL {
        let listener = Arc::new(Panicking(Heard::default()));
        let app = App::with(store, |manager| manager.with_events(listener.clone())).await;
        let client_id = created(&app).await;
        let both = json!({"is_confidential": false, "status": "suspended"});
        let answer = app.update(&client_id, &both).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.data()["status"], "suspended");
        let answer = call(&app, Method::DELETE, &client_id).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        let expected = [
            ClientEventKind::BecamePublic,
            ClientEventKind::Suspended,
            ClientEventKind::Deleted,
        ];
        assert_eq!(listener.0.kinds(), expected);
    }
}

fn operator() -> Operator {
    Operator::new("alice", Role::Admin, TenantId::parse("tenant_a").unwrap())
}

#[tokio::test]
async fn an_operator_who_goes_away_meanwhile_changes_nothing_about_it() {
    for (app, heard) in each().await {
        let client_id = ClientId::parse(&created(&app).await).unwrap();
        let operator = operator();
        let anyway = Expected::Any;
        let patch = Patch::new().with_is_confidential(false);
        // Polled until the change is in progress, then dropped.
        for polls in 1..100 {
            let patch = patch.clone();
            let mut update = pin!(app.manager.update(&operator, &client_id, patch, &anyway));
            for _ in 0..polls {
                if let Poll::Ready(outcome) = poll(update.as_mut()) {
                    outcome.unwrap();
                    break;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            if !app
                .manager
                .get(&operator, &client_id)
                .await
                .unwrap()
                .metadata
                .is_confidential
            {
                break;
            }
        }
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(heard.kinds(), [ClientEventKind::BecamePublic]);
    }
}

fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
