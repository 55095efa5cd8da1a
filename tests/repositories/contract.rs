//! The contract of the repositories, and the peculiarities of each.

use diesel::ConnectionError;
use diesel_async::AsyncMysqlConnection;
use diesel_async::pooled_connection::bb8::Pool;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod, deadpool,
};
use mysql_async::{Conn, Opts, OptsBuilder};
use tower_oauth_clients::repository::conformance::InTurn;
use tower_oauth_clients::repository::{
    MemoryRepository, MysqlRepository, PostgresRepository, SqliteRepository,
};
use tower_oauth_clients::{
    conformance_tests, credential_conformance_tests, document_conformance_tests,
    origin_conformance_tests, purge_conformance_tests, registration_conformance_tests,
};

use support::servers::Database;

mod memory {
    use super::*;

    conformance_tests!(async || (MemoryRepository::new(), ()));
    credential_conformance_tests!(async || (MemoryRepository::new(), ()));
    origin_conformance_tests!(async || (MemoryRepository::new(), ()));
    purge_conformance_tests!(async || (MemoryRepository::new(), ()));
    document_conformance_tests!(async || (MemoryRepository::new(), ()));
    registration_conformance_tests!(async || (MemoryRepository::new(), ()));
}

mod shared {
    use std::sync::Arc;

    use super::*;

    conformance_tests!(async || (Arc::new(MemoryRepository::new()), ()));
    credential_conformance_tests!(async || (Arc::new(MemoryRepository::new()), ()));
    origin_conformance_tests!(async || (Arc::new(MemoryRepository::new()), ()));
    purge_conformance_tests!(async || (Arc::new(MemoryRepository::new()), ()));
    document_conformance_tests!(async || (Arc::new(MemoryRepository::new()), ()));
    registration_conformance_tests!(async || (Arc::new(MemoryRepository::new()), ()));
}

pub(super) mod sqlite {
    use super::*;

    conformance_tests!(open);
    credential_conformance_tests!(open);
    origin_conformance_tests!(open);
    purge_conformance_tests!(open);
    document_conformance_tests!(open);
    registration_conformance_tests!(open);

    pub(crate) async fn open() -> (SqliteRepository, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clients.db");
        let repository = SqliteRepository::open(path).await.unwrap();
        repository.migrate().await.unwrap();
        (repository, folder)
    }
}

mod sqlite_with_an_index_of_names {
    use super::*;

    conformance_tests!(open);
    credential_conformance_tests!(open);
    purge_conformance_tests!(open);
    registration_conformance_tests!(open);

    async fn open() -> (SqliteRepository, tempfile::TempDir) {
        let (repository, folder) = sqlite::open().await;
        repository.index_names().await.unwrap();
        (repository, folder)
    }
}

mod mysql_with_an_index_of_names {
    use super::*;

    conformance_tests!(open);

    async fn open() -> (MysqlRepository, Database) {
        let (repository, database) = mysql::open().await;
        repository.index_names().await.unwrap();
        (repository, database)
    }
}

mod postgres_with_an_index_of_names {
    use super::*;
    use crate::names::{INDEX, indexable};

    conformance_tests!(open);

    async fn open() -> (PostgresRepository, Database) {
        let (repository, database) = indexable().await;
        // Otherwise it would wait for the transactions of all other tests.
        database.execute(&[INDEX]).await;
        repository.index_names().await.unwrap();
        (repository, database)
    }
}

mod postgres {
    use super::*;

    conformance_tests!(open);
    credential_conformance_tests!(open);
    origin_conformance_tests!(open);
    purge_conformance_tests!(open);
    document_conformance_tests!(open);
    registration_conformance_tests!(open);

    async fn open() -> (PostgresRepository, Database) {
        let database = Database::postgres().await;
        (connect(database.url()).await, database)
    }

    pub(super) async fn connect(url: &str) -> PostgresRepository {
        let repository = PostgresRepository::connect(url).await.unwrap();
        repository.migrate().await.unwrap();
        repository
    }
}

/// Through PgBouncer, which lends a connection for one transaction; straight where it can't be had.
#[cfg(unix)]
mod postgres_through_a_pooler {
    use super::*;
    use support::servers::Pooler;

    conformance_tests!(open);
    credential_conformance_tests!(open);
    origin_conformance_tests!(open);
    purge_conformance_tests!(open);
    document_conformance_tests!(open);
    registration_conformance_tests!(open);

    async fn open() -> (PostgresRepository, (Option<Pooler>, Database)) {
        let database = Database::postgres().await;
        let pooler = Pooler::before(&database).await;
        let url = pooler.as_ref().map_or(database.url(), Pooler::url);
        (postgres::connect(url).await, (pooler, database))
    }
}

