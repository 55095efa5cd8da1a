//! A client in another language as a process, which a script in `drivers` runs on command.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::browser::{Decision, decide};

/// How long a client may be silent.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Driver {
    script: &'static str,
    child: Child,
    stdin: ChildStdin,
    lines: Receiver<String>,
    /// What it says on stderr.
    complaints: Arc<Mutex<String>>,
    /// What the user would decide.
    pub decision: Decision,
    /// The URLs that the client opened in the browser.
    pub opened: Vec<String>,
    /// The page that the browser got in place of a way back.
    pub page: Option<String>,
}

impl Driver {
    /// Starts a script with these settings. `None` if its language is not there, which must not
    /// happen in CI.
    pub fn start(script: &'static str, settings: &Value) -> Option<Self> {
        let program = if script.ends_with(".py") {
            "environment/bin/python"
        } else {
            "node"
        };
        let folder = std::env::var_os("TEST_CLIENTS").map(PathBuf::from);
        let Some(folder) = folder.filter(|folder| folder.join(program).exists()) else {
            let is_ci = std::env::var_os("CI").is_some();
            assert!(!is_ci, "{script} must run in CI: see tests/clients/fetch");
            eprintln!("NOT RUN: {script}. It takes {program}, for which tests/run looks");
            return None;
        };
        let mut command = Command::new(folder.join(program));
        if program == "node" {
            // Packages are beside the link to the script.
            command.args(["--preserve-symlinks", "--preserve-symlinks-main"]);
        }
        let script_path = folder.join("drivers").join(script);
        command.arg(script_path).arg(settings.to_string());
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut stderr = child.stderr.take().unwrap();
        let complaints = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&complaints);
        thread::spawn(move || {
            let mut part = [0; 4096];
            while let Ok(length @ 1..) = stderr.read(&mut part) {
                let said = String::from_utf8_lossy(&part[..length]);
                kept.lock().unwrap().push_str(&said);
            }
        });
        Some(Self {
            script,
            complaints,
            child,
            stdin,
            lines,
            decision: Decision::Allow,
            opened: Vec::new(),
            page: None,
        })
    }

    /// Has the client do something, and the user decide on what it opens. Returns the failure that
    /// the client reports.
    pub fn try_act(&mut self, command: &Value) -> Result<Value, String> {
        self.write(command);
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("{}: {command}", self.tell("no answer")));
            let message: Value = serde_json::from_str(&line).expect(&line);
            if let Some(url) = message["open"].as_str() {
                let sent_back = decide(url, self.decision);
                self.opened.push(url.to_owned());
                let sent_back = sent_back.map_err(|page| self.page = Some(page.body)).ok();
                self.write(&json!({"callback": sent_back}));
            } else if let Some(failure) = message["failed"].as_str() {
                return Err(failure.to_owned());
            } else {
                return Ok(message["done"].clone());
            }
        }
    }

    pub fn act(&mut self, name: &str) -> Value {
        let done = self.try_act(&json!({"do": name}));
        done.unwrap_or_else(|failure| panic!("{name}: {}", self.tell(&failure)))
    }

    pub fn try_call(&mut self, tool: &str) -> Result<String, String> {
        let mut command = json!({"do": "call", "tool": tool});
        if tool == "write_note" {
            command["text"] = "a note".into();
        }
        let said = self.try_act(&command)?;
        Ok(said.as_str().unwrap_or_else(|| panic!("{said}")).to_owned())
    }

    pub fn call(&mut self, tool: &str) -> String {
        let said = self.try_call(tool);
        said.unwrap_or_else(|failure| panic!("{tool}: {}", self.tell(&failure)))
    }

    /// What the client keeps.
    pub fn state(&mut self) -> Value {
        self.act("state")
    }

    fn tell(&self, failure: &str) -> String {
        let complaints = self.complaints.lock().unwrap();
        format!("{}: {failure}\n{complaints}", self.script)
    }

    fn write(&mut self, message: &Value) {
        writeln!(self.stdin, "{message}").unwrap();
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
