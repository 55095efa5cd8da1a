//! Requests per second, for each way to authenticate.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use jsonwebtoken::Algorithm::ES256;
use tokio::runtime::Runtime;

use super::Outcome;
use super::load::drive;
use super::race::median;
use super::server::POLICY;
use super::world::{Policy, assertion_form, assertions};

const CONNECTIONS: usize = 32;

/// The results of one contestant in one round.
struct Round {
    per_second: f64,
    cpu_micros: f64,
}

pub fn run(quick: bool) -> Outcome {
    let rounds = if quick { 1 } else { 11 };
    let runtime = Runtime::new()?;
    let mut servers = vec![Server::start(None)?];
    for policy in Policy::ALL {
        servers.push(Server::start(Some(policy))?);
    }
    let mut measured: Vec<Vec<Round>> = servers.iter().map(|_| Vec::new()).collect();
    for round in 0..=rounds {
        for (server, measured) in servers.iter().zip(&mut measured) {
            let done = runtime.block_on(server.round(quick))?;
            // The first round is a warm-up.
            if round > 0 {
                measured.push(done);
            }
        }
    }
    println!(
        "{:<36} {:>10} {:>10} {:>8} {:>8}",
        "over HTTP, 2 threads", "req/s", "CPU µs", "of bare", "CPU"
    );
    let Some(bare) = measured.first() else {
        return Ok(());
    };
    for (server, own) in servers.iter().zip(&measured) {
        let of = |what: fn(&Round) -> f64| median(own.iter().map(what));
        let to_bare = |what: fn(&Round) -> f64| {
            median(
                own.iter()
                    .zip(bare)
                    .map(|(own, bare)| what(own) / what(bare)),
            )
        };
        println!(
            "  {:<34} {:>10.0} {:>10.1} {:>8.2} {:>8.2}",
            server.policy.map_or("a bare handler", Policy::name),
            of(|round| round.per_second),
            of(|round| round.cpu_micros),
            to_bare(|round| round.per_second),
            to_bare(|round| round.cpu_micros),
        );
    }
    println!();
    Ok(())
}

/// A server process, killed when it is dropped.
struct Server {
    child: Child,
    policy: Option<Policy>,
    address: SocketAddr,
    client_id: String,
    /// The `Authorization` header with the client's secret.
    basic: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(policy: Option<Policy>) -> Outcome<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .env(POLICY, policy.map_or("", Policy::name))
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let output = child.stdout.take().ok_or("no output")?;
        BufReader::new(output).read_line(&mut line)?;
        let mut words = line.trim().splitn(3, ' ');
        let mut word = || words.next().unwrap_or_default().to_owned();
        let (address, client_id, basic) = (word(), word(), word());
        Ok(Self {
            child,
            policy,
            address: address.parse()?,
            client_id,
            basic,
        })
    }

    async fn round(&self, quick: bool) -> Outcome<Round> {
        let count = match self.policy {
            _ if quick => 4,
            Some(Policy::Argon2id) => 64,
            _ => 8_000,
        };
        let requests = Arc::new(self.requests(count)?);
        let (start, cpu) = (Instant::now(), self.cpu_seconds());
        drive(self.address, requests, CONNECTIONS, count).await?;
        let (elapsed, count) = (start.elapsed().as_secs_f64(), u32::try_from(count)?);
        Ok(Round {
            per_second: f64::from(count) / elapsed,
            cpu_micros: (self.cpu_seconds() - cpu) * 1e6 / f64::from(count),
        })
    }

    fn requests(&self, count: usize) -> Outcome<Vec<String>> {
        match self.policy {
            Some(Policy::PrivateKeyJwt) => {
                let signed = assertions(&self.client_id, ES256, count)?;
                let forms = signed.iter().map(|assertion| assertion_form(assertion));
                Ok(forms.map(|form| request("", &form)).collect())
            }
            Some(Policy::None) => Ok(vec![request("", &format!("client_id={}", self.client_id))]),
            _ => Ok(vec![request(&self.basic, "scope=openid")]),
        }
    }

    /// The CPU time that all threads of the server have used.
    fn cpu_seconds(&self) -> f64 {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id()));
        let times = tasks.into_iter().flatten().flatten().map(|task| {
            let text = std::fs::read_to_string(task.path().join("schedstat"));
            let text = text.unwrap_or_default();
            let nanoseconds = text
                .split(' ')
                .next()
                .and_then(|text| text.parse::<f64>().ok());
            nanoseconds.unwrap_or(f64::NAN) / 1e9
        });
        times.sum()
    }
}

fn request(authorization: &str, form: &str) -> String {
    let authorization = match authorization.is_empty() {
        true => String::new(),
        false => format!("Authorization: {authorization}\r\n"),
    };
    let form = format!("grant_type=client_credentials&{form}");
    format!(
        "POST /token HTTP/1.1\r\nHost: x\r\n{authorization}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len(),
    )
}
