//! A server process under load: CPU time, reads during creations, and memory.

use std::fs::read_to_string;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use http::Method;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::Outcome;
use super::app::{CLIENTS, client_id, draft, token};
use super::load::{Tally, Until, drive};
use super::server::{BODY, KIND};

const CONNECTIONS: u64 = 32;

pub fn run(quick: bool) -> Outcome {
    let runtime = Runtime::new()?;
    runtime.block_on(async {
        cpu_per_get(if quick { 20 } else { 2_000 }, if quick { 1 } else { 5 }).await?;
        cpu_per_creation(if quick { 4 } else { 60 }).await?;
        reads_beside_creations(Duration::from_millis(if quick { 300 } else { 4_000 })).await?;
        peak_memory().await
    })
}

/// A server process, killed when it is dropped.
struct Server {
    child: Child,
    address: SocketAddr,
    token: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(kind: &str, body: &str) -> Outcome<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .env(KIND, kind)
            .env(BODY, body)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let output = child.stdout.take().ok_or("no output")?;
        BufReader::new(output).read_line(&mut line)?;
        Ok(Self {
            child,
            address: line.trim().parse()?,
            token: token()?,
        })
    }

    fn request(&self, method: &Method, path: &str, body: Option<&Value>) -> String {
        let body = body.map(Value::to_string).unwrap_or_default();
        format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.token,
            body.len(),
        )
    }

    fn creation(&self) -> String {
        self.request(&Method::POST, CLIENTS, Some(&draft(true)))
    }

    /// Creates a client and returns the request that reads it.
    async fn read_of_a_client(&self) -> Outcome<String> {
        let tally = drive(self.address, &self.creation(), 1, Until::Requests(1)).await?;
        let body: Value = serde_json::from_slice(&tally.last_body)?;
        let client_id = client_id(&body)?;
        Ok(self.request(&Method::GET, &format!("{CLIENTS}/{client_id}"), None))
    }

    /// The CPU time that all threads of the server have used, in seconds.
    fn cpu(&self) -> Outcome<f64> {
        let mut nanoseconds = 0.0;
        for task in std::fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let text = read_to_string(task?.path().join("schedstat"))?;
            nanoseconds += text.split(' ').next().ok_or("no time")?.parse::<f64>()?;
        }
        Ok(nanoseconds / 1e9)
    }

    fn peak_mebibytes(&self) -> Outcome<f64> {
        let status = read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line
            .and_then(|line| line.trim().strip_suffix(" kB"))
            .ok_or("no peak")?;
        Ok(kibibytes.trim().parse::<f64>()? / 1024.0)
    }

    /// The average CPU seconds per request.
    async fn cpu_of(&self, request: &str, connections: u64, requests: u64) -> Outcome<f64> {
        let before = self.cpu()?;
        let tally = drive(
            self.address,
            request,
            connections,
            Until::Requests(requests),
        )
        .await?;
        if tally.refused > 0 {
            return Err("a request was refused".into());
        }
        Ok((self.cpu()? - before) / tally.succeeded as f64)
    }
}

async fn cpu_per_get(requests: u64, rounds: usize) -> Outcome {
    let memory = Server::start("memory", "")?;
    let sqlite = Server::start("sqlite", "")?;
    let (from_memory, from_sqlite) = (
        memory.read_of_a_client().await?,
        sqlite.read_of_a_client().await?,
    );
    let answer = drive(sqlite.address, &from_sqlite, 1, Until::Requests(1)).await?;
    let bare = Server::start("bare", std::str::from_utf8(&answer.last_body)?)?;
    let contestants = [
        (&bare, &from_sqlite),
        (&memory, &from_memory),
        (&sqlite, &from_sqlite),
    ];

    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    // The first round is a warm-up.
    for round in 0..=rounds {
        for ((server, request), times) in contestants.iter().zip(&mut times) {
            let cpu = server.cpu_of(request, CONNECTIONS, requests).await?;
            if round > 0 {
                times.push(cpu * 1e6);
            }
        }
    }
    let [bare, memory, sqlite] = times.map(median);
    println!("CPU per get over a socket, with HS256 verified:");
    println!("  bare handler {bare:6.1} µs");
    println!(
        "  memory       {memory:6.1} µs, {:.2} x bare",
        memory / bare
    );
    println!(
        "  SQLite       {sqlite:6.1} µs, {:.2} x bare\n",
        sqlite / bare
    );
    Ok(())
}

