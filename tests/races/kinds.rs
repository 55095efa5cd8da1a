//! Every kind of race, one round each: whatever the order is, the rules hold, and each success
//! happens once.

use http::Method;
use serde_json::{Value, json};
use tower_oauth_clients::domain::{Action, AuditEntry, SecretRecord, SecretStatus, Timestamp};

use support::console::{path, text};
use support::{Answer, CLIENTS, base};

/// A system under test that serves concurrent requests.
pub trait Stage {
    /// Sends all requests at once, as an administrator of `tenant_a`. The responses are in the
    /// order of the requests.
    async fn at_once(&self, asks: Vec<Ask>) -> Vec<Answer>;

    /// The audit trail of a client, newest first.
    async fn audit(&self, client_id: &str) -> Vec<AuditEntry>;

    /// The secrets of a client, newest first.
    async fn secrets(&self, client_id: &str) -> Vec<SecretRecord>;

    fn now(&self) -> Timestamp;

    /// Advances the clock, so that later records are newer.
    async fn tick(&self);
}

/// A request.
#[derive(Clone, Debug)]
pub struct Ask {
    pub method: Method,
    pub path: String,
    pub body: Option<Value>,
    pub if_match: Option<&'static str>,
}

impl Ask {
    fn new(method: Method, path: String) -> Self {
        Self {
            method,
            path,
            body: None,
            if_match: None,
        }
    }

    fn with(self, body: Value) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }
}

fn rotate(client_id: &str) -> Ask {
    Ask::new(Method::POST, path(client_id, "/rotate-secret"))
}

fn add(client_id: &str) -> Ask {
    Ask::new(Method::POST, path(client_id, "/secrets"))
}

fn update(client_id: &str, body: Value) -> Ask {
    Ask::new(Method::PUT, path(client_id, "")).with(body)
}

fn delete(client_id: &str) -> Ask {
    Ask::new(Method::DELETE, path(client_id, ""))
}

fn clone(client_id: &str) -> Ask {
    Ask::new(Method::POST, path(client_id, "/clone"))
}

fn restore(client_id: &str) -> Ask {
    Ask::new(Method::POST, path(client_id, "/restore"))
}

fn delete_secret(client_id: &str, id: &str) -> Ask {
    Ask::new(Method::DELETE, path(client_id, &format!("/secrets/{id}")))
}

fn deactivate(client_id: &str, id: &str) -> Ask {
    let below = format!("/secrets/{id}/deactivate");
    Ask::new(Method::PUT, path(client_id, &below))
}

async fn ask(stage: &impl Stage, ask: Ask) -> Answer {
    stage.at_once(vec![ask]).await.remove(0)
}

async fn get(stage: &impl Stage, client_id: &str) -> Answer {
    ask(stage, Ask::new(Method::GET, path(client_id, ""))).await
}

/// Creates a client with required fields only.
async fn client(stage: &impl Stage) -> String {
    let create = Ask::new(Method::POST, CLIENTS.into()).with(base());
    let created = ask(stage, create).await;
    assert_eq!(created.status, 201, "{created:?}");
    stage.tick().await;
    text(&created.data()["client_id"]).to_owned()
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    answers
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect()
}

fn sorted(answers: &[Answer]) -> Vec<u16> {
    let mut statuses = statuses(answers);
    statuses.sort_unstable();
    statuses
}

/// The number of stored secrets with this status.
fn count(secrets: &[SecretRecord], status: SecretStatus) -> usize {
    secrets
        .iter()
        .filter(|secret| secret.status == status)
        .count()
}

/// Asserts the rules that always hold. Returns the stored secrets.
async fn sound(stage: &impl Stage, client_id: &str) -> Vec<SecretRecord> {
    let secrets = stage.secrets(client_id).await;
    let now = stage.now();
    assert!(count(&secrets, SecretStatus::Active) <= 2);
    let in_grace = secrets
        .iter()
        .filter(|secret| secret.status == SecretStatus::Retired && secret.verifies_at(now));
    assert!(in_grace.count() <= 2);

    let audit = stage.audit(client_id).await;
    let client = get(stage, client_id).await;
    let version = format!("\"{}\"", audit.len());
    assert_eq!(
        client.header("etag"),
        Some(&*version),
        "one entry a version"
    );
    let newest_active = secrets
        .iter()
        .find(|secret| secret.status == SecretStatus::Active);
    let last_four = newest_active.map(|secret| secret.last_four.as_str());
    assert_eq!(client.data()["secret_last_four"].as_str(), last_four);
    secrets
}

