//! The statements about clients that registered themselves.

use super::*;
use crate::domain::{
    InitialAccessToken, RegisteredClient, Registration, RegistrationState, TokenHash,
};
use crate::repository::diesel::rows::{RegistrationRow, TokenRow};

/// The texts of all statements, on a new database.
async fn every_statement(path: &str) -> Vec<String> {
    let mut conn = connect(path, "").unwrap();
    migrate::migrate(&mut conn, Duration::ZERO).await.unwrap();
    let recorder = Recorder::default();
    conn.set_instrumentation(recorder.clone());
    let conn = &mut conn;

    let now = Timestamp::from_micros(1_700_000_000_000_000);
    let issued = InitialAccessToken::new(
        Id::generate(now),
        tenant(),
        TokenHash::new("x"),
        "alice",
        now,
    );
    let name = crate::domain::ClientId::parse(&issued.id.to_string()).unwrap();
    let place = NewClientRow::purged(&tenant(), name.clone(), issued.id, now).unwrap();
    let of_token = Key::new(&tenant(), &name);
    let mut named = client();
    named.client_id = name;
    let row = TokenRow::new(&tenant(), &issued).unwrap();
    queries::create_token(conn, &row, &place, &entry(&of_token, &named))
        .await
        .unwrap();
    let (of, token) = ("acme", issued.id.to_string());
    queries::token(conn, of, &token).await.unwrap();

    let client = client();
    let key = &Key::new(&tenant(), &client.client_id);
    let row = NewClientRow::new(&tenant(), &client).unwrap();
    let mut registration = Registration::new(RegistrationState::Approved);
    registration.initial_access_token_id = Some(issued.id);
    let registered = RegistrationRow::new(&registration).unwrap();
    let secrets = vec![SecretRow::new(key, &secret(&client))];
    let rows = (row, secrets, vec![], None, entry(key, &client));
    queries::register(conn, key, &rows, &registered, Some(now.as_micros()))
        .await
        .unwrap();
    queries::registration(conn, key).await.unwrap();
    for page in [
        Page::Number { number: 2, size: 1 },
        Page::After { id: None, size: 1 },
        Page::After {
            id: Some(client.id),
            size: 1,
        },
    ] {
        queries::tokens(conn, of, page).await.unwrap();
        for state in [None, Some(RegistrationState::Approved)] {
            queries::registrations(conn, of, state.as_ref(), page)
                .await
                .unwrap();
        }
    }
    queries::count_registrations(conn, of, 9).await.unwrap();
    let after = (now.as_micros() - 1, "app-".to_owned());
    for after in [None, Some(&after)] {
        let later = now.as_micros() + 1;
        let unused = queries::unused_registrations(conn, later, after, 9).await;
        let found: Vec<RegisteredClient> = unused.unwrap();
        assert_eq!(found.len(), 1);
    }
    let metadata = || MetadataRow::new(&client.metadata, &client.status).unwrap();
    let row = |secret| {
        let registered = RegistrationRow::new(&registration).unwrap();
        (metadata(), Secrets::End, vec![], registered, secret)
    };
    let mut version = Version::FIRST;
    for secret in [None, Some(SecretRow::new(key, &secret(&client)))] {
        let (rows, audit) = (row(secret), entry(key, &client));
        queries::update_registration(conn, key, version, &client.status, &rows, &audit)
            .await
            .unwrap();
        version = version.next();
    }
    let audit = entry(&of_token, &named);
    queries::revoke_token(conn, of, &token, &audit)
        .await
        .unwrap();
    for stale in [true, false] {
        let used = stale.then_some(5);
        let audit = entry(key, &client);
        let deleted = queries::delete_unused(conn, key, version, used, &audit).await;
        assert_eq!(deleted.is_err(), stale);
    }
    recorder.statements()
}

#[tokio::test]
async fn every_statement_of_registrations_uses_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.db");
    let statements = every_statement(path.to_str().unwrap()).await;
    assert!(statements.len() > 25, "{}", statements.len());
    let plain = rusqlite::Connection::open(&path).unwrap();
    for sql in statements {
        let of_origins = sql.contains("`oauth_client_origins`");
        assert!(sql.contains("`tenant_id`") || of_origins, "{sql}");
        let mut plan = plain.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let mut steps = plan.raw_query();
        while let Some(step) = steps.next().unwrap() {
            let step: String = step.get("detail").unwrap();
            let whole = ["SCAN CONSTANT ROW", "SCAN counted"].contains(&&*step);
            assert!(!step.contains("SCAN") || whole, "{step}: {sql}");
            assert!(!step.contains("TEMP B-TREE"), "{step}: {sql}");
            if step.contains("counted_") || sql.contains("AS counted") {
                let is_small = step.contains("COVERING") || step.contains("USING PRIMARY KEY");
                assert!(!step.contains("SEARCH") || is_small, "{step}: {sql}");
            }
            if sql.contains("ORDER BY `oauth_clients`.`unused_since`") {
                let finds = step.contains("oauth_clients_unused (unused_since");
                assert!(
                    finds || step.contains("(tenant_id=? AND id=?)"),
                    "{step}: {sql}"
                );
            }
        }
    }
}

/// A host that doesn't know registrations deletes a client, and leaves its registration behind.
#[tokio::test]
async fn a_client_that_another_host_deleted_is_not_listed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.db");
    let mut conn = connect(path.to_str().unwrap(), "").unwrap();
    migrate::migrate(&mut conn, Duration::ZERO).await.unwrap();
    let [kept, deleted] = [0, 1].map(|later| {
        let mut client = client();
        client.id = Id::generate(client.created_at + Duration::from_secs(later));
        client.client_id = crate::domain::ClientId::generate("app-", client.id);
        client
    });
    let pending = Registration::new(RegistrationState::Pending);
    for client in [&kept, &deleted] {
        let key = &Key::new(&tenant(), &client.client_id);
        let row = NewClientRow::new(&tenant(), client).unwrap();
        let rows = (row, vec![], vec![], None, entry(key, client));
        let registration = RegistrationRow::new(&pending).unwrap();
        queries::register(&mut conn, key, &rows, &registration, None)
            .await
            .unwrap();
    }
    let delete = format!(
        "UPDATE oauth_clients SET deleted_at = 5 WHERE id = '{}'",
        deleted.id
    );
    conn.batch_execute(&delete).await.unwrap();
    for state in [None, Some(RegistrationState::Pending)] {
        for page in [
            Page::Number { number: 1, size: 9 },
            Page::After { id: None, size: 9 },
        ] {
            let listed = queries::registrations(&mut conn, "acme", state.as_ref(), page).await;
            let listed: Vec<_> = listed.unwrap().items;
            let ids: Vec<_> = listed.iter().map(|one| one.client.id).collect();
            assert_eq!(ids, [kept.id], "{state:?} {page:?}");
        }
    }
}
