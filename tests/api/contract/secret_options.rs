//! The optional members of operations 1, 7 and 9: the description and the expiry of a secret, and
//! the grace period of a rotation.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, Request, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};
use tower_oauth_clients::domain::Clock;

use super::shape::{assert_error, assert_success, members};
use support::console::{path, text};
use support::{Answer, App, CLIENTS, Store, admin, base};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// The time on the wire, some time from now.
fn later(app: &App, by: Duration) -> String {
    (app.clock.now() + by).to_string()
}

async fn rotate(app: &App, client_id: &str, body: &Value) -> Answer {
    let path = path(client_id, "/rotate-secret");
    app.call(Method::POST, &path, Some(body)).await
}

async fn add(app: &App, client_id: &str, body: &Value) -> Answer {
    let path = path(client_id, "/secrets");
    app.call(Method::POST, &path, Some(body)).await
}

/// Which of the secrets verify, newest first.
async fn verify(app: &App, client_id: &str) -> Vec<bool> {
    let (records, now) = (app.repository.secrets(client_id).await, app.clock.now());
    records
        .iter()
        .map(|record| record.verifies_at(now))
        .collect()
}

async fn newest_entry(app: &App, client_id: &str) -> String {
    let logs = app.audit_logs(client_id, "page_size=1").await.json();
    text(&logs["items"][0]["message"]).to_owned()
}

#[tokio::test]
async fn a_new_secret_has_a_description_and_ends_in_time() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        let ends = later(&app, HOUR);
        let body = json!({"description": "CI, ночная 🌙", "expires_at": ends, "zz": 1});
        app.clock.advance(Duration::from_secs(1));
        let data = assert_success(&add(&app, &client_id, &body).await, StatusCode::CREATED);
        let expected = ["secret_id", "secret_value", "status", "created_at"];
        assert_eq!(members(&data), BTreeSet::from(expected));
        let entry = newest_entry(&app, &client_id).await;
        let id = text(&data["secret_id"]);
        assert_eq!(entry, format!("created {id} with description, expires_at"));

        app.clock.advance(Duration::from_secs(1));
        let data = assert_success(&rotate(&app, &client_id, &body).await, StatusCode::OK);
        let expected = ["client_id", "new_secret", "rotated_at"];
        assert_eq!(members(&data), BTreeSet::from(expected));

        let secrets = app.secrets(&client_id).await;
        for secret in &secrets[..2] {
            assert_eq!(secret["description"], "CI, ночная 🌙");
            assert_eq!(secret["expires_at"], *ends);
        }
        assert_eq!(secrets[2].get("description"), None);
        // The first one has the grace period of the rotation.
        assert_ne!(secrets[2]["expires_at"], *ends);
        assert_eq!(verify(&app, &client_id).await, [true, true, true]);
        app.clock.advance(HOUR);
        assert_eq!(verify(&app, &client_id).await, [false, false, true]);
        let statuses: Vec<_> = app
            .secrets(&client_id)
            .await
            .iter()
            .map(|secret| text(&secret["status"]).to_owned())
            .collect();
        assert_eq!(statuses, ["inactive", "inactive", "retired"]);
    }
}

#[tokio::test]
async fn an_expired_secret_takes_no_place_and_may_be_replaced() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        app.clock.advance(Duration::from_secs(1));
        let short = json!({"expires_at": later(&app, HOUR)});
        add(&app, &client_id, &short).await;
        assert_error(&app.add_secret(&client_id).await, 409);
        app.clock.advance(HOUR);
        let third = app.add_secret(&client_id).await;
        assert_success(&third, StatusCode::CREATED);
        assert_eq!(verify(&app, &client_id).await, [true, false, true]);
        app.clock.advance(HOUR);
        app.rotate(&client_id).await;
        assert_eq!(verify(&app, &client_id).await, [true, true, false, true]);
    }
}

