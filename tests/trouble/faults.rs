//! A database that fails at any statement of a write: nothing of the write is stored, and the
//! response does not mention the database.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use support::{Answer, App, CLIENTS, Store, base};

/// Every kind of statement in a write: the event, its table, and the changed column.
const STATEMENTS: [(&str, &str, Option<&str>); 7] = [
    ("INSERT", "oauth_clients", None),
    ("UPDATE", "oauth_clients", Some("version")),
    ("UPDATE", "oauth_clients", Some("secret_last_four")),
    ("INSERT", "oauth_client_secrets", None),
    ("UPDATE", "oauth_client_secrets", None),
    ("DELETE", "oauth_client_secrets", None),
    ("INSERT", "oauth_client_audit_logs", None),
];

/// The SQL that makes a statement fail, and the SQL that undoes this.
fn fault(
    store: Store,
    (event, table, column): (&str, &str, Option<&str>),
) -> (String, &'static str) {
    let of = column
        .map(|column| format!(" OF {column}"))
        .unwrap_or_default();
    match store {
        Store::Memory => unreachable!("no statements"),
        Store::Sqlite => (
            format!(
                "CREATE TRIGGER fault BEFORE {event}{of} ON {table}
                 BEGIN SELECT RAISE(ABORT, 'the disk is on fire'); END"
            ),
            "DROP TRIGGER fault",
        ),
        Store::Postgres => (
            format!(
                "CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE 'the disk is on fire'; END $$;
                 CREATE TRIGGER fault BEFORE {event}{of} ON {table}
                 FOR EACH ROW EXECUTE FUNCTION fault()"
            ),
            "DROP FUNCTION fault CASCADE",
        ),
        Store::Mysql => {
            let when = column
                .map(|column| format!("NOT (OLD.{column} <=> NEW.{column})"))
                .unwrap_or_else(|| "TRUE".to_owned());
            (
                format!(
                    "CREATE TRIGGER fault BEFORE {event} ON {table} FOR EACH ROW
                     IF {when} THEN SIGNAL SQLSTATE '45000'
                     SET MESSAGE_TEXT = 'the disk is on fire'; END IF"
                ),
                "DROP TRIGGER fault",
            )
        }
    }
}

/// A client with two active secrets and a retired one.
async fn client(app: &App) -> (String, String) {
    let (client_id, _) = app.client().await;
    assert_eq!(app.rotate(&client_id).await.status, StatusCode::OK);
    let added = app.add_secret(&client_id).await.data();
    (client_id, added["secret_id"].as_str().unwrap().to_owned())
}

/// Every write operation, by number.
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

async fn a_write_that_fails_leaves_nothing(store: Store) {
    let app = App::new(store).await;
    for operation in 0..8 {
        let mut failed = 0;
        for statement in STATEMENTS {
            let (client_id, secret_id) = client(&app).await;
            let (begin, end) = fault(store, statement);
            app.place.execute(&[&begin]).await;
            let before = app.place.rows().await;
            let answer = write(&app, operation, &client_id, &secret_id).await;
            let after = app.place.rows().await;
            app.place.execute(&[end]).await;

            let place = format!("operation {operation}, {statement:?}, {store:?}");
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

#[tokio::test]
async fn a_write_that_fails_at_any_statement_leaves_nothing() {
    for store in Store::DATABASES {
        a_write_that_fails_leaves_nothing(store).await;
    }
}
