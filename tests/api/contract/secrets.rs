//! Operations 8 to 11: the secrets of a client.

use std::collections::BTreeSet;
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use tower_oauth_clients::domain::Id;
use tower_oauth_clients::secrets::Plaintext;

use super::shape::{
    assert_error, assert_no_content, assert_only_these_headers, assert_success, assert_timestamp,
    members,
};
use support::console::{path, text};
use support::{App, base, cheap_pool};

const ITEM: [&str; 4] = ["secret_id", "status", "created_at", "updated_at"];

fn statuses(secrets: &[Value]) -> Vec<&str> {
    secrets
        .iter()
        .map(|secret| text(&secret["status"]))
        .collect()
}

#[tokio::test]
async fn list() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        let answer = app
            .call(Method::GET, &path(&client_id, "/secrets"), None)
            .await;
        let data = assert_success(&answer, StatusCode::OK);
        assert_only_these_headers(&answer, &[]);
        assert_eq!(members(&data), BTreeSet::from(["secrets"]));
        let [secret] = &data["secrets"].as_array().unwrap()[..] else {
            panic!("one secret: {data}")
        };
        assert_eq!(members(secret), BTreeSet::from(ITEM));
        assert!(Id::parse(text(&secret["secret_id"])).is_some());
        assert_eq!(secret["status"], "active");
        assert_timestamp(&secret["created_at"]);
        assert_eq!(secret["updated_at"], secret["created_at"]);
    }
}

#[tokio::test]
async fn a_client_without_secrets_has_an_empty_list() {
    for app in App::each().await {
        let mut public = base();
        public["is_confidential"] = false.into();
        let client = app.create(&public).await;
        assert!(app.secrets(text(&client["client_id"])).await.is_empty());
    }
}

#[tokio::test]
async fn create() {
    for app in App::each().await {
        let (client_id, first) = app.client().await;
        app.clock.advance(Duration::from_secs(2));
        let answer = app.add_secret(&client_id).await;
        let data = assert_success(&answer, StatusCode::CREATED);
        assert_only_these_headers(&answer, &[]);
        let expected = ["secret_id", "secret_value", "status", "created_at"];
        assert_eq!(members(&data), BTreeSet::from(expected));
        assert_eq!(data["status"], "active");
        assert_ne!(text(&data["secret_value"]), first);

        let secrets = app.secrets(&client_id).await;
        assert_eq!(statuses(&secrets), ["active", "active"]);
        assert_eq!(secrets[0]["secret_id"], data["secret_id"]);
        assert_eq!(secrets[0]["created_at"], data["created_at"]);
        let client = app.get(&client_id).await;
        assert_eq!(client.header("etag"), Some("\"2\""));
        assert!(text(&data["secret_value"]).ends_with(text(&client.data()["secret_last_four"])));

        let third = app.add_secret(&client_id).await;
        assert_error(&third, 409);
        assert_eq!(app.secrets(&client_id).await, secrets);
        assert_eq!(app.get(&client_id).await.header("etag"), Some("\"2\""));
    }
}

#[tokio::test]
async fn only_active_secrets_take_a_place() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        let tick = || app.clock.advance(Duration::from_millis(1));
        tick();
        app.add_secret(&client_id).await;
        let ids = app.secret_ids(&client_id).await;
        app.deactivate(&client_id, &ids[1]).await;
        tick();
        assert_eq!(app.add_secret(&client_id).await.status, StatusCode::CREATED);
        assert_error(&app.add_secret(&client_id).await, 409);
        assert_no_content(&app.delete_secret(&client_id, &ids[0]).await);
        tick();
        assert_eq!(app.add_secret(&client_id).await.status, StatusCode::CREATED);
        // A rotation makes room as well, since it retires secrets.
        tick();
        app.rotate(&client_id).await;
        tick();
        assert_eq!(app.add_secret(&client_id).await.status, StatusCode::CREATED);
        assert_error(&app.add_secret(&client_id).await, 409);
        let secrets = app.secrets(&client_id).await;
        let expected = ["active", "active", "retired", "retired", "inactive"];
        assert_eq!(statuses(&secrets), expected);
    }
}