#[tokio::test]
async fn the_first_secret_has_options_too() {
    for app in App::each().await {
        let plain = app.create(&base()).await;
        let mut body = base();
        let ends = later(&app, HOUR);
        body["client_secret_options"] = json!({"description": "first", "expires_at": ends});
        let data = app.create(&body).await;
        assert_eq!(members(&data), members(&plain));
        let client_id = text(&data["client_id"]);
        let [secret] = &app.secrets(client_id).await[..] else {
            panic!("one secret")
        };
        assert_eq!(
            (&secret["description"], &secret["expires_at"]),
            (&json!("first"), &json!(ends))
        );
        assert!(
            app.verifies("tenant_a", client_id, text(&data["client_secret"]))
                .await
        );

        // It is the secret's: a clone has a new one, and an update ignores the member.
        let clone = app.clone_client(client_id).await.data();
        let [cloned] = &app.secrets(text(&clone["client_id"])).await[..] else {
            panic!("one secret")
        };
        assert_eq!(
            (cloned.get("description"), cloned.get("expires_at")),
            (None, None)
        );
        let answer = app
            .update(client_id, &json!({"client_secret_options": 7}))
            .await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(app.secrets(client_id).await, std::slice::from_ref(secret));

        for nothing in [
            json!(null),
            json!({}),
            json!({"description": "", "expires_at": null}),
        ] {
            for is_confidential in [true, false] {
                let mut body = base();
                body["is_confidential"] = is_confidential.into();
                body["client_secret_options"] = nothing.clone();
                app.create(&body).await;
            }
        }
    }
}

#[tokio::test]
async fn all_faults_are_told_with_their_paths_and_no_value() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        let before = app.secrets(&client_id).await;
        let past = later(&app, Duration::ZERO);
        for (body, faults) in [
            (
                json!({"description": "MARK\n", "expires_at": "MARK", "grace_period": -1}),
                "description: must not contain control characters; expires_at: must be a time as \
                 in RFC 3339; grace_period: must be a whole number of seconds, at most 2592000",
            ),
            (
                json!({"description": ["MARK"], "expires_at": 1_776_249_000, "grace_period": "0"}),
                "description: must be a string; expires_at: must be a string; grace_period: must \
                 be a whole number of seconds, at most 2592000",
            ),
            (
                json!({"description": "MARK".repeat(257), "expires_at": past, "grace_period": 0.5}),
                "description: must be at most 1024 characters long; expires_at: must be in the \
                 future; grace_period: must be a whole number of seconds, at most 2592000",
            ),
        ] {
            let answer = rotate(&app, &client_id, &body).await;
            assert_error(&answer, 400);
            assert_eq!(answer.message(), faults);
            let (of_secret, of_grace) = faults.rsplit_once("; ").unwrap();
            let answer = add(&app, &client_id, &body).await;
            assert_error(&answer, 400);
            assert_eq!(answer.message(), of_secret, "without {of_grace}");

            let creation = json!({"name": "", "client_secret_options": body});
            let answer = app.call(Method::POST, CLIENTS, Some(&creation)).await;
            assert_error(&answer, 400);
            let at = of_secret.replace("; ", "; client_secret_options.");
            let expected = format!("client_secret_options.{at}");
            assert!(
                answer.message().starts_with("name: "),
                "{}",
                answer.message()
            );
            assert!(
                answer.message().ends_with(&expected),
                "{}",
                answer.message()
            );
        }
        for grace in [
            json!(2_592_001),
            json!(1e300),
            json!([0]),
            json!({}),
            json!(true),
        ] {
            let answer = rotate(&app, &client_id, &json!({"grace_period": grace})).await;
            assert_error(&answer, 400);
            assert!(answer.message().starts_with("grace_period: "), "{grace}");
        }
        for options in [json!("MARK"), json!(["MARK"]), json!(7)] {
            let mut body = base();
            body["client_secret_options"] = options;
            let answer = app.call(Method::POST, CLIENTS, Some(&body)).await;
            assert_error(&answer, 400);
            assert_eq!(answer.message(), "client_secret_options: must be an object");
        }
        let mut public = base();
        public["is_confidential"] = false.into();
        let public_id = text(&app.create(&public).await["client_id"]).to_owned();
        public["client_secret_options"] = json!({"description": "MARK"});
        let answer = app.call(Method::POST, CLIENTS, Some(&public)).await;
        assert_error(&answer, 400);
        let message = "client_secret_options: must not be set for a client that can't use a secret";
        assert_eq!(answer.message(), message);
        let answer = rotate(&app, &public_id, &json!({"grace_period": -1})).await;
        let message = answer.message();
        assert!(message.starts_with("client_auth_methods: "), "{message}");
        assert!(message.contains("; grace_period: "), "{message}");

        assert_error(
            &rotate(&app, "app-absent", &json!({"grace_period": -1})).await,
            404,
        );
        assert_eq!(app.secrets(&client_id).await, before);
    }
}

