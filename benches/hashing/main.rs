//! The cost of hashing a secret on this machine: milliseconds, hashes per second, memory and page
//! faults, for each set of parameters, number of threads and engine, compared with libargon2 in C.
//!
//! ```text
//! cargo bench --bench hashing -- --cost 19456,2 --cost 47104,1 --threads 1,2,4 --rounds 11
//! HASHING="--cost 65536,3" cargo bench --bench hashing --features argon2-rust
//! MALLOC_ARENA_MAX=1 cargo bench --bench hashing
//! cargo bench --bench hashing_mimalloc
//! ```
//!
//! A cost is the memory in KiB and the number of iterations; the default is OWASP's sets. The
//! default for threads is one and the number of processors. The command line overrides the
//! environment variable `HASHING`. `-- --help` lists all options.
//!
//! In every round each engine runs once, so that other load on the machine disturbs all of them
//! alike. The numbers are medians of the rounds; a ratio is the median of each round's ratio to the
//! first engine. `ms/hash` is the duration of one hash on its thread. `MiB` is how much each thread
//! added to the peak memory of a process that does nothing else. CPU time, which other processes
//! disturb least, page faults and memory are measured on Linux only.
//!
//! libargon2 uses the system's allocator, whatever allocator Rust uses. libargon2 and argon2-rust
//! wipe their memory after a hash; Argon2id does not. The pool's threads run at a lower priority
//! than the others: on a busy machine they get less CPU time.
#![allow(
    clippy::print_stdout,
    unreachable_pub,
    reason = "it prints what it measured, and is also a module"
)]

mod engine;
mod memory;
mod options;
mod race;

use std::error::Error;

use self::engine::{Engine, Work};
use self::options::Options;
use self::race::Race;

/// The result of every part of the bench.
pub type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

#[allow(dead_code, reason = "not where it is a module")]
fn main() -> Outcome {
    run("the system's")
}

/// `allocator` is the name of the global allocator.
pub fn run(allocator: &str) -> Outcome {
    if memory::is_child()? {
        return Ok(());
    }
    let options = Options::read()?;
    if options.is_help {
        println!("{}", options::HELP);
        return Ok(());
    }
    if options.is_test {
        println!("smoke test: it only shows that it works; see --help for a real run");
    }
    println!("allocator: {allocator}{}", glibc_settings());
    pool_memory(&options)?;
    for &cost in &options.costs {
        for &threads in &options.threads {
            table(&options, cost, threads)?;
        }
    }
    Ok(())
}

/// The settings of glibc's allocator in the environment.
fn glibc_settings() -> String {
    let settings = std::env::vars()
        .filter(|(name, _)| name.starts_with("MALLOC_") || name == "GLIBC_TUNABLES");
    settings
        .map(|(name, value)| format!(", {name}={value}"))
        .collect()
}

/// Measures the peak memory of a pool with many queued hashes: only its threads should count.
fn pool_memory(options: &Options) -> Outcome {
    let Some(&cost) = options.costs.first() else {
        return Ok(());
    };
    let (memory, iterations) = cost;
    let threads = options.threads.iter().copied().max().unwrap_or(1);
    let jobs = if options.is_test { 8 } else { 256 };
    let Some(peak) = memory::of(Engine::Pool, cost, threads, jobs)? else {
        return Ok(());
    };
    println!(
        "{jobs} hashes at once in a pool of {threads} threads (m={memory},t={iterations}): \
         {peak:.1} MiB\n"
    );
    Ok(())
}

fn table(options: &Options, cost: (u32, u32), threads: u32) -> Outcome {
    let hashes = options.hashes * threads;
    let mut race = Race::new(threads, hashes);
    for &engine in Engine::ALL {
        let work = Work::new(engine, cost, threads, hashes)?;
        let peak = memory::of(engine, cost, threads, hashes)?;
        let memory = peak.map(|peak| peak / f64::from(threads));
        race.enter(engine.name(), memory, move || work.run());
    }
    race.run(options.rounds)?;
    let (memory, iterations) = cost;
    let plural = if threads == 1 { "" } else { "s" };
    race.print(&format!(
        "m={memory},t={iterations},p=1, {threads} thread{plural}"
    ));
    Ok(())
}
