//! The contract of the repositories, and what is each one's own.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

#[path = "repositories/sqlite.rs"]
mod of_sqlite;
#[path = "support/servers/mod.rs"]
mod servers;

use tower_oauth_clients::repository::conformance::InTurn;
use tower_oauth_clients::repository::{
    MemoryRepository, MysqlRepository, PostgresRepository, SqliteRepository,
};
use tower_oauth_clients::{conformance_tests, credential_conformance_tests};

use self::servers::Database;

mod memory {
    use super::*;

    conformance_tests!(async || (MemoryRepository::new(), ()));
    credential_conformance_tests!(async || (MemoryRepository::new(), ()));
}

mod shared {
    use std::sync::Arc;

    use super::*;

    conformance_tests!(async || (Arc::new(MemoryRepository::new()), ()));
    credential_conformance_tests!(async || (Arc::new(MemoryRepository::new()), ()));
}

mod sqlite {
    use super::*;

    conformance_tests!(open);
    credential_conformance_tests!(open);

    pub(super) async fn open() -> (SqliteRepository, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clients.db");
        let repository = SqliteRepository::open(path).await.unwrap();
        repository.migrate().await.unwrap();
        (repository, folder)
    }
}

mod postgres {
    use super::*;

    conformance_tests!(open);
    credential_conformance_tests!(open);

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

/// A host may have set the database to anything.
mod postgres_serializable {
    use super::*;

    conformance_tests!(open);
    credential_conformance_tests!(open);

    async fn open() -> (PostgresRepository, Database) {
        let database = Database::postgres().await;
        let url = database.url_with(&[("default_transaction_isolation", "serializable")]);
        (postgres::connect(&url).await, database)
    }
}

mod mysql {
    use super::*;

    conformance_tests!(open);
    credential_conformance_tests!(open);

    async fn open() -> (MysqlRepository, Database) {
        let database = Database::mysql().await;
        let repository = MysqlRepository::connect(database.url()).await.unwrap();
        repository.migrate().await.unwrap();
        (repository, database)
    }
}

/// As two hosts on the same machine have it.
mod sqlite_in_two_hosts {
    use super::*;

    conformance_tests!(open);
    credential_conformance_tests!(open);

    async fn open() -> (InTurn<SqliteRepository, 2>, tempfile::TempDir) {
        let (first, folder) = sqlite::open().await;
        let path = folder.path().join("clients.db");
        let second = SqliteRepository::open(path).await.unwrap();
        (InTurn::new([first, second]), folder)
    }
}