#[tokio::test]
async fn a_rotation_may_have_a_grace_period_of_its_own() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        app.clock.advance(Duration::from_secs(1));
        let body = json!({"grace_period": 90});
        assert_success(&rotate(&app, &client_id, &body).await, StatusCode::OK);
        let id = text(&app.secrets(&client_id).await[0]["secret_id"]).to_owned();
        let entry = newest_entry(&app, &client_id).await;
        assert_eq!(entry, format!("rotated to {id} with grace_period 90"));
        app.clock.advance(Duration::from_micros(89_999_999));
        assert_eq!(verify(&app, &client_id).await, [true, true]);
        app.clock.advance(Duration::from_micros(1));
        assert_eq!(verify(&app, &client_id).await, [true, false]);

        // After a leak: whatever was replaced before ends, too.
        rotate(&app, &client_id, &json!({"grace_period": 3600})).await;
        app.clock.advance(Duration::from_secs(1));
        assert_eq!(verify(&app, &client_id).await, [true, true, false]);
        let body = json!({"grace_period": 0, "description": "after the leak"});
        assert_success(&rotate(&app, &client_id, &body).await, StatusCode::OK);
        assert_eq!(verify(&app, &client_id).await, [true, false, false, false]);
        let entry = newest_entry(&app, &client_id).await;
        assert!(
            entry.ends_with(" with description, grace_period 0"),
            "{entry}"
        );
        // Whole numbers in other forms; and the host's setting, if nothing is asked for.
        for (grace, seconds) in [(json!(3600.0), 3600), (json!(null), 4 * 3600)] {
            app.clock.advance(Duration::from_secs(1));
            rotate(&app, &client_id, &json!({"grace_period": grace})).await;
            app.clock.advance(Duration::from_secs(seconds - 1));
            assert!(verify(&app, &client_id).await[1], "{seconds}");
            app.clock.advance(Duration::from_secs(1));
            assert!(!verify(&app, &client_id).await[1], "{seconds}");
        }
    }
}

#[tokio::test]
async fn a_grace_period_prolongs_no_secret() {
    for app in App::each().await {
        let mut body = base();
        let ends = later(&app, HOUR);
        body["client_secret_options"] = json!({"expires_at": ends});
        let data = app.create(&body).await;
        let client_id = text(&data["client_id"]);
        app.clock.advance(Duration::from_secs(1));
        rotate(&app, client_id, &json!({"grace_period": 7200})).await;
        assert_eq!(app.secrets(client_id).await[1]["expires_at"], *ends);
    }
}

#[tokio::test]
async fn the_host_limits_lifetimes_and_grace_periods() {
    for store in Store::ALL {
        let app = App::with(store, |manager| {
            manager
                .with_max_secret_lifetime(24 * HOUR)
                .with_max_rotation_grace(HOUR)
        })
        .await;
        let (client_id, _) = app.client().await;
        let end = later(&app, 24 * HOUR);
        let clone = app.clone_client(&client_id).await.data();
        assert_eq!(
            app.secrets(text(&clone["client_id"])).await[0]["expires_at"],
            *end
        );
        app.clock.advance(Duration::from_secs(1));
        app.rotate(&client_id).await;
        let secrets = app.secrets(&client_id).await;
        assert_eq!(secrets[0]["expires_at"], *later(&app, 24 * HOUR));
        // Without a setting, the default grace period is within the limit.
        assert_eq!(secrets[1]["expires_at"], *later(&app, HOUR));
        app.clock.advance(Duration::from_secs(1));
        let sooner = later(&app, HOUR);
        add(&app, &client_id, &json!({"expires_at": sooner})).await;
        assert_eq!(app.secrets(&client_id).await[0]["expires_at"], *sooner);

        let body = json!({
            "expires_at": later(&app, 24 * HOUR + Duration::from_secs(1)),
            "grace_period": 3601,
        });
        let answer = rotate(&app, &client_id, &body).await;
        assert_error(&answer, 400);
        assert_eq!(
            answer.message(),
            "expires_at: must be at most 86400 seconds from now; grace_period: must be a whole \
             number of seconds, at most 3600"
        );
        app.clock.advance(25 * HOUR);
        assert_eq!(verify(&app, &client_id).await, [false, false, false]);
        app.clock.turn_back(25 * HOUR);
    }
}

