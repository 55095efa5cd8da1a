#[cfg(feature = "cimd")]
mod blocks;
mod older;
#[cfg(feature = "registration")]
mod registrations;
mod scans;

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use diesel::connection::{Instrumentation, InstrumentationEvent};
use diesel_async::{AsyncConnection, SimpleAsyncConnection};

use super::*;
use crate::domain::{
    Action, AuditEntry, Client, ClientMetadata, ClientStatus, Id, Operator, Page, Role, SecretHash,
    SecretRecord, TenantId, Timestamp, Version,
};
use crate::repository::diesel::rows::{AuditRow, Key, MetadataRow, NewClientRow, SecretRow};
use crate::repository::{ClientFilter, ClientRepository, ErrorKind, NewClient, Secrets, Write};

fn tenant() -> TenantId {
    TenantId::parse("acme").unwrap()
}

fn client() -> Client {
    let now = Timestamp::from_micros(1_700_000_000_000_000);
    let id = Id::generate(now);
    let client_id = crate::domain::ClientId::generate("app-", id);
    let metadata = ClientMetadata::new("Name", ["https://app.example.com/cb"]);
    Client::new(id, tenant(), client_id, metadata, now)
}

fn secret(client: &Client) -> SecretRecord {
    let now = client.created_at;
    SecretRecord::new(Id::generate(now), SecretHash::new("$x"), "abcd", now)
}

fn entry(key: &Key, client: &Client) -> AuditRow {
    let operator = Operator::new("alice", Role::Admin, tenant());
    let id = client.client_id.clone();
    let action = Action::ClientUpdate;
    AuditRow::new(
        key,
        &AuditEntry::new(&operator, id, action, "", client.created_at),
    )
}

fn connect(path: &str, setup: &str) -> crate::repository::diesel::error::Result<Connection> {
    Database::new(path.to_owned()).connect(setup)
}

/// Records the text of every statement, and of the cached prepared ones.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<String>>>, Arc<Mutex<Vec<String>>>);

impl Recorder {
    /// The texts so far, each once. All of them are prepared.
    fn statements(&self) -> Vec<String> {
        let mut statements = std::mem::take(&mut *self.0.lock().unwrap());
        statements.sort();
        statements.dedup();
        statements.retain(|sql| {
            !sql.is_empty() && !["BEGIN", "COMMIT", "ROLLBACK"].contains(&sql.as_str())
        });
        let prepared = self.1.lock().unwrap();
        for sql in &statements {
            assert!(prepared.contains(sql), "prepared anew each time: {sql}");
        }
        statements
    }
}

impl Instrumentation for Recorder {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { query, .. } => {
                let text = query.to_string();
                let sql = text.split(" -- binds").next().unwrap_or_default();
                self.0.lock().unwrap().push(sql.to_owned());
            }
            InstrumentationEvent::CacheQuery { sql, .. } => {
                self.1.lock().unwrap().push(sql.to_owned());
            }
            _ => {}
        }
    }
}