/// A host may use any isolation level.
macro_rules! postgres_at {
    ($($name:ident: $level:literal)+) => {
        $(mod $name {
            use super::*;

            conformance_tests!(open);
            credential_conformance_tests!(open);
            origin_conformance_tests!(open);
            purge_conformance_tests!(open);
            document_conformance_tests!(open);
            registration_conformance_tests!(open);

            async fn open() -> (PostgresRepository, Database) {
                let database = Database::postgres().await;
                let url = database.url_with(&[("default_transaction_isolation", $level)]);
                (postgres::connect(&url).await, database)
            }
        })+
    };
}

postgres_at! {
    postgres_repeatable_read: "repeatable read"
    postgres_serializable: "serializable"
}

pub(super) mod mysql {
    use super::*;

    conformance_tests!(open);
    credential_conformance_tests!(open);
    origin_conformance_tests!(open);
    purge_conformance_tests!(open);
    document_conformance_tests!(open);
    registration_conformance_tests!(open);

    pub(crate) async fn open() -> (MysqlRepository, Database) {
        let database = Database::mysql().await;
        let repository = MysqlRepository::connect(database.url()).await.unwrap();
        repository.migrate().await.unwrap();
        (repository, database)
    }
}

/// On a host's connections, with this isolation level.
macro_rules! mysql_at {
    ($($name:ident: $level:literal)+) => {
        $(mod $name {
            use super::*;

            conformance_tests!(open);
            credential_conformance_tests!(open);
            origin_conformance_tests!(open);
            purge_conformance_tests!(open);
            document_conformance_tests!(open);
            registration_conformance_tests!(open);

            async fn open() -> (MysqlRepository, Database) {
                let database = Database::mysql().await;
                let level = concat!("SET SESSION TRANSACTION ISOLATION LEVEL ", $level);
                let pool = mysql_pool(database.url(), level).await;
                let repository = MysqlRepository::from_bb8(pool);
                repository.migrate().await.unwrap();
                (repository, database)
            }
        })+
    };
}

mysql_at! {
    mysql_read_committed: "READ COMMITTED"
    mysql_serializable: "SERIALIZABLE"
}

async fn mysql_pool(url: &str, setup: &'static str) -> Pool<AsyncMysqlConnection> {
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |url| {
        let opts = Opts::from_url(url).map(|opts| {
            let opts = OptsBuilder::from_opts(opts).setup(vec![setup]);
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
    Pool::builder().build(manager).await.unwrap()
}

/// On pools with default settings, which test a connection with a query before each use.
macro_rules! default_pools {
    ($($name:ident: $repository:ident::$from:ident, $database:ident, $pool:expr;)+) => {
        $(mod $name {
            use super::*;

            conformance_tests!(open);
            credential_conformance_tests!(open);
            origin_conformance_tests!(open);
            purge_conformance_tests!(open);
            document_conformance_tests!(open);
            registration_conformance_tests!(open);

            async fn open() -> ($repository, Database) {
                let database = Database::$database().await;
                let manager = AsyncDieselConnectionManager::new(database.url());
                let repository = $repository::$from(($pool)(manager).await);
                repository.migrate().await.unwrap();
                (repository, database)
            }
        })+
    };
}

default_pools! {
    postgres_bb8: PostgresRepository::from_bb8, postgres,
        async |manager| Pool::builder().build(manager).await.unwrap();
    postgres_deadpool: PostgresRepository::from_deadpool, postgres,
        async |manager| deadpool::Pool::builder(manager).build().unwrap();
    mysql_bb8: MysqlRepository::from_bb8, mysql,
        async |manager| Pool::builder().build(manager).await.unwrap();
    mysql_deadpool: MysqlRepository::from_deadpool, mysql,
        async |manager| deadpool::Pool::builder(manager).build().unwrap();
}

/// As two hosts on the same machine use one file.
mod sqlite_in_two_hosts {
    use super::*;

    conformance_tests!(open);
    credential_conformance_tests!(open);
    origin_conformance_tests!(open);
    purge_conformance_tests!(open);
    document_conformance_tests!(open);
    registration_conformance_tests!(open);

    async fn open() -> (InTurn<SqliteRepository, 2>, tempfile::TempDir) {
        let (first, folder) = sqlite::open().await;
        let path = folder.path().join("clients.db");
        let second = SqliteRepository::open(path).await.unwrap();
        (InTurn::new([first, second]), folder)
    }
}
