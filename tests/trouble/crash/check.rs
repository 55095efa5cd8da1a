//! Checks the stored clients after a crash.

use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;
use tower_oauth_clients::domain::SecretHash;
use tower_oauth_clients::secrets::{Argon2id, Plaintext, SecretFormat, SecretHasher};

use super::CLIENTS;
use crate::load::Known;
use support::example::Host;

/// Through the API: every client is as in the last response, with its audit trail.
pub fn read(host: &Host, known: &[Known]) {
    for client in known {
        let path = format!("{CLIENTS}/{}", client.client_id);
        let read = host.ask("GET", &path, &host.token, &Value::Null);
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

/// In the file: it is intact, and every change has one row. The running host has recovered it.
pub fn stored(file: &Path, known: &[Known]) {
    let database = Connection::open(file).unwrap();
    assert_eq!(
        rows(&database, "SELECT * FROM pragma_integrity_check", []),
        ["ok"]
    );
    let strays: [&str; 0] = [];
    assert_eq!(
        rows(
            &database,
            "SELECT \"table\" FROM pragma_foreign_key_check",
            []
        ),
        strays
    );
    assert_eq!(
        rows(
            &database,
            "SELECT client_id FROM oauth_clients WHERE client_id NOT IN
             (SELECT client_id FROM oauth_client_audit_logs)",
            []
        ),
        strays
    );
    for client in known {
        trail(&database, client);
        secrets(&database, client);
    }
    // Hashing is slow, so only the last secret of one client is verified.
    let live = known.iter().find(|client| client.sent.is_none());
    if let Some(secret) = live.and_then(|client| client.secrets.last()) {
        let secret = Plaintext::new(secret);
        let hash = "SELECT hash FROM oauth_client_secrets WHERE id = ?";
        let id = SecretFormat::lookup_id(&secret).unwrap().to_string();
        if let [hash] = &rows(&database, hash, [&id])[..] {
            let hasher = Argon2id::builder().build().unwrap();
            let verified = hasher.verify(&secret, &SecretHash::new(hash));
            assert!(verified.unwrap(), "{id}");
        }
    }
}

/// One row per confirmed change, and possibly one for the last request, which got no response.
fn trail(database: &Connection, client: &Known) {
    let written = rows(
        database,
        "SELECT action FROM oauth_client_audit_logs WHERE client_id = ? ORDER BY action",
        [&client.client_id],
    );
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

fn secrets(database: &Connection, client: &Known) {
    if client.deleted != Some(false) || client.sent == Some("secret.rotate") {
        return;
    }
    let active = rows(
        database,
        "SELECT id || ' ' || last_four FROM oauth_client_secrets
         WHERE client_id = ? AND status = 'active'",
        [&client.client_id],
    );
    for secret in &client.secrets {
        let secret = Plaintext::new(secret);
        let id = SecretFormat::lookup_id(&secret).unwrap();
        let stored = format!("{id} {}", secret.last_four());
        assert!(active.contains(&stored), "{stored} is not in {active:?}");
    }
}

fn rows<P: rusqlite::Params>(database: &Connection, query: &str, parameters: P) -> Vec<String> {
    let mut statement = database.prepare_cached(query).unwrap();
    let rows = statement.query_map(parameters, |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}
