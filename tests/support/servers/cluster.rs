use std::net::TcpListener;

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

    pub async fn start() -> Self {
        let first = Self::node(&[]).await;
        let second = Self::node(&[first.port()]).await;
        let third = Self::node(&[first.port(), second.port()]).await;
        Self {
            nodes: [first, second, third],
        }
    }

    async fn node(peers: &[u16]) -> Server {
        Own::node(peers).start().await
    }

    /// The cluster that tests share which don't kill nodes. It ends with the process.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Cluster> = OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
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
