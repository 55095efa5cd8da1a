//! Moving clients between storages: everything once, or nothing.

use std::array;
use std::time::Duration;

use serde_json::Value;
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::authentication::Presented;
use tower_oauth_clients::domain::{ClientStatus, Clock, Operator, Page, Patch, Role, SecretStatus};
use tower_oauth_clients::manager::transfer::{ClientExport, Imported};
use tower_oauth_clients::manager::{ErrorKind, Expected};
use tower_oauth_clients::repository::conformance::InTurn;
use tower_oauth_clients::secrets::Plaintext;

use super::host::{Host, draft, id, operator, pool, rich, tenant};
use support::Store;
use support::world::eventually;

#[tokio::test]
async fn a_client_moves_with_everything_and_authenticates_there() {
    let stores: Vec<_> = Store::ALL.into_iter().collect();
    for (old, new) in [
        (Store::Sqlite, Store::Memory),
        (Store::Sqlite, Store::Postgres),
        (Store::Postgres, Store::Mysql),
        (Store::Mysql, Store::Sqlite),
        (Store::Memory, Store::Sqlite),
    ] {
        if !stores.contains(&old) || !stores.contains(&new) {
            continue;
        }
        let (old, new) = (Host::over(old).await, Host::over(new).await);
        let (id, [active, retired]) = rich(&old).await;
        let lines = old.export().await;
        assert_eq!(lines.len(), 1);
        assert!(!lines[0].contains(&active) && !lines[0].contains(&retired));
        let imported = new.import(&lines[0]).await.unwrap();
        assert!(matches!(imported, Imported::Created(_)));

        assert_eq!(new.seen(&id).await, old.seen(&id).await);
        assert_eq!(new.verifies(&id, &active).await, [SecretStatus::Active]);
        assert_eq!(new.verifies(&id, &retired).await, [SecretStatus::Retired]);
        assert!(new.verifies(&id, "hunter2").await.is_empty());
        new.clock.advance(Duration::from_secs(4 * 60 * 60 + 60));
        assert!(new.verifies(&id, &retired).await.is_empty());

        // It can be changed like any other client, starting from the imported version.
        let before = new.seen(&id).await.0.version;
        new.manager.rotate_secret(&operator(), &id).await.unwrap();
        assert_eq!(new.seen(&id).await.0.version, before.next());
    }
}

/// A last use in the future, recorded by a wrong clock, is not imported. The last four characters
/// that a client shows are not those of an ended secret.
#[tokio::test]
async fn no_last_use_is_in_the_future_and_what_is_over_is_not_shown() {
    for new in Host::each().await {
        let old = Host::memory().await;
        let issued = old.manager.create(&operator(), draft()).await.unwrap();
        let id = issued.client.client_id;
        old.clock.advance(Duration::from_millis(5));
        old.manager.create_secret(&operator(), &id).await.unwrap();
        let mut document: Value = serde_json::from_str(&old.export().await[0]).unwrap();
        let secrets = document["secrets"].as_array_mut().unwrap();
        for secret in secrets.iter_mut() {
            secret["last_used_at"] = "2999-01-01T00:00:00.000000Z".into();
        }
        let newest = secrets
            .iter_mut()
            .max_by_key(|it| it["secret_id"].to_string());
        newest.unwrap()["expires_at"] = "2001-01-01T00:00:00.000000Z".into();
        new.import(&document.to_string()).await.unwrap();

        let secrets = new.secrets(&id).await;
        let now = new.clock.now();
        assert!(
            secrets
                .iter()
                .all(|secret| secret.last_used_at <= Some(now))
        );
        let shown = new.seen(&id).await.0.secret_last_four;
        assert_eq!(shown, Some(secrets[1].last_four.clone()));
        new.manager.create_secret(&operator(), &id).await.unwrap();
    }
}

