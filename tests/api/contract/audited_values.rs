//! The old and new values of changed fields in the audit trail.

use std::collections::BTreeSet;
use std::time::Duration;

use http::{HeaderValue, Method, StatusCode};
use serde_json::json;

use super::audit_logs::ENTRY;
use super::shape::members;
use super::tenant_audit_logs::{TRAIL, items, trail};
use support::console::text;
use support::{App, Store, admin, request};

/// Neither secrets nor keys, and on either path only for who asks.
#[tokio::test]
async fn old_and_new_values() {
    for store in Store::ALL {
        let app = App::with(store, |manager| manager.with_audited_values()).await;
        let mut body = support::base();
        let keys = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
        body["jwks"] = keys.into();
        body["website"] = "https://old.example.com".into();
        let created = app.create(&body).await;
        let client_id = text(&created["client_id"]).to_owned();
        app.clock.advance(Duration::from_millis(1));
        let change = json!({
            "name": "O'Connor 💥 \"x\"", "website": "", "logo_url": "https://new.example.com/l",
            "scopes": ["a", "b"], "metadata": {"team": "pay"}, "status": "suspended",
            "jwks": keys.replace("\"kty\"", "\"kid\":\"new-key\",\"kty\""),
        });
        let updated = app.update(&client_id, &change).await;
        assert_eq!(updated.status, StatusCode::OK, "{:?}", updated.body);
        let expected = json!([
            {"field": "name", "old": "My Application", "new": "O'Connor 💥 \"x\""},
            {"field": "scopes", "old": [], "new": ["a", "b"]},
            {"field": "jwks"},
            {"field": "logo_url", "new": "https://new.example.com/l"},
            {"field": "website", "old": "https://old.example.com"},
            {"field": "metadata", "old": {}, "new": {"team": "pay"}},
            {"field": "status", "old": "active", "new": "suspended"},
        ]);
        app.clock.advance(Duration::from_millis(1));
        app.update(&client_id, &json!({"status": "suspended"}))
            .await;
        app.clock.advance(Duration::from_millis(1));
        let rotated = app.rotate(&client_id).await.data();

        let plain = [trail(&app, "").await, app.audit_logs(&client_id, "").await];
        let full = [
            trail(&app, "view=full").await,
            app.audit_logs(&client_id, "view=full").await,
        ];
        for (plain, full) in plain.iter().zip(full) {
            for entry in items(plain) {
                assert_eq!(members(&entry), ENTRY.iter().copied().collect());
            }
            let full_items = items(&full);
            assert_eq!(full_items.len(), 4);
            for entry in &full_items {
                assert_eq!(entry["client_id"], *client_id);
            }
            let changes: Vec<_> = full_items
                .iter()
                .map(|entry| entry.get("changes"))
                .collect();
            assert_eq!(changes, [None, None, Some(&expected), None]);
            let text = String::from_utf8(full.body.to_vec()).unwrap();
            let secret = rotated["new_secret"].as_str().unwrap();
            for hidden in ["Ed25519", "cvPap", "new-key", "$argon2", secret] {
                assert!(!text.contains(hidden), "{hidden}");
            }
        }
        let mut preferred = request(&admin("tenant_a"), Method::GET, TRAIL, None);
        let prefer = HeaderValue::from_static("return=representation; view=full");
        preferred.headers_mut().insert("prefer", prefer);
        let answer = app.send(preferred).await;
        assert_eq!(items(&answer)[2]["changes"], expected);
        let applied = answer.header("preference-applied");
        assert_eq!(applied, Some("return=representation; view=full"));
    }
}

#[tokio::test]
async fn values_are_not_recorded_unless_the_host_says_so() {
    for app in App::each().await {
        let (client_id, _) = app.client().await;
        app.clock.advance(Duration::from_millis(1));
        app.update(&client_id, &json!({"name": "Renamed"})).await;
        let newest = &items(&trail(&app, "view=full").await)[0];
        let mut expected: BTreeSet<_> = ENTRY.iter().copied().collect();
        expected.insert("client_id");
        assert_eq!(members(newest), expected);
        assert_eq!(newest["message"], "changed name");
        assert!(
            app.trail("tenant_a", &client_id).await[0]
                .changes
                .is_empty()
        );
    }
}
