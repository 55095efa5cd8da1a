//! Concurrent requests: whatever their order is, each response is true.

use std::collections::HashSet;
use std::sync::Arc;

use http::Method;
use serde_json::Value;
use tokio::sync::Barrier;
use tokio::task::JoinHandle;
use tower::ServiceExt;

use super::answer::assert_sound;
use super::panics;
use super::plan::RACES;
use support::case::{Case, base};
use support::{Answer, App, CLIENTS, admin, request};

/// Starts all requests of a race at the same moment.
fn start(app: &App, requests: &[(Method, String, Option<Value>)]) -> Vec<JoinHandle<Answer>> {
    let gate = Arc::new(Barrier::new(requests.len()));
    let token = admin("tenant_a");
    let run = |(method, path, body): &(Method, String, Option<Value>)| {
        let request = request(&token, method.clone(), path, body.as_ref());
        let (service, gate) = (app.service(), Arc::clone(&gate));
        tokio::spawn(async move {
            gate.wait().await;
            Answer::read(service.oneshot(request).await.unwrap()).await
        })
    };
    requests.iter().map(run).collect()
}

async fn race(app: &App, requests: &[(Method, String, Option<Value>)], case: &Case) -> Vec<Answer> {
    let mut answers = Vec::new();
    for answer in start(app, requests) {
        let answer = answer.await.unwrap();
        case.assert_status(answer.status.as_u16(), &format!("{:?}", app.store));
        assert_sound(&answer, &case.id);
        answers.push(answer);
    }
    panics::assert_none(&case.id);
    answers
}

fn rounds(case: &Case) -> u64 {
    case.input["repeat"].as_u64().unwrap()
}

/// The requests of a case, on one client.
fn requests(case: &Case, client_id: &str) -> Vec<(Method, String, Option<Value>)> {
    let parallel = case.input["parallel"].as_array().unwrap().iter();
    let request = |request: &Value| {
        let method = request["method"].as_str().unwrap().parse().unwrap();
        let path = request["path"]
            .as_str()
            .unwrap()
            .replace("{client_id}", client_id);
        (method, path, request.get("body").cloned())
    };
    parallel.map(request).collect()
}

#[test]
fn every_race_of_ours_is_run() {
    assert_eq!(RACES, ["RC-008", "RC-010", "RC-012", "RC-016"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn updates_of_different_fields_are_both_kept() {
    panics::watch();
    let case = Case::by_id("RC-008");
    for app in App::each().await {
        for _ in 0..rounds(case) {
            let created = app.create(&base()).await;
            let client_id = created["client_id"].as_str().unwrap();
            let answers = race(&app, &requests(case, client_id), case).await;
            let read = app.get(client_id).await.data();
            if answers[0].status == 200 {
                assert_eq!(read["name"], "A");
            }
            if answers[1].status == 200 {
                assert_eq!(read["website"], "https://b.example.com");
            }
            let done = answers.iter().filter(|answer| answer.status == 200).count();
            assert_eq!(app.trail("tenant_a", client_id).await.len(), 1 + done);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn updates_that_only_fit_alone_are_not_both_made() {
    panics::watch();
    let case = Case::by_id("RC-010");
    for app in App::each().await {
        for _ in 0..rounds(case) {
            let created = app.create(&base()).await;
            let client_id = created["client_id"].as_str().unwrap();
            let answers = race(&app, &requests(case, client_id), case).await;
            let stored = app.stored("tenant_a", client_id).await.metadata;
            assert!(stored.jwks.is_none() || stored.jwks_uri.is_none());
            let done = answers.iter().filter(|answer| answer.status == 200).count();
            assert!(done <= 1, "both were accepted");
            assert_eq!(
                stored.jwks.is_some() || stored.jwks_uri.is_some(),
                done == 1
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_clone_is_of_a_living_client_and_complete() {
    panics::watch();
    let case = Case::by_id("RC-012");
    for app in App::each().await {
        let app = Arc::new(app);
        for round in 0..rounds(case) {
            let created = app.create(&base()).await;
            let client_id = created["client_id"].as_str().unwrap().to_owned();
            let before = app.stored_clients("tenant_a").await.len();
            let clone = requests(case, &client_id).swap_remove(0);
            let deletion = tokio::spawn({
                let (app, client_id) = (Arc::clone(&app), client_id.clone());
                async move {
                    // In some rounds, one of the two gets a head start.
                    for _ in 0..round % 8 {
                        tokio::task::yield_now().await;
                    }
                    app.delete_stored("tenant_a", &client_id).await
                }
            });
            let answer = race(&app, &[clone], case).await.swap_remove(0);
            deletion.await.unwrap().unwrap();
            assert_eq!(app.get(&client_id).await.status, 404);
            let after = app.stored_clients("tenant_a").await;
            if answer.status != 201 {
                assert_eq!(after.len(), before - 1, "half a clone");
                continue;
            }
            assert_eq!(after.len(), before);
            let copy = answer.data();
            let copy_id = copy["client_id"].as_str().unwrap();
            assert_eq!(copy["name"], "Base (clone)");
            let secret = copy["client_secret"].as_str().unwrap();
            assert!(app.verifies("tenant_a", copy_id, secret).await);
            let trail = app.trail("tenant_a", copy_id).await;
            assert_eq!(trail.len(), 1);
            assert_eq!(
                app.get(copy_id).await.data()["redirect_uris"],
                base()["redirect_uris"]
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn creations_at_the_same_time_share_nothing() {
    panics::watch();
    let case = Case::by_id("RC-016");
    let mut body = base();
    body["name"] = "same".into();
    let count = case.input["parallel"].as_array().unwrap().len();
    let creations = vec![(Method::POST, CLIENTS.to_owned(), Some(body)); count];
    for app in App::each().await {
        let mut seen = HashSet::new();
        let mut created = 0;
        for _ in 0..rounds(case) {
            for answer in race(&app, &creations, case).await {
                if answer.status == 201 {
                    created += 1;
                    let data = answer.data();
                    for own in ["client_id", "id", "client_secret"] {
                        assert!(
                            seen.insert(data[own].to_string()),
                            "{own} was given out twice"
                        );
                    }
                }
            }
        }
        assert!(created > 0);
        assert_eq!(app.stored_clients("tenant_a").await.len(), created);
    }
}
