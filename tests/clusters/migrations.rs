//! Hosts that start at the same time, each on another node.

use std::time::Duration;

use tower_oauth_clients::repository::{ErrorKind, MysqlRepository};

use super::across_nodes::database;
use support::hosts::behind::rows;
use support::servers::{Cluster, execute};

#[tokio::test(flavor = "multi_thread")]
async fn one_of_them_makes_the_tables() {
    let (database, urls) = database().await;
    let mut hosts = tokio::task::JoinSet::new();
    for number in 0..6 {
        let url = urls[number % 3].clone();
        hosts.spawn(async move {
            let repository = MysqlRepository::connect(&url).await.unwrap();
            repository.migrate().await.unwrap()
        });
    }
    let mut applied = hosts.join_all().await;
    applied.sort_unstable();
    assert_eq!(applied, [0, 0, 0, 0, 0, 9]);
    let keys = "SELECT constraint_name FROM information_schema.referential_constraints \
        WHERE constraint_schema = DATABASE() AND referenced_table_name = 'oauth_clients'";
    assert_eq!(rows(database.url(), keys).await.len(), 3);
}

/// Each that comes first makes the table of migrations, which undoes what another node writes to it
/// meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn those_that_wait_undo_nothing() {
    const TABLE: &str = "CREATE TABLE IF NOT EXISTS oauth_client_migrations (\
        name VARCHAR(64) NOT NULL PRIMARY KEY, applied_at BIGINT NOT NULL)";

    let (database, urls) = database().await;
    let repository = MysqlRepository::connect(&urls[0]).await.unwrap();
    let migrating = repository.migrate();
    tokio::pin!(migrating);
    let applied = loop {
        tokio::select! {
            applied = &mut migrating => break applied,
            made = execute(&urls[1], &[TABLE]) => made.unwrap(),
        }
    };
    assert_eq!(applied.unwrap(), 9);
    let held = "SELECT name FROM oauth_client_migrations WHERE name = 'being applied'";
    assert_eq!(rows(database.url(), held).await, [""; 0]);
}

/// The host that held the lock was killed.
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_was_left_behind() {
    if !Cluster::can_be_had() {
        return;
    }
    let (database, urls) = database().await;
    let held = |minutes: i64| {
        format!(
            "REPLACE INTO oauth_client_migrations VALUES ('being applied', \
            (UNIX_TIMESTAMP() - {minutes} * 60) * 1000000)"
        )
    };
    let table = "CREATE TABLE oauth_client_migrations (name VARCHAR(64) NOT NULL PRIMARY KEY, \
        applied_at BIGINT NOT NULL)";
    database.execute(&[table, &held(9)]).await;
    let repository = MysqlRepository::connect(&urls[1]).await.unwrap();
    let patient = repository.clone().with_timeout(Duration::from_millis(300));
    let error = patient.migrate().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("delete the row 'being applied'"), "{cause}");
    database.execute(&[&held(11)]).await;
    assert_eq!(repository.migrate().await.unwrap(), 9);
}
