//! The document that a client is exported as.

use std::time::Duration;

use serde_json::{Value, json};
use tower_oauth_clients::domain::{ClientOrigin, SecretHash};
use tower_oauth_clients::manager::ErrorKind;
use tower_oauth_clients::manager::transfer::{ClientExport, ClientImport};

use super::host::{BCRYPT, Host, draft, id, operator, rich, said};

#[tokio::test]
async fn a_document_is_checked_like_anything_from_outside() {
    let old = Host::memory().await;
    let (client_id, _) = rich(&old).await;
    let document: Value = serde_json::from_str(&old.export().await[0]).unwrap();
    for new in Host::each().await {
        let mut active = document["secrets"][0].clone();
        active["secret_id"] = json!("01ARZ3NDEKTSV4RRFFQ69G5FAV");
        for (pointer, value, message) in [
            ("/id", json!("1"), "id: must be a ULID"),
            ("/client_id", json!("a b"), "client_id: must be"),
            ("/client_id", json!(""), "client_id: must be"),
            (
                "/tenant_id",
                json!(" "),
                "tenant_id: must be the id of a tenant",
            ),
            (
                "/tenant_id",
                json!("other"),
                "tenant_id: must be the operator's tenant",
            ),
            ("/version", json!(0), "version: must be 1 to"),
            ("/name", json!(""), "name: must be"),
            ("/redirect_uris", json!([]), "redirect_uris: must hold"),
            (
                "/grant_types",
                json!(["magic"]),
                "grant_types[0]: must be one of",
            ),
            ("/status", json!("gone"), "status: must be one of"),
            (
                "/is_confidential",
                json!(false),
                "client_auth_methods: must be none alone",
            ),
            (
                "/secrets/1/secret_id",
                json!("x"),
                "secrets[1].secret_id: must be a ULID",
            ),
            (
                "/secrets/1/secret_id",
                document["secrets"][0]["secret_id"].clone(),
                "secrets[1].secret_id: must not be there twice",
            ),
            (
                "/secrets/0/status",
                json!("new"),
                "secrets[0].status: must be one of",
            ),
            (
                "/secrets/0/hash",
                json!("hunter2"),
                "secrets[0].hash: must have a format",
            ),
            (
                "/secrets/0/last_four",
                json!("12345"),
                "secrets[0].last_four: must be at most",
            ),
            (
                "/secrets/1/expires_at",
                Value::Null,
                "secrets[1].expires_at: must be set",
            ),
            (
                "/secrets",
                json!([active, active, active]),
                "must not be there twice",
            ),
        ] {
            let mut document = document.clone();
            *document.pointer_mut(pointer).unwrap() = value;
            let error = new.refusal(&document).await;
            assert!(said(&error).contains(message), "{pointer}: {error}");
        }
        let mut many = document.clone();
        for n in 0..2 {
            let mut more = active.clone();
            more["secret_id"] = json!(format!("01ARZ3NDEKTSV4RRFFQ69G5FA{n}"));
            many["secrets"].as_array_mut().unwrap().push(more);
        }
        assert!(said(&new.refusal(&many).await).contains("secrets: must hold at most 2"));

        let nothing = new.manager.get(&operator(), &client_id).await.unwrap_err();
        assert_eq!(nothing.kind(), ErrorKind::NotFound);
        assert!(new.import(&document.to_string()).await.is_ok());
    }
}

/// Storages accept different values, and a version that can't be incremented blocks every write.
#[tokio::test]
async fn what_some_storage_could_not_keep_is_refused_by_all() {
    let old = Host::memory().await;
    let (client_id, _) = rich(&old).await;
    let document: Value = serde_json::from_str(&old.export().await[0]).unwrap();
    let inactive = document["secrets"].as_array().unwrap().len() - 1;
    assert_eq!(document["secrets"][inactive]["status"], "inactive");
    let at = |field: &str| format!("/secrets/{inactive}/{field}");
    let with = |changes: &[(String, Value)]| {
        let mut changed = document.clone();
        for (pointer, value) in changes {
            let (parent, field) = pointer.rsplit_once('/').unwrap();
            changed.pointer_mut(parent).unwrap()[field] = value.clone();
        }
        changed
    };
    let long = |text: &str, length| json!(text.repeat(length));
    let last = 9_007_199_254_740_991_i64;
    for new in Host::each().await {
        for (pointer, value, message) in [
            ("/version".into(), json!(last + 1), "version: must be 1 to"),
            ("/version".into(), json!(i64::MAX), "version: must be 1 to"),
            ("/version".into(), json!(-1), "version: must be 1 to"),
            (at("hash"), json!("$x\0"), "hash: must be at most 1024"),
            (at("hash"), json!("$x y"), "hash: must be at most 1024"),
            (at("hash"), json!("$€"), "hash: must be at most 1024"),
            (at("hash"), long("x", 1025), "hash: must be at most 1024"),
            (
                "/secrets/0/hash".into(),
                json!("$x\0"),
                "hash: must be at most 1024",
            ),
            (at("last_four"), json!("\0"), "last_four: must be at most 4"),
            (
                at("last_four"),
                json!("a\n"),
                "last_four: must be at most 4",
            ),
            (at("last_four"), json!("€"), "last_four: must be at most 4"),
            (
                at("last_four"),
                json!("12345"),
                "last_four: must be at most 4",
            ),
            (
                at("description"),
                json!("a\0"),
                "description: must be at most 1024",
            ),
            (
                at("description"),
                long("€", 1025),
                "description: must be at most 1024",
            ),
        ] {
            let error = new.refusal(&with(&[(pointer, value.clone())])).await;
            let said = said(&error);
            assert!(said.contains(message), "{value}: {said}");
            assert_eq!(said.matches("must").count(), 1, "{said}");
            let shown = value.as_str().map_or(value.to_string(), str::to_owned);
            assert!(!said.contains(&shown), "{said}");
        }
        let most = with(&[
            ("/version".into(), json!(last)),
            (at("hash"), long("~", 1024)),
            (at("last_four"), json!("a !~")),
            (at("description"), long("💥", 1024)),
        ]);
        new.import(&most.to_string()).await.unwrap();
        let kept: Value = serde_json::from_str(&new.export().await[0]).unwrap();
        assert_eq!(kept, most);
        new.manager
            .rotate_secret(&operator(), &client_id)
            .await
            .unwrap();
        let version = new.seen(&client_id).await.0.version;
        assert_eq!(version.as_i64(), last + 1);
    }
}

