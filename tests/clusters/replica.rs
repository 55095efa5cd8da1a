//! A host that reads its lists from a standby.

use std::time::{Duration, Instant};

use http::{Method, StatusCode};
use serde_json::Value;
use tower_oauth_clients::domain::ClientId;
use tower_oauth_clients::repository::{CredentialRepository, PostgresRepository};

use support::hosts::{Host, Repository, assert_unavailable};
use support::servers::{Server, execute};
use support::{CLIENTS, base};

async fn names(host: &Host, path: &str) -> Vec<Value> {
    let listed = host.call(Method::GET, path, None).await;
    assert_eq!(listed.status, StatusCode::OK, "{listed:?}");
    let body = listed.json();
    let items = body["items"].as_array().unwrap().iter();
    items.map(|client| client["name"].clone()).collect()
}

async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !is_so().await {
        assert!(start.elapsed() < Duration::from_secs(30), "never");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_from_it_and_what_counts_does_not() {
    let primary = Server::postgres().start().await;
    let mut standby = primary.standby().start().await;
    let repository = PostgresRepository::connect(&primary.url()).await.unwrap();
    let replica = PostgresRepository::connect(&standby.url()).await.unwrap();
    let pause = async || {
        let pause = ["SELECT pg_wal_replay_pause()"];
        execute(&standby.url(), &pause).await.unwrap();
    };
    let resume = async || {
        let resume = ["SELECT pg_wal_replay_resume()"];
        execute(&standby.url(), &resume).await.unwrap();
    };
    pause().await;
    repository.migrate().await.unwrap();
    let repository = repository.with_replica(replica);
    let host = Host::over(&Repository::Postgres(repository.clone()));
    let client_id = host.client().await;
    let lists = [
        CLIENTS.to_owned(),
        CLIENTS.to_owned() + "?name=my",
        CLIENTS.to_owned() + "?page=1",
    ];
    let trail = format!("{CLIENTS}/{client_id}/audit-logs");

    // The standby has no tables yet.
    for list in lists.iter().chain([&trail]) {
        assert_unavailable(&host.call(Method::GET, list, None).await, list);
    }
    resume().await;
    until(async || host.call(Method::GET, CLIENTS, None).await.status == StatusCode::OK).await;
    until(async || names(&host, CLIENTS).await.len() == 1).await;

    // It falls behind.
    pause().await;
    let renamed = host.rename(&client_id, "My new name").await;
    assert_eq!(renamed.status, StatusCode::OK);
    for list in &lists {
        assert_eq!(names(&host, list).await, [base()["name"].clone()], "{list}");
    }
    let entries = host.call(Method::GET, &trail, None).await;
    let entries = entries.json();
    assert_eq!(entries["items"].as_array().unwrap().len(), 1, "{entries}");
    assert_eq!(host.get(&client_id).await.data()["name"], "My new name");
    let id = ClientId::parse(&client_id).unwrap();
    let credentials = repository.credentials(&id).await.unwrap();
    assert_eq!(credentials.client.metadata.name, "My new name");

    resume().await;
    for list in &lists {
        until(async || names(&host, list).await == ["My new name"]).await;
    }

    standby.kill();
    for list in &lists {
        assert_unavailable(&host.call(Method::GET, list, None).await, list);
    }
    assert_eq!(host.get(&client_id).await.status, StatusCode::OK);
    assert_eq!(host.create().await.status, StatusCode::CREATED);
}
