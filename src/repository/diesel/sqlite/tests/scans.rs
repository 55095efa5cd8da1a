//! Searches that would take too long.

use std::error::Error as _;

use super::*;
use crate::domain::ClientId;
use crate::repository::AuditFilter;

/// More rows than can be read in [`SHORT`].
const ROWS: usize = 200_000;

const SHORT: Duration = Duration::from_millis(20);

const CLIENTS: &str = "INSERT INTO oauth_clients (client_id, tenant_id, id, name, name_folded, \
    redirect_uris, scopes, grant_types, client_auth_methods, is_confidential, status, version, \
    clones, created_at, updated_at) \
    SELECT 'app-' || n, 'acme', printf('01ARZ3NDEKTSV4RRFF%08d', n), 'Name', \
    'name of an application ' || n, '[]', '[]', '[]', '[]', 1, 'active', 1, 0, 1, 1 FROM numbers";

const ENTRIES: &str = "INSERT INTO oauth_client_audit_logs (tenant_id, client_id, id, action, \
    operator_id, operator_type, message, at) \
    SELECT 'acme', 'app-1', printf('01ARZ3NDEKTSV4RRFF%08d', n), 'client.update', 'alice', \
    'admin', '', 1 FROM numbers";

/// A repository with many rows, whose searches have little time.
async fn large() -> (SqliteRepository, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.db");
    let repository = SqliteRepository::open(&path).await.unwrap();
    repository.migrate().await.unwrap();
    let conn = rusqlite::Connection::open(&path).unwrap();
    let numbers = format!(
        "CREATE TABLE numbers AS WITH RECURSIVE numbers (n) AS \
         (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {ROWS}) SELECT n FROM numbers"
    );
    for statement in [&numbers, CLIENTS, ENTRIES] {
        conn.execute_batch(statement).unwrap();
    }
    let repository = SqliteRepository::open_within(&path, SHORT).await.unwrap();
    (repository, folder)
}

/// What a search found. It is repeated if it was not even started in time.
async fn searched<T>(search: impl AsyncFn() -> Result<T>) -> Result<T, (ErrorKind, String)> {
    loop {
        let error = match search().await {
            Ok(found) => return Ok(found),
            Err(error) => error,
        };
        let source = error.source().unwrap().to_string();
        if source != "the operations before it took too long" {
            return Err((error.kind(), source));
        }
    }
}

#[tokio::test]
async fn a_search_ends_in_time_and_the_next_one_runs() {
    let (repository, _folder) = large().await;
    let tenant = tenant();
    let by_number = Page::Number {
        number: 1,
        size: 20,
    };
    let by_id = Page::After { id: None, size: 20 };
    let mut by_grant = ClientFilter::new();
    by_grant.grant_type = Some(crate::domain::GrantType::AuthorizationCode);
    let nowhere = ClientFilter::new().with_name("nowhere");
    let everywhere = ClientFilter::new().with_name("APPLICATION");
    for (filter, page) in [
        (&nowhere, by_number),
        (&nowhere, by_id),
        (&by_grant, by_id),
        // The page is found at once, and the number of all is not.
        (&everywhere, by_number),
    ] {
        let search = async || repository.list(&tenant, filter, page).await;
        let (kind, text) = searched(search).await.unwrap_err();
        assert_eq!(kind, ErrorKind::Unavailable, "{filter:?}");
        assert!(text.contains("took too long, and was cut off"), "{text}");
        let search = async || repository.list(&tenant, &everywhere, by_id).await;
        assert_eq!(searched(search).await.unwrap().items.len(), 20);
    }
    let mut trail = AuditFilter::new();
    trail.operator_id = Some("bob".to_owned());
    for page in [by_number, by_id] {
        let search = async || repository.tenant_audit_entries(&tenant, &trail, page).await;
        let (kind, text) = searched(search).await.unwrap_err();
        assert_eq!(kind, ErrorKind::Unavailable);
        assert!(text.contains("took too long, and was cut off"), "{text}");
    }
    // By its key, among all of them.
    let mut one = ClientFilter::new().with_name("application");
    one.client_ids = vec![ClientId::parse("app-7").unwrap()];
    let found = repository.list(&tenant, &one, by_id).await.unwrap();
    assert_eq!(found.items.len(), 1);
}

#[tokio::test]
async fn an_index_of_names_spares_the_scan() {
    let (repository, folder) = large().await;
    repository.index_names().await.unwrap();
    let tenant = tenant();
    let rare = ClientFilter::new().with_name("123456");
    let pages = [
        Page::Number {
            number: 1,
            size: 20,
        },
        Page::After { id: None, size: 20 },
    ];
    for page in pages {
        let search = async || repository.list(&tenant, &rare, page).await;
        assert_eq!(searched(search).await.unwrap().items.len(), 1);
    }
    let path = folder.path().join("clients.db");
    let mut conn = connect(path.to_str().unwrap(), "").unwrap();
    let plain = rusqlite::Connection::open(&path).unwrap();
    for (name, is_rare) in [("123456", true), ("application", false), ("12", false)] {
        let recorder = Recorder::default();
        conn.set_instrumentation(recorder.clone());
        let filter = ClientFilter::new().with_name(name);
        let filter = queries::Filter::new(&tenant, &filter).unwrap();
        for page in pages {
            queries::list(&mut conn, &filter, page).await.unwrap();
        }
        let mut statements = std::mem::take(&mut *recorder.0.lock().unwrap());
        statements.retain(|sql| sql.contains("LIKE"));
        assert_eq!(statements.len(), 2);
        for sql in statements {
            let known = sql.replace("oauth_clients_in_time()", "random()");
            let explain = format!("EXPLAIN QUERY PLAN {known}");
            let mut plan = plain.prepare(&explain).unwrap();
            let mut steps = plan.raw_query();
            let mut found = String::new();
            while let Some(step) = steps.next().unwrap() {
                let step: String = step.get("detail").unwrap();
                found += &format!("{step}\n");
            }
            assert_eq!(found.contains("(client_id=?)"), is_rare, "{found}{sql}");
            assert_eq!(!found.contains("(tenant_id=?"), is_rare, "{found}{sql}");
        }
    }
}
