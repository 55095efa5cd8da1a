//! The query plans of the servers, with many clients of many tenants: the statements use an index,
//! and its order.

mod documents;
mod names;
mod registrations;

use std::future::poll_fn;
use std::mem;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel::ConnectionError;
use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::bb8::Pool;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig};
use mysql_async::prelude::Queryable;
use tokio_postgres::{AsyncMessage, NoTls};
use tower_oauth_clients::domain::{
    Action, AuditEntry, ClientId, ClientStatus, Id, Operator, Page, Role, SecretHash, SecretRecord,
    TenantId, Timestamp, Version,
};
use tower_oauth_clients::repository::{
    AuditFilter, ClientFilter, ClientRepository, ClientUpdate, DocumentRepository, MysqlRepository,
    NewClient, NewSecret, Origin, PostgresRepository, PurgeRepository, RegistrationRepository,
    SecretRotation, Secrets, Write,
};

use self::documents::{BLOCKS, DOCUMENTS, LIMITS, use_documents};
use self::registrations::{REGISTRATIONS, TOKENS, UNUSED, use_registrations};
use support::servers::{Database, Server, execute, mysql};

/// Four tenants with 5,000 clients each, of which some are deleted and some purged. Every client
/// has a secret and three audit entries. `{n}` is its number.
const ORIGINS: &str = "INSERT INTO oauth_client_origins (origin, client_id)
    SELECT 'https://' || client_id, client_id FROM oauth_clients";

const CLIENTS: &str = "INSERT INTO oauth_clients (client_id, tenant_id, id, name, name_folded, \
    redirect_uris, scopes, grant_types, client_auth_methods, is_confidential, status, version, \
    clones, created_at, updated_at, deleted_at) \
    SELECT CONCAT('app-', n), CONCAT('tenant_', n % 4), \
    CONCAT('01ARZ3NDEKTSV4RRFF', LPAD(CONCAT('', n), 8, '0')), 'My Application', \
    'my application', '[\"https://app.example.com/callback\"]', '[]', \
    '[\"authorization_code\"]', '[\"client_secret_basic\"]', 1, \
    CASE WHEN n % 3 = 0 THEN 'suspended' ELSE 'active' END, 1, 0, 1, 1, \
    CASE WHEN n % 5 = 0 THEN 1 WHEN n % 7 = 0 THEN 9223372036854775807 ELSE NULL END FROM numbers";
const SECRETS: &str = "INSERT INTO oauth_client_secrets (tenant_id, client_id, id, hash, \
    last_four, status, created_at, updated_at) \
    SELECT tenant_id, client_id, id, 'hash', 'abcd', 'active', 1, 1 FROM oauth_clients";
const ENTRIES: &str = "INSERT INTO oauth_client_audit_logs (tenant_id, client_id, id, action, \
    operator_id, operator_type, message, at) \
    SELECT tenant_id, client_id, CONCAT(LEFT(id, 25), n), 'client.update', 'alice', 'admin', \
    'changed name', 1469918176385000 FROM oauth_clients, numbers WHERE n < 4";

const CLIENT: &str = "app-9999";

fn after(id: Option<&str>) -> Page {
    let id = id.map(|id| Id::parse(id).unwrap());
    Page::After { id, size: 20 }
}

