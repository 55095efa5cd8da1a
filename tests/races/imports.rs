//! Imports of one client at once: it is imported once, whole, and the others are told.

use std::sync::Arc;

use http::Method;
use serde_json::Value;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tower::ServiceExt;
use tower_oauth_clients::domain::{Operator, Role, SecretStatus, TenantId};

use support::console::text;
use support::{Answer, App, CLIENTS, Store, base, request, super_admin};

const ROUNDS: usize = 50;

const IMPORTERS: usize = 8;

async fn import_at_once(app: &App, bodies: Vec<Value>) -> Vec<Answer> {
    let start = Arc::new(Barrier::new(bodies.len()));
    let mut importers = JoinSet::new();
    for body in bodies {
        let (service, start) = (app.service(), start.clone());
        let path = format!("{CLIENTS}/import");
        let mut request = request(&super_admin(), Method::POST, &path, Some(&body));
        let tenant = "tenant_a".parse().unwrap();
        request.headers_mut().insert("x-tenant-id", tenant);
        importers.spawn(async move {
            start.wait().await;
            let Ok(response) = service.oneshot(request).await;
            Answer::read(response).await
        });
    }
    importers.join_all().await
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    let mut statuses: Vec<_> = answers.iter().map(|it| it.status.as_u16()).collect();
    statuses.sort_unstable();
    statuses
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_id_is_imported_once() {
    for store in Store::ALL {
        let app = App::with(store, |it| it.with_http_import()).await;
        for round in 0..ROUNDS {
            let id = format!("legacy-{round}");
            let bodies = (0..IMPORTERS).map(|number| {
                let mut body = base();
                body["client_id"] = id.as_str().into();
                body["client_secret"] = format!("a secret of old, {number:04}").into();
                body
            });
            let answers = import_at_once(&app, bodies.collect()).await;
            let mut expected = vec![201];
            expected.extend([409; IMPORTERS - 1]);
            assert_eq!(statuses(&answers), expected, "{store:?}");
            let won = answers.iter().find(|answer| answer.status == 201).unwrap();
            assert_eq!(app.get(&id).await.data(), won.data(), "{store:?}");
            let [secret] = &app.repository.secrets(&id).await[..] else {
                panic!("{store:?}: one secret")
            };
            let last_four = won.data()["secret_last_four"].clone();
            assert_eq!(secret.last_four, text(&last_four), "{store:?}");
            assert_eq!(secret.status, SecretStatus::Active, "{store:?}");
            assert_eq!(app.repository.audit(&id).await.len(), 1, "{store:?}");
        }
    }
}

/// The others are told that it is there, as if they came later.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_exported_client_is_imported_once() {
    let tenant = TenantId::parse("tenant_a").unwrap();
    let operator = Operator::new("root", Role::SuperAdmin, tenant);
    let source = App::new(Store::Memory).await;
    for _ in 0..ROUNDS {
        source.create(&base()).await;
    }
    let page = source.manager.export(&operator, None).await.unwrap();
    assert_eq!(page.clients.len(), ROUNDS);
    for store in Store::ALL {
        let app = App::with(store, |it| it.with_http_import()).await;
        for client in &page.clients {
            let document = serde_json::to_value(client).unwrap();
            let answers = import_at_once(&app, vec![document.clone(); IMPORTERS]).await;
            let mut expected = vec![200; IMPORTERS - 1];
            expected.push(201);
            assert_eq!(statuses(&answers), expected, "{store:?}");
            let id = text(&document["client_id"]);
            let stored = app.get(id).await.data();
            assert!(answers.iter().all(|it| it.data() == stored), "{store:?}");
            assert_eq!(app.repository.audit(id).await.len(), 1, "{store:?}");
            assert_eq!(app.repository.secrets(id).await.len(), 1, "{store:?}");
        }
    }
}

/// An import that meets a deletion never brings the client back: its id stays taken.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_deleted_id_stays_taken() {
    for store in Store::ALL {
        let app = App::with(store, |it| it.with_http_import()).await;
        for round in 0..ROUNDS {
            let mut body = base();
            body["client_id"] = format!("legacy-{round}").into();
            let bodies = vec![body.clone(); 2];
            let id = text(&body["client_id"]);
            assert_eq!(import_at_once(&app, bodies.clone()).await.len(), 2);
            let (deleted, answers) = tokio::join!(app.delete(id), import_at_once(&app, bodies));
            assert_eq!(deleted.status, 204, "{store:?}");
            assert_eq!(statuses(&answers), [409; 2], "{store:?}");
            assert_eq!(app.get(id).await.status, 404, "{store:?}");
            assert_eq!(app.repository.audit(id).await.len(), 2, "{store:?}");
        }
    }
}
