use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::cluster::free_ports;
use super::{Kind, execute, free_port};

/// The time limit for a server to be ready, including recovery after a crash.
const PATIENCE: Duration = Duration::from_secs(60);

/// A separate server that a test may kill, fill or restart.
#[derive(Debug)]
pub struct Server {
    settings: Own,
    port: u16,
    process: Option<Child>,
    folder: Folder,
}

/// The settings of a separate server.
#[derive(Clone, Debug)]
pub struct Own {
    kind: Kind,
    arguments: Vec<String>,
    megabytes: Option<u32>,
    part: Part,
}

/// The part of a server among others.
#[derive(Clone, Debug)]
enum Part {
    Alone,
    /// A node of a Galera cluster.
    Node(Node),
    /// It follows the PostgreSQL on this port.
    Standby(u16),
}

#[derive(Clone, Debug)]
struct Node {
    /// The ports of the nodes to which it connects.
    peers: Vec<u16>,
    patience: Duration,
}

impl Node {
    fn arguments(&self) -> Vec<String> {
        let peers: Vec<_> = self.peers.iter().map(ToString::to_string).collect();
        vec![peers.join(","), self.patience.as_secs().to_string()]
    }
}

impl Own {
    /// A node of a Galera cluster.
    pub(super) fn node(peers: &[u16], patience: Duration) -> Self {
        let peers = peers.to_vec();
        Self {
            part: Part::Node(Node { peers, patience }),
            ..Server::mysql()
        }
    }

    /// Adds arguments for the server's program.
    pub fn with_arguments(mut self, arguments: &[&str]) -> Self {
        self.arguments
            .extend(arguments.iter().map(ToString::to_string));
        self
    }

    /// Gives it a disk of this size, which requires root.
    pub fn with_disk(mut self, megabytes: u32) -> Self {
        self.megabytes = Some(megabytes);
        self
    }

    /// `None` if such a disk can't be created here.
    pub async fn try_start(self) -> Option<Server> {
        let mut server = Server {
            folder: Folder::new(self.megabytes)?,
            port: match self.part {
                Part::Node(_) => free_ports(),
                _ => free_port(),
            },
            settings: self,
            process: None,
        };
        server.restart().await;
        Some(server)
    }

    pub async fn start(self) -> Server {
        self.try_start().await.unwrap()
    }
}

impl Server {
    pub fn postgres() -> Own {
        Self::of(Kind::Postgres)
    }

    pub fn mysql() -> Own {
        Self::of(Kind::Mysql)
    }

    pub fn of(kind: Kind) -> Own {
        Own {
            kind,
            arguments: Vec::new(),
            megabytes: None,
            part: Part::Alone,
        }
    }

    pub fn url(&self) -> String {
        match self.settings.kind {
            Kind::Postgres => format!("postgres://postgres@127.0.0.1:{}/oauth_clients", self.port),
            Kind::Mysql => format!("mysql://tests@127.0.0.1:{}/oauth_clients", self.port),
        }
    }

    /// A PostgreSQL that follows this one.
    pub fn standby(&self) -> Own {
        let part = Part::Standby(self.port);
        Own {
            part,
            ..Self::postgres()
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Starts a node again, with others to connect to.
    pub(super) async fn restart_with(&mut self, others: &[u16]) {
        if let Part::Node(node) = &mut self.settings.part {
            node.peers = others.to_vec();
        }
        self.restart().await;
    }

    /// The folder with all its files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Kills it, as similar to a power failure as a process can be.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let sessions = children(process.id());
            // A node is killed when its standard input ends.
            if process.stdin.take().is_none() {
                process.kill().unwrap();
            }
            process.wait().unwrap();
            // PostgreSQL's sessions notice it a moment later.
            let started = Instant::now();
            while sessions.iter().any(|session| runs(session)) {
                assert!(started.elapsed() < PATIENCE, "its sessions go on");
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }

    /// Starts it again in the same place and waits until it is ready. Kills it first if it runs.
    pub async fn restart(&mut self) {
        self.kill();
        let _ = std::fs::remove_file(self.log_path());
        self.process = Some(self.spawn());
        let started = Instant::now();
        while execute(&self.url(), &["SELECT 1"]).await.is_err() {
            assert!(started.elapsed() < PATIENCE, "not ready: {}", self.log());
            if self.has_ended() {
                // The remains of the previous process may prevent the start for a while.
                self.process = Some(self.spawn());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn has_ended(&mut self) -> bool {
        let process = self.process.as_mut();
        process.is_none_or(|process| process.try_wait().unwrap().is_some())
    }

    /// Its output since the last start.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    fn log_path(&self) -> PathBuf {
        self.folder().with_extension("log")
    }

    fn spawn(&self) -> Child {
        let (script, others) = match (&self.settings.part, self.settings.kind) {
            (Part::Alone, Kind::Postgres) => ("postgres", vec![]),
            (Part::Alone, Kind::Mysql) => ("mariadb", vec![]),
            (Part::Node(node), _) => ("galera", node.arguments()),
            (Part::Standby(primary), _) => ("standby", vec![primary.to_string()]),
        };
        let log = std::fs::File::options()
            .append(true)
            .create(true)
            .open(self.log_path())
            .unwrap();
        Command::new(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("servers")
                .join(script),
        )
        .arg(self.folder())
        .arg(self.port.to_string())
        .stdin(match self.settings.part {
            Part::Node(_) => Stdio::piped(),
            _ => Stdio::null(),
        })
        .args(others)
        .args(&self.settings.arguments)
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // On an immediate shutdown PostgreSQL removes its shared memory.
        if let (Kind::Postgres, Some(process)) = (self.settings.kind, &mut self.process) {
            let quit = format!("kill -QUIT {}", process.id());
            let _ = Command::new("bash").args(["-c", &quit]).status();
            let started = Instant::now();
            while matches!(process.try_wait(), Ok(None)) && started.elapsed().as_secs() < 5 {
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        if let Some(mut process) = self.process.take() {
            if process.stdin.take().is_none() {
                let _ = process.kill();
            }
            let _ = process.wait();
        }
        let _ = std::fs::remove_file(self.log_path());
    }
}

/// The processes that a process has started, on Linux.
fn children(process: u32) -> Vec<String> {
    let children = format!("/proc/{process}/task/{process}/children");
    let children = std::fs::read_to_string(children).unwrap_or_default();
    children.split_whitespace().map(str::to_owned).collect()
}

/// Whether a process has not ended. One that nobody waits for has no command any more.
fn runs(process: &str) -> bool {
    let command = std::fs::read(format!("/proc/{process}/cmdline"));
    command.is_ok_and(|command| !command.is_empty())
}

/// A temporary folder, which may be a small disk.
#[derive(Debug)]
pub struct Folder {
    path: TempDir,
    mounted: bool,
}

impl Folder {
    /// `None` if such a disk can't be created here.
    pub fn new(megabytes: Option<u32>) -> Option<Self> {
        let path = TempDir::new().unwrap();
        let Some(megabytes) = megabytes else {
            let mounted = false;
            return Some(Self { path, mounted });
        };
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"])
            .arg(path.path())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        mounted.then_some(Self { path, mounted })
    }

    pub fn path(&self) -> &Path {
        self.path.path()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.mounted {
            let _ = Command::new("umount")
                .arg("-l")
                .arg(self.path.path())
                .status();
        }
    }
}
