//! The contract of the repositories, and what is SQLite's own.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

#[path = "repositories/sqlite.rs"]
mod of_sqlite;

use tower_oauth_clients::repository::conformance::InTurn;
use tower_oauth_clients::repository::{MemoryRepository, SqliteRepository};
use tower_oauth_clients::{conformance_tests, credential_conformance_tests};

mod memory {
    use super::*;

    conformance_tests!(async || (MemoryRepository::new(), ()));
    credential_conformance_tests!(async || (MemoryRepository::new(), ()));
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
