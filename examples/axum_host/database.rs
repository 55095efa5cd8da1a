//! The clients' database: a SQLite file, or a database server that several hosts may share.

use std::path::PathBuf;

use tower_oauth_clients::ClientManager;
use tower_oauth_clients::manager::ClientManagerBuilder;
#[cfg(feature = "diesel-mysql")]
use tower_oauth_clients::repository::MysqlRepository;
#[cfg(feature = "diesel-postgres")]
use tower_oauth_clients::repository::PostgresRepository;
use tower_oauth_clients::repository::{Error, SqliteRepository};

use crate::tell;
use crate::variables::sqlite_path;

/// The value of DATABASE_URL. It has no `Debug`, as the URL of a server contains a password.
#[allow(dead_code, reason = "a URL is read where its database is built in")]
pub(crate) enum Database {
    Sqlite(String),
    Postgres(String),
    Mysql(String),
}

impl Database {
    pub(crate) fn parse(url: String) -> Result<Self, String> {
        match url.split_once("://") {
            Some(("sqlite", path)) if !path.is_empty() => sqlite_path(&url).map(Self::Sqlite),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(url)),
            Some(("mysql", _)) => Ok(Self::Mysql(url)),
            _ => Err(
                "DATABASE_URL must look like sqlite://PATH, for example sqlite://oauth_clients.db, \
                 or like postgres://USER:PASSWORD@HOST/DATABASE or \
                 mysql://USER:PASSWORD@HOST/DATABASE."
                    .into(),
            ),
        }
    }

    /// The default path of the host's own tokens.
    pub(crate) fn tokens_file(&self) -> PathBuf {
        match self {
            Self::Sqlite(path) => PathBuf::from(path).with_extension("tokens.db"),
            Self::Postgres(_) | Self::Mysql(_) => "oauth_tokens.db".into(),
        }
    }

    /// Connects, runs the migrations, and builds a manager.
    pub(crate) async fn manager(self) -> Result<ClientManagerBuilder, String> {
        match self {
            Self::Sqlite(path) => sqlite(&path).await.map_err(|error| {
                format!(
                    "Cannot use the database file {path}: {}.\nIts folder must exist and be \
                     writable; set DATABASE_URL to sqlite://PATH to keep it elsewhere.",
                    tell(&error)
                )
            }),
            #[cfg(feature = "diesel-postgres")]
            Self::Postgres(url) => postgres(&url).await.map_err(|error| refused(&error)),
            #[cfg(not(feature = "diesel-postgres"))]
            Self::Postgres(_) => Err(without("PostgreSQL", "diesel-postgres")),
            #[cfg(feature = "diesel-mysql")]
            Self::Mysql(url) => mysql(&url).await.map_err(|error| refused(&error)),
            #[cfg(not(feature = "diesel-mysql"))]
            Self::Mysql(_) => Err(without("MySQL", "diesel-mysql")),
        }
    }
}

async fn sqlite(path: &str) -> Result<ClientManagerBuilder, Error> {
    let repository = SqliteRepository::open(path).await?;
    repository.migrate().await?;
    Ok(ClientManager::builder(repository))
}

#[cfg(feature = "diesel-postgres")]
async fn postgres(url: &str) -> Result<ClientManagerBuilder, Error> {
    let repository = PostgresRepository::connect(url).await?;
    repository.migrate().await?;
    Ok(ClientManager::builder(repository))
}

#[cfg(feature = "diesel-mysql")]
async fn mysql(url: &str) -> Result<ClientManagerBuilder, Error> {
    let repository = MysqlRepository::connect(url).await?;
    repository.migrate().await?;
    Ok(ClientManager::builder(repository))
}

#[cfg(any(feature = "diesel-postgres", feature = "diesel-mysql"))]
fn refused(error: &Error) -> String {
    format!(
        "Cannot use the database of DATABASE_URL: {}.\nIs the server up, does the database exist, \
         and may the user make tables in it?",
        tell(error)
    )
}

#[cfg(not(all(feature = "diesel-postgres", feature = "diesel-mysql")))]
fn without(database: &str, feature: &str) -> String {
    format!(
        "DATABASE_URL names a {database} database, and this host was built without it.\nBuild it \
         with --features diesel-sqlite,{feature}."
    )
}
