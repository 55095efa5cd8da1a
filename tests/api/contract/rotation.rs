//! Operation 7: a new secret replaces the old ones, which get a grace period.

use std::collections::BTreeSet;
use std::time::Duration;

use http::StatusCode;
use serde_json::Value;
use tower_oauth_clients::domain::{Clock, SecretRecord};

use super::shape::{assert_only_these_headers, assert_success, assert_timestamp, members};
use support::console::text;
use support::{App, Store};

const HOUR: Duration = Duration::from_secs(60 * 60);

fn statuses(secrets: &[Value]) -> Vec<&str> {
    secrets
        .iter()
        .map(|secret| text(&secret["status"]))
        .collect()
}

fn verify(app: &App, records: &[SecretRecord]) -> Vec<bool> {
    let now = app.clock.now();
    records
        .iter()
        .map(|record| record.verifies_at(now))
        .collect()
}

#[tokio::test]
async fn rotate() {
    for app in App::each().await {
        let (client_id, first) = app.client().await;
        app.clock.advance(Duration::from_secs(1));
        let answer = app.rotate(&client_id).await;
        let data = assert_success(&answer, StatusCode::OK);
        assert_only_these_headers(&answer, &[]);
        let expected = ["client_id", "new_secret", "rotated_at"];
        assert_eq!(members(&data), BTreeSet::from(expected));
        assert_eq!(data["client_id"], client_id);
        assert_ne!(text(&data["new_secret"]), first);
        assert_timestamp(&data["rotated_at"]);

        let client = app.get(&client_id).await;
        assert_eq!(client.header("etag"), Some("\"2\""));
        let client = client.data();
        assert_eq!(client["updated_at"], data["rotated_at"]);
        assert!(text(&data["new_secret"]).ends_with(text(&client["secret_last_four"])));
    }
}

#[tokio::test]
async fn a_replaced_secret_verifies_for_four_hours() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        app.clock.advance(HOUR);
        let rotated = app.rotate(&client_id).await.data();
        let secrets = app.secrets(&client_id).await;
        assert_eq!(statuses(&secrets), ["active", "retired"]);
        assert_eq!(secrets[0].get("expires_at"), None);
        let at = |value: &Value| text(value).parse::<jiff::Timestamp>().unwrap();
        let ends = at(&secrets[1]["expires_at"]);
        let rotated_at = at(&rotated["rotated_at"]);
        assert_eq!(ends.as_second() - rotated_at.as_second(), 4 * 60 * 60);
        assert_eq!(at(&secrets[1]["updated_at"]), rotated_at);

        let records = app.repository.secrets(&client_id).await;
        assert_eq!(verify(&app, &records), [true, true]);
        app.clock.advance(4 * HOUR - Duration::from_micros(1));
        assert_eq!(verify(&app, &records), [true, true]);
        assert_eq!(
            statuses(&app.secrets(&client_id).await),
            ["active", "retired"]
        );
        app.clock.advance(Duration::from_micros(1));
        assert_eq!(verify(&app, &records), [true, false]);
        let secrets = app.secrets(&client_id).await;
        assert_eq!(statuses(&secrets), ["active", "inactive"]);
        assert_eq!(at(&secrets[1]["expires_at"]), ends);
    }
}

#[tokio::test]
async fn without_grace_it_ends_at_once() {
    for store in Store::ALL {
        let app = App::with(store, |manager| manager.with_rotation_grace(Duration::ZERO)).await;
        let (client_id, _) = app.client().await;
        app.clock.advance(Duration::from_secs(1));
        app.add_secret(&client_id).await;
        app.clock.advance(Duration::from_secs(1));
        assert_eq!(app.rotate(&client_id).await.status, StatusCode::OK);
        let secrets = app.secrets(&client_id).await;
        assert_eq!(statuses(&secrets), ["active", "inactive", "inactive"]);
        let records = app.repository.secrets(&client_id).await;
        assert_eq!(verify(&app, &records), [true, false, false]);
    }
}

#[tokio::test]
async fn a_short_grace_is_short() {
    for store in Store::ALL {
        let grace = Duration::from_millis(1500);
        let app = App::with(store, |manager| manager.with_rotation_grace(grace)).await;
        let (client_id, _) = app.client().await;
        app.clock.advance(Duration::from_secs(1));
        app.rotate(&client_id).await;
        let records = app.repository.secrets(&client_id).await;
        app.clock.advance(grace - Duration::from_micros(1));
        assert_eq!(verify(&app, &records), [true, true]);
        app.clock.advance(Duration::from_micros(1));
        assert_eq!(verify(&app, &records), [true, false]);
    }
}

#[tokio::test]
async fn at_most_two_are_in_grace() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        for _ in 0..3 {
            app.clock.advance(HOUR);
            app.rotate(&client_id).await;
        }
        let secrets = app.secrets(&client_id).await;
        assert_eq!(
            statuses(&secrets),
            ["active", "retired", "retired", "inactive"]
        );
        // Both active secrets retire at once; the retired one exceeds the limit.
        app.clock.advance(HOUR);
        app.add_secret(&client_id).await;
        app.clock.advance(HOUR / 2);
        app.rotate(&client_id).await;
        let secrets = app.secrets(&client_id).await;
        let mut expected = vec!["active", "retired", "retired"];
        expected.extend(["inactive"; 3]);
        assert_eq!(statuses(&secrets), expected);
        let records = app.repository.secrets(&client_id).await;
        assert_eq!(
            verify(&app, &records),
            [true, true, true, false, false, false]
        );
        // Each has its own grace period, from when it was retired.
        app.clock.advance(4 * HOUR);
        assert_eq!(
            verify(&app, &records),
            [true, false, false, false, false, false]
        );
    }
}

#[tokio::test]
async fn what_was_stopped_stays_stopped() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        let first = app.secret_ids(&client_id).await.remove(0);
        app.clock.advance(HOUR);
        app.rotate(&client_id).await;
        // A leaked secret can be deactivated within its grace period.
        assert_eq!(
            app.deactivate(&client_id, &first).await.status,
            StatusCode::OK
        );
        app.clock.advance(HOUR);
        app.rotate(&client_id).await;
        let secrets = app.secrets(&client_id).await;
        assert_eq!(statuses(&secrets), ["active", "retired", "inactive"]);
        let records = app.repository.secrets(&client_id).await;
        assert_eq!(verify(&app, &records), [true, true, false]);
    }
}

#[tokio::test]
async fn a_client_whose_secrets_were_all_stopped_gets_a_new_one() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        let first = app.secret_ids(&client_id).await.remove(0);
        app.deactivate(&client_id, &first).await;
        app.clock.advance(HOUR);
        assert_eq!(app.rotate(&client_id).await.status, StatusCode::OK);
        assert_eq!(
            statuses(&app.secrets(&client_id).await),
            ["active", "inactive"]
        );
    }
}
