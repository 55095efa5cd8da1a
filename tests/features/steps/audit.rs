use cucumber::gherkin::Step;
use cucumber::then;
use tower_oauth_clients::domain::{AuditEntry, TenantId};

use crate::scene::{Known, Scene, rows};

/// Newest first.
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

/// A text in which `{My Application}` stands for the `client_id` of that client.
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
