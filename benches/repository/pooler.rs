//! The cost of PgBouncer between the repository and PostgreSQL.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use tower_oauth_clients::repository::PostgresRepository;
use url::Url;

use super::measure::{Side, report};
use super::operations::{Repository, round};
use super::postgres::TokioPostgres;
use super::{Plan, server};

/// The operations in a schema with tables, through PgBouncer and directly.
pub async fn compare(plan: Plan, url: &str, schema: &str) {
    if server("TEST_PGBOUNCER").is_none() {
        return;
    }
    let (url_of_pooler, _pooler) = Pooler::start(&Url::parse(url).unwrap(), schema);
    // It waits for PgBouncer.
    let through = PostgresRepository::connect(&url_of_pooler).await.unwrap();
    let mut through = Repository(through);
    let mut direct = Repository(PostgresRepository::connect(url).await.unwrap());
    let mut side = Side::new("through PgBouncer");
    let mut driver = TokioPostgres::connect(&url_of_pooler).await;
    let mut others = [Side::new("direct"), Side::new("tokio-postgres through it")];
    for _ in 0..plan.rounds {
        round(plan, &mut side, &mut through).await;
        round(plan, &mut others[0], &mut direct).await;
        round(plan, &mut others[1], &mut driver).await;
    }
    println!("  Through PgBouncer");
    report(&side, &others);
}

struct Pooler {
    process: Child,
    _folder: TempDir,
}

impl Pooler {
    fn start(server: &Url, schema: &str) -> (String, Self) {
        let folder = TempDir::new().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/servers/pgbouncer");
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = port.local_addr().unwrap().port();
        let database = format!(
            "host={} port={} dbname={} user={} connect_query='SET search_path TO {schema}'",
            server.host_str().unwrap(),
            server.port().unwrap_or(5432),
            server.path().trim_start_matches('/'),
            server.username(),
        );
        let process = Command::new(script)
            .arg(folder.path().join("pgbouncer"))
            .args([&port.to_string(), &database])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let pooler = Self {
            process: process.unwrap(),
            _folder: folder,
        };
        (format!("postgres://any@127.0.0.1:{port}/through"), pooler)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