#[tokio::test]
async fn two_secrets_may_be_active_and_two_retired() {
    let old = Host::memory().await;
    rich(&old).await;
    let document: Value = serde_json::from_str(&old.export().await[0]).unwrap();
    let with = |active, retired| {
        let of = |status: &str, count| {
            let mut all = document["secrets"].as_array().unwrap().iter();
            let one = all.find(|secret| secret["status"] == status).unwrap();
            std::iter::repeat_n(one.clone(), count)
        };
        let secrets = of("active", active).chain(of("retired", retired));
        let secrets = secrets.enumerate().map(|(n, mut secret)| {
            secret["secret_id"] = json!(format!("01ARZ3NDEKTSV4RRFFQ69G5FA{n}"));
            secret
        });
        let mut changed = document.clone();
        changed["secrets"] = secrets.collect();
        changed
    };
    for new in Host::each().await {
        for (active, retired) in [(3, 0), (1, 3), (3, 3)] {
            let told = new.refusal(&with(active, retired)).await;
            let told = said(&told);
            assert!(
                told.starts_with("secrets: must hold at most 2 that"),
                "{told}"
            );
        }
        new.import(&with(2, 2).to_string()).await.unwrap();
    }
}

#[test]
fn a_document_of_another_shape_is_not_read() {
    for text in [
        "",
        "null",
        "{}",
        "[]",
        r#"{"id":"x"}"#,
        r#"{"client_secret":"x"}"#,
    ] {
        assert!(
            serde_json::from_str::<ClientExport>(text).is_err(),
            "{text}"
        );
    }
}

#[tokio::test]
async fn times_are_kept_to_the_microsecond() {
    let old = Host::memory().await;
    old.clock.advance(Duration::from_micros(123_457));
    rich(&old).await;
    let line = &old.export().await[0];
    let document: Value = serde_json::from_str(line).unwrap();
    for (time, sound) in [
        ("2026-04-15T10:30:00.123456Z", true),
        ("2026-04-15T12:30:00+02:00", true),
        ("1969-12-31T23:59:59Z", false),
        ("2026-04-15", false),
        ("", false),
    ] {
        let mut document = document.clone();
        document["created_at"] = json!(time);
        let read: Result<ClientExport, _> = serde_json::from_value(document);
        assert_eq!(read.is_ok(), sound, "{time}");
        if time.ends_with("456Z") {
            let written = serde_json::to_value(read.unwrap()).unwrap();
            assert_eq!(written["created_at"], time);
        }
    }
}

/// Clients of earlier versions were all created by administrators.
#[tokio::test]
async fn a_document_without_an_origin_is_of_an_administrator() {
    let old = Host::memory().await;
    let (client_id, _) = rich(&old).await;
    let mut document: Value = serde_json::from_str(&old.export().await[0]).unwrap();
    let origin = document.as_object_mut().unwrap().remove("origin");
    assert_eq!(origin, Some(json!("administrator")));
    for new in Host::each().await {
        new.import(&document.to_string()).await.unwrap();
        let client = new.seen(&client_id).await.0;
        assert_eq!(client.origin, ClientOrigin::Administrator);
    }
}

#[tokio::test]
async fn only_the_document_itself_shows_a_hash() {
    let old = Host::memory().await;
    rich(&old).await;
    let page = old.manager.export(&operator(), None).await.unwrap();
    assert!(
        serde_json::to_string(&page.clients[0])
            .unwrap()
            .contains("$argon2id$")
    );
    assert!(!format!("{page:?}").contains("argon2id"));
    let import = ClientImport::from(page.clients[0].clone());
    assert!(!format!("{import:?}").contains("argon2id"));
    let import = ClientImport::new(id("a"), draft()).with_secret(SecretHash::new(BCRYPT), "");
    assert!(!format!("{import:?}").contains("$2a$"));
}
