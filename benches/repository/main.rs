//! What each repository costs beside the same statements in its database's own driver, in one run.
//!
//! ```text
//! cargo bench --bench repository
//! cargo bench --bench repository -- postgres operations
//! ```
//!
//! - Operations: the rounds of repository and drivers take turns, and each ratio is the median over
//!   the rounds, with the middle half of them in brackets. The drivers prepare their statements
//!   once, read every column as a value of its own, and leave out what else a repository does:
//!   turning rows into a `Client`, and running a write in a task of its own. Where a line
//!   says "leased", the driver takes and gives back a connection of the same kind of pool each
//!   time.
//! - Lists: pages in a tenant of 1,000,000 clients, and 16 searches at once while there are 100,000.
//!
//! PostgreSQL and MySQL or MariaDB run where `TEST_POSTGRES_URL` and `TEST_MYSQL_URL` say, in a
//! schema and a database of the bench's own. Without the names of databases (`sqlite`, `postgres`,
//! `mysql`) or of parts (`operations`, `lists`) all of them run. `-- --test` is one quick round.
//! Nothing is asserted.
#![allow(clippy::print_stdout, reason = "it prints what it measured")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a bench may fail"
)]
#![allow(unreachable_pub, reason = "modules of a program")]

#[macro_use]
mod driver;
mod hop;
mod lists;
mod measure;
mod mysql;
mod operations;
mod pipeline;
mod postgres;
mod sample;
mod search;
mod sql;
mod sqlite;

use tokio::runtime::Runtime;

/// How often everything is done.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Of operations, …
    rounds: usize,
    /// … and of lists.
    list_rounds: usize,
    /// How often what grows with the tenant is done.
    scans: usize,
    /// In each round: clients that are created, updated and rotated, …
    clients: usize,
    /// … and reads of one, …
    reads: usize,
    /// … and pages.
    pages: usize,
    /// Clients in the long list, …
    listed: usize,
    /// … and those that are there when it is searched, …
    searched: usize,
    /// … so often by each of those who search.
    searches: usize,
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
};

const DATABASES: [&str; 3] = ["sqlite", "postgres", "mysql"];
const PARTS: [&str; 2] = ["operations", "lists"];

fn main() {
    let asked = |flag: &str| std::env::args().any(|argument| argument == flag);
    // `cargo bench` says `--bench`, and `cargo test --benches` says nothing.
    let quick = asked("--test") || !asked("--bench");
    let runs = |name: &str, all: &[&str]| asked(name) || !all.iter().any(|name| asked(name));
    let mut plan = if quick { QUICK } else { FULL };
    if !runs("operations", &PARTS) {
        plan.rounds = 0;
    }
    if !runs("lists", &PARTS) {
        plan.list_rounds = 0;
    }
    let runtime = Runtime::new().unwrap();
    // As a task, which is what a host's requests are.
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

/// Where a server is, if there is one.
fn server(variable: &str) -> Option<String> {
    let url = std::env::var(variable).ok().filter(|url| !url.is_empty());
    if url.is_none() {
        println!("\n{variable} is not set: skipped");
    }
    url
}