#[tokio::test]
async fn deactivate() {
    for app in App::each().await {
        let (client_id, first) = app.client().await;
        let first_id = app.secret_ids(&client_id).await.remove(0);
        app.clock.advance(Duration::from_secs(1));
        let second = app.add_secret(&client_id).await.data();
        let second_id = text(&second["secret_id"]);
        app.clock.advance(Duration::from_secs(60));

        let answer = app.deactivate(&client_id, second_id).await;
        let data = assert_success(&answer, StatusCode::OK);
        assert_only_these_headers(&answer, &[]);
        assert_eq!(members(&data), BTreeSet::from(ITEM));
        assert_eq!(
            (&data["secret_id"], &data["status"]),
            (&second["secret_id"], &json!("inactive"))
        );
        assert_eq!(data["created_at"], second["created_at"]);
        assert_ne!(data["updated_at"], data["created_at"]);
        let secrets = app.secrets(&client_id).await;
        assert_eq!(secrets[0], data);
        assert_eq!(statuses(&secrets), ["inactive", "active"]);
        let client = app.get(&client_id).await;
        assert_eq!(client.header("etag"), Some("\"3\""));
        assert!(first.ends_with(text(&client.data()["secret_last_four"])));

        // The last active secret can be deactivated too: it may have leaked.
        let answer = app.deactivate(&client_id, &first_id).await;
        assert_success(&answer, StatusCode::OK);
        assert_eq!(
            statuses(&app.secrets(&client_id).await),
            ["inactive", "inactive"]
        );
        assert_eq!(
            app.get(&client_id).await.data().get("secret_last_four"),
            None
        );
        let trail = app.repository.audit(&client_id).await;
        let mut told: Vec<_> = trail.iter().map(|entry| entry.message.as_str()).collect();
        told.retain(|message| message.starts_with("deactivated "));
        told.sort_unstable();
        let mut expected = [&first_id, second_id].map(|id| format!("deactivated {id}"));
        expected.sort_unstable();
        assert_eq!(told, expected);
        // A second call changes nothing.
        app.clock.advance(Duration::from_secs(60));
        let again = app.deactivate(&client_id, second_id).await;
        assert_eq!(assert_success(&again, StatusCode::OK), data);
        // A new secret can still be created.
        assert_eq!(app.add_secret(&client_id).await.status, StatusCode::CREATED);
    }
}

#[tokio::test]
async fn delete() {
    for app in App::each().await {
        let (client_id, first) = app.client().await;
        let first_id = app.secret_ids(&client_id).await.remove(0);
        assert_error(&app.delete_secret(&client_id, &first_id).await, 400);
        app.clock.advance(Duration::from_secs(1));
        let second = app.add_secret(&client_id).await.data();
        let second_id = text(&second["secret_id"]);

        let answer = app.delete_secret(&client_id, second_id).await;
        assert_no_content(&answer);
        assert_eq!(app.secret_ids(&client_id).await, [first_id.as_str()]);
        assert_error(&app.delete_secret(&client_id, second_id).await, 404);
        assert_error(&app.deactivate(&client_id, second_id).await, 404);
        let client = app.get(&client_id).await;
        assert_eq!(client.header("etag"), Some("\"3\""));
        assert!(first.ends_with(text(&client.data()["secret_last_four"])));
        assert_error(&app.delete_secret(&client_id, &first_id).await, 400);
    }
}

#[tokio::test]
async fn the_last_active_secret_is_not_deleted() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        app.clock.advance(Duration::from_secs(1));
        app.rotate(&client_id).await;
        let ids = app.secret_ids(&client_id).await;
        assert_error(&app.delete_secret(&client_id, &ids[0]).await, 400);
        // If no secret is active, all but the last may be deleted.
        app.deactivate(&client_id, &ids[0]).await;
        assert_no_content(&app.delete_secret(&client_id, &ids[0]).await);
        assert_error(&app.delete_secret(&client_id, &ids[1]).await, 400);
        assert_eq!(statuses(&app.secrets(&client_id).await), ["retired"]);
    }
}

#[tokio::test]
async fn who_can_use_no_secret_gets_none() {
    for app in App::each().await {
        let mut public = base();
        public["is_confidential"] = false.into();
        let mut keys = base();
        keys["client_auth_methods"] = json!(["private_key_jwt"]);
        keys["jwks_uri"] = "https://app.example.com/jwks".into();
        for body in [public, keys] {
            let client = app.create(&body).await;
            let client_id = text(&client["client_id"]);
            for answer in [app.rotate(client_id).await, app.add_secret(client_id).await] {
                assert_error(&answer, 400);
                let message = answer.message();
                assert!(message.starts_with("client_auth_methods: "), "{message}");
            }
            assert_eq!(app.get(client_id).await.header("etag"), Some("\"1\""));
        }
    }
}