/// Runs every operation whose cost must not grow with the number of records.
async fn use_everything<R>(repository: &R)
where
    R: DocumentRepository + RegistrationRepository + PurgeRepository,
{
    let tenant = TenantId::parse("tenant_3").unwrap();
    let id = ClientId::parse(CLIENT).unwrap();
    let middle = Some("01ARZ3NDEKTSV4RRFF00009999");
    // Repeated, since servers may change the plan of a repeated statement.
    for round in 0..8_u64 {
        let mut version = repository.get(&tenant, &id).await.unwrap().version;
        repository.credentials(&id).await.unwrap();
        repository.secrets(&tenant, &id).await.unwrap();
        for status in [None, Some(ClientStatus::Active)] {
            let mut filter = ClientFilter::new();
            filter.status = status;
            for page in [after(None), after(middle)] {
                let listed = repository.list(&tenant, &filter, page).await.unwrap();
                assert_eq!(listed.items.len(), 20);
            }
        }
        // No index has it, and all clients match.
        let confidential = ClientFilter::new().with_is_confidential(true);
        for page in [after(None), after(middle)] {
            let listed = repository.list(&tenant, &confidential, page).await.unwrap();
            assert_eq!(listed.items.len(), 20);
        }
        let deleted = ClientFilter::new().with_deleted(true);
        for page in [after(None), after(middle)] {
            let listed = repository.list(&tenant, &deleted, page).await.unwrap();
            assert_eq!(listed.items.len(), 20);
        }
        let gone = ClientId::parse("app-19995").unwrap();
        let was = repository.get_deleted(&tenant, &gone).await.unwrap();
        let audit = entry(&gone, round * 100 + 1);
        let restored = repository.restore(&tenant, &gone, was.version, &audit);
        restored.await.unwrap();
        let audit = entry(&gone, round * 100 + 2);
        let deleted = repository.delete(&tenant, &gone, None, &audit);
        deleted.await.unwrap();
        for page in [after(None), after(middle)] {
            repository.audit_entries(&tenant, &id, page).await.unwrap();
        }
        // Of all, of a long time, and of a short one.
        let (start, end) = (Timestamp::from_micros(1_400_000_000_000_000), at(1_000_000));
        for (from, to, count) in [
            (None, None, 20),
            (Some(start), Some(end), 20),
            (Some(start), None, 20),
            (Some(at(0)), None, (round * 3).min(20)),
        ] {
            let mut filter = AuditFilter::new();
            (filter.from, filter.to) = (from, to);
            for page in [after(None), after(middle)] {
                let trail = repository.tenant_audit_entries(&tenant, &filter, page);
                let found = trail.await.unwrap().items.len() as u64;
                let is_new = from == Some(at(0)) && page == after(middle);
                assert!(is_new || found >= count, "{found} in {filter:?}");
            }
        }
        let entries = [2, 4, 5, 6, 7].map(|second| entry(&id, round * 100 + second));
        let (first, second) = (secret(round * 100 + 1), secret(round * 100 + 3));
        let new = NewSecret::new(version, first.clone());
        repository
            .add_secret(&tenant, &id, &new, &entries[0])
            .await
            .unwrap();
        version = version.next();
        let rotation = SecretRotation::new(version, second.clone(), at(1_000_000));
        repository
            .rotate_secret(&tenant, &id, &rotation, &entries[1])
            .await
            .unwrap();
        repository
            .deactivate_secret(&tenant, &id, second.id, &entries[2])
            .await
            .unwrap();
        repository
            .touch_secret(&tenant, &id, second.id, at(0))
            .await
            .unwrap();
        repository
            .delete_secret(&tenant, &id, second.id, &entries[3])
            .await
            .unwrap();
        repository
            .rehash_secret(&tenant, &id, second.id, &second.hash, &first.hash)
            .await
            .unwrap();
        let client = repository.get(&tenant, &id).await.unwrap();
        for (second, secrets) in [(8, Secrets::Keep), (9, Secrets::End)] {
            let mut stale = client.clone();
            stale.version = Version::FIRST;
            let audit = entry(&id, round * 100 + second);
            let update = ClientUpdate::new(stale).with_secrets(secrets);
            let updated = repository.update(&tenant, &update, &audit).await;
            assert!(updated.is_err());
        }
        let mut clone = client.clone();
        clone.id = Id::generate(at(round));
        clone.client_id = ClientId::parse(&format!("app-{}", clone.id)).unwrap();
        let origin = Origin::CloneOf(id.clone(), client.version);
        let audit = entry(&clone.client_id, round * 100 + 10);
        let new = NewClient::new(clone.clone()).with_origin(origin);
        let cloned = repository.create(&tenant, &new, &audit);
        cloned.await.unwrap();
        let stale = Some(Version::FIRST);
        assert!(
            repository
                .delete(&tenant, &id, stale, &entries[4])
                .await
                .is_err()
        );
        use_registrations(repository, round).await;
        use_documents(repository, round).await;
        let nothing = Timestamp::from_micros(1);
        let entries = repository.purge_audit_entries(nothing, 1_000);
        assert_eq!(entries.await.unwrap(), 0);
        let secrets = repository.purge_inactive_secrets(nothing, 1_000);
        assert_eq!(secrets.await.unwrap(), 0);
        // Each deleted client has a secret and three audit entries.
        let clients = repository.purge_deleted_clients(Timestamp::from_micros(2), 5);
        assert_eq!(clients.await.unwrap(), 5);
    }
}

