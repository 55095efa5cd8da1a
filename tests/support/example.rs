//! An example host as a process, and a minimal client for it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(30);

/// An example program.
pub struct Program {
    pub name: &'static str,
    /// The beginning of the last command that it prints.
    pub last_command: &'static str,
}

const AXUM_HOST: Program = Program {
    name: "axum_host",
    last_command: "curl -sS \"$CLIENTS/$CLIENT_ID/audit-logs\"",
};

/// Cargo builds the examples if all tests are built, but not if a single one is, and no program of
/// a package of its own.
fn built(name: &str) -> PathBuf {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let is_package = root.join("examples").join(name).join("Cargo.toml").exists();
    let program = match is_package {
        true => profile.join(name),
        false => profile.join("examples").join(name),
    };
    let source = last_change(&root.join("src")).max(last_change(&root.join("examples")));
    let built = program.metadata().and_then(|file| file.modified());
    if built.is_ok_and(|built| built > source) {
        return program;
    }
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--workspace", "--all-features"]);
    match is_package {
        // Beside a test: else its dependencies are compiled anew, with other features.
        true => build.args(["--bin", name, "--test", "clients"]),
        false => build.args(["--example", name]),
    };
    build.arg("--target-dir").arg(profile.parent().unwrap());
    if profile.ends_with("release") {
        build.arg("--release");
    }
    assert!(build.current_dir(root).status().unwrap().success());
    program
}

fn last_change(path: &Path) -> SystemTime {
    if path.is_dir() {
        let entries = fs::read_dir(path).unwrap();
        entries
            .map(|entry| last_change(&entry.unwrap().path()))
            .max()
            .unwrap_or(SystemTime::UNIX_EPOCH)
    } else {
        path.metadata().unwrap().modified().unwrap()
    }
}

/// The environment in which a host is started.
pub struct Settings<'a> {
    program: &'static Program,
    folder: &'a Path,
    variables: Vec<(String, String)>,
}

impl<'a> Settings<'a> {
    /// A free port, a database in the folder, and the same key at every start.
    pub fn new(folder: &'a TempDir) -> Self {
        Self::of(&AXUM_HOST, folder)
    }

    /// The same for another example.
    pub fn of(program: &'static Program, folder: &'a TempDir) -> Self {
        let this = Self {
            program,
            folder: folder.path(),
            variables: Vec::new(),
        };
        this.with("ADDR", "127.0.0.1:0")
            .with("DATABASE_URL", "sqlite://clients.db")
            .with("ADMIN_JWT_SECRET", "a key of a test, and nothing else")
            .with("RUST_LOG", "info")
    }

    /// The last value of a variable counts. With another `DATABASE_URL` the clients are elsewhere;
    /// the other files of the host are still in the folder.
    pub fn with(mut self, variable: &str, value: &str) -> Self {
        self.variables.push((variable.into(), value.into()));
        self
    }

    fn command(&self) -> Command {
        // Written files must be private even if the umask is permissive.
        let mut command = Command::new("sh");
        command
            .args(["-c", "umask 000; exec \"$0\""])
            .arg(built(self.program.name))
            .current_dir(self.folder)
            .envs(self.variables.iter().cloned());
        command
    }

    /// Runs the host until it exits.
    pub fn run(&self) -> Output {
        let mut command = self.command();
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait(&mut child);
        child.wait_with_output().unwrap()
    }

    /// Starts the host and reads its output.
    pub fn start(&self) -> Host {
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.folder.join("log"));
        let mut command = self.command();
        command.stdout(Stdio::piped()).stderr(log.unwrap());
        let mut child = command.spawn().unwrap();
        let mut lines = Vec::new();
        let mut printed = BufReader::new(child.stdout.take().unwrap());
        for line in printed.by_ref().lines() {
            lines.push(line.unwrap());
            if lines.last().unwrap().starts_with(self.program.last_command) {
                break;
            }
        }
        let after = |start: &str| {
            let found = lines.iter().find_map(|line| line.strip_prefix(start));
            found
                .unwrap_or_else(|| panic!("no {start} in {lines:?}"))
                .to_owned()
        };
        let first = lines
            .iter()
            .position(|line| line.starts_with("TOKEN="))
            .unwrap();
        Host {
            address: after("Listening on http://").parse().unwrap(),
            token: after("TOKEN="),
            commands: lines[first..].join("\n"),
            child,
            _printed: printed,
        }
    }

    pub fn log(&self) -> Vec<u8> {
        fs::read(self.folder.join("log")).unwrap()
    }

    /// The bytes of the database and its write-ahead log.
    pub fn database(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for name in ["clients.db", "clients.db-wal"] {
            if let Ok(mut file) = File::open(self.folder.join(name)) {
                file.read_to_end(&mut bytes).unwrap();
            }
        }
        bytes
    }
}

/// A running host. It is killed when it is dropped.
pub struct Host {
    pub address: SocketAddr,
    pub token: String,
    /// The commands that it prints for the user.
    pub commands: String,
    child: Child,
    /// Kept open: the host goes on printing, and a closed pipe would end it.
    _printed: BufReader<ChildStdout>,
}

impl Host {
    pub fn ask(&self, method: &str, path: &str, token: &str, body: &Value) -> Answer {
        ask(self.address, method, path, token, body).unwrap()
    }

    /// Sends SIGTERM, asserts a graceful shutdown, and returns the token.
    pub fn stop(self) -> String {
        self.stop_by("-TERM")
    }

    /// The same with another signal.
    pub fn stop_by(mut self, signal: &str) -> String {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &pid])
                .status()
                .unwrap()
                .success()
        );
        wait(&mut self.child);
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        self.token.clone()
    }

    /// Sends SIGINT so many times, the first once it has accepted what is connected, and returns
    /// how it ended and how long that took.
    pub fn interrupt(mut self, times: usize) -> (Option<i32>, Duration) {
        let _ = send(self.address, "GET", "/", "", "");
        let started = Instant::now();
        let pid = self.child.id().to_string();
        for _ in 0..times {
            let sent = Command::new("kill").args(["-INT", &pid]).status();
            assert!(sent.unwrap().success());
            thread::sleep(Duration::from_millis(300));
        }
        wait(&mut self.child);
        (self.child.wait().unwrap().code(), started.elapsed())
    }

    /// Kills it (SIGKILL).
    pub fn crash(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait(child: &mut Child) {
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("it did not end");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// A response, as text.
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn data(&self, field: &str) -> String {
        self.json()["data"][field]
            .as_str()
            .expect("a text")
            .to_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers
            .into_iter()
            .find_map(|(known, value)| (known == name).then_some(value))
    }
}

/// Sends one request on a new connection.
pub fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    token: &str,
    body: &Value,
) -> io::Result<Answer> {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let head = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
    send(address, method, path, &head, &body)
}

/// Sends one request with additional header lines on a new connection.
pub fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    head: &str,
    body: &str,
) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         {head}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let cut = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(cut)?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or_else(cut)?;
    Ok(Answer {
        status,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}