/// Sends a body in some form to a path below a client.
async fn post(app: &App, path: &str, media_type: Option<&str>, body: &str) -> Answer {
    let token = format!("Bearer {}", admin("tenant_a"));
    let mut request = Request::post(path).header("authorization", token);
    if let Some(media_type) = media_type {
        request = request.header("content-type", media_type);
    }
    let body = Full::from(body.to_owned());
    app.send(request.body(body).unwrap()).await
}

/// A client that knows nothing of the members may send something, as operations without a body
/// never read it.
#[tokio::test]
async fn a_body_that_says_nothing_is_no_body() {
    let (json, form) = ("application/json", "application/x-www-form-urlencoded");
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        let rotation = path(&client_id, "/rotate-secret");
        for media_type in [None, Some(json), Some(form), Some("text/plain")] {
            for body in ["", "null", "\"\"", "{}", "[]", " { }\r\n"] {
                app.clock.advance(Duration::from_secs(1));
                let answer = post(&app, &rotation, media_type, body).await;
                assert_eq!(answer.status, StatusCode::OK, "{media_type:?} {body}");
            }
        }
        for (media_type, body) in [
            (Some(json), r#"{"name":"x","client_id":"y","status":7}"#),
            (Some(form), "grant_type=x"),
            (None, "no JSON"),
        ] {
            app.clock.advance(Duration::from_secs(1));
            let answer = post(&app, &rotation, media_type, body).await;
            assert_eq!(answer.status, StatusCode::OK, "{body}");
            app.clock.advance(Duration::from_secs(1));
            let ids = app.secret_ids(&client_id).await;
            app.deactivate(&client_id, &ids[0]).await;
            let answer = post(&app, &path(&client_id, "/secrets"), media_type, body).await;
            assert_eq!(answer.status, StatusCode::CREATED, "{body}");
        }

        // But what was meant to be said is not ignored.
        let before = app.secrets(&client_id).await;
        let long = format!("{{\"zz\":\"{}\"}}", "x".repeat(128 * 1024));
        for (media_type, body, status) in [
            (Some(json), "{\"grace_period\":0", 400),
            (Some(json), "{\"grace_period\":0,\"grace_period\":0}", 400),
            (Some(json), "\"{\\\"grace_period\\\":0}\"", 400),
            (Some(json), "grace_period=0", 400),
            (Some(form), "{\"grace_period\":0}", 415),
            (None, "{\"grace_period\":0}", 415),
            (Some(json), &*long, 413),
        ] {
            let answer = post(&app, &rotation, media_type, body).await;
            assert_error(&answer, status);
            let answer = post(&app, &path(&client_id, "/secrets"), media_type, body).await;
            assert_error(&answer, status);
        }
        assert_eq!(app.secrets(&client_id).await, before);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_concurrent_rotations_without_grace_one_secret_is_left() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        app.clock.advance(Duration::from_secs(1));
        let app = Arc::new(app);
        let rotations: Vec<_> = (0..6)
            .map(|number| {
                let (app, client_id) = (Arc::clone(&app), client_id.clone());
                let body = json!({"grace_period": 0, "description": format!("the {number}th")});
                tokio::spawn(async move { (body.clone(), rotate(&app, &client_id, &body).await) })
            })
            .collect();
        let mut issued = Vec::new();
        for rotation in rotations {
            let (body, answer) = rotation.await.unwrap();
            assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
            let secret = text(&answer.data()["new_secret"]).to_owned();
            issued.push((secret, text(&body["description"]).to_owned()));
        }
        let secrets = app.secrets(&client_id).await;
        assert_eq!(secrets.len(), 7);
        let mut works = Vec::new();
        for (secret, description) in &issued {
            if app.verifies("tenant_a", &client_id, secret).await {
                works.push(description.as_str());
            }
        }
        let active = secrets.iter().filter(|secret| secret["status"] == "active");
        let active: Vec<_> = active.map(|secret| text(&secret["description"])).collect();
        assert_eq!((active.len(), works), (1, active.clone()));
    }
}
