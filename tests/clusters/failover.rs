//! A PostgreSQL with a synchronous standby: the primary is killed, and the standby promoted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use http::{Method, StatusCode};
use serde_json::json;
use tower_oauth_clients::repository::PostgresRepository;

use support::hosts::behind::{assert_whole, rows};
use support::hosts::{Host, Repository, assert_unavailable};
use support::servers::{Server, execute};
use support::{CLIENTS, base};

const PATIENCE: Duration = Duration::from_secs(60);

/// A primary, and a standby that has what the primary has answered.
async fn pair() -> (Server, Server) {
    // The standby is missing at first, and nothing waits for it until it is there.
    let primary = Server::postgres().start().await;
    let standby = primary.standby().start().await;
    let synchronous = [
        "ALTER SYSTEM SET synchronous_standby_names = '*'",
        "SELECT pg_reload_conf()",
    ];
    execute(&primary.url(), &synchronous).await.unwrap();
    (primary, standby)
}

/// A host that uses whichever of the two accepts writes.
async fn host(primary: &Server, standby: &Server) -> Host {
    let url = format!(
        "postgres://postgres@127.0.0.1:{},127.0.0.1:{}/oauth_clients?target_session_attrs=read-write",
        primary.port(),
        standby.port()
    );
    let repository = PostgresRepository::connect(&url).await.unwrap();
    repository.migrate().await.unwrap();
    Host::over(&Repository::Postgres(repository))
}

/// Creates clients with names of their own until told to stop. Returns the answered ids, and the
/// names of all.
async fn create(host: Host, number: usize, stop: Arc<AtomicBool>) -> (Vec<String>, Vec<String>) {
    let (mut answered, mut names) = (Vec::new(), Vec::new());
    while !stop.load(Ordering::Relaxed) {
        let name = format!("Load {number} {}", names.len());
        let mut body = base();
        body["name"] = json!(name);
        let answer = host.call(Method::POST, CLIENTS, Some(&body)).await;
        names.push(name);
        match answer.status {
            StatusCode::CREATED => {
                let client_id = &answer.data()["client_id"];
                answered.push(client_id.as_str().unwrap().to_owned());
            }
            _ => {
                assert_unavailable(&answer, "while the primary is away");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
    (answered, names)
}

async fn until_created(host: &Host) -> Duration {
    let start = Instant::now();
    while host.create().await.status != StatusCode::CREATED {
        assert!(start.elapsed() < PATIENCE, "no service");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    start.elapsed()
}

async fn promote(standby: &Server) {
    execute(&standby.url(), &["SELECT pg_promote()"])
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_answered_is_lost_and_nothing_is_there_twice() {
    let (mut primary, standby) = pair().await;
    let host = host(&primary, &standby).await;
    let stop = Arc::new(AtomicBool::new(false));
    let mut load = tokio::task::JoinSet::new();
    for number in 0..4 {
        load.spawn(create(host.clone(), number, Arc::clone(&stop)));
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    primary.kill();
    tokio::time::sleep(Duration::from_millis(500)).await;
    // The standby does not accept writes yet, and is left alone.
    assert_unavailable(&host.create().await, "before the promotion");
    promote(&standby).await;
    let away = until_created(&host).await;
    eprintln!("service is back {away:?} after the promotion");
    tokio::time::sleep(Duration::from_millis(300)).await;
    stop.store(true, Ordering::Relaxed);
    let load = load.join_all().await;

    for client_id in load.iter().flat_map(|(answered, _)| answered) {
        let read = host.get(client_id).await;
        assert_eq!(read.status, StatusCode::OK, "{client_id}");
    }
    let twice = "SELECT name FROM oauth_clients WHERE name LIKE 'Load %' \
        GROUP BY name HAVING count(*) > 1";
    assert!(rows(&standby.url(), twice).await.is_empty());
    let stored = "SELECT name FROM oauth_clients WHERE name LIKE 'Load %'";
    let stored = rows(&standby.url(), stored).await.len();
    let answered: usize = load.iter().map(|(answered, _)| answered.len()).sum();
    let sent: usize = load.iter().map(|(_, names)| names.len()).sum();
    assert!(answered > 0 && (answered..=sent).contains(&stored));
    assert_whole(&standby.url(), "after the promotion").await;
}

/// The old primary is not dead, but refuses to write: the host looks for its successor.
#[tokio::test(flavor = "multi_thread")]
async fn a_primary_that_has_become_read_only_is_left() {
    let (primary, standby) = pair().await;
    let host = host(&primary, &standby).await;
    let client_id = host.client().await;
    promote(&standby).await;
    let demote = [
        "ALTER SYSTEM SET default_transaction_read_only = on",
        "SELECT pg_reload_conf()",
    ];
    execute(&primary.url(), &demote).await.unwrap();
    // The server tells its sessions in its own time.
    let is_told = "SHOW default_transaction_read_only";
    while rows(&primary.url(), is_told).await != ["on"] {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let start = Instant::now();
    let renamed = loop {
        let renamed = host.rename(&client_id, "Renamed").await;
        if renamed.status == StatusCode::OK {
            break renamed;
        }
        assert_unavailable(&renamed, "at the old primary");
        assert!(start.elapsed() < PATIENCE, "no service");
    };
    assert_eq!(renamed.data()["name"], "Renamed");
    let at = |server: &Server| {
        (
            server.url(),
            "SELECT name FROM oauth_clients WHERE version = 2",
        )
    };
    let (url, query) = at(&standby);
    assert_eq!(rows(&url, query).await.len(), 1);
    let (url, query) = at(&primary);
    assert!(rows(&url, query).await.is_empty());
}
