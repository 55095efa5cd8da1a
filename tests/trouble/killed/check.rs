//! Checks the stored clients after a kill.

use std::collections::HashMap;
use std::net::SocketAddr;

use serde_json::Value;
use tower_oauth_clients::domain::SecretHash;
use tower_oauth_clients::secrets::{Argon2id, Plaintext, SecretFormat, SecretHasher};

use super::CLIENTS;
use crate::load::Known;
use support::example::ask;
use support::hosts::behind::Behind;

/// Through the API: every client is as in the last response.
pub fn read(address: SocketAddr, token: &str, known: &[Known]) {
    for client in known {
        let path = format!("{CLIENTS}/{}", client.client_id);
        let read = ask(address, "GET", &path, token, &Value::Null).unwrap();
        match client.deleted {
            Some(true) => assert_eq!(read.status, 404, "{}", read.body),
            None if read.status == 404 => {}
            _ => {
                assert_eq!(read.status, 200, "{}", read.body);
                let name = read.data("name");
                let sent = client.sent_name.as_ref() == Some(&name);
                assert!(sent || name == client.name, "{}", read.body);
            }
        }
    }
}

/// In the database: nothing is stored partially, and every confirmed change has one audit entry.
pub async fn stored(url: &str, known: &[Known]) {
    let mut behind = Behind::open(url).await;
    behind.assert_whole("after a kill").await;
    let entries = "SELECT client_id, action FROM oauth_client_audit_logs ORDER BY action";
    let trails = grouped(behind.rows(entries).await);
    let active = "SELECT client_id, id, last_four FROM oauth_client_secrets
        WHERE status = 'active'";
    let active = grouped(behind.rows(active).await);
    let none = Vec::new();
    for client in known {
        trail(client, trails.get(&client.client_id).unwrap_or(&none));
        secrets(client, active.get(&client.client_id).unwrap_or(&none));
    }
    // One of the secrets is verified against its hash.
    let live = known
        .iter()
        .find(|client| client.sent.is_none() && client.deleted == Some(false));
    if let Some(secret) = live.and_then(|client| client.secrets.last()) {
        let secret = Plaintext::new(secret);
        let id = SecretFormat::lookup_id(&secret).unwrap();
        let hash = format!("SELECT hash FROM oauth_client_secrets WHERE id = '{id}'");
        let hash = behind.rows(&hash).await.pop().unwrap();
        let hasher = Argon2id::builder().build().unwrap();
        let verified = hasher.verify(&secret, &SecretHash::new(&*hash));
        assert!(verified.unwrap(), "{id}");
    }
}

/// The rows without their first column, grouped by it.
fn grouped(rows: Vec<String>) -> HashMap<String, Vec<String>> {
    let mut groups: HashMap<String, Vec<String>> = HashMap::new();
    for row in rows {
        let (first, rest) = row.split_once(' ').unwrap();
        groups.entry(first.into()).or_default().push(rest.into());
    }
    groups
}

/// One entry per confirmed change, and possibly one for the last request, which got no response.
fn trail(client: &Known, written: &[String]) {
    let mut answered = client.actions.clone();
    answered.sort_unstable();
    let mut sent: Vec<_> = client.actions.iter().copied().chain(client.sent).collect();
    sent.sort_unstable();
    assert!(
        written == answered || written == sent,
        "{}: {written:?} instead of {:?}, and perhaps {:?}",
        client.client_id,
        client.actions,
        client.sent
    );
}

fn secrets(client: &Known, active: &[String]) {
    if client.deleted != Some(false) || client.sent == Some("secret.rotate") {
        return;
    }
    for secret in &client.secrets {
        let secret = Plaintext::new(secret);
        let id = SecretFormat::lookup_id(&secret).unwrap();
        let stored = format!("{id} {}", secret.last_four());
        assert!(active.contains(&stored), "{stored} is not in {active:?}");
    }
}
