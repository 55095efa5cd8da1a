//! What it costs to tell which client is calling, next to the bare work.
//!
//! ```text
//! cargo bench --bench authentication
//! cargo bench --bench authentication -- --only http
//! ```
//!
//! - `first`: a secret that is verified for the first time, next to a bare Argon2id of the same cost.
//! - `cached`: one that verified before, next to the read of its client from memory, and how often
//!   it fits into an uncached one.
//! - `assertion`: a `private_key_jwt`, next to a bare `jsonwebtoken` verification of the same tokens.
//! - `timing`: an unknown client next to a wrong secret.
//! - `http`: requests per second of a server on two threads, for each way to authenticate, next to a
//!   bare axum handler; with the CPU time of the server process (Linux), which other processes
//!   disturb least. The load comes from the same processors.
//!
//! In every round each contestant runs once, so that whatever else the machine does disturbs all of
//! them alike. The numbers are medians of the rounds, a ratio is the median of each round's ratio to
//! the first contestant. Nothing is asserted.
#![allow(clippy::print_stdout, reason = "it prints what it measured")]
#![allow(unreachable_pub, reason = "modules of a program")]

mod assertion;
mod load;
mod over_http;
mod race;
mod secret;
mod server;
mod timing;
mod world;

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What is measured, by its name.
type Section = (&'static str, fn(bool) -> Outcome);

const SECTIONS: [Section; 5] = [
    ("first", secret::first),
    ("cached", secret::cached),
    ("assertion", assertion::run),
    ("timing", timing::run),
    ("http", over_http::run),
];

fn main() -> Outcome {
    if let Ok(policy) = std::env::var(server::POLICY) {
        return server::run(&policy);
    }
    // An error would say that there is one already.
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    let arguments: Vec<_> = std::env::args().collect();
    let has = |wanted: &str| arguments.iter().any(|argument| argument == wanted);
    // `cargo test --benches` gives no argument, `cargo bench` does.
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