#[tokio::test]
async fn leaving_the_secret_methods_ends_them_and_coming_back_revives_none() {
    for app in App::each().await {
        for (leave, back) in [
            (
                json!({"is_confidential": false}),
                json!({"is_confidential": true}),
            ),
            (
                json!({"client_auth_methods": ["private_key_jwt"], "jwks_uri": "https://a.example/k"}),
                json!({"client_auth_methods": ["client_secret_post"]}),
            ),
        ] {
            let (client_id, _) = app.client().await;
            app.clock.advance(Duration::from_secs(1));
            app.rotate(&client_id).await;
            let answer = app.update(&client_id, &leave).await;
            assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
            assert_eq!(answer.data().get("secret_last_four"), None);
            assert_eq!(
                statuses(&app.secrets(&client_id).await),
                ["inactive", "inactive"]
            );
            let answer = app.update(&client_id, &back).await;
            assert_eq!(answer.data().get("secret_last_four"), None);
            assert_eq!(
                statuses(&app.secrets(&client_id).await),
                ["inactive", "inactive"]
            );
            app.clock.advance(Duration::from_secs(1));
            assert_eq!(app.rotate(&client_id).await.status, StatusCode::OK);
        }
    }
}

#[tokio::test]
async fn the_secrets_of_a_suspended_client_can_be_managed() {
    for app in App::each().await {
        for status in ["suspended", "inactive"] {
            let (client_id, _) = app.client().await;
            app.update(&client_id, &json!({"status": status})).await;
            app.clock.advance(Duration::from_secs(1));
            assert_eq!(app.add_secret(&client_id).await.status, StatusCode::CREATED);
            app.clock.advance(Duration::from_secs(1));
            assert_eq!(app.rotate(&client_id).await.status, StatusCode::OK);
            let ids = app.secret_ids(&client_id).await;
            assert_eq!(
                app.deactivate(&client_id, &ids[1]).await.status,
                StatusCode::OK
            );
            assert_no_content(&app.delete_secret(&client_id, &ids[2]).await);
            assert_eq!(app.get(&client_id).await.data()["status"], status);
        }
    }
}

#[tokio::test]
async fn every_change_of_a_secret_is_a_new_version() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        let id = app.secret_ids(&client_id).await.remove(0);
        let mut version = 1;
        for step in 0..4 {
            app.clock.advance(Duration::from_secs(60));
            let answer = match step {
                0 => app.add_secret(&client_id).await,
                1 => app.rotate(&client_id).await,
                2 => app.deactivate(&client_id, &id).await,
                _ => app.delete_secret(&client_id, &id).await,
            };
            assert!(answer.status.is_success(), "{:?}", answer.body);
            version += 1;
            let client = app.get(&client_id).await;
            assert_eq!(client.header("etag"), Some(&*format!("\"{version}\"")));
            let logs = app.audit_logs(&client_id, "page_size=1").await.json();
            let updated: jiff::Timestamp = text(&client.data()["updated_at"]).parse().unwrap();
            assert_eq!(logs["items"][0]["timestamp"], updated.as_second());
        }
    }
}

#[tokio::test]
async fn a_secret_verifies_against_its_own_hash_and_is_in_no_other_answer() {
    let pool = cheap_pool();
    for app in App::each().await {
        let (client_id, first) = app.client().await;
        app.clock.advance(Duration::from_secs(1));
        let second = app.add_secret(&client_id).await.data();
        app.clock.advance(Duration::from_secs(1));
        let third = app.rotate(&client_id).await.data();
        let plaintexts = [
            text(&third["new_secret"]),
            text(&second["secret_value"]),
            &first,
        ];
        let records = app.repository.secrets(&client_id).await;
        for (at, plaintext) in plaintexts.into_iter().enumerate() {
            for (of, record) in records.iter().enumerate() {
                let hash = record.hash.clone();
                assert!(hash.expose().starts_with("$argon2id$v=19$"));
                let verified = pool.verify(Plaintext::new(plaintext), hash).await.unwrap();
                assert_eq!(verified, at == of);
                assert_eq!(plaintext.ends_with(&record.last_four), at == of);
            }
        }

        let ids = app.secret_ids(&client_id).await;
        for answer in [
            app.get(&client_id).await,
            app.list("").await,
            app.call(Method::GET, &path(&client_id, "/secrets"), None)
                .await,
            app.update(&client_id, &json!({"name": "Renamed"})).await,
            app.clone_client(&client_id).await,
            app.add_secret(&client_id).await,
            app.rotate(&client_id).await,
            app.deactivate(&client_id, &ids[2]).await,
            app.delete_secret(&client_id, &ids[1]).await,
            app.audit_logs(&client_id, "").await,
            app.delete(&client_id).await,
            app.audit_logs(&client_id, "").await,
        ] {
            let answer = format!("{:?} {:?}", answer.headers, answer.body);
            for shown in plaintexts {
                assert!(!answer.contains(shown));
            }
            assert!(!answer.contains("$argon2"));
        }
        let database = app.database_bytes();
        for plaintext in plaintexts {
            let bytes = plaintext.as_bytes();
            assert!(!database.windows(bytes.len()).any(|part| part == bytes));
        }
    }
}