/// The number of audit entries for this action.
async fn told(stage: &impl Stage, client_id: &str, action: Action) -> usize {
    let audit = stage.audit(client_id).await;
    audit.iter().filter(|entry| entry.action == action).count()
}

/// Creates a client with two active secrets. Returns their ids.
async fn with_two_secrets(stage: &impl Stage) -> (String, Vec<String>) {
    let client_id = client(stage).await;
    assert_eq!(ask(stage, add(&client_id)).await.status, 201);
    stage.tick().await;
    let secrets = stage.secrets(&client_id).await;
    let ids = secrets.iter().map(|secret| secret.id.to_string());
    (client_id, ids.collect())
}

pub async fn twelve_for_the_one_free_place(stage: &impl Stage) {
    let client_id = client(stage).await;
    let answers = stage.at_once(vec![add(&client_id); 12]).await;
    let mut expected = vec![201];
    expected.extend([409; 11]);
    assert_eq!(sorted(&answers), expected);
    let secrets = sound(stage, &client_id).await;
    assert_eq!(count(&secrets, SecretStatus::Active), 2);
    assert_eq!(told(stage, &client_id, Action::SecretCreate).await, 1);
    let created = answers.iter().find(|answer| answer.status == 201).unwrap();
    let id = created.data()["secret_id"].clone();
    assert!(
        secrets
            .iter()
            .any(|secret| secret.id.to_string() == text(&id))
    );
}

pub async fn two_delete_the_last_two_secrets(stage: &impl Stage) {
    let (client_id, ids) = with_two_secrets(stage).await;
    let asks = ids.iter().map(|id| delete_secret(&client_id, id)).collect();
    let answers = stage.at_once(asks).await;
    assert_eq!(sorted(&answers), [204, 400]);
    let secrets = sound(stage, &client_id).await;
    assert_eq!(secrets.len(), 1);
    assert_eq!(count(&secrets, SecretStatus::Active), 1);
    assert_eq!(told(stage, &client_id, Action::SecretDelete).await, 1);
}

pub async fn one_secret_is_deactivated_and_the_other_deleted(stage: &impl Stage) {
    let (client_id, ids) = with_two_secrets(stage).await;
    let asks = vec![
        deactivate(&client_id, &ids[0]),
        delete_secret(&client_id, &ids[1]),
    ];
    let answers = stage.at_once(asks).await;
    let secrets = sound(stage, &client_id).await;
    match statuses(&answers)[..] {
        // Deleted first; then the last active secret was deactivated, which is allowed.
        [200, 204] => assert_eq!(secrets.len(), 1),
        [200, 400] => assert_eq!(count(&secrets, SecretStatus::Active), 1),
        _ => panic!("{answers:?}"),
    }
    assert_eq!(told(stage, &client_id, Action::SecretDeactivate).await, 1);
    let deleted = usize::from(answers[1].status == 204);
    assert_eq!(told(stage, &client_id, Action::SecretDelete).await, deleted);
}

pub async fn eight_rotations(stage: &impl Stage) {
    let client_id = client(stage).await;
    let answers = stage.at_once(vec![rotate(&client_id); 8]).await;
    assert_eq!(statuses(&answers), [200; 8]);
    let secrets = sound(stage, &client_id).await;
    assert_eq!(secrets.len(), 9);
    assert_eq!(count(&secrets, SecretStatus::Active), 1);
    assert_eq!(count(&secrets, SecretStatus::Retired), 2);
    let mut active = secrets.iter();
    let active = active.find(|secret| secret.status == SecretStatus::Active);
    let last_four = &active.unwrap().last_four;
    let returned = |answer: &Answer| text(&answer.data()["new_secret"]).ends_with(last_four);
    assert!(answers.iter().any(returned));
    assert_eq!(told(stage, &client_id, Action::SecretRotate).await, 8);
}

