//! What clients that register themselves cost a host.
//!
//! ```text
//! cargo bench --bench registration
//! cargo bench --bench registration -- --only creation
//! ```
//!
//! - `creation`: a public client that registers itself where anyone may, compared with an
//!   administrator who creates the same client: in memory, on SQLite and, if `TEST_POSTGRES_URL`
//!   names a server, on PostgreSQL. Both are whole requests without a socket.
//! - `documents`: the memory that the copies of 10,000 metadata documents of one host take, and of
//!   10,000 hosts with one each.
//!
//! Contestants take turns in every round. The numbers are medians of the rounds; a ratio is the
//! median of each round's ratio to the first contestant. Nothing is asserted.
#![allow(clippy::print_stdout, reason = "it prints what it measured")]
#![allow(unreachable_pub, reason = "modules of a program")]

mod creation;
mod documents;
#[path = "../authentication/race.rs"]
mod race;

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A section of the bench: its name and its function.
type Section = (&'static str, fn(bool) -> Outcome);

const SECTIONS: [Section; 2] = [("creation", creation::run), ("documents", documents::run)];

fn main() -> Outcome {
    let arguments: Vec<_> = std::env::args().collect();
    let has = |wanted: &str| arguments.iter().any(|argument| argument == wanted);
    // `cargo bench` passes `--bench`; `cargo test --benches` passes nothing.
    let quick = has("--test") || !has("--bench");
    let only = arguments.iter().position(|argument| argument == "--only");
    let only = only.and_then(|at| arguments.get(at + 1));
    for (name, section) in SECTIONS {
        if only.is_none_or(|only| only == name) {
            section(quick)?;
        }
    }
    Ok(())
}
