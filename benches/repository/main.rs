//! The cost of each repository, compared with the same statements in the database's own driver.
//!
//! ```text
//! cargo bench --bench repository
//! cargo bench --bench repository -- postgres operations
//! ```
//!
//! - Operations: the rounds of repository and drivers take turns. Each ratio is the median over the
//!   rounds, followed by the interquartile range in brackets. The drivers prepare their statements
//!   once and read every column as a separate value. They leave out what else a repository does:
//!   turning rows into a `Client`, and running a write in its own task. If a line says "leased",
//!   the driver takes a connection from the same kind of pool for each operation.
//!   On PostgreSQL, `TEST_PGBOUNCER` names PgBouncer's program: the same operations through it, in
//!   transaction mode, compared with a direct connection. And the throughput of ten hosts.
//!   On a node of a Galera cluster: what it costs to wait for the other nodes (`wsrep_sync_wait`).
//! - Lists: pages in a tenant of 1,000,000 clients, and 16 concurrent searches in 100,000.
//! - Reaper: reads beside a reaper, compared with reads alone, where 1,000,000 clients registered
//!   themselves, of which one in ten is due.
//! - Growth, only if it is asked for: pages among 10,000 to 10,000,000 clients of one tenant,
//!   beside as many of tenants with 100 each.
//! - Names: searches by name among 1,000,000 clients, and other operations, without an index of
//!   names and with one.
//!
//! `TEST_POSTGRES_URL` and `TEST_MYSQL_URL` name the PostgreSQL and the MySQL or MariaDB server;
//! the bench creates its own schema and database there. `large` makes the lists ten times as long,
//! 10,000,000 clients. The names of databases (`sqlite`,
//! `postgres`, `mysql`) and of parts (`operations`, `lists`, `reaper`, `names`, `growth`) select
//! what runs. `-- --test` runs one quick round. Nothing is asserted.
#![allow(clippy::print_stdout, reason = "it prints what it measured")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a bench may fail"
)]
#![allow(unreachable_pub, reason = "modules of a program")]

#[macro_use]
mod driver;
mod growth;
mod hop;
mod hosts;
mod lists;
mod measure;
mod mysql;
mod operations;
mod pipeline;
mod pooler;
mod postgres;
mod reaper;
mod sample;
mod search;
mod sql;
mod sqlite;

use tokio::runtime::Runtime;

/// How often everything is done.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Rounds of operations.
    rounds: usize,
    /// Rounds of lists.
    list_rounds: usize,
    /// Rounds of list queries whose cost grows with the tenant.
    scans: usize,
    /// Clients that are created, updated and rotated per round.
    clients: usize,
    /// Reads of one client per round.
    reads: usize,
    /// Pages per round.
    pages: usize,
    /// Clients in the long list.
    listed: usize,
    /// Clients in the list when it is searched.
    searched: usize,
    /// Searches by each concurrent searcher.
    searches: usize,
    /// Searches by name for each text, without an index and with one.
    named: [usize; 2],
    /// Whether a reaper runs.
    reaps: bool,
    /// The most clients of one tenant, and of many.
    grown: usize,
    quick: bool,
}

impl Plan {
    /// Whether any part needs the long list.
    fn reads_a_list(&self) -> bool {
        self.list_rounds > 0 || self.reaps || self.named != [0; 2]
    }
}

const FULL: Plan = Plan {
    rounds: 15,
    list_rounds: 15,
    scans: 3,
    clients: 40,
    reads: 1_000,
    pages: 100,
    listed: 1_000_000,
    searched: 100_000,
    searches: 20,
    named: [15, 300],
    reaps: true,
    grown: 10_000_000,
    quick: false,
};
const QUICK: Plan = Plan {
    rounds: 1,
    list_rounds: 1,
    scans: 1,
    clients: 2,
    reads: 5,
    pages: 2,
    listed: 300,
    searched: 100,
    searches: 2,
    named: [2, 2],
    reaps: true,
    grown: 1_000,
    quick: true,
};

const DATABASES: [&str; 3] = ["sqlite", "postgres", "mysql"];
const PARTS: [&str; 5] = ["operations", "lists", "reaper", "names", "growth"];

fn main() {
    let asked = |flag: &str| std::env::args().any(|argument| argument == flag);
    // `cargo bench` passes `--bench`; `cargo test --benches` passes nothing.
    let quick = asked("--test") || !asked("--bench");
    let runs = |name: &str, all: &[&str]| asked(name) || !all.iter().any(|name| asked(name));
    let mut plan = if quick { QUICK } else { FULL };
    if !runs("operations", &PARTS) {
        plan.rounds = 0;
    }
    if !runs("lists", &PARTS) {
        plan.list_rounds = 0;
    }
    plan.reaps = runs("reaper", &PARTS);
    if asked("large") {
        plan.listed *= 10;
    }
    if !runs("names", &PARTS) {
        plan.named = [0; 2];
    }
    // It takes minutes for each database, and 20 GB.
    let grows = asked("growth") || (quick && runs("growth", &PARTS));
    if !grows {
        plan.grown = 0;
    }
    let runtime = Runtime::new().unwrap();
    // In a task, like the requests of a host.
    runtime.block_on(async {
        if runs("sqlite", &DATABASES) {
            tokio::spawn(sqlite::run(plan)).await.unwrap();
        }
        if runs("postgres", &DATABASES) {
            tokio::spawn(postgres::run(plan)).await.unwrap();
        }
        if runs("mysql", &DATABASES) {
            tokio::spawn(mysql::run(plan)).await.unwrap();
        }
    });
}

/// The URL of a server, if it is set.
fn server(variable: &str) -> Option<String> {
    let url = std::env::var(variable).ok().filter(|url| !url.is_empty());
    if url.is_none() {
        println!("\n{variable} is not set: skipped");
    }
    url
}
