use serde_json::{Value, json};

use super::*;
use crate::domain::{
    Action, AuthMethod, ClientId, ClientMetadata, ClientStatus, FapiProfile, FieldChange,
    GrantType, Id, SecretHash, SecretStatus, TenantId, Timestamp,
};
use crate::repository::{NewSecret, StoredClient, Write};

const ID: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(1_776_249_000_000_000 + micros)
}

fn id() -> Id {
    Id::parse(ID).unwrap()
}

/// A client with every field set and with words that no version knows.
fn client() -> Client {
    let text = |text: &str| Some(text.to_owned());
    let mut metadata = ClientMetadata::new("Ä \"app\"\n", ["https://a.example/cb", "b:/cb"]);
    metadata.scopes = vec!["openid".into()];
    metadata
        .grant_types
        .push(GrantType::stored("urn:x:y").unwrap());
    metadata.client_auth_methods = vec![AuthMethod::stored("dpop").unwrap()];
    metadata.fapi_profile = FapiProfile::stored("fapi3");
    metadata.is_confidential = false;
    metadata.jwks = text("{ \"keys\": [ ] }\n");
    metadata.jwks_uri = text("https://a.example/jwks");
    metadata.logo_url = text("https://a.example/logo");
    metadata.privacy_policy = text("https://a.example/privacy");
    metadata.terms_url = text("https://a.example/terms");
    metadata.website = text("https://a.example/");
    metadata.description = text("An app.");
    metadata.contacts = vec!["ops@a.example".into()];
    metadata.post_logout_redirect_uris = vec!["https://a.example/bye".into()];
    metadata.allowed_cors_origins = vec!["https://b.example".into()];
    let pair = ("cost \"center\"".to_owned(), "4711\n".to_owned());
    metadata.metadata = [pair].into();
    let (tenant, name) = (TenantId::parse("acme"), ClientId::parse("app-1"));
    let mut client = Client::new(id(), tenant.unwrap(), name.unwrap(), metadata, at(1));
    client.status = ClientStatus::stored("quarantined").unwrap();
    client.secret_last_four = text("abcd");
    client.version = client.version.next();
    client.updated_at = at(2_000_000);
    client.deleted_at = Some(at(3));
    client
}

fn secret() -> SecretRecord {
    let mut secret = SecretRecord::new(id(), SecretHash::new("$x$1"), "abcd", at(0));
    secret.status = SecretStatus::stored("escrowed").unwrap();
    secret.description = Some("for \"jobs\"".into());
    secret.updated_at = at(5);
    secret.last_used_at = Some(at(6));
    secret.expires_at = Some(at(7));
    secret
}

fn entry() -> AuditEntry {
    let client = client();
    let action = Action::stored("client.quarantine").unwrap();
    let mut entry = AuditEntry::stored(id(), client.tenant_id, client.client_id, action, at(9));
    entry.secret_id = Some(id());
    entry.operator_id = "alice".into();
    entry.operator_type = "admin".into();
    entry.message = "done".into();
    entry.ip = Some("2001:db8::1".parse().unwrap());
    entry.changes = vec![
        FieldChange::new("name", Some("a".into()), None),
        FieldChange::unrecorded("jwks"),
    ];
    entry
}

fn read<T: DeserializeOwned>(value: Value) -> T {
    // As text, the way it is stored.
    serde_json::from_str(&value.to_string()).unwrap()
}

