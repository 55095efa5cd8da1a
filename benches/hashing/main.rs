//! What a secret's hash costs: our [`Argon2id`] against libargon2 in C and against the same engine
//! with fresh memory each time, and the [`HashPool`] against a bare loop on as many threads.
//!
//! ```text
//! cargo bench --bench hashing -- [--rounds 11] [--memory KIB --iterations N] [--threads 2]
//! ```
//!
//! In every round each contestant runs once, so that whatever else the machine does disturbs all of
//! them alike. The numbers are medians of the rounds, a ratio is the median of each round's ratio to
//! the first contestant. CPU time, which other processes disturb least, and page faults are measured
//! on Linux only.
//!
//! libargon2 wipes its memory after a hash; we do not. The pool's threads run at a lower priority
//! than the bare loop's: on a busy machine they get less of it.
#![allow(clippy::print_stdout, reason = "it prints what it measured")]

mod race;

use std::error::Error;
use std::fs::read_to_string;
use std::hint::black_box;
use std::thread;

use argon2::{Algorithm, Argon2, Params, Version};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tower_oauth_clients::secrets::{Argon2id, HashPool, Plaintext, SecretHasher};

use race::Race;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// OWASP's parameter sets for one lane: KiB of memory, and iterations.
const OWASP: [(u32, u32); 5] = [(19456, 2), (47104, 1), (12288, 3), (9216, 4), (7168, 5)];
const SECRET: &str =
    "tocs_01arz3ndektsv4rrffq69g5favAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA7vTZzg";
const SALT: [u8; 16] = [7; 16];

fn main() -> Outcome {
    let options = Options::read()?;
    peak_memory(&options)?;
    for &(memory, iterations) in &options.costs {
        engines(&options, memory, iterations)?;
    }
    threads(&options, 1)?;
    if options.threads > 1 {
        threads(&options, options.threads)?;
    }
    Ok(())
}

struct Options {
    rounds: u32,
    /// Hashes per contestant, thread and round.
    hashes: u32,
    threads: u32,
    costs: Vec<(u32, u32)>,
}

impl Options {
    fn read() -> Outcome<Self> {
        let mut options = Self {
            rounds: 11,
            hashes: 4,
            threads: 2,
            costs: OWASP.to_vec(),
        };
        let (mut memory, mut iterations) = (None, None);
        let (mut bench, mut test) = (false, false);
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut number = || -> Outcome<u32> {
                let value = arguments.next().ok_or("a number is missing")?;
                Ok(value.parse::<u32>()?.max(1))
            };
            match argument.as_str() {
                "--rounds" => options.rounds = number()?,
                "--memory" => memory = Some(number()?),
                "--iterations" => iterations = Some(number()?),
                "--threads" => options.threads = number()?,
                "--bench" => bench = true,
                "--test" => test = true,
                _ => return Err(format!("unknown argument {argument}").into()),
            }
        }
        if memory.is_some() || iterations.is_some() {
            let (usual_memory, usual_iterations) = OWASP[0];
            let memory = memory.unwrap_or(usual_memory);
            options.costs = vec![(memory, iterations.unwrap_or(usual_iterations))];
        }
        // `cargo test --benches` gives no argument, `cargo bench` does: only see that it works.
        if test || !bench {
            (options.rounds, options.hashes) = (1, 1);
            options.costs = vec![(64, 1)];
        }
        Ok(options)
    }

    /// The costs that the pool is measured with: the first, which are the default.
    fn usual(&self) -> (u32, u32) {
        self.costs.first().copied().unwrap_or(OWASP[0])
    }
}

fn hasher(memory: u32, iterations: u32) -> Outcome<Argon2id> {
    let builder = Argon2id::builder().with_memory(memory);
    let builder = builder.with_iterations(iterations).with_insecure_cost();
    Ok(builder.build()?)
}

/// Must come first: the peak is that of the process.
fn peak_memory(options: &Options) -> Outcome {
    let (memory, iterations) = options.usual();
    let jobs = if options.rounds == 1 { 8 } else { 256 };
    let crowd = Crowd::new(hasher(memory, iterations)?, options.threads, jobs)?;
    crowd.hash_all()?;
    let status = read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let Some(peak) = peak.and_then(|text| text.trim().trim_end_matches(" kB").parse::<f64>().ok())
    else {
        return Ok(());
    };
    let bound = (20e6 / 1024.0 + f64::from(options.threads) * f64::from(memory + 512)) * 1.1;
    println!(
        "{jobs} hashes at once in a pool of {} threads (m={memory},t={iterations}): \
         peak {:.1} MiB, {:.2} of the goal\n",
        options.threads,
        peak / 1024.0,
        peak / bound
    );
    Ok(())
}

