//! A host on each node of a Galera cluster: what one has answered, the others know.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::json;
use tower_oauth_clients::repository::MysqlRepository;
use tower_oauth_clients::repository::conformance::InTurn;

use support::CLIENTS;
use support::hosts::behind::{assert_whole, rows};
use support::hosts::{Connections, Host, Pool, Repository};
use support::servers::{Cluster, Database, mysql_url};

mod contract {
    use tower_oauth_clients::{
        conformance_tests, credential_conformance_tests, document_conformance_tests,
        origin_conformance_tests, purge_conformance_tests, registration_conformance_tests,
    };

    use super::open;

    conformance_tests!(open);
    credential_conformance_tests!(open);
    document_conformance_tests!(open);
    origin_conformance_tests!(open);
    purge_conformance_tests!(open);
    registration_conformance_tests!(open);
}

async fn open() -> (InTurn<MysqlRepository, 3>, Database) {
    let (database, urls) = database().await;
    let mut repositories = Vec::new();
    for url in &urls {
        repositories.push(MysqlRepository::connect(url).await.unwrap());
    }
    repositories[0].migrate().await.unwrap();
    (InTurn::new(repositories.try_into().unwrap()), database)
}

/// A database, as each node knows it. Without a cluster, all are the same server.
pub async fn database() -> (Database, [String; 3]) {
    let urls = match Cluster::can_be_had() {
        true => Cluster::shared().await.urls(),
        false => [(); 3].map(|()| mysql_url()),
    };
    let database = Database::on(&urls[0]).await;
    let urls = urls.map(|url| database.url_on(&url));
    (database, urls)
}

async fn hosts(urls: &[String; 3]) -> Vec<Host> {
    let mut hosts = Vec::new();
    for url in urls {
        hosts.push(Host::connect(url).await);
    }
    hosts
}

/// Writes and reads at different nodes, alternately.
async fn assert_known_elsewhere(hosts: &[Host]) {
    for round in 0..60 {
        let node = |number: usize| &hosts[(round + number) % 3];
        let client_id = node(0).client().await;
        let read = node(1).get(&client_id).await;
        assert_eq!(read.status, StatusCode::OK, "{round}: {read:?}");
        let name = format!("Round {round}");
        let renamed = node(2).rename(&client_id, &name).await;
        assert_eq!(renamed.status, StatusCode::OK, "{round}: {renamed:?}");
        let read = node(0).get(&client_id).await;
        assert_eq!(read.data()["name"], json!(name), "{round}");
        let path = format!("{CLIENTS}/{client_id}");
        let deleted = node(1).call(Method::DELETE, &path, None).await;
        assert_eq!(
            deleted.status,
            StatusCode::NO_CONTENT,
            "{round}: {deleted:?}"
        );
        let read = node(2).get(&client_id).await;
        assert_eq!(read.status, StatusCode::NOT_FOUND, "{round}: {read:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_is_known_to_every_node() {
    let (_database, urls) = database().await;
    assert_known_elsewhere(&hosts(&urls).await).await;
}

/// The pools of hosts, which set nothing themselves.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_so_with_the_pool_of_a_host() {
    let (_database, urls) = database().await;
    Host::connect(&urls[0]).await;
    let mut hosts = Vec::new();
    for url in &urls {
        let pool = Connections::new(url, Pool::Bb8(Duration::from_secs(5)), 4).await;
        hosts.push(Host::over(&pool.repository()));
    }
    assert_known_elsewhere(&hosts).await;
}

/// It would miss what is written meanwhile at another node.
#[tokio::test(flavor = "multi_thread")]
async fn an_index_of_names_is_refused() {
    let (database, urls) = database().await;
    if !Cluster::can_be_had() {
        return;
    }
    let repository = MysqlRepository::connect(&urls[0]).await.unwrap();
    repository.migrate().await.unwrap();
    let error = repository.index_names().await.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("Galera"), "{cause}");
    let triggers = "SELECT COUNT(*) FROM information_schema.triggers \
        WHERE trigger_schema = DATABASE()";
    assert_eq!(rows(database.url(), triggers).await, ["0"]);
    let host = Host::over(&Repository::Mysql(repository));
    let client_id = host.client().await;
    assert_eq!(
        host.rename(&client_id, "Renamed").await.status,
        StatusCode::OK
    );
}

/// Every change of a client is there and has its version and its entry, or was refused as a whole.
#[tokio::test(flavor = "multi_thread")]
async fn changes_of_one_client_at_every_node() {
    let (database, urls) = database().await;
    let hosts = hosts(&urls).await;
    let client_id = hosts[0].client().await;
    let mut changes = tokio::task::JoinSet::new();
    for number in 0..96 {
        let (host, client_id) = (hosts[number % 3].clone(), client_id.clone());
        changes.spawn(async move { host.rename(&client_id, &format!("Name {number}")).await });
    }
    let answers = changes.join_all().await;
    let complete = answers.iter().filter(|answer| answer.status.is_success());
    let complete = complete.count();
    for answer in &answers {
        let status = answer.status.as_u16();
        assert!(matches!(status, 200 | 503), "{answer:?}");
    }
    assert!(complete > 0);
    let stored = hosts[1].get(&client_id).await;
    let version = format!("\"{}\"", complete + 1);
    assert_eq!(stored.header("etag"), Some(&*version));
    assert_whole(database.url(), "after the race").await;
}

/// The same on new connections, which prepare their statements within the transactions: one that is
/// undone meanwhile is not told so.
#[tokio::test(flavor = "multi_thread")]
async fn changes_on_new_connections_are_whole() {
    let (database, urls) = database().await;
    Host::connect(&urls[0]).await;
    for round in 0..5 {
        let mut hosts = Vec::new();
        for url in &urls {
            let repository = MysqlRepository::connect(url).await.unwrap();
            hosts.push(Host::over(&Repository::Mysql(repository)));
        }
        let client_id = hosts[0].client().await;
        let mut changes = tokio::task::JoinSet::new();
        for number in 0..18 {
            let (host, client_id) = (hosts[number % 3].clone(), client_id.clone());
            changes.spawn(async move {
                let path = format!("{CLIENTS}/{client_id}/secrets");
                match number % 2 {
                    0 => host.rename(&client_id, &format!("Name {number}")).await,
                    _ => host.call(Method::POST, &path, None).await,
                }
            });
        }
        let answers = changes.join_all().await;
        let complete = answers.iter().filter(|answer| answer.status.is_success());
        let version = format!("\"{}\"", complete.count() + 1);
        let stored = hosts[1].get(&client_id).await;
        assert_eq!(
            stored.header("etag"),
            Some(&*version),
            "{round}: {answers:?}"
        );
        assert_whole(database.url(), "on new connections").await;
    }
}