/// The texts of all statements of all operations, on a new database.
async fn every_statement(path: &str) -> Vec<String> {
    let mut conn = connect(path, "").unwrap();
    migrate::migrate(&mut conn, Duration::ZERO).await.unwrap();
    let recorder = Recorder::default();
    conn.set_instrumentation(recorder.clone());
    let conn = &mut conn;

    let client = client();
    let key = &Key::new(&tenant(), &client.client_id);
    let first = secret(&client);
    let row = NewClientRow::new(&tenant(), &client).unwrap();
    let secret_row = SecretRow::new(key, &first);
    let pages = vec!["https://app.example.com".into()];
    let rows = (row, vec![secret_row], pages, None, entry(key, &client));
    queries::create(conn, &rows).await.unwrap();
    let mut clone = client.clone();
    clone.id = Id::generate(client.created_at);
    clone.client_id = crate::domain::ClientId::generate("app-", clone.id);
    let clone_key = Key::new(&tenant(), &clone.client_id);
    let row = NewClientRow::new(&tenant(), &clone).unwrap();
    let origin = (Key::new(&tenant(), &client.client_id), Version::from_i64(1));
    let audit = entry(&clone_key, &clone);
    let rows = (row, vec![], vec![], Some(origin), audit);
    queries::create(conn, &rows).await.unwrap();
    queries::get(conn, key).await.unwrap();
    queries::secrets(conn, key).await.unwrap();
    for page in [
        Page::Number { number: 2, size: 1 },
        Page::After { id: None, size: 1 },
        Page::After {
            id: Some(client.id),
            size: 1,
        },
    ] {
        for status in [None, Some(ClientStatus::Active)] {
            for name in [None, Some("name".to_owned())] {
                let status = status.clone();
                let filter = ClientFilter {
                    name,
                    status,
                    ..ClientFilter::new()
                };
                let filter = queries::Filter::new(&tenant(), &filter).unwrap();
                queries::list(conn, &filter, page).await.unwrap();
            }
        }
        queries::audit_entries(conn, key, page).await.unwrap();
    }
    let mut version = Version::FIRST;
    let metadata = MetadataRow::new(&client.metadata, &client.status).unwrap();
    for secrets in [Secrets::Keep, Secrets::End] {
        let audit = entry(key, &client);
        let more = (Some(&[][..]), Some(&client.status));
        queries::update(conn, key, version, &metadata, secrets, more, &audit)
            .await
            .unwrap();
        version = version.next();
    }
    let row = SecretRow::new(key, &secret(&client));
    queries::add_secret(conn, key, version, &row, &entry(key, &client))
        .await
        .unwrap();
    let now = client.created_at.as_micros();
    for grace_ends in [now + 9, now + 9, now + 9, now + 9, now] {
        version = version.next();
        let row = SecretRow::new(key, &secret(&client));
        let audit = entry(key, &client);
        queries::rotate_secret(conn, key, version, &row, grace_ends, &audit)
            .await
            .unwrap();
    }
    let id = first.id.to_string();
    queries::touch_secret(conn, key, &id, now).await.unwrap();
    queries::touch_client(conn, key, now).await.unwrap();
    queries::deactivate_secret(conn, key, &id, &entry(key, &client))
        .await
        .unwrap();
    queries::delete_secret(conn, key, &id, &entry(key, &client))
        .await
        .unwrap();
    queries::delete(conn, key, None, &entry(key, &client))
        .await
        .unwrap();
    let gone = queries::delete(conn, key, None, &entry(key, &client)).await;
    assert!(gone.is_err());
    recorder.statements()
}

#[tokio::test]
async fn every_statement_names_the_tenant_and_uses_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.db");
    let statements = every_statement(path.to_str().unwrap()).await;
    assert!(statements.len() > 25, "{}", statements.len());
    let plain = rusqlite::Connection::open(&path).unwrap();
    for sql in statements {
        // A preflight request names no tenant, nor does the question for an index of names.
        let of_all = ["`oauth_client_origins`", "`oauth_client_migrations`"];
        let of_all = of_all.iter().any(|table| sql.contains(table));
        assert!(sql.contains("`tenant_id`") || of_all, "{sql}");
        // Another function whose value is not known in advance.
        let known = sql.replace("oauth_clients_in_time()", "random()");
        let explain = format!("EXPLAIN QUERY PLAN {known}");
        let mut plan = plain.prepare(&explain).unwrap();
        let mut steps = plan.raw_query();
        while let Some(step) = steps.next().unwrap() {
            let step: String = step.get("detail").unwrap();
            let counts = sql.starts_with("SELECT COUNT(*) FROM `oauth_clients` WHERE");
            if (counts || step.contains("counted_clients")) && !sql.contains("LIKE") {
                assert!(step.contains("COVERING"), "{step}: {sql}");
            }
            assert!(
                !step.contains("SCAN") || step == "SCAN CONSTANT ROW",
                "{step}: {sql}"
            );
            assert!(!step.contains("TEMP B-TREE"), "{step}: {sql}");
            // A page starts where the last one ended, at any depth.
            if sql.contains("`id` < ?") {
                assert!(step.contains("AND id<?"), "{step}: {sql}");
            }
        }
    }
}

/// Not by reading the list, of which a page needs few clients or none.
#[tokio::test]
async fn what_expires_is_found_by_its_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.db");
    let mut conn = connect(path.to_str().unwrap(), "").unwrap();
    migrate::migrate(&mut conn, Duration::ZERO).await.unwrap();
    let recorder = Recorder::default();
    conn.set_instrumentation(recorder.clone());
    let time = Timestamp::from_micros(1_700_000_000_000_000);
    for (deleted, id) in [
        (false, None),
        (false, Some(Id::generate(time))),
        (true, None),
    ] {
        let expiring = ClientFilter::new().with_secret_expires(time..=time);
        let filter = queries::Filter::new(&tenant(), &expiring.with_deleted(deleted)).unwrap();
        for page in [
            Page::After { id, size: 20 },
            Page::Number {
                number: 1,
                size: 20,
            },
        ] {
            queries::list(&mut conn, &filter, page).await.unwrap();
        }
    }
    let plain = rusqlite::Connection::open(&path).unwrap();
    let statements = recorder.statements();
    assert_eq!(statements.len(), 5);
    for sql in statements {
        let known = sql.replace("oauth_clients_in_time()", "random()");
        let mut plan = plain
            .prepare(&format!("EXPLAIN QUERY PLAN {known}"))
            .unwrap();
        let mut steps = plan.raw_query();
        while let Some(step) = steps.next().unwrap() {
            let step: String = step.get("detail").unwrap();
            let is_of_clients = step.contains("oauth_clients ") || step.contains("counted_clients");
            assert!(
                !is_of_clients || step.contains("(client_id=?)"),
                "{step}: {sql}"
            );
            assert!(!step.contains("SCAN"), "{step}: {sql}");
        }
    }
}