#[tokio::test]
async fn a_second_import_changes_nothing() {
    for new in Host::each().await {
        let old = Host::memory().await;
        let (id, _) = rich(&old).await;
        let line = &old.export().await[0];
        new.import(line).await.unwrap();
        let before = new.seen(&id).await;
        let again = new.import(line).await.unwrap();
        assert_eq!(again, Imported::Unchanged(before.0.clone()));
        assert_eq!(new.seen(&id).await, before);
        let first = Page::After { id: None, size: 10 };
        let trail = new
            .manager
            .audit_entries(&operator(), &id, first)
            .await
            .unwrap();
        assert_eq!(trail.items.len(), 1);

        // Changes since the import are not overwritten.
        let patch = Patch::new().with_status(ClientStatus::Suspended);
        new.manager
            .update(&operator(), &id, patch, &Expected::Any)
            .await
            .unwrap();
        let before = new.seen(&id).await;
        let error = new.import(line).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert_eq!(new.seen(&id).await, before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_can_be_repeated_after_the_secret_was_used() {
    for new in Host::each().await {
        let old = Host::memory().await;
        let (id, [secret, _]) = rich(&old).await;
        let line = &old.export().await[0];
        new.import(line).await.unwrap();
        assert_eq!(new.seen(&id).await.0.last_used_at, None);

        let authenticator = new.authenticator().with_hash_pool(pool());
        let authenticator = authenticator.with_clock(new.clock.clone());
        let presented = Presented::SecretBasic {
            client_id: id.clone(),
            secret: Plaintext::new(secret),
        };
        let authenticator = authenticator.build().unwrap();
        let outcome = authenticator.authenticate_presented(presented, None).await;
        outcome.unwrap();
        eventually("the use is stored", async || {
            let client = new.seen(&id).await.0;
            let secrets = new.secrets(&id).await;
            let mut uses = secrets.iter().map(|secret| secret.last_used_at);
            client.last_used_at.is_some() && uses.any(|used_at| used_at.is_some())
        })
        .await;

        let before = new.seen(&id).await;
        let again = new.import(line).await.unwrap();
        assert_eq!(again, Imported::Unchanged(before.0.clone()));
        assert_eq!(new.seen(&id).await, before);
    }
}

/// The client itself is the same.
#[tokio::test]
async fn an_import_with_other_secrets_is_a_conflict() {
    let old = Host::memory().await;
    rich(&old).await;
    let document: Value = serde_json::from_str(&old.export().await[0]).unwrap();
    let last = document["secrets"].as_array().unwrap().len() - 1;
    assert_eq!(document["secrets"][last]["status"], "inactive");
    for new in Host::each().await {
        new.import(&document.to_string()).await.unwrap();
        for (member, value) in [
            ("secret_id", "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
            ("last_four", "zzzz"),
            ("description", "another"),
            ("created_at", "2001-01-01T00:00:00.000000Z"),
            ("expires_at", "2001-01-01T00:00:00.000000Z"),
        ] {
            let mut other = document.clone();
            other["secrets"][last][member] = value.into();
            let error = new.refusal(&other).await;
            assert_eq!(error.kind(), ErrorKind::Conflict, "{member}: {error}");
        }
        let mut fewer = document.clone();
        fewer["secrets"].as_array_mut().unwrap().pop();
        let error = new.refusal(&fewer).await;
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        let again = new.import(&document.to_string()).await.unwrap();
        assert!(matches!(again, Imported::Unchanged(_)));
    }
}

#[tokio::test]
async fn an_export_has_every_live_client_of_the_tenant_once() {
    for host in Host::each().await {
        let other = Operator::new("bob", Role::Admin, tenant("other"));
        host.manager.create(&other, draft()).await.unwrap();
        let public = || draft().with_is_confidential(false);
        let mut expected = Vec::new();
        for _ in 0..205 {
            let issued = host.manager.create(&operator(), public()).await.unwrap();
            expected.push(issued.client.client_id.to_string());
        }
        let gone = id(&expected.remove(100));
        host.manager
            .delete(&operator(), &gone, &Expected::Any)
            .await
            .unwrap();
        let exported = host.export().await;
        let exported = exported.iter().map(|line| {
            let client: ClientExport = serde_json::from_str(line).unwrap();
            assert_eq!(client.tenant_id(), "acme");
            client.client_id().to_owned()
        });
        let mut exported: Vec<_> = exported.collect();
        exported.sort_unstable();
        expected.sort_unstable();
        assert!(exported == expected, "{} exported", exported.len());
    }
}

/// It is on the list, and gone when its secrets are read.
#[tokio::test]
async fn a_client_that_is_deleted_during_an_export_is_left_out() {
    let (before, after) = (Host::memory().await, Host::memory().await);
    for _ in 0..3 {
        before.manager.create(&operator(), draft()).await.unwrap();
    }
    let mut lines = before.export().await;
    for line in &lines {
        after.import(line).await.unwrap();
    }
    let gone: ClientExport = serde_json::from_str(&lines.remove(1)).unwrap();
    let gone = id(gone.client_id());
    after
        .manager
        .delete(&operator(), &gone, &Expected::Any)
        .await
        .unwrap();

    let (before, after) = (before.memory_repository(), after.memory_repository());
    let calls: [_; 6] = array::from_fn(|call| match call {
        0 => before.clone(),
        _ => after.clone(),
    });
    let manager = ClientManager::builder(InTurn::new(calls)).with_hash_pool(pool());
    let manager = manager.build().unwrap();
    let page = manager.export(&operator(), None).await.unwrap();
    let exported = page.clients.iter();
    let exported: Vec<_> = exported
        .map(|client| serde_json::to_string(client).unwrap())
        .collect();
    assert_eq!(exported, lines);
}

#[tokio::test]
async fn storage_that_fails_is_neither_an_empty_export_nor_a_conflict() {
    let host = Host::sqlite().await;
    let (client_id, _) = rich(&host).await;
    let line = &host.export().await[0];
    let database = host.database();
    let away = "ALTER TABLE oauth_client_secrets RENAME TO away";
    database.execute_batch(away).unwrap();
    let error = host.manager.export(&operator(), None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    let error = host.import(line).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    let back = "ALTER TABLE away RENAME TO oauth_client_secrets";
    database.execute_batch(back).unwrap();
    let stored = host.seen(&client_id).await.0;
    let again = host.import(line).await.unwrap();
    assert_eq!(again, Imported::Unchanged(stored));
}

/// Storing the second of three secrets fails, so nothing is stored.
#[tokio::test]
async fn an_import_that_fails_halfway_leaves_nothing() {
    let old = Host::memory().await;
    let (client_id, _) = rich(&old).await;
    let line = &old.export().await[0];
    let new = Host::sqlite().await;
    let database = new.database();
    let fault = "CREATE TRIGGER fault BEFORE INSERT ON oauth_client_secrets
                 WHEN (SELECT count(*) FROM oauth_client_secrets) = 1
                 BEGIN SELECT RAISE(ABORT, 'the disk is on fire'); END";
    database.execute_batch(fault).unwrap();
    let error = new.import(line).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    for table in [
        "oauth_clients",
        "oauth_client_secrets",
        "oauth_client_audit_logs",
    ] {
        let count = format!("SELECT count(*) FROM {table}");
        let rows: i64 = database.query_row(&count, [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 0, "{table}");
    }
    database.execute_batch("DROP TRIGGER fault").unwrap();
    assert!(matches!(
        new.import(line).await.unwrap(),
        Imported::Created(_)
    ));
    assert_eq!(new.seen(&client_id).await, old.seen(&client_id).await);
}
