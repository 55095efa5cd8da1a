//! Kills a host, or its database server, at random moments during writes (SIGKILL). Afterwards
//! every confirmed change is there, complete and in the audit trail.

mod check;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::load::{self, Known, Writer};
use support::hosts::worker::Worker;
use support::servers::{Database, Kind, Server};
use support::{CLIENTS, admin};

const HOSTS_KILLED: u64 = 15;
const SERVERS_KILLED: u64 = 8;
const WRITERS: u64 = 4;

/// Prints the seed if the test fails.
struct Seed(u64);

impl Seed {
    fn new() -> Self {
        let given = std::env::var("KILLED_SEED").map(|seed| seed.parse().unwrap());
        Self(given.unwrap_or_else(|_| rand::random()))
    }
}

impl Drop for Seed {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("KILLED_SEED={}", self.0);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_survives_the_host_on_postgres() {
    kill_hosts(&Database::postgres().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_survives_the_host_on_mysql() {
    kill_hosts(&Database::mysql().await).await;
}

async fn kill_hosts(database: &Database) {
    let seed = Seed::new();
    let mut random = StdRng::seed_from_u64(seed.0);
    let token = admin("tenant_a");
    let mut known: Vec<Known> = Vec::new();
    let mut answered = 0;
    for _ in 0..HOSTS_KILLED {
        let host = Worker::start(database.url());
        check::read(host.address, &token, &known);
        check::stored(database.url(), &known).await;
        let life = Duration::from_millis(random.random_range(30..300));
        let seeds: Vec<u64> = (0..WRITERS).map(|_| random.random()).collect();
        known = thread::scope(|scope| {
            let writer = writer(host.address, &token);
            let writers: Vec<_> = seeds
                .into_iter()
                .map(|seed| scope.spawn(move || load::write(writer, seed)))
                .collect();
            thread::sleep(life);
            host.kill();
            let written = writers.into_iter().map(|writer| writer.join().unwrap());
            written.flatten().collect()
        });
        answered += answers(&known);
    }
    let host = Worker::start(database.url());
    check::read(host.address, &token, &known);
    check::stored(database.url(), &known).await;
    assert!(answered > 0, "nothing was ever answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_survives_postgres() {
    kill_servers(Kind::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_survives_mariadb() {
    kill_servers(Kind::Mysql).await;
}

async fn kill_servers(kind: Kind) {
    let seed = Seed::new();
    let mut random = StdRng::seed_from_u64(seed.0);
    let token = admin("tenant_a");
    let mut server = Server::of(kind).start().await;
    let host = Worker::start(&server.url());
    let (mut answered, mut refused) = (0, 0);
    for _ in 0..SERVERS_KILLED {
        let life = Duration::from_millis(random.random_range(30..300));
        let stop = std::sync::Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..WRITERS)
            .map(|_| {
                let (address, token, stop) = (host.address, token.clone(), stop.clone());
                let seed = random.random();
                thread::spawn(move || load::write_on(writer(address, &token), seed, &stop))
            })
            .collect();
        tokio::time::sleep(life).await;
        server.kill();
        server.restart().await;
        // The host can use the restarted server.
        tokio::time::sleep(life).await;
        stop.store(true, Ordering::SeqCst);
        let known: Vec<Known> = tokio::task::spawn_blocking(|| {
            let written = writers.into_iter().map(|writer| writer.join().unwrap());
            written.flatten().collect()
        })
        .await
        .unwrap();
        answered += answers(&known);
        refused += known.iter().filter(|client| client.sent.is_some()).count();
        check::read(host.address, &token, &known);
        check::stored(&server.url(), &known).await;
    }
    assert!(answered > 0, "nothing was ever answered");
    assert!(refused > 0, "no change was ever cut short");
}

fn writer(address: SocketAddr, token: &str) -> Writer<'_> {
    Writer {
        address,
        clients: CLIENTS,
        token,
    }
}

fn answers(known: &[Known]) -> usize {
    known.iter().map(|client| client.actions.len()).sum()
}
