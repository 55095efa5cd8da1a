//! Kills the example host (SIGKILL) at random moments during writes. After its restart, every
//! confirmed change is there, complete and in the audit trail.

mod check;

use std::thread;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tempfile::TempDir;

use crate::load::{self, Known, Writer};
use support::example::Settings;

const ROUNDS: u64 = 50;
const WRITERS: u64 = 4;

/// The path of the clients, below the host's own prefix.
const CLIENTS: &str = "/api/v1/admin/oauth/clients";

/// Prints the seed if the test fails.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("CRASH_SEED={}", self.0);
        }
    }
}

#[test]
fn what_was_answered_survives_every_crash() {
    let given = std::env::var("CRASH_SEED").map(|seed| seed.parse().unwrap());
    let seed = Seed(given.unwrap_or_else(|_| rand::random()));
    let folder = TempDir::new().unwrap();
    let settings = Settings::new(&folder).with("RUST_LOG", "error");
    let mut random = StdRng::seed_from_u64(seed.0);
    let mut known: Vec<Known> = Vec::new();
    let mut answered = 0;
    let database = folder.path().join("clients.db");

    for _ in 0..ROUNDS {
        let host = settings.start();
        check::read(&host, &known);
        check::stored(&database, &known);
        let life = Duration::from_millis(random.random_range(50..400));
        let seeds: Vec<u64> = (0..WRITERS).map(|_| random.random()).collect();
        let token = host.token.clone();
        let writer = Writer {
            address: host.address,
            clients: CLIENTS,
            token: &token,
        };
        known = thread::scope(|scope| {
            let writers: Vec<_> = seeds
                .into_iter()
                .map(|seed| scope.spawn(move || load::write(writer, seed)))
                .collect();
            thread::sleep(life);
            host.crash();
            let written = writers.into_iter().map(|writer| writer.join().unwrap());
            written.flatten().collect()
        });
        answered += known
            .iter()
            .map(|client| client.actions.len())
            .sum::<usize>();
    }
    let host = settings.start();
    check::read(&host, &known);
    check::stored(&database, &known);
    host.stop();
    assert!(answered > 0, "nothing was ever answered");
}
