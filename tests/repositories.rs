//! The contract of the repositories, and what is SQLite's own.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

#[path = "repositories/sqlite.rs"]
mod of_sqlite;

use tower_oauth_clients::conformance_tests;
use tower_oauth_clients::repository::{MemoryRepository, SqliteRepository};

mod memory {
    use super::*;

    conformance_tests!(async || (MemoryRepository::new(), ()));
}

mod sqlite {
    use super::*;

    conformance_tests!(open);

    pub(super) async fn open() -> (SqliteRepository, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clients.db");
        let repository = SqliteRepository::open(path).await.unwrap();
        repository.migrate().await.unwrap();
        (repository, folder)
    }
}