async fn cpu_per_creation(requests: u64) -> Outcome {
    let server = Server::start("sqlite", "")?;
    let creation = server.creation();
    server.cpu_of(&creation, 1, 3).await?;
    // The baseline runs on the same processor and the same number of threads, before and after.
    let before = bare_hash(requests)?;
    let ours = server.cpu_of(&creation, 2, requests / 2).await? * 1e3;
    let floor = f64::midpoint(before, bare_hash(requests)?);
    println!("CPU per creation with a secret, over a socket, SQLite:");
    println!(
        "  {ours:.2} ms, {:.2} x a bare hash ({floor:.2} ms)\n",
        ours / floor
    );
    Ok(())
}

/// The CPU milliseconds of one bare Argon2id hash in reused memory.
fn bare_hash(hashes: u64) -> Outcome<f64> {
    use argon2::{Algorithm, Argon2, Block, Params, Version};

    let measured = std::thread::spawn(move || -> Outcome<f64> {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default());
        let mut memory = vec![Block::default(); argon2.params().block_count()];
        let mut tag = [0; 32];
        let mut hash =
            || argon2.hash_password_into_with_memory(&[1; 80], &[2; 16], &mut tag, &mut memory);
        hash().map_err(|error| error.to_string())?;
        let before = thread_seconds()?;
        for _ in 0..hashes {
            hash().map_err(|error| error.to_string())?;
        }
        Ok((thread_seconds()? - before) * 1e3 / hashes as f64)
    });
    measured.join().map_err(|_| "the thread panicked")?
}

fn thread_seconds() -> Outcome<f64> {
    let text = read_to_string("/proc/thread-self/schedstat")?;
    Ok(text.split(' ').next().ok_or("no time")?.parse::<f64>()? / 1e9)
}

async fn reads_beside_creations(time: Duration) -> Outcome {
    let server = Server::start("sqlite", "")?;
    let read = server.read_of_a_client().await?;
    let creation = server.creation();
    drive(server.address, &read, CONNECTIONS, Until::Elapsed(time / 4)).await?;

    let rate = |tally: &Tally| tally.succeeded as f64 / time.as_secs_f64();
    let idle = drive(server.address, &read, CONNECTIONS, Until::Elapsed(time)).await?;
    let creations = async { drive(server.address, &creation, 8, Until::Elapsed(time)).await };
    let reads = drive(server.address, &read, CONNECTIONS, Until::Elapsed(time));
    let (busy, created) = tokio::join!(reads, creations);
    let (busy, created) = (busy?, created?);
    let p99 = |tally: &Tally| {
        let index = tally.latencies.len() * 99 / 100;
        tally
            .latencies
            .get(index)
            .copied()
            .unwrap_or_default()
            .as_secs_f64()
            * 1e3
    };
    println!("Reads on one processor, SQLite:");
    println!(
        "  alone             {:7.0}/s, p99 {:.1} ms",
        rate(&idle),
        p99(&idle)
    );
    println!(
        "  beside creations  {:7.0}/s, p99 {:.1} ms: {:.2} x alone; {:.0} creations/s\n",
        rate(&busy),
        p99(&busy),
        rate(&busy) / rate(&idle),
        rate(&created),
    );
    Ok(())
}

async fn peak_memory() -> Outcome {
    let server = Server::start("sqlite", "")?;
    let tally = drive(server.address, &server.creation(), 256, Until::Requests(1)).await?;
    println!("256 creations at once, one hashing thread:");
    println!(
        "  {} created, {} answered 503; peak memory {:.1} MiB\n",
        tally.succeeded,
        tally.refused,
        server.peak_mebibytes()?
    );
    Ok(())
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}
