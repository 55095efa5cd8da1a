//! Connections that repeat the same request.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::Outcome;

/// The responses.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub succeeded: u64,
    pub refused: u64,
    pub latencies: Vec<Duration>,
    pub last_body: Vec<u8>,
}

/// When to stop.
#[derive(Clone, Copy)]
pub enum Until {
    Requests(u64),
    Elapsed(Duration),
}

/// Sends `request` repeatedly over `connections` connections. Each connection waits for the
/// response before it sends the next request.
pub async fn drive(
    address: SocketAddr,
    request: &str,
    connections: u64,
    until: Until,
) -> Outcome<Tally> {
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        tasks.spawn(connection(address, request.to_owned(), until));
    }
    let mut sum = Tally::default();
    while let Some(tally) = tasks.join_next().await {
        let tally = tally??;
        sum.succeeded += tally.succeeded;
        sum.refused += tally.refused;
        sum.latencies.extend(tally.latencies);
        sum.last_body = tally.last_body;
    }
    sum.latencies.sort_unstable();
    Ok(sum)
}

async fn connection(address: SocketAddr, request: String, until: Until) -> Outcome<Tally> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut tally = Tally::default();
    let start = Instant::now();
    let mut sent = 0;
    loop {
        let go_on = match until {
            Until::Requests(requests) => sent < requests,
            Until::Elapsed(time) => start.elapsed() < time,
        };
        if !go_on {
            return Ok(tally);
        }
        let began = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        let (status, body) = read_answer(&mut stream).await?;
        tally.latencies.push(began.elapsed());
        sent += 1;
        if (200..300).contains(&status) {
            tally.succeeded += 1;
        } else {
            tally.refused += 1;
        }
        tally.last_body = body;
    }
}

/// Reads one response that has a `content-length`.
async fn read_answer(stream: &mut TcpStream) -> Outcome<(u16, Vec<u8>)> {
    let mut bytes = Vec::with_capacity(2048);
    loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err("the server closed the connection".into());
        }
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let body = end + 4;
        let head = std::str::from_utf8(bytes.get(..end).unwrap_or_default())?.to_ascii_lowercase();
        let status = head.split(' ').nth(1).ok_or("no status")?.parse()?;
        let length: usize = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .ok_or("no content-length")?
            .parse()?;
        while bytes.len() < body + length {
            if stream.read_buf(&mut bytes).await? == 0 {
                return Err("the server closed the connection".into());
            }
        }
        return Ok((status, bytes.split_off(body)));
    }
}
