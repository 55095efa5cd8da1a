//! The cost of authenticating a client, compared with the cost of the bare work.
//!
//! ```text
//! cargo bench --bench authentication
//! cargo bench --bench authentication -- --only http
//! ```
//!
//! - `first`: a secret that is verified for the first time, compared with a bare Argon2id of the
//!   same cost.
//! - `cached`: a secret that was verified before, compared with reading its client from memory, and
//!   its speedup over an uncached one.
//! - `assertion`: a `private_key_jwt`, compared with a bare `jsonwebtoken` verification of the same
//!   tokens.
//! - `timing`: an unknown client, compared with a wrong secret.
//! - `cors`: an endpoint behind a `ClientCorsLayer` that knows the origin, compared with the
//!   endpoint alone.
//! - `document`: resolving a client with a metadata document of which there is a copy, compared
//!   with a stored client in memory.
//! - `http`: requests per second of a server with two threads, for each authentication method,
//!   compared with a bare axum handler. Also the CPU time of the server process (Linux), which
//!   other processes disturb least. The load is generated on the same processors.
//!
//! In every round each contestant runs once, so that other load on the machine disturbs all of them
//! alike. The numbers are medians of the rounds; a ratio is the median of each round's ratio to the
//! first contestant. Nothing is asserted.
#![allow(clippy::print_stdout, reason = "it prints what it measured")]
#![allow(unreachable_pub, reason = "modules of a program")]

mod assertion;
mod cors;
mod document;
mod load;
mod over_http;
mod race;
mod secret;
mod server;
mod timing;
mod world;

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A section of the bench: its name and its function.
type Section = (&'static str, fn(bool) -> Outcome);

const SECTIONS: [Section; 7] = [
    ("first", secret::first),
    ("cached", secret::cached),
    ("assertion", assertion::run),
    ("timing", timing::run),
    ("cors", cors::run),
    ("document", document::run),
    ("http", over_http::run),
];

fn main() -> Outcome {
    if let Ok(policy) = std::env::var(server::POLICY) {
        return server::run(&policy);
    }
    // It fails only if a provider is already installed.
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
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
