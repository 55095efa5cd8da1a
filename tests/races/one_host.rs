//! Concurrent requests to one host: whatever the order is, the rules hold, and each success happens
//! once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::Method;
use serde_json::json;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tower::ServiceExt;
use tower_oauth_clients::domain::{AuditEntry, Clock, SecretRecord, Timestamp};

use crate::kinds::{self, Ask, Stage};
use support::console::{path, text};
use support::{Answer, App, CLIENTS, admin, base, request};

const ROUNDS: usize = 200;

const ROUNDS_THERE: usize = 5;

impl Stage for App {
    async fn at_once(&self, asks: Vec<Ask>) -> Vec<Answer> {
        let token = admin("tenant_a");
        let start = Arc::new(Barrier::new(asks.len()));
        let mut callers = JoinSet::new();
        for (at, ask) in asks.into_iter().enumerate() {
            let (service, start) = (self.service(), start.clone());
            let mut request = request(&token, ask.method, &ask.path, ask.body.as_ref());
            if let Some(tag) = ask.if_match {
                let headers = request.headers_mut();
                headers.insert("if-match", tag.parse().unwrap());
            }
            callers.spawn(async move {
                start.wait().await;
                let Ok(response) = service.oneshot(request).await;
                (at, Answer::read(response).await)
            });
        }
        let answers: BTreeMap<_, _> = callers.join_all().await.into_iter().collect();
        answers.into_values().collect()
    }

    async fn audit(&self, client_id: &str) -> Vec<AuditEntry> {
        self.repository.audit(client_id).await
    }

    async fn secrets(&self, client_id: &str) -> Vec<SecretRecord> {
        self.repository.secrets(client_id).await
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn tick(&self) {
        self.clock.advance(Duration::from_millis(1));
    }
}

macro_rules! races {
    ($($kind:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $kind() {
                for app in App::each().await {
                    for _ in 0..ROUNDS {
                        kinds::$kind(&app).await;
                    }
                }
            }
        )*

        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn each_on_pools_as_they_come() {
            for app in App::on_default_pools().await {
                for _ in 0..ROUNDS_THERE {
                    $(kinds::$kind(&app).await;)*
                }
            }
        }
    };
}

/// More than would ever succeed if each update started over after losing a race. One of them is the
/// operator who suspends the client.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_and_fifty_six_updates_of_one_client() {
    for app in App::each().await {
        let created = app.call(Method::POST, CLIENTS, Some(&base())).await;
        let client_id = text(&created.data()["client_id"]).to_owned();
        let asks = (0..256).map(|number| {
            let body = match number {
                100 => json!({"status": "suspended"}),
                _ => json!({"scopes": [format!("scope-{number}")]}),
            };
            Ask {
                method: Method::PUT,
                path: path(&client_id, ""),
                body: Some(body),
                if_match: None,
            }
        });
        let start = Instant::now();
        let answers = app.at_once(asks.collect()).await;
        let failed = answers.iter().filter(|answer| answer.status != 200);
        assert_eq!(failed.count(), 0, "{:?}", app.store);
        eprintln!("{:?}: {:?}", app.store, start.elapsed());
        let client = app.get(&client_id).await;
        assert_eq!(client.data()["status"], "suspended");
        assert_eq!(client.header("etag"), Some("\"257\""));
    }
}

races! {
    twelve_for_the_one_free_place
    two_delete_the_last_two_secrets
    one_secret_is_deactivated_and_the_other_deleted
    eight_rotations
    rotations_beside_additions
    an_update_and_a_deletion
    two_writers_who_read_the_same_version
    writers_of_different_fields_both_succeed
    a_suspension_and_a_rotation
    leaving_the_secret_methods_and_a_rotation
    clones_beside_updates
    two_deletions
    restorations_of_one_deletion
    a_restoration_and_a_deletion
    restorations_beside_deletions
}