/// One thread: the C code, the engine as it comes, and ours.
fn engines(options: &Options, memory: u32, iterations: u32) -> Outcome {
    let engine = engine(memory, iterations)?;
    let ours = hasher(memory, iterations)?;
    let secret = Plaintext::new(SECRET);
    let stored = ours.hash(&secret)?;

    let times = options.hashes;
    let mut race = Race::new(1, times);
    race.enter("libargon2 (C)", || {
        repeat(times, || hash_in_c(memory, iterations))
    });
    race.enter("argon2, fresh memory", || {
        repeat(times, || hash_fresh(&engine))
    });
    race.enter("Argon2id, hash", || repeat(times, || hash(&ours, &secret)));
    race.enter("Argon2id, verify", || {
        repeat(times, || match ours.verify(&secret, &stored)? {
            true => Ok(()),
            false => Err("it did not verify".into()),
        })
    });
    race.run(options.rounds)?;
    let title = format!("m={memory},t={iterations},p=1");
    race.print(&title, "time / C", |ratio| ratio);
    Ok(())
}

/// As many threads as asked for: a bare loop on each, and the pool.
fn threads(options: &Options, count: u32) -> Outcome {
    let (memory, iterations) = options.usual();
    let bare = hasher(memory, iterations)?;
    let engine = engine(memory, iterations)?;
    let secret = Plaintext::new(SECRET);
    let (times, hashes) = (options.hashes, options.hashes * count);
    let crowd = Crowd::new(hasher(memory, iterations)?, count, hashes)?;

    let mut race = Race::new(count, hashes);
    race.enter("bare loop on each thread", || {
        on_each_thread(count, || repeat(times, || hash(&bare, &secret)))
    });
    race.enter("the same, fresh memory", || {
        on_each_thread(count, || repeat(times, || hash_fresh(&engine)))
    });
    race.enter("HashPool", || crowd.hash_all());
    race.run(options.rounds)?;
    let title = format!("m={memory},t={iterations},p=1, threads: {count}");
    race.print(&title, "rate / loop", f64::recip);
    Ok(())
}

fn repeat(times: u32, work: impl Fn() -> Outcome) -> Outcome {
    (0..times).try_for_each(|_| work())
}

fn on_each_thread(count: u32, work: impl Fn() -> Outcome + Sync) -> Outcome {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..count).map(|_| scope.spawn(&work)).collect();
        let mut ended = threads.into_iter().map(thread::ScopedJoinHandle::join);
        ended.try_for_each(|end| end.map_err(|_| "a thread panicked")?)
    })
}

fn hash(hasher: &Argon2id, secret: &Plaintext) -> Outcome {
    black_box(hasher.hash(secret)?);
    Ok(())
}

fn hash_in_c(memory: u32, iterations: u32) -> Outcome {
    let mut tag = [0; 32];
    let (secret, salt) = (Some(SECRET.as_bytes()), Some(&SALT[..]));
    libargon2::id_hash_raw(iterations, memory, 1, secret, salt, &mut tag)
        .map_err(|error| format!("{error:?}"))?;
    black_box(tag);
    Ok(())
}

fn engine(memory: u32, iterations: u32) -> Outcome<Argon2<'static>> {
    let params = Params::new(memory, iterations, 1, None).map_err(|error| error.to_string())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_fresh(engine: &Argon2<'_>) -> Outcome {
    let mut tag = [0; 32];
    engine
        .hash_password_into(SECRET.as_bytes(), &SALT, &mut tag)
        .map_err(|error| error.to_string())?;
    black_box(tag);
    Ok(())
}

/// Callers that all want a hash at once.
struct Crowd {
    runtime: Runtime,
    pool: HashPool,
    jobs: u32,
}

impl Crowd {
    fn new(hasher: Argon2id, threads: u32, jobs: u32) -> Outcome<Self> {
        let pool = HashPool::builder(hasher).with_threads(threads.try_into()?);
        let pool = pool.with_queue(jobs.try_into()?).build()?;
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        Ok(Self {
            runtime,
            pool,
            jobs,
        })
    }

    fn hash_all(&self) -> Outcome {
        self.runtime.block_on(async {
            let mut callers = JoinSet::new();
            for _ in 0..self.jobs {
                let pool = self.pool.clone();
                callers.spawn(async move { pool.hash(Plaintext::new(SECRET)).await });
            }
            while let Some(done) = callers.join_next().await {
                done??;
            }
            Ok(())
        })
    }
}
