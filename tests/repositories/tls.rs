//! TLS to the database, as in the guide to databases, with a self-made certificate.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;

use diesel::ConnectionError;
use diesel_async::pooled_connection::bb8::Pool;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::{AsyncMysqlConnection, AsyncPgConnection};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder, SslOpts};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio_postgres_rustls::MakeRustlsConnect;
use tower_oauth_clients::domain::{ClientId, ClientStatus, Id, Page, TenantId, Timestamp};
use tower_oauth_clients::repository::{
    ClientFilter, ClientRepository, ErrorKind, MysqlRepository, PostgresRepository,
};

use support::servers::{Server, execute, mysql, postgres};

const WAIT: Duration = Duration::from_secs(2);

/// A self-signed certificate for this machine, and its key.
struct Certificate {
    cert: PathBuf,
    key: PathBuf,
}

impl Certificate {
    fn make(folder: &Path) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
        let [cert, key] = ["cert.pem", "key.pem"].map(|name| folder.join(name));
        std::fs::write(&cert, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        Self { cert, key }
    }

    /// Lets only the owner of the folder read the key.
    fn belong_to(&self, folder: &Path) {
        let owner = std::fs::metadata(folder).unwrap().uid();
        for file in [&self.cert, &self.key] {
            std::fs::set_permissions(file, PermissionsExt::from_mode(0o600)).unwrap();
            chown(file, Some(owner), None).unwrap();
        }
    }
}

async fn postgres_over_tls(url: &str, authority: &Path) -> PostgresRepository {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_file(authority).unwrap();
    roots.add(authority).unwrap();
    let tls = rustls::ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |url| {
        let (url, tls) = (url.to_owned(), MakeRustlsConnect::new(tls.clone()));
        Box::pin(async move {
            let (client, connection) = tokio_postgres::connect(&url, tls)
                .await
                .map_err(|error| ConnectionError::BadConnection(error.to_string()))?;
            AsyncPgConnection::try_from_client_and_connection(client, connection).await
        })
    });
    let manager = AsyncDieselConnectionManager::new_with_config(url, config);
    let pool = Pool::builder().connection_timeout(WAIT).max_size(1);
    PostgresRepository::from_bb8(pool.build(manager).await.unwrap())
}

async fn mysql_over_tls(url: &str, authority: &Path) -> MysqlRepository {
    let authority = authority.to_owned();
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |url| {
        let tls = SslOpts::default().with_root_certs(vec![authority.clone().into()]);
        let opts = Opts::from_url(url).map(|opts| {
            let opts = OptsBuilder::from_opts(opts).ssl_opts(tls);
            // Diesel caches prepared statements; a second cache would close them.
            opts.stmt_cache_size(0).client_found_rows(true)
        });
        Box::pin(async move {
            let bad = |error: mysql_async::Error| ConnectionError::BadConnection(error.to_string());
            let opts = opts.map_err(|error| bad(error.into()))?;
            let conn = Conn::new(opts).await.map_err(bad)?;
            AsyncMysqlConnection::try_from(conn).await
        })
    });
    let manager = AsyncDieselConnectionManager::new_with_config(url, config);
    let pool = Pool::builder().connection_timeout(WAIT).max_size(1);
    MysqlRepository::from_bb8(pool.build(manager).await.unwrap())
}

/// Reads a client that does not exist.
async fn look(repository: &impl ClientRepository) -> ErrorKind {
    let tenant = TenantId::parse("tenant_a").unwrap();
    let client_id = ClientId::parse("app-1").unwrap();
    repository
        .get(&tenant, &client_id)
        .await
        .unwrap_err()
        .kind()
}

/// Lists with many different statements, so that drivers evict old ones from their caches.
async fn list(repository: &impl ClientRepository) {
    let tenant = TenantId::parse("tenant_a").unwrap();
    let last = Id::generate(Timestamp::from_micros(0));
    for size in [1, 10, 20, 50, 100] {
        let pages = [
            Page::Number { number: 1, size },
            Page::After { id: None, size },
            Page::After {
                id: Some(last),
                size,
            },
        ];
        for page in pages {
            for name in [None, Some("a".to_owned())] {
                for status in [None, Some(ClientStatus::Active)] {
                    let name = name.clone();
                    let mut filter = ClientFilter::new();
                    (filter.name, filter.status) = (name, status);
                    repository.list(&tenant, &filter, page).await.unwrap();
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn to_postgres() {
    let mut server = Server::postgres().start().await;
    let certificate = Certificate::make(server.folder());
    certificate.belong_to(server.folder());
    let set = |name: &str, value: &Path| format!("ALTER SYSTEM SET {name} = '{}'", value.display());
    let settings = [
        set("ssl_cert_file", &certificate.cert),
        set("ssl_key_file", &certificate.key),
        set("ssl", Path::new("on")),
    ];
    for setting in &settings {
        execute(&server.url(), &[setting]).await.unwrap();
    }
    server.restart().await;

    let url = format!("{}?sslmode=require", server.url());
    let repository = postgres_over_tls(&url, &certificate.cert).await;
    repository.migrate().await.unwrap();
    assert_eq!(look(&repository).await, ErrorKind::NotFound);
    list(&repository).await;
    assert_eq!(look(&repository).await, ErrorKind::NotFound);
    let plain = postgres(&server.url()).await.unwrap();
    let encrypted = "SELECT count(*) FROM pg_stat_ssl WHERE ssl";
    let encrypted: i64 = plain.query_one(encrypted, &[]).await.unwrap().get(0);
    assert!(encrypted > 0);

    // A man in the middle has another certificate.
    let other = tempfile::tempdir().unwrap();
    let other = Certificate::make(other.path()).cert;
    let fooled = postgres_over_tls(&url, &other).await;
    assert_eq!(look(&fooled).await, ErrorKind::Unavailable);
}

#[tokio::test(flavor = "multi_thread")]
async fn to_mysql() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let certificate = Certificate::make(folder.path());
    let option = |name: &str, file: &Path| format!("--{name}={}", file.display());
    let options = [
        option("ssl-cert", &certificate.cert),
        option("ssl-key", &certificate.key),
    ];
    let server = Server::mysql()
        .with_arguments(&options.each_ref().map(String::as_str))
        .start()
        .await;
    let user = [
        "CREATE USER 'encrypted'@'%' REQUIRE SSL",
        "GRANT ALL ON *.* TO 'encrypted'@'%'",
    ];
    execute(&server.url(), &user).await.unwrap();

    let url = server.url().replace("tests@", "encrypted@");
    let repository = mysql_over_tls(&url, &certificate.cert).await;
    repository.migrate().await.unwrap();
    assert_eq!(look(&repository).await, ErrorKind::NotFound);
    let mut plain = mysql(&server.url()).await.unwrap();
    let connections = "SHOW GLOBAL STATUS LIKE 'Connections'";
    let before: (String, u64) = plain.query_first(connections).await.unwrap().unwrap();
    list(&repository).await;
    assert_eq!(look(&repository).await, ErrorKind::NotFound);
    let after = plain.query_first(connections).await.unwrap().unwrap();
    assert_eq!(before, after, "a connection was lost");
    assert!(MysqlRepository::connect(&url).await.is_err(), "not without");

    let other = tempfile::tempdir().unwrap();
    let other = Certificate::make(other.path()).cert;
    let fooled = mysql_over_tls(&url, &other).await;
    assert_eq!(look(&fooled).await, ErrorKind::Unavailable);
}
