use std::fs::{File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use url::Url;

use super::{Database, execute, free_port};

/// The time limit for PgBouncer to be ready.
const PATIENCE: Duration = Duration::from_secs(20);

/// PgBouncer, which lends a connection for one transaction, of two that it has.
#[derive(Debug)]
pub struct Pooler {
    folder: TempDir,
    port: u16,
    /// How it connects to PostgreSQL.
    database: String,
    url: String,
    process: Option<Child>,
}

impl Pooler {
    /// `None` if there is no PgBouncer, which `tests/run` tells. With `CI` there must be one.
    pub async fn before(database: &Database) -> Option<Self> {
        Self::with(database, &[]).await
    }

    /// With these settings instead of its own.
    pub async fn with(database: &Database, settings: &[&str]) -> Option<Self> {
        if std::env::var_os("TEST_PGBOUNCER").is_none() {
            let must = std::env::var_os("CI").is_some();
            assert!(!must, "TEST_PGBOUNCER is not set: see tests/servers/pooler");
            return None;
        }
        let (server, port) = (Url::parse(database.url()).unwrap(), free_port());
        let name = database.name();
        let mut pooler = Self {
            folder: TempDir::new().unwrap(),
            port,
            database: format!(
                "host={} port={} dbname={} user={} connect_query='SET search_path TO {name}'",
                server.host_str().unwrap(),
                server.port().unwrap_or(5432),
                server.path().trim_start_matches('/'),
                server.username(),
            ),
            url: format!("postgres://any@127.0.0.1:{port}/through?application_name={name}"),
            process: None,
        };
        let readable = Permissions::from_mode(0o755);
        std::fs::set_permissions(pooler.folder.path(), readable).unwrap();
        pooler.start(settings).await;
        Some(pooler)
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Changes settings in its file, which it reads on `RELOAD`.
    pub fn set(&self, settings: &[&str]) {
        let file = self.folder.path().join("pgbouncer.ini");
        let mut file = File::options().append(true).open(file).unwrap();
        for setting in settings {
            writeln!(file, "{setting}").unwrap();
        }
    }

    /// Runs a command in its console.
    pub async fn tell(&self, command: &str) {
        let console = self.url.replace("/through?", "/pgbouncer?");
        execute(&console, &[command])
            .await
            .unwrap_or_else(|error| panic!("{command}: {error}"));
    }

    /// Kills it, with all connections through it.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Starts it again after a kill, and waits until it leads to PostgreSQL.
    pub async fn restart(&mut self) {
        self.start(&[]).await;
    }

    async fn start(&mut self, settings: &[&str]) {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("servers");
        let log_path = self.folder.path().join("log");
        let log = File::create(&log_path).unwrap();
        let process = Command::new(scripts.join("pgbouncer"))
            .arg(self.folder.path())
            .arg(self.port.to_string())
            .arg(&self.database)
            .args(settings)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        self.process = Some(process.unwrap());
        let started = Instant::now();
        while let Err(error) = execute(&self.url, &["SELECT 1"]).await {
            let log = std::fs::read_to_string(&log_path);
            assert!(started.elapsed() < PATIENCE, "{error}: {log:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        self.kill();
    }
}
