//! A host in a separate process: the test binary, run again. Each binary that uses it has a test
//! named `worker` that calls [`serve_if_asked`].

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower_oauth_clients::adapters::tower::ManagementService;

use super::{Host, Repository};

/// The environment variable with the URL of the worker's database.
const URL: &str = "TEST_WORKER_URL";

/// The output before its address.
const READY: &str = "worker on ";

/// A running worker. It is killed when it is dropped.
pub struct Worker {
    pub address: SocketAddr,
    child: Child,
    /// Kept open: a closed pipe would end it.
    _printed: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts a process that serves the clients in the database, and waits until it is ready.
    pub fn start(url: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "worker", "--nocapture", "--test-threads=1"])
            .env(URL, url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut printed = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let address = loop {
            line.clear();
            let length = printed.read_line(&mut line).unwrap();
            assert!(length > 0, "the worker ended");
            // The test harness may have started the line.
            if let Some((_, address)) = line.split_once(READY) {
                break address.trim().parse().unwrap();
            }
        };
        Self {
            address,
            child,
            _printed: printed,
        }
    }

    /// Kills it (SIGKILL).
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves until the end if this process was started as a worker.
#[allow(clippy::print_stdout, reason = "that is how it tells its address")]
pub fn serve_if_asked() {
    let Ok(url) = std::env::var(URL) else {
        return;
    };
    // It exits together with the test that started it, even if that crashes.
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let repository = Repository::connect(&url).await;
        repository.migrate().await.unwrap();
        let handlers = Host::over(&repository).handlers;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{READY}{}", listener.local_addr().unwrap());
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let service = TowerToHyperService::new(ManagementService::new(handlers.clone()));
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection);
        }
    });
}
