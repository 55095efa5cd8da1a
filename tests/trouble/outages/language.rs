//! A server whose messages are not in English.

use std::time::Duration;

use diesel_async::pooled_connection::{bb8, deadpool};
use http::Method;

use tower_oauth_clients::repository::{PostgresRepository, PostgresTransaction};

use super::contention::{Session, waiting};
use super::{POOLS, german};
use support::CLIENTS;
use support::hosts::behind::{assert_whole, rows};
use support::hosts::{Connections, Host, Repository, assert_unavailable};
use support::servers::{Database, Server, execute};

/// Whether a server speaks German, whose messages may not be installed.
async fn is_german(url: &str) -> bool {
    let error = execute(url, &["SELECT * FROM no_such_table"]).await;
    let message = error.unwrap_err().to_string();
    let is_german = message.contains("existiert nicht");
    if !is_german {
        eprintln!("not run: there is no server that speaks German: {message}");
    }
    is_german
}

#[tokio::test]
async fn postgres_is_understood_by_its_codes() {
    let database = Database::postgres().await;
    let url = german(&database);
    if !is_german(&url).await {
        return;
    }
    let repository = PostgresRepository::connect(&url).await.unwrap();
    let bb8 = bb8::Pool::builder().build(PostgresRepository::manager(&url));
    let deadpool = deadpool::Pool::builder(PostgresRepository::manager(&url)).build();
    let repositories = [
        repository.clone(),
        PostgresRepository::from_bb8(bb8.await.unwrap()),
        PostgresRepository::from_deadpool(deadpool.unwrap()),
    ]
    .map(Repository::Postgres);
    for repository in &repositories {
        let error = ask_of(repository).await;
        assert!(error.contains("migrate()"), "{error}");
    }
    repository.migrate().await.unwrap();

    let client_id = Host::over(&repositories[0]).client().await;
    for repository in &repositories {
        let patience = Duration::from_secs(2);
        let host = Host::over(&repository.clone().with_timeout(patience));
        let mut other = Session::open(&url).await;
        other.hold(&client_id).await;
        let renamed = tokio::spawn({
            let client_id = client_id.clone();
            async move { host.rename(&client_id, "Renamed").await }
        });
        let session = waiting(&url, "UPDATE").await;
        assert_unavailable(&renamed.await.unwrap(), "held");
        // It was cancelled, and does not wait any longer.
        let waits = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE pid = {session} AND state = 'active'"
        );
        let mut left = rows(&url, &waits).await;
        for _ in 0..250 {
            if left == ["0"] {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            left = rows(&url, &waits).await;
        }
        assert_eq!(left, ["0"]);
    }
}

#[tokio::test]
async fn a_transaction_of_a_host_is_understood_by_its_codes() {
    let database = Database::postgres().await;
    let url = german(&database);
    if !is_german(&url).await {
        return;
    }
    let pool = bb8::Pool::builder().build(PostgresRepository::manager(&url));
    let mut conn = pool.await.unwrap().get_owned().await.unwrap();
    let error = PostgresTransaction::scope(&mut conn, async |repository| ask(&repository).await);
    let error = error.await;
    assert!(error.contains("migrate()"), "{error}");
}

#[tokio::test]
async fn mariadb_is_told_to_speak_english() {
    let arguments = ["--lc-messages=de_DE", "--innodb-lock-wait-timeout=1"];
    let server = Server::mysql().with_arguments(&arguments).start().await;
    let url = server.url();
    if !is_german(&url).await {
        return;
    }

    let own = Repository::connect(&url).await;
    let mut repositories = vec![own.clone()];
    for pool in POOLS {
        let connections = Connections::new(&url, pool, 4).await;
        repositories.push(connections.repository());
    }
    for repository in &repositories {
        let host = Host::over(repository);
        let listed = host.call(Method::GET, CLIENTS, None).await;
        assert_eq!(listed.status, 500, "{listed:?}");
    }
    let error = ask_of(&own).await;
    assert!(error.contains("migrate()"), "{error}");
    own.migrate().await.unwrap();

    for repository in &repositories {
        let host = Host::over(repository);
        let client_id = host.client().await;
        let mut other = Session::open(&url).await;
        other.hold(&client_id).await;
        // Two at once, since the language is set for each connection.
        let (one, two) = tokio::join!(
            host.rename(&client_id, "Renamed"),
            host.rename(&client_id, "Renamed")
        );
        assert_unavailable(&one, "held");
        assert_unavailable(&two, "held");
        let renamed = tokio::spawn({
            let (host, client_id) = (host.clone(), client_id.clone());
            async move { host.rename(&client_id, "Renamed").await }
        });
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        other.execute("COMMIT").await;
        let renamed = renamed.await.unwrap();
        assert_eq!(renamed.status, 200, "starts again: {renamed:?}");
    }
    assert_whole(&url, "German").await;
}

async fn ask_of(repository: &Repository) -> String {
    match repository {
        Repository::Mysql(it) => ask(it).await,
        Repository::Postgres(it) => ask(it).await,
    }
}

/// The reason why a list of clients can't be read.
async fn ask(repository: &impl tower_oauth_clients::repository::ClientRepository) -> String {
    use tower_oauth_clients::domain::{Page, TenantId};
    let tenant = TenantId::parse("tenant_a").unwrap();
    let page = Page::After { id: None, size: 1 };
    let listed = repository.list(&tenant, &Default::default(), page).await;
    std::error::Error::source(&listed.unwrap_err())
        .unwrap()
        .to_string()
}
