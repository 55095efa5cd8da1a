use std::net::TcpListener;
use std::time::Duration;

use tokio::sync::OnceCell;

use super::{Own, Server};

/// A Galera cluster of three nodes.
#[derive(Debug)]
pub struct Cluster {
    pub nodes: [Server; 3],
}

impl Cluster {
    /// Whether the programs are here, which tests/run tells. If `CI` is set, they must be.
    pub fn can_be_had() -> bool {
        let can = std::env::var_os("TEST_GALERA").is_some();
        assert!(can || std::env::var_os("CI").is_none(), "run tests/run");
        can
    }

    /// Its nodes miss one that was killed after this time, in whole seconds.
    pub async fn start(patience: Duration) -> Self {
        let first = Own::node(&[], patience).start().await;
        let second = Own::node(&[first.port()], patience).start().await;
        let third = Own::node(&[first.port(), second.port()], patience);
        Self {
            nodes: [first, second, third.start().await],
        }
    }

    /// The cluster that tests share which don't kill nodes. It ends with the process, and takes no
    /// node for dead that waits for a processor.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Cluster> = OnceCell::const_new();
        SHARED
            .get_or_init(|| Self::start(Duration::from_secs(60)))
            .await
    }

    pub fn urls(&self) -> [String; 3] {
        self.nodes.each_ref().map(Server::url)
    }

    /// Starts a killed node again, which gets from the others what it has missed.
    pub async fn rejoin(&mut self, number: usize) {
        let ports = self.nodes.each_ref().map(Server::port);
        let mut others = ports.to_vec();
        others.remove(number);
        self.nodes[number].restart_with(&others).await;
    }
}

/// Four free ports in a row.
pub(super) fn free_ports() -> u16 {
    loop {
        let first = super::free_port();
        let ports = (first..first + 4).map(|port| TcpListener::bind(("127.0.0.1", port)));
        if ports.collect::<Result<Vec<_>, _>>().is_ok() {
            return first;
        }
    }
}
