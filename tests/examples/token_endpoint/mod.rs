//! Runs the example's authorization server, from which third-party clients get tokens.

mod client;
mod oauth2;
mod openidconnect;
mod tokens;

use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use support::example::{Program, Settings};

const TOKEN_ENDPOINT: Program = Program {
    name: "token_endpoint",
    last_command: "curl -sS \"$ISSUER/token\" -u \"$CLIENT_ID:$CLIENT_SECRET\" -d grant_type",
};

#[test]
fn the_printed_commands_work_when_pasted() {
    if Command::new("curl").arg("--version").output().is_err() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let host = Settings::of(&TOKEN_ENDPOINT, &folder).start();

    let mut shell = Command::new("sh");
    let pasted = shell.arg("-ec").arg(&host.commands).output().unwrap();
    assert!(pasted.status.success(), "{pasted:?}");
    let printed = String::from_utf8(pasted.stdout).unwrap();
    let answers: Vec<Value> = printed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let [
        created,
        metadata,
        issued,
        introspected,
        other_scope,
        guessed,
        suspended,
        refused,
    ] = &answers[..]
    else {
        panic!("{} answers: {answers:?}", answers.len())
    };
    let issuer = format!("http://{}", host.address);
    assert_eq!(metadata["issuer"], issuer);
    assert_eq!(metadata["token_endpoint"], format!("{issuer}/token"));
    assert_eq!(issued["scope"], "orders.read");
    assert_eq!(introspected["active"], true);
    assert_eq!(introspected["client_id"], created["data"]["client_id"]);
    assert_eq!(other_scope["error"], "invalid_scope");
    assert_eq!(guessed["error"], "invalid_client");
    assert_eq!(suspended["data"]["status"], "suspended");
    assert_eq!(refused, guessed);
    host.stop();
}

#[test]
fn what_is_secret_is_not_logged() {
    let folder = TempDir::new().unwrap();
    let settings = Settings::of(&TOKEN_ENDPOINT, &folder).with("RUST_LOG", "trace");
    let host = settings.start();
    let client = client::Client::register(&host, &json!({}));
    let issued = client.token(&host, &[("scope", "orders.read")]);
    let token = issued.json()["access_token"].as_str().unwrap().to_owned();
    let assertion = client.assertion(&host, &json!({}));
    client.with_assertion(&host, &assertion);
    host.stop();

    let log = String::from_utf8(settings.log()).unwrap();
    assert!(log.len() > 1000, "nothing was traced");
    // The lookup id in a secret is the id of its record, and not secret.
    let random = &client.secret["tocs_".len() + 26..];
    for text in [random, &token, &assertion] {
        assert!(!log.contains(text), "logged");
    }
}
