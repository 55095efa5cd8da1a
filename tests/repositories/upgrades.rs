//! Databases of older versions, with what they hold.

use mysql_async::prelude::Queryable;
use tower_oauth_clients::domain::{ClientId, TenantId};
use tower_oauth_clients::repository::{
    ClientRepository, CredentialRepository, MysqlRepository, OriginRepository,
};

use support::servers::{Database, mysql};

/// Pairs of the name of a migration and its statements.
macro_rules! scripts {
    ($($name:literal),+) => {
        [$((
            $name,
            include_str!(concat!("../../src/repository/diesel/migrations/mysql/", $name, ".sql")),
        )),+]
    };
}

/// Those of the version whose `client_id` had 128 bytes.
const OLDER: [(&str, &str); 7] = scripts![
    "0001_clients",
    "0002_secrets",
    "0003_audit_logs",
    "0004_assertions",
    "0005_purge",
    "0006_metadata",
    "0007_registrations"
];

const CLIENT: &str = "INSERT INTO oauth_clients (client_id, tenant_id, id, name, name_folded, \
    redirect_uris, scopes, grant_types, client_auth_methods, is_confidential, status, version, \
    clones, created_at, updated_at) VALUES ('app-1', 'acme', '01ARZ3NDEKTSV4RRFFQ69G5FAV', 'App', \
    'app', '[\"https://app.example.com/cb\"]', '[]', '[\"authorization_code\"]', \
    '[\"client_secret_basic\"]', 1, 'active', 1, 0, 1, 1)";
const SECRET: &str = "INSERT INTO oauth_client_secrets (tenant_id, client_id, id, hash, last_four, \
    status, created_at, updated_at) VALUES ('acme', 'app-1', '01ARZ3NDEKTSV4RRFFQ69G5FAV', 'hash', \
    'abcd', 'active', 1, 1)";
const ORIGIN: &str = "INSERT INTO oauth_client_origins (origin, client_id) \
    VALUES ('https://app.example.com', 'app-1')";

/// The columns are widened, with what they hold, and refer to each other as before; also if a host
/// that did so was interrupted.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_mysql_database_takes_longer_client_ids() {
    let database = Database::mysql().await;
    let table = "CREATE TABLE oauth_client_migrations (name VARCHAR(64) NOT NULL PRIMARY KEY, \
        applied_at BIGINT NOT NULL)";
    database.execute(&[table]).await;
    for (name, script) in OLDER {
        let applied = format!("INSERT INTO oauth_client_migrations VALUES ('{name}', 1)");
        database.execute(&[script, &applied]).await;
    }
    database.execute(&[CLIENT, SECRET, ORIGIN]).await;

    let repository = MysqlRepository::connect(database.url()).await.unwrap();
    assert_eq!(repository.migrate().await.unwrap(), 2);
    let again = "DELETE FROM oauth_client_migrations WHERE name = '0008_client_ids'";
    let dropped = "ALTER TABLE oauth_client_origins DROP FOREIGN KEY oauth_client_origins_ibfk_1";
    database.execute(&[again, dropped]).await;
    assert_eq!(repository.migrate().await.unwrap(), 1);

    let (tenant, client_id) = (
        TenantId::parse("acme").unwrap(),
        ClientId::parse("app-1").unwrap(),
    );
    let client = repository.get(&tenant, &client_id).await.unwrap();
    assert_eq!(client.metadata.name, "App");
    let credentials = repository.credentials(&client_id).await.unwrap();
    assert_eq!(credentials.secrets.len(), 1);
    assert!(
        repository
            .is_cors_origin("https://app.example.com")
            .await
            .unwrap()
    );
    let keys = "SELECT COUNT(*) FROM information_schema.referential_constraints \
        WHERE constraint_schema = DATABASE() AND referenced_table_name = 'oauth_clients'";
    assert_eq!(count(&database, keys).await, 3);
    let cascades = format!("{keys} AND delete_rule = 'CASCADE'");
    assert_eq!(count(&database, &cascades).await, 1);
    let wide = "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() \
        AND column_name = 'client_id' AND character_maximum_length = 256";
    assert_eq!(count(&database, wide).await, 6);
}

async fn count(database: &Database, query: &str) -> u64 {
    let mut conn = mysql(database.url()).await.unwrap();
    conn.query_first(query).await.unwrap().unwrap()
}
