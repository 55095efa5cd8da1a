//! The whole conformance suite, and tests of the log.
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

    // As if the process or the power had failed during the next write: the end of the line may have
    // reached the disk, but not what comes before it.
    for torn in ["{\"stored\":[{\"id\":\"01", "{\"stored\":[\0\0\0\0null}\n"] {
        let mut file = OpenOptions::new().append(true).open(&path)?;
        file.write_all(torn.as_bytes())?;
        drop(file);
        let manager = ClientManager::builder(LogRepository::open(&path)?).build()?;
        assert_eq!(manager.get(&operator, &created.client_id).await?, created);
        manager.create(&operator, draft()).await?;
    }

    // A line that is followed by another one was acknowledged, and is never dropped.
    let log = fs::read_to_string(&path)?;
    assert_eq!(log.lines().count(), 3);
    for damaged in [
        log.replacen("\"active\"", "1", 1),
        log.replacen('}', "\0", 1),
    ] {
        fs::write(&path, damaged)?;
        assert!(LogRepository::open(&path).is_err());
    }
    fs::write(&path, log)?;
    assert!(LogRepository::open(&path).is_ok());
    Ok(())
}
