use serde_json::{Value, json};

use super::answer::{assert_no_echo, assert_sound};
use super::create::strings;
use super::panics;
use super::plan::{Plan, Routes};
use super::read_back::{assert_kept, parsed};
use support::case::{Case, base, draft, patch};
use support::{Answer, App};

#[tokio::test]
async fn an_update_keeps_the_rules_of_a_creation() {
    panics::watch();
    for app in App::each().await {
        for case in Routes::of(&app).await.cases(Plan::Update) {
            let created = app.create(&start(case)).await;
            let client_id = created["client_id"].as_str().unwrap();
            let place = format!("{} {:?}", case.id, app.store);
            let (before, trail) = (
                app.stored("tenant_a", client_id).await,
                app.trail("tenant_a", client_id).await,
            );
            let sent = patch(&case.input);
            let answer = app.update(client_id, &sent).await;
            case.assert_status(answer.status.as_u16(), &place);
            assert_sound(&answer, &place);
            let after = app.stored("tenant_a", client_id).await;
            let read = app.get(client_id).await.data();
            if answer.status == 200 {
                assert_eq!(answer.data(), read, "{place}");
                assert_eq!(after.version, before.version.next(), "{place}");
                assert_kept(&sent, &read, &after, &place);
                assert_eq!(
                    app.trail("tenant_a", client_id).await.len(),
                    trail.len() + 1
                );
            } else {
                assert_eq!(after, before, "{place}");
                assert_eq!(app.trail("tenant_a", client_id).await, trail, "{place}");
                assert_no_echo(&answer, &strings(&sent).join("\""), &place);
            }
            if let Some(check) = case.check() {
                holds(&app, case, check, &created, &answer).await;
            }
            panics::assert_none(&place);
        }
    }
}

/// The client before the update.
fn start(case: &Case) -> Value {
    match case.setup.as_deref() {
        None => {
            let mut client = base();
            client["website"] = "https://app.example.com/about".into();
            client
        }
        // Its only key is in its `jwks`.
        Some("client created as JW-001") => draft(&Case::by_id("JW-002").input),
        Some("client created as the FAPI2 positive control") => draft(&Case::by_id("FI-050").input),
        Some(other) => panic!("{}: nobody sets up {other:?}", case.id),
    }
}

async fn holds(app: &App, case: &Case, check: &str, created: &Value, answer: &Answer) {
    let place = format!("{} {:?}: {check}", case.id, app.store);
    let client_id = created["client_id"].as_str().unwrap();
    let secret = created["client_secret"].as_str().unwrap_or_default();
    let read = app.get(client_id).await.data();
    let methods = parsed(&read["client_auth_methods"]);
    match check {
        "GET afterwards shows the old list" => {
            assert_eq!(read["redirect_uris"], created["redirect_uris"], "{place}");
        }
        "stored as the one method" => {
            assert_eq!(methods, json!(["client_secret_basic"]), "{place}");
            assert!(app.verifies("tenant_a", client_id, secret).await, "{place}");
        }
        "if 200, stored methods are [none] and every secret is retired" => {
            assert_eq!(methods, json!(["none"]), "{place}");
            assert!(
                !app.verifies("tenant_a", client_id, secret).await,
                "{place}"
            );
            assert!(read.get("secret_last_four").is_none(), "{place}");
        }
        "old secret no longer verifies" => {
            assert!(
                !app.verifies("tenant_a", client_id, secret).await,
                "{place}"
            );
        }
        "field absent in the answer" => assert!(answer.data().get("website").is_none(), "{place}"),
        // That suspended clients can't authenticate is tested elsewhere: here, the status is
        // stored.
        "client authentication with the right secret fails like a wrong one" => {
            assert_eq!(read["status"], "suspended", "{place}");
        }
        "identifiers unchanged" => {
            assert_eq!(
                (&read["client_id"], &read["id"]),
                (&created["client_id"], &created["id"])
            );
        }
        "unchanged" => {
            assert_ne!(read["created_at"], "2000-01-01T00:00:00Z", "{place}");
            assert!(read.get("deleted_at").is_none(), "{place}");
        }
        "no client_secret" => {
            assert!(answer.data().get("client_secret").is_none(), "{place}");
            let told = String::from_utf8_lossy(&answer.body);
            assert!(!told.contains(secret), "{place}");
        }
        other => panic!("{}: nothing checks {other:?}", case.id),
    }
}