fn written(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

#[test]
fn everything_comes_back() {
    let document = written(&Document::new(client()));
    assert_eq!(document["grant_types"][1], "urn:x:y");
    assert_eq!(document["created_at"], "2026-04-15T10:30:00.000001Z");
    assert_eq!(read::<Document<Client>>(document).into_value(), client());
    let document = written(&Document::new(entry()));
    assert_eq!(document["ip"], "2001:db8::1");
    let changes = json!([{"field": "name", "old": "a"}, {"field": "jwks"}]);
    assert_eq!(document["changes"], changes);
    assert_eq!(read::<Document<AuditEntry>>(document).into_value(), entry());
    let document = written(&Document::new(secret()));
    assert_eq!(document["hash"], "$x$1");
    let back: Document<SecretRecord> = read(document);
    assert_eq!(back.value().hash.expose(), "$x$1");
    assert_eq!(format!("{:?}", back.value()), format!("{:?}", secret()));
}

/// Older and newer versions read these member names.
#[test]
fn the_least_that_is_stored_is_read() {
    let client = json!({
        "id": ID, "tenant_id": "acme", "client_id": "app-1", "name": "App", "redirect_uris": [],
        "scopes": [], "grant_types": ["authorization_code"],
        "client_auth_methods": ["client_secret_basic"], "is_confidential": true,
        "status": "active", "version": 1, "created_at": "2026-04-15T10:30:00Z",
        "updated_at": "2026-04-15T10:30:00Z",
    });
    let document: Document<Client> = read(client.clone());
    assert_eq!(
        document.value().metadata,
        ClientMetadata::new("App", [""; 0])
    );
    let mut with_later = client.clone();
    for list in [
        "contacts",
        "post_logout_redirect_uris",
        "allowed_cors_origins",
    ] {
        with_later[list] = json!([]);
    }
    with_later["origin"] = json!("administrator");
    assert_eq!(written(&document), with_later);
    let secret = json!({
        "id": ID, "hash": "$x$1", "last_four": "", "status": "active",
        "created_at": "2026-04-15T10:30:00Z", "updated_at": "2026-04-15T10:30:00Z",
    });
    assert_eq!(
        written(&read::<Document<SecretRecord>>(secret.clone())),
        secret
    );
    let entry = json!({
        "id": ID, "tenant_id": "acme", "client_id": "app-1", "action": "client.create",
        "operator_id": "", "operator_type": "", "message": "", "at": "2026-04-15T10:30:00Z",
    });
    assert_eq!(written(&read::<Document<AuditEntry>>(entry.clone())), entry);
}

/// An older version that changes a client keeps what a newer one has stored.
#[test]
fn members_of_newer_versions_stay() {
    let mut stored = written(&StoredClient::new(
        Client {
            deleted_at: None,
            ..client()
        },
        vec![secret()],
    ));
    let later = json!({"nested": [1, null, {"a": 0.5}], "text": "\u{0}€"});
    stored["later"] = later.clone();
    stored["client"]["later"] = later.clone();
    stored["secrets"][0]["later"] = later.clone();
    assert_eq!(written(&read::<StoredClient>(stored.clone())), stored);

    let mut changed: StoredClient = read(stored);
    let newer = Id::generate(at(10));
    let new = SecretRecord::new(newer, SecretHash::new("$x$2"), "efgh", at(10));
    let new = NewSecret::new(changed.client().version, new);
    changed.add_secret(&new, &Write::new(entry())).unwrap();
    let order: Vec<_> = changed.secrets().iter().map(|secret| secret.id).collect();
    let document = written(&changed);
    for (id, written) in order.iter().zip(document["secrets"].as_array().unwrap()) {
        let expected = (*id != newer).then_some(&later);
        assert_eq!(written.get("later"), expected);
    }
    assert_eq!(document["client"]["later"], later);
    assert_eq!(document["later"], later);
    assert!(!format!("{changed:?}").contains('€'));
}

#[test]
fn what_no_version_stores_is_not_read_and_not_shown() {
    let sound = written(&Document::new(client()));
    for (member, value) in [
        ("id", json!("hunter2")),
        ("client_id", json!("hunter2 ")),
        ("grant_types", json!(["hunter2 "])),
        ("status", json!("")),
        ("created_at", json!("hunter2")),
        ("created_at", json!("1969-12-31T23:59:59Z")),
        ("version", json!(0.5)),
        ("name", Value::Null),
    ] {
        let mut document = sound.clone();
        document[member] = value;
        let error = serde_json::from_value::<Document<Client>>(document).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
    for member in [
        "id",
        "redirect_uris",
        "is_confidential",
        "version",
        "status",
    ] {
        let mut document = sound.clone();
        document.as_object_mut().unwrap().remove(member);
        assert!(serde_json::from_value::<Document<Client>>(document).is_err());
    }
}
