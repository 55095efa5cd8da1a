//! Nodes of a Galera cluster are killed while hosts use the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use http::StatusCode;

use support::hosts::behind::assert_whole;
use support::hosts::{Host, assert_unavailable};
use support::servers::{Cluster, execute};

/// For a cluster to notice what happened to it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Creates clients, one after the other, until told to stop. Returns those that were answered.
async fn create(host: Host, stop: Arc<AtomicBool>) -> Vec<String> {
    let mut created = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let answer = host.create().await;
        match answer.status {
            StatusCode::CREATED => {
                let client_id = &answer.data()["client_id"];
                created.push(client_id.as_str().unwrap().to_owned());
            }
            _ => assert_unavailable(&answer, "while a node is killed"),
        }
    }
    created
}

async fn until_created(host: &Host) -> Duration {
    let start = Instant::now();
    while host.create().await.status != StatusCode::CREATED {
        assert!(start.elapsed() < PATIENCE, "no service");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    start.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_three_nodes_one_and_then_two_are_killed() {
    if !Cluster::can_be_had() {
        return;
    }
    let mut cluster = Cluster::start(Duration::from_secs(2)).await;
    let urls = cluster.urls();
    let first = Host::connect(&urls[0]).await;
    let second = Host::connect(&urls[1]).await;
    let third = Host::connect(&urls[2]).await;

    // One is killed under load: what was answered is at the others, and when it is back, there.
    let stop = Arc::new(AtomicBool::new(false));
    let mut load = tokio::task::JoinSet::new();
    for host in [&first, &second, &third] {
        load.spawn(create(host.clone(), Arc::clone(&stop)));
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    cluster.nodes[2].kill();
    until_created(&first).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.store(true, Ordering::Relaxed);
    let created = load.join_all().await.concat();
    assert_unavailable(&third.create().await, "at the killed node");
    cluster.rejoin(2).await;
    for client_id in &created {
        for (number, host) in [&first, &second, &third].into_iter().enumerate() {
            let read = host.get(client_id).await;
            assert_eq!(read.status, StatusCode::OK, "node {number}: {client_id}");
        }
    }
    assert_whole(&urls[2], "after one was killed").await;

    // The last of three, cut off from the others: it does not know what they would have committed.
    let client_id = &created[0];
    cluster.nodes[1].kill();
    cluster.nodes[2].kill();
    let start = Instant::now();
    while first.get(client_id).await.status == StatusCode::OK {
        assert!(
            start.elapsed() < PATIENCE,
            "the last node takes itself for a cluster"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for _ in 0..20 {
        assert_unavailable(&first.get(client_id).await, "a read at the last node");
        assert_unavailable(&first.create().await, "a creation at the last node");
        let renamed = first.rename(client_id, "Renamed").await;
        assert_unavailable(&renamed, "a change at the last node");
    }
    // As an operator who knows that the others are gone.
    let alone = "SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'";
    execute(&urls[0], &[alone]).await.unwrap();
    until_created(&first).await;
    let read = first.get(client_id).await;
    assert_ne!(read.data()["name"], "Renamed");
    assert_whole(&urls[0], "after two were killed").await;
}
