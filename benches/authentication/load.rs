//! Connections that send one request after the other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::Outcome;

/// Sends `count` requests, taken from the list in turn, over `connections` connections. Each
/// connection waits for the response before it sends the next request. All responses must have
/// status 200.
pub async fn drive(
    address: SocketAddr,
    requests: Arc<Vec<String>>,
    connections: usize,
    count: usize,
) -> Outcome {
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
        tasks.spawn(async move { connection(address, &requests, &next, count).await });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

async fn connection(
    address: SocketAddr,
    requests: &[String],
    next: &AtomicUsize,
    count: usize,
) -> Outcome {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut bytes = Vec::with_capacity(2048);
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= count {
            return Ok(());
        }
        let request = requests.get(number % requests.len()).ok_or("no request")?;
        stream.write_all(request.as_bytes()).await?;
        bytes.clear();
        let end = loop {
            if stream.read_buf(&mut bytes).await? == 0 {
                return Err("the server closed the connection".into());
            }
            if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let head = std::str::from_utf8(bytes.get(..end).unwrap_or_default())?;
        if !head.starts_with("HTTP/1.1 200 ") {
            return Err(String::from_utf8_lossy(&bytes).into_owned().into());
        }
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.ok_or("no content-length")?.parse()?;
        while bytes.len() < end + length {
            if stream.read_buf(&mut bytes).await? == 0 {
                return Err("the server closed the connection".into());
            }
        }
    }
}
