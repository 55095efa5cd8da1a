//! A database that fails at any statement of a write: nothing of the write is left, and the answer
//! says nothing of the database.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod support;

use http::{Method, StatusCode};
use rusqlite::Connection;
use rusqlite::types::Value as Stored;
use serde_json::{Value, json};
use support::{Answer, App, CLIENTS, Store, base};

/// Each kind of statement that a write consists of.
const STATEMENTS: [&str; 7] = [
    "INSERT ON oauth_clients",
    "UPDATE OF version ON oauth_clients",
    "UPDATE OF secret_last_four ON oauth_clients",
    "INSERT ON oauth_client_secrets",
    "UPDATE ON oauth_client_secrets",
    "DELETE ON oauth_client_secrets",
    "INSERT ON oauth_client_audit_logs",
];

/// A client with two active secrets and a retired one.
async fn client(app: &App) -> (String, String) {
    let (client_id, _) = app.client().await;
    assert_eq!(app.rotate(&client_id).await.status, StatusCode::OK);
    let added = app.add_secret(&client_id).await.data();
    (client_id, added["secret_id"].as_str().unwrap().to_owned())
}

/// Every operation that writes, by its number.
async fn write(app: &App, operation: usize, client_id: &str, secret_id: &str) -> Answer {
    let client = format!("{CLIENTS}/{client_id}");
    let secret = format!("{client}/secrets/{secret_id}");
    let (method, path, body): (Method, String, Option<Value>) = match operation {
        0 => (Method::POST, CLIENTS.into(), Some(base())),
        1 => (Method::PUT, client, Some(json!({"name": "Renamed"}))),
        2 => (Method::PUT, client, Some(json!({"is_confidential": false}))),
        3 => (Method::POST, format!("{client}/clone"), None),
        4 => (Method::POST, format!("{client}/rotate-secret"), None),
        5 => (Method::PUT, format!("{secret}/deactivate"), None),
        6 => (Method::DELETE, secret, None),
        _ => (Method::DELETE, client, None),
    };
    app.call(method, &path, body.as_ref()).await
}

/// Everything that is stored.
fn dump(database: &Connection) -> Vec<Vec<Stored>> {
    let tables = [
        "oauth_clients",
        "oauth_client_secrets",
        "oauth_client_audit_logs",
    ];
    let mut rows = Vec::new();
    for table in tables {
        let mut select = database
            .prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2, 3"))
            .unwrap();
        let columns = select.column_count();
        let found = select
            .query_map([], |row| {
                (0..columns).map(|column| row.get(column)).collect()
            })
            .unwrap();
        rows.extend(found.map(|row: rusqlite::Result<Vec<Stored>>| row.unwrap()));
    }
    rows
}

#[tokio::test]
async fn a_write_that_fails_at_any_statement_leaves_nothing() {
    let app = App::new(Store::Sqlite).await;
    let database = Connection::open(app.database()).unwrap();
    for operation in 0..8 {
        let mut failed = 0;
        for statement in STATEMENTS {
            let (client_id, secret_id) = client(&app).await;
            let trigger = format!(
                "CREATE TRIGGER fault BEFORE {statement} \
                 BEGIN SELECT RAISE(ABORT, 'the disk is on fire'); END"
            );
            database.execute_batch(&trigger).unwrap();
            let before = dump(&database);
            let answer = write(&app, operation, &client_id, &secret_id).await;
            let after = dump(&database);
            database.execute_batch("DROP TRIGGER fault").unwrap();

            let place = format!("operation {operation}, {statement}");
            if answer.status.is_success() {
                assert_ne!(after, before, "{place}");
                continue;
            }
            failed += 1;
            assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{place}");
            assert_eq!(answer.message(), "internal error", "{place}");
            assert_eq!(after, before, "{place}");
            let again = write(&app, operation, &client_id, &secret_id).await;
            assert!(again.status.is_success(), "{place}: {:?}", again.body);
        }
        // At least the audit entry, and the client or its version.
        assert!(failed >= 2, "operation {operation} failed {failed} times");
    }
}