#[tokio::test]
async fn a_lock_that_is_not_given_up_is_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.db");
    let path = path.to_str().unwrap();
    let mut holder = connect(path, "").unwrap();
    migrate::migrate(&mut holder, Duration::ZERO).await.unwrap();
    let mut other = connect(path, "PRAGMA busy_timeout = 1;").unwrap();
    holder.batch_execute("BEGIN IMMEDIATE").await.unwrap();

    let client = client();
    let key = Key::new(&tenant(), &client.client_id);
    let fault = queries::delete(&mut other, &key, None, &entry(&key, &client))
        .await
        .unwrap_err();
    assert!(fault.is_contention());
    let error = crate::repository::Error::from(fault);
    assert_eq!(error.kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn a_lock_that_is_given_up_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.db");
    let repository = SqliteRepository::open(&path).await.unwrap();
    repository.migrate().await.unwrap();
    let holder = rusqlite::Connection::open(&path).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let release = thread::spawn(move || {
        thread::sleep(Duration::from_millis(200));
        holder.execute_batch("ROLLBACK").unwrap();
    });
    assert_eq!(repository.migrate().await.unwrap(), 0);
    release.join().unwrap();
}

#[tokio::test]
async fn what_waits_is_bounded_by_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.db");
    let repository = SqliteRepository::open(&path).await.unwrap();
    repository.migrate().await.unwrap();
    let holder = rusqlite::Connection::open(&path).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut large = client();
    large.metadata.jwks = Some("x".repeat(1024 * 1024 - 1024));
    let operator = Operator::new("alice", Role::Admin, tenant());
    let id = large.client_id.clone();
    let audit = AuditEntry::new(&operator, id, Action::ClientCreate, "", large.created_at);
    let create = || {
        let (repository, client) = (repository.clone(), large.clone());
        let write = Write::new(audit.clone());
        async move {
            let (tenant, new) = (tenant(), NewClient::new(client));
            let created = repository.create(&tenant, &new, &write);
            created.await.unwrap_err().kind()
        }
    };
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..72 {
        waiting.spawn(create());
    }
    let mut refused = 0;
    loop {
        // The machine may be slow, but a wait that ends the loop should be short.
        let longest = Duration::from_secs(if refused < 7 { 20 } else { 1 });
        let Ok(outcome) = tokio::time::timeout(longest, waiting.join_next()).await else {
            break;
        };
        assert_eq!(outcome.unwrap().unwrap(), ErrorKind::Unavailable);
        refused += 1;
    }
    // 64 are waiting, and one is running.
    assert!((7..=8).contains(&refused), "{refused}");
}

#[tokio::test]
async fn a_panic_leaves_a_usable_repository() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.db");
    let repository = SqliteRepository::open(&path).await.unwrap();
    repository.migrate().await.unwrap();
    let broken = repository
        .write((), |conn, ()| {
            Box::pin(async move {
                conn.batch_execute("BEGIN IMMEDIATE").await?;
                panic!("on purpose")
            })
        })
        .await;
    let error: crate::repository::Error = Result::<()>::unwrap_err(broken);
    assert_eq!(error.kind(), ErrorKind::Other);
    assert_eq!(repository.migrate().await.unwrap(), 0);
}

#[tokio::test]
async fn connections_are_safe_by_default() {
    use diesel_async::RunQueryDsl;

    #[derive(diesel::QueryableByName)]
    struct Pragmas {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        synchronous: i64,
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        foreign_keys: i64,
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        timeout: i64,
        #[diesel(sql_type = diesel::sql_types::Text)]
        journal_mode: String,
    }

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.db");
    let mut conn = connect(path.to_str().unwrap(), "").unwrap();
    let pragmas: Pragmas = diesel::sql_query(
        "SELECT * FROM pragma_synchronous, pragma_foreign_keys, pragma_busy_timeout, \
         pragma_journal_mode",
    )
    .get_result(&mut conn)
    .await
    .unwrap();
    assert_eq!(pragmas.journal_mode, "wal");
    assert_eq!(pragmas.synchronous, 2);
    assert_eq!(pragmas.foreign_keys, 1);
    assert_eq!(pragmas.timeout, 5_000);
}
