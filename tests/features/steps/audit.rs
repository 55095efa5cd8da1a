use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tower_oauth_clients::domain::{AuditEntry, TenantId};

use super::answers::{common, success};
use crate::scene::{Known, Scene, Who, path, rows, text};

/// The audit trail, newest first.
async fn trail(scene: &Scene, name: &str) -> Vec<AuditEntry> {
    let Known {
        tenant, client_id, ..
    } = scene.client(name);
    scene.service().trail(tenant, client_id).await
}

#[then(expr = "the audit trail of {string} has {int} entr(y)(ies)")]
async fn length(scene: &mut Scene, name: String, entries: usize) {
    let trail = trail(scene, &name).await;
    assert_eq!(trail.len(), entries, "{trail:?}");
}

#[then(expr = "the newest audit entry of {string} says")]
async fn newest(scene: &mut Scene, name: String, step: &Step) {
    let entry = trail(scene, &name).await.swap_remove(0);
    for (field, wanted) in rows(step) {
        assert_eq!(told(&entry, field), named(scene, wanted), "{field}");
    }
}

fn told(entry: &AuditEntry, field: &str) -> String {
    match field {
        "action" => entry.action.as_str().to_owned(),
        "operator_id" => entry.operator_id.clone(),
        "operator_type" => entry.operator_type.clone(),
        "tenant_id" => entry.tenant_id.to_string(),
        "target_id" => entry.client_id.to_string(),
        "message" => entry.message.clone(),
        "ip" => entry.ip.map(|ip| ip.to_string()).unwrap_or_default(),
        other => panic!("an audit entry has no {other}"),
    }
}

/// Replaces `{My Application}` with the `client_id` of that client.
fn named(scene: &Scene, text: &str) -> String {
    let Some((before, rest)) = text.split_once('{') else {
        return text.to_owned();
    };
    let (name, after) = rest.split_once('}').unwrap();
    format!("{before}{}{after}", scene.client(name).client_id)
}

#[then(expr = "the newest audit entry of {string} is as old as its last change")]
async fn same_moment(scene: &mut Scene, name: String) {
    let entry = trail(scene, &name).await.swap_remove(0);
    let Known {
        tenant, client_id, ..
    } = scene.client(&name);
    let client = scene.service().stored(tenant, client_id).await.unwrap();
    assert_eq!(entry.at, client.updated_at);
}

#[then(expr = "nothing in the audit trail of {string} repeats {string}")]
async fn repeats_nothing(scene: &mut Scene, name: String, text: String) {
    let trail = format!("{:?}", trail(scene, &name).await);
    assert!(!trail.contains(&text), "{trail}");
}

#[then(expr = "no secret, hash or token is in the audit trail of {string}")]
async fn holds_no_secret(scene: &mut Scene, name: String) {
    let trail = format!("{:?}", trail(scene, &name).await);
    let secret = scene
        .client(&name)
        .secret
        .as_deref()
        .expect("a secret was shown");
    for text in [secret, "$argon2", "eyJ"] {
        assert!(!trail.contains(text), "{trail}");
    }
}

#[then(expr = "the tenant {string} knows nothing of {string}")]
async fn knows_nothing(scene: &mut Scene, tenant: String, name: String) {
    let tenant = TenantId::parse(&tenant).unwrap();
    let client_id = &scene.client(&name).client_id;
    assert!(scene.service().trail(&tenant, client_id).await.is_empty());
    assert!(scene.service().stored(&tenant, client_id).await.is_err());
}

#[when(expr = "{who} reads the audit trail of {string}")]
async fn read(scene: &mut Scene, who: Who, name: String) {
    read_by(scene, who, name, String::new()).await;
}

#[when(expr = "{who} reads the audit trail of {string} by {string}")]
async fn read_by(scene: &mut Scene, who: Who, name: String, query: String) {
    let path = format!("{}/audit-logs?{query}", path(scene.client(&name)));
    scene.send(&who, Method::GET, &path, "").await;
}

#[when(expr = "{who} reads the audit trail of the tenant")]
async fn read_all(scene: &mut Scene, who: Who) {
    read_all_by(scene, who, String::new()).await;
}

#[when(expr = "{who} reads the audit trail of the tenant by {string}")]
async fn read_all_by(scene: &mut Scene, who: Who, query: String) {
    let path = format!("/admin/oauth/audit-logs?{}", named(scene, &query));
    scene.send(&who, Method::GET, &path, "").await;
}

#[when(expr = "{who} exports the audit trail of the tenant by {string}")]
async fn export(scene: &mut Scene, who: Who, query: String) {
    let lines = ("Accept".to_owned(), "application/x-ndjson".to_owned());
    scene.headers.push(lines);
    read_all_by(scene, who, query).await;
}

#[then(regex = r"^each line tells of one: ([a-z.]+(?:, [a-z.]+)*)$")]
fn each_line(scene: &mut Scene, actions: String) {
    let answer = scene.answer();
    let media_type = answer.header("Content-Type");
    assert_eq!(media_type, Some("application/x-ndjson"));
    let body = std::str::from_utf8(&answer.body).unwrap();
    let action = |line| serde_json::from_str::<Value>(line).unwrap()["action"].clone();
    let told: Vec<_> = body.lines().map(action).collect();
    assert_eq!(told, actions.split(", ").collect::<Vec<_>>());
}

#[given("the host records the values that change")]
fn records_values(scene: &mut Scene) {
    scene.audit_values();
}

#[then(expr = "its newest entry says that {word} was {string} and is {string}")]
fn says_what_changed(scene: &mut Scene, field: String, old: String, new: String) {
    let entry = &entries(scene)[0];
    let changes = entry["changes"].as_array().expect("a list of changes");
    let change = changes.iter().find(|change| change["field"] == *field);
    assert_eq!(
        *change.unwrap(),
        json!({"field": field, "old": old, "new": new})
    );
}

fn entries(scene: &Scene) -> Vec<Value> {
    let answer = scene.answer();
    common(answer, StatusCode::OK);
    success(answer);
    answer.json()["items"].as_array().expect("a list").clone()
}

#[then(regex = r"^the trail tells of ([a-z.]+(?:, [a-z.]+)*)$")]
fn tells_of(scene: &mut Scene, actions: String) {
    let entries = entries(scene);
    let told: Vec<_> = entries
        .iter()
        .map(|entry| entry["action"].as_str())
        .collect();
    assert_eq!(told, actions.split(", ").map(Some).collect::<Vec<_>>());
}

#[then("its newest entry holds exactly")]
fn holds_exactly(scene: &mut Scene, step: &Step) {
    let entries = entries(scene);
    let mut held: Vec<_> = entries[0].as_object().unwrap().keys().collect();
    let mut wanted: Vec<_> = text(step).split_whitespace().collect();
    held.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(held, wanted);
}

#[then("its newest entry says")]
fn says(scene: &mut Scene, step: &Step) {
    let entries = entries(scene);
    for (member, wanted) in rows(step) {
        let wanted = scene.value(&named(scene, wanted));
        assert_eq!(entries[0][member], wanted, "{member}");
    }
}

#[then("its newest entry is of this second")]
fn of_this_second(scene: &mut Scene) {
    use tower_oauth_clients::domain::Clock;

    let now = scene.service().clock.now().as_seconds();
    assert_eq!(entries(scene)[0]["timestamp"], now);
}