pub async fn rotations_beside_additions(stage: &impl Stage) {
    let client_id = client(stage).await;
    let asks = vec![
        rotate(&client_id),
        add(&client_id),
        rotate(&client_id),
        add(&client_id),
    ];
    let answers = stage.at_once(asks).await;
    assert_eq!(
        [&answers[0], &answers[2]].map(|answer| answer.status.as_u16()),
        [200; 2]
    );
    let added = [&answers[1], &answers[3]].map(|answer| answer.status.as_u16());
    assert!(
        added.iter().all(|status| matches!(status, 201 | 409)),
        "{added:?}"
    );
    sound(stage, &client_id).await;
    assert_eq!(told(stage, &client_id, Action::SecretRotate).await, 2);
    let added = added.iter().filter(|status| **status == 201).count();
    assert_eq!(told(stage, &client_id, Action::SecretCreate).await, added);
}

pub async fn an_update_and_a_deletion(stage: &impl Stage) {
    let client_id = client(stage).await;
    let rename = update(&client_id, json!({"name": "Renamed"}));
    let answers = stage.at_once(vec![rename, delete(&client_id)]).await;
    let [updated, 204] = statuses(&answers)[..] else {
        panic!("{answers:?}")
    };
    assert!(matches!(updated, 200 | 404), "{updated}");
    assert_eq!(get(stage, &client_id).await.status, 404);
    let updates = usize::from(updated == 200);
    assert_eq!(told(stage, &client_id, Action::ClientUpdate).await, updates);
    assert_eq!(told(stage, &client_id, Action::ClientDelete).await, 1);
    // Entries with the same timestamp have no order; the deletion is the last version.
    assert_eq!(stage.audit(&client_id).await.len(), 2 + updates);
}

pub async fn two_writers_who_read_the_same_version(stage: &impl Stage) {
    let client_id = client(stage).await;
    let asks = ["One", "Two"].map(|name| Ask {
        if_match: Some("\"1\""),
        ..update(&client_id, json!({ "name": name }))
    });
    let answers = stage.at_once(asks.into()).await;
    assert_eq!(sorted(&answers), [200, 412]);
    let won = answers.iter().find(|answer| answer.status == 200).unwrap();
    assert_eq!(won.header("etag"), Some("\"2\""));
    assert_eq!(get(stage, &client_id).await.data(), won.data());
    assert_eq!(told(stage, &client_id, Action::ClientUpdate).await, 1);
}

pub async fn writers_of_different_fields_both_succeed(stage: &impl Stage) {
    let client_id = client(stage).await;
    let asks = [
        json!({"name": "Renamed"}),
        json!({"website": "https://b.example.com"}),
        json!({"scopes": ["openid"]}),
    ];
    let asks = asks.map(|body| update(&client_id, body)).into();
    assert_eq!(statuses(&stage.at_once(asks).await), [200; 3]);
    let client = get(stage, &client_id).await.data();
    assert_eq!(client["name"], "Renamed");
    assert_eq!(client["website"], "https://b.example.com");
    assert_eq!(client["scopes"], json!(["openid"]));
    sound(stage, &client_id).await;
    assert_eq!(told(stage, &client_id, Action::ClientUpdate).await, 3);
}

pub async fn a_suspension_and_a_rotation(stage: &impl Stage) {
    let client_id = client(stage).await;
    let suspend = update(&client_id, json!({"status": "suspended"}));
    let answers = stage.at_once(vec![suspend, rotate(&client_id)]).await;
    assert_eq!(statuses(&answers), [200; 2]);
    let secrets = sound(stage, &client_id).await;
    assert_eq!(get(stage, &client_id).await.data()["status"], "suspended");
    assert_eq!(count(&secrets, SecretStatus::Active), 1);
    assert_eq!(count(&secrets, SecretStatus::Retired), 1);
    assert_eq!(told(stage, &client_id, Action::ClientUpdate).await, 1);
    assert_eq!(told(stage, &client_id, Action::SecretRotate).await, 1);
}

pub async fn leaving_the_secret_methods_and_a_rotation(stage: &impl Stage) {
    let client_id = client(stage).await;
    let leave = update(&client_id, json!({"is_confidential": false}));
    let answers = stage
        .at_once(vec![leave, rotate(&client_id), add(&client_id)])
        .await;
    assert_eq!(answers[0].status, 200);
    assert!(
        matches!(statuses(&answers)[1..], [200 | 400, 201 | 400 | 409]),
        "{answers:?}"
    );
    // In any order: no secret of a public client verifies.
    let secrets = sound(stage, &client_id).await;
    assert_eq!(count(&secrets, SecretStatus::Inactive), secrets.len());
}

