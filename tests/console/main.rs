//! The console in a real browser: against the example host, and against a host with sessions and
//! registration. `tests/run` fetches the browser; without it, only what needs none is run.
#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may panic"
)]

mod host;
mod page;
mod proxy;
mod scenarios;
mod words;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

use support::example::Settings;

use host::OwnHost;
use proxy::Proxy;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs a script in Node, which drives the browser. Its arguments are the address of a host, where
/// its pictures go, and more.
fn browse(script: &str, address: &str, more: &[&str]) {
    // A browser keeps a small machine busy.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let pictures = root().join("target/console");
    let ended = Command::new("node")
        .arg(root().join("tests/console").join(script))
        .arg(address)
        .arg(pictures)
        .args(more)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stdout);
    let errors = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{script}\n{said}{errors}");
    assert!(said.contains("ok "), "{script} ran no test\n{said}");
}

fn is_there() -> bool {
    let is_there = std::env::var_os("TEST_CONSOLE").is_some();
    if !is_there {
        eprintln!("not run: it takes Node and Chromium, which tests/run gets");
    }
    is_there
}

/// Runs a script against the example host.
fn browse_example(script: &str) {
    if is_there() {
        let folder = TempDir::new().unwrap();
        let host = Settings::new(&folder).start();
        browse(script, &host.address.to_string(), &[]);
        host.stop();
    }
}

#[test]
fn a_client_lives_its_life_by_clicking() {
    browse_example("life.mjs");
}

#[test]
fn two_administrators_at_once_lose_nothing() {
    browse_example("conflict.mjs");
}

#[test]
fn what_clients_call_themselves_does_no_harm() {
    browse_example("hostile.mjs");
}

#[test]
fn every_page_can_be_looked_at() {
    browse_example("look.mjs");
}

#[test]
fn every_dialog_works_by_keyboard() {
    browse_example("keyboard.mjs");
}

#[test]
fn the_list_asks_for_what_it_shows() {
    browse_example("list.mjs");
}

#[test]
fn the_page_is_small() {
    browse_example("budget.mjs");
}

#[test]
fn authority_is_asked_for_and_renewed() {
    if is_there() {
        let host = OwnHost::start();
        browse("authority.mjs", &host.address.to_string(), &[]);
    }
}

#[test]
fn registrations_wait_for_a_decision() {
    if is_there() {
        let host = OwnHost::start();
        browse("registration.mjs", &host.address.to_string(), &[]);
    }
}

#[test]
fn documents_are_seen_and_blocked() {
    if is_there() {
        let host = OwnHost::start();
        browse("documents.mjs", &host.address.to_string(), &[]);
    }
}

/// Below a prefix of the host's own, and behind a proxy that strips another one.
#[test]
fn the_page_works_wherever_it_is_mounted() {
    if is_there() {
        let host = OwnHost::start();
        let proxy = Proxy::start("/outside", host.address);
        let more = [&*proxy.address.to_string()];
        browse("mounting.mjs", &host.address.to_string(), &more);
    }
}
