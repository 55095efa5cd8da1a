//! The whole suite, and what is the log's own.
#![allow(clippy::expect_used, reason = "a test may panic")]

use std::fs::{self, OpenOptions};
use std::io::Write;

use tempfile::TempDir;
use tower_oauth_clients::domain::{Draft, Operator, Role, TenantId};
use tower_oauth_clients::{ClientManager, conformance_tests, credential_conformance_tests};

use super::repository::LogRepository;

conformance_tests!(open);
credential_conformance_tests!(open);

type Outcome = Result<(), Box<dyn std::error::Error>>;

async fn open() -> (LogRepository, TempDir) {
    let folder = TempDir::new().expect("a folder");
    let repository = LogRepository::open(&folder.path().join("log"));
    (repository.expect("a repository"), folder)
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_restart() -> Outcome {
    let folder = TempDir::new()?;
    let path = folder.path().join("log");
    let operator = Operator::new("alice", Role::Admin, TenantId::parse("acme").ok_or("acme")?);
    let draft = || Draft::new("My Application", ["https://app.example.com/callback"]);

    let repository = LogRepository::open(&path)?;
    assert!(LogRepository::open(&path).is_err(), "it is open already");
    let manager = ClientManager::builder(repository).build()?;
    let created = manager.create(&operator, draft()).await?.client;
    drop(manager);

    // As if the process had died in the middle of the next write.
    let mut file = OpenOptions::new().append(true).open(&path)?;
    file.write_all(b"{\"client\":{\"id\":\"01")?;
    drop(file);
    for _ in 0..2 {
        let manager = ClientManager::builder(LogRepository::open(&path)?).build()?;
        assert_eq!(manager.get(&operator, &created.client_id).await?, created);
        manager.create(&operator, draft()).await?;
    }

    // A line that was whole once is never dropped.
    let damaged = fs::read_to_string(&path)?.replacen("active", "?", 1);
    fs::write(&path, damaged)?;
    assert!(LogRepository::open(&path).is_err());
    Ok(())
}