pub async fn clones_beside_updates(stage: &impl Stage) {
    let client_id = client(stage).await;
    let rename = |name: &str| {
        let redirect_uris = [format!("https://{name}.example.com/callback")];
        update(
            &client_id,
            json!({"name": name, "redirect_uris": redirect_uris}),
        )
    };
    let asks = vec![
        clone(&client_id),
        rename("one"),
        clone(&client_id),
        rename("two"),
        clone(&client_id),
    ];
    let answers = stage.at_once(asks).await;
    assert_eq!(statuses(&answers), [201, 200, 201, 200, 201]);
    let before = base();
    for answer in [&answers[0], &answers[2], &answers[4]] {
        let copy = answer.data();
        // Of one state of the client, not of two.
        let is_of = |name: &str, uri: &str| {
            copy["name"] == format!("{name} (clone)") && copy["redirect_uris"] == json!([uri])
        };
        let is_whole = is_of("one", "https://one.example.com/callback")
            || is_of("two", "https://two.example.com/callback")
            || is_of(text(&before["name"]), text(&before["redirect_uris"][0]));
        assert!(is_whole, "{copy}");
        sound(stage, text(&copy["client_id"])).await;
    }
    sound(stage, &client_id).await;
    assert_eq!(told(stage, &client_id, Action::ClientUpdate).await, 2);
}

pub async fn two_deletions(stage: &impl Stage) {
    let client_id = client(stage).await;
    let answers = stage.at_once(vec![delete(&client_id); 2]).await;
    assert_eq!(sorted(&answers), [204, 404]);
    assert_eq!(told(stage, &client_id, Action::ClientDelete).await, 1);
}

pub async fn restorations_of_one_deletion(stage: &impl Stage) {
    let client_id = client(stage).await;
    assert_eq!(ask(stage, delete(&client_id)).await.status, 204);
    stage.tick().await;
    let answers = stage.at_once(vec![restore(&client_id); 4]).await;
    assert_eq!(sorted(&answers), [200, 404, 404, 404]);
    let secrets = sound(stage, &client_id).await;
    assert_eq!(count(&secrets, SecretStatus::Inactive), 1);
    assert_eq!(told(stage, &client_id, Action::ClientRestore).await, 1);
}

pub async fn a_restoration_and_a_deletion(stage: &impl Stage) {
    let client_id = client(stage).await;
    assert_eq!(ask(stage, delete(&client_id)).await.status, 204);
    stage.tick().await;
    let asks = vec![restore(&client_id), delete(&client_id)];
    let answers = stage.at_once(asks).await;
    let [200, deleted] = statuses(&answers)[..] else {
        panic!("{answers:?}")
    };
    // Deleted again after it was restored, or not there to be deleted.
    match deleted {
        204 => assert_eq!(get(stage, &client_id).await.status, 404),
        404 => drop(sound(stage, &client_id).await),
        _ => panic!("{answers:?}"),
    }
    let deletions = 1 + usize::from(deleted == 204);
    assert_eq!(
        told(stage, &client_id, Action::ClientDelete).await,
        deletions
    );
}

pub async fn restorations_beside_deletions(stage: &impl Stage) {
    let client_id = client(stage).await;
    assert_eq!(ask(stage, delete(&client_id)).await.status, 204);
    stage.tick().await;
    let asks = [restore(&client_id), delete(&client_id)];
    let asks = [asks.clone(), asks.clone(), asks].concat();
    let answers = stage.at_once(asks).await;
    let statuses = statuses(&answers);
    let answered = |status| statuses.iter().filter(|other| **other == status).count();
    let (restored, deleted) = (answered(200), answered(204));
    assert_eq!(
        restored + deleted + answered(404),
        answers.len(),
        "{answers:?}"
    );
    // In turn, and a restoration is the first.
    let is_deleted = get(stage, &client_id).await.status == 404;
    assert_eq!(restored, deleted + usize::from(!is_deleted));
    let restorations = told(stage, &client_id, Action::ClientRestore).await;
    let deletions = told(stage, &client_id, Action::ClientDelete).await;
    assert_eq!((restorations, deletions), (restored, deleted + 1));
    if !is_deleted {
        let secrets = sound(stage, &client_id).await;
        assert_eq!(count(&secrets, SecretStatus::Active), 0);
    }
}