fn at(second: u64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000) + Duration::from_secs(second)
}

fn secret(second: u64) -> SecretRecord {
    let hash = SecretHash::new("$argon2id$");
    SecretRecord::new(Id::generate(at(second)), hash, "abcd", at(second))
}

fn entry(client_id: &ClientId, second: u64) -> Write {
    let operator = Operator::new("alice", Role::Admin, TenantId::parse("tenant_3").unwrap());
    let (action, message) = (Action::ClientUpdate, "changed".to_owned());
    AuditEntry::new(&operator, client_id.clone(), action, message, at(second)).into()
}

/// The plans of PostgreSQL. Without `ANALYZE`, the first statements run on empty tables.
async fn plans_of_postgres(analyzed: bool) -> Vec<String> {
    let database = Database::postgres().await;
    let plans = Arc::new(Mutex::new(Vec::new()));
    let pool = explaining_pool(database.url(), plans.clone()).await;
    let repository = PostgresRepository::from_bb8(pool);
    repository.migrate().await.unwrap();
    if !analyzed {
        let without = |table| format!("ALTER TABLE {table} SET (autovacuum_enabled = off)");
        let tables = [
            "oauth_clients",
            "oauth_client_secrets",
            "oauth_client_audit_logs",
            "oauth_client_registrations",
            "oauth_initial_access_tokens",
            "oauth_client_documents",
            "oauth_client_document_blocks",
            "oauth_client_document_limits",
        ];
        let without = tables.map(without);
        database
            .execute(&without.each_ref().map(String::as_str))
            .await;
        let tenant = TenantId::parse("tenant_3").unwrap();
        let id = ClientId::parse(CLIENT).unwrap();
        for _ in 0..8 {
            repository.get(&tenant, &id).await.unwrap_err();
        }
    }
    let numbers = "CREATE TABLE numbers AS SELECT n FROM generate_series(1, 20000) AS n";
    database
        .execute(&[
            numbers,
            CLIENTS,
            ORIGINS,
            SECRETS,
            ENTRIES,
            REGISTRATIONS,
            UNUSED,
            TOKENS,
            DOCUMENTS,
            BLOCKS,
            LIMITS,
        ])
        .await;
    if analyzed {
        database.execute(&["ANALYZE"]).await;
    }
    plans.lock().unwrap().clear();

    use_everything(&repository).await;

    let plans = mem::take(&mut *plans.lock().unwrap());
    assert!(plans.len() > 100, "{}", plans.len());
    plans
}

