//! The cost of an operation, compared with a bare axum handler that returns the same bytes.
//!
//! ```text
//! cargo bench --bench http
//! ```
//!
//! - In one process: the time of each operation through the router, in memory and in SQLite.
//! - Over a socket (Linux): the CPU time that a server process spends on a request, how many reads
//!   it serves while creations keep its hashing threads busy, and its peak memory when 256
//!   creations arrive at once. The server runs on the first processor, the load on the others.
//!
//! Every ratio compares two numbers of the same run. Nothing is asserted.
#![allow(clippy::print_stdout, reason = "it prints what it measured")]
#![allow(unreachable_pub, reason = "modules of a program")]

mod app;
mod in_process;
#[cfg(target_os = "linux")]
mod load;
#[cfg(target_os = "linux")]
mod over_a_socket;
#[cfg(target_os = "linux")]
mod server;

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> Outcome {
    #[cfg(target_os = "linux")]
    if let Ok(kind) = std::env::var(server::KIND) {
        return server::run(&kind);
    }
    let quick = std::env::args().any(|argument| argument == "--test");
    in_process::run(quick)?;
    #[cfg(target_os = "linux")]
    over_a_socket::run(quick)?;
    Ok(())
}
