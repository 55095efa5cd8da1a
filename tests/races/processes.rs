//! The races of the whole API on the hosts of one database: each request of a race goes to another
//! process.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tower_oauth_clients::domain::{
    AuditEntry, ClientId, Clock, Page, SecretRecord, SystemClock, TenantId, Timestamp,
};
use tower_oauth_clients::repository::ClientRepository;

use crate::kinds::{self, Ask, Stage};
use support::hosts::worker::Worker;
use support::hosts::{self, Repository};
use support::servers::Database;
#[cfg(unix)]
use support::servers::Pooler;
use support::{Answer, admin};

const PROCESSES: usize = 4;
const ROUNDS: usize = 200;

/// Of the races through a pooler.
#[cfg(unix)]
const ROUNDS_THERE: usize = 20;

/// Four processes with one database.
struct Processes {
    workers: Vec<Worker>,
    token: String,
    /// For reading the stored state.
    repository: Repository,
}

impl Processes {
    async fn start(url: &str) -> Self {
        let repository = Repository::connect(url).await;
        Self {
            workers: (0..PROCESSES).map(|_| Worker::start(url)).collect(),
            token: admin("tenant_a"),
            repository,
        }
    }
}

impl Stage for Processes {
    async fn at_once(&self, asks: Vec<Ask>) -> Vec<Answer> {
        let start = Arc::new(Barrier::new(asks.len()));
        let first = rand::random_range(0..PROCESSES);
        let mut callers = JoinSet::new();
        for (at, ask) in asks.into_iter().enumerate() {
            let address = self.workers[(first + at) % PROCESSES].address;
            let (start, text) = (start.clone(), text(&ask, &self.token));
            callers.spawn(async move { (at, send(address, &text, &start).await) });
        }
        let answers: BTreeMap<_, _> = callers.join_all().await.into_iter().collect();
        answers.into_values().collect()
    }

    async fn audit(&self, client_id: &str) -> Vec<AuditEntry> {
        let (tenant, client_id) = names(client_id);
        let page = Page::Number {
            number: 1,
            size: 100,
        };
        let entries = match &self.repository {
            Repository::Postgres(postgres) => {
                postgres.audit_entries(&tenant, &client_id, page).await
            }
            Repository::Mysql(mysql) => mysql.audit_entries(&tenant, &client_id, page).await,
        };
        entries.unwrap().items
    }

    async fn secrets(&self, client_id: &str) -> Vec<SecretRecord> {
        let (tenant, client_id) = names(client_id);
        let secrets = match &self.repository {
            Repository::Postgres(postgres) => postgres.secrets(&tenant, &client_id).await,
            Repository::Mysql(mysql) => mysql.secrets(&tenant, &client_id).await,
        };
        secrets.unwrap()
    }

    fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    async fn tick(&self) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn names(client_id: &str) -> (TenantId, ClientId) {
    let tenant = TenantId::parse("tenant_a").unwrap();
    (tenant, ClientId::parse(client_id).unwrap())
}

/// The request as HTTP text.
fn text(ask: &Ask, token: &str) -> String {
    let body = ask.body.as_ref().map(Value::to_string).unwrap_or_default();
    let if_match = ask.if_match.map(|tag| format!("If-Match: {tag}\r\n"));
    format!(
        "{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n{}\r\n{body}",
        ask.method,
        ask.path,
        body.len(),
        if_match.unwrap_or_default(),
    )
}

/// Connects, waits for the other requests, and sends this one.
async fn send(address: SocketAddr, request: &str, start: &Barrier) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    start.wait().await;
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers: HeaderMap = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| {
            let name: HeaderName = name.parse().unwrap();
            (name, HeaderValue::from_str(value).unwrap())
        })
        .collect();
    Answer {
        status: status.parse().unwrap(),
        headers,
        body: body.to_owned().into(),
    }
}

macro_rules! races {
    ($($kind:ident)*) => {
        async fn every_race(url: &str, rounds: usize) {
            let processes = Processes::start(url).await;
            $(
                // Four at a time, each with its own client: they share only the database.
                for _ in 0..rounds / 4 {
                    tokio::join!(
                        kinds::$kind(&processes),
                        kinds::$kind(&processes),
                        kinds::$kind(&processes),
                        kinds::$kind(&processes),
                    );
                }
            )*
            hosts::behind::assert_whole(url, "after all races").await;
        }
    };
}

races! {
    twelve_for_the_one_free_place
    two_delete_the_last_two_secrets
    one_secret_is_deactivated_and_the_other_deleted
    eight_rotations
    rotations_beside_additions
    an_update_and_a_deletion
    two_writers_who_read_the_same_version
    writers_of_different_fields_both_succeed
    a_suspension_and_a_rotation
    leaving_the_secret_methods_and_a_rotation
    clones_beside_updates
    two_deletions
    restorations_of_one_deletion
    a_restoration_and_a_deletion
    restorations_beside_deletions
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_processes_on_postgres() {
    every_race(Database::postgres().await.url(), ROUNDS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_processes_on_mysql() {
    every_race(Database::mysql().await.url(), ROUNDS).await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_processes_through_a_pooler() {
    let database = Database::postgres().await;
    if let Some(pooler) = Pooler::before(&database).await {
        every_race(pooler.url(), ROUNDS_THERE).await;
    }
}