/// As between the first import and the next automatic `ANALYZE`.
#[tokio::test(flavor = "multi_thread")]
async fn of_postgres_without_statistics() {
    for plan in plans_of_postgres(false).await {
        let mut filters = plan.lines().filter(|line| line.contains("Filter:"));
        assert!(
            !filters.any(|line| line.contains("(client_id = ")),
            "{plan}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_postgres() {
    let plans = plans_of_postgres(true).await;
    for plan in plans.iter() {
        assert!(!plan.contains("Seq Scan"), "{plan}");
        let page = plan.contains("LIMIT") && !plan.contains("\"client_id\" = ");
        let list = plan.contains("\"oauth_clients\"") || plan.contains("audit_logs");
        assert!(!page || !list || !plan.contains("Sort"), "{plan}");
        if plan.contains("LIMIT") && plan.contains("_registrations\"") {
            let whole = ["Sort", "Hash", "Bitmap"].map(|step| plan.contains(step));
            assert_eq!(whole, [false; 3], "{plan}");
        }
    }
    // In the end, a read gets a custom plan only if its values may make a difference.
    let (_, last) = plans.split_at(plans.len() * 7 / 8);
    for plan in last {
        let (text, conditions) = plan.split_once("Index Cond").unwrap_or_default();
        let depends = [r#""id" <"#, r#""id" >="#, r#""status" ="#, r#""state" ="#]
            .map(|condition| text.contains(condition));
        let anew = conditions.contains("tenant_3");
        assert!(!anew || depends.contains(&true), "{plan}");
    }
}

/// A pool whose server logs the plan of each statement.
async fn explaining_pool(url: &str, plans: Arc<Mutex<Vec<String>>>) -> Pool<AsyncPgConnection> {
    let mut config = ManagerConfig::default();
    config.custom_setup = Box::new(move |url| {
        let (url, plans) = (url.to_owned(), plans.clone());
        Box::pin(async move {
            let bad =
                |error: tokio_postgres::Error| ConnectionError::BadConnection(error.to_string());
            let (client, mut connection) =
                tokio_postgres::connect(&url, NoTls).await.map_err(bad)?;
            tokio::spawn(async move {
                while let Some(Ok(message)) = poll_fn(|cx| connection.poll_message(cx)).await {
                    if let AsyncMessage::Notice(notice) = message {
                        plans.lock().unwrap().push(notice.message().to_owned());
                    }
                }
            });
            let explain = "LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; \
                SET auto_explain.log_level = notice; SET client_min_messages = notice";
            client.batch_execute(explain).await.map_err(bad)?;
            AsyncPgConnection::try_from(client).await
        })
    });
    let manager = AsyncDieselConnectionManager::new_with_config(url, config);
    Pool::builder().max_size(1).build(manager).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_mysql() {
    // Logging all statements is a setting of the whole server.
    let server = Server::mysql().start().await;
    let count = "SET GLOBAL log_output = 'TABLE', long_query_time = 0, slow_query_log = 1";
    execute(&server.url(), &[count]).await.unwrap();
    let repository = MysqlRepository::connect(&server.url()).await.unwrap();
    repository.migrate().await.unwrap();
    let numbers = "CREATE TABLE numbers AS WITH RECURSIVE numbers (n) AS \
        (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000) SELECT n FROM numbers";
    let depth = "SET SESSION max_recursive_iterations = 30000";
    let analyze = "ANALYZE TABLE oauth_clients, oauth_client_secrets, oauth_client_audit_logs, \
        oauth_client_registrations, oauth_initial_access_tokens, oauth_client_documents, \
        oauth_client_document_blocks, oauth_client_document_limits";
    let log = "SET GLOBAL general_log = 1";
    let prepare = [
        depth,
        numbers,
        CLIENTS,
        SECRETS,
        ENTRIES,
        REGISTRATIONS,
        UNUSED,
        TOKENS,
        DOCUMENTS,
        BLOCKS,
        LIMITS,
        analyze,
        log,
    ];
    execute(&server.url(), &prepare).await.unwrap();

    use_everything(&repository).await;

    let mut conn = mysql(&server.url()).await.unwrap();
    for log in ["general_log", "slow_query_log"] {
        let end = format!("SET GLOBAL {log} = 0");
        conn.query_drop(end).await.unwrap();
    }
    let pages = "SELECT sql_text, rows_examined FROM mysql.slow_log \
        WHERE sql_text LIKE 'SELECT%LIMIT%'";
    let mut pages: Vec<(String, u64)> = conn.query(pages).await.unwrap();
    assert!(pages.len() > 50, "{}", pages.len());
    pages.retain(|(_, examined)| *examined > 250);
    assert_eq!(pages, [], "walked to a page");
    let statements: Vec<String> = conn
        .query("SELECT argument FROM mysql.general_log WHERE command_type = 'Execute'")
        .await
        .unwrap();
    assert!(statements.len() > 100, "{}", statements.len());
    let mut sorted = 0;
    for statement in statements.iter().filter(|text| !text.starts_with("INSERT")) {
        let plan: Vec<mysql_async::Row> = conn.query(format!("EXPLAIN {statement}")).await.unwrap();
        for row in plan {
            let column = |name| {
                row.get::<Option<String>, _>(name)
                    .flatten()
                    .unwrap_or_default()
            };
            let (access, extra) = (column("type"), column("Extra"));
            // What was limited before is counted as a whole.
            if column("table").starts_with("<derived") {
                continue;
            }
            assert!(
                !["ALL", "index"].contains(&&*access),
                "{access}: {statement}"
            );
            let page = statement.contains("LIMIT") && statement.contains("FROM `oauth_clients`");
            assert!(!page || !extra.contains("filesort"), "{extra}: {statement}");
            sorted += usize::from(page);
        }
    }
    assert!(sorted > 50, "{sorted}");
}
