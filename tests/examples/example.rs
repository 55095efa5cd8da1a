//! Runs the example host: the first steps of a new user, mistyped settings, and crashes.

use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use support::example::{Program, Settings};

const HYPER_HOST: Program = Program {
    name: "hyper_host",
    last_command: "curl -sS \"$CLIENTS?page_size=10\"",
};

/// The path of the clients, below the host's own prefix.
const CLIENTS: &str = "/api/v1/admin/oauth/clients";

/// The message for a server that can't be reached or that the host can't talk to.
const UNREACHABLE: &str = "Is the server up";

fn my_application() -> Value {
    json!({"name": "My Application", "redirect_uris": ["https://app.example.com/callback"]})
}

/// Even right after it has printed how to reach it.
#[test]
fn a_host_without_axum_hears_ctrl_c() {
    let folder = TempDir::new().unwrap();
    for _ in 0..5 {
        Settings::of(&HYPER_HOST, &folder).start().stop_by("-INT");
    }
    let host = Settings::of(&HYPER_HOST, &folder).start();
    assert_eq!(host.ask("GET", "/", "", &Value::Null).status, 200);
    host.stop_by("-INT");
}

/// Not even by a request that never ends.
#[test]
fn a_second_signal_ends_a_host_at_once() {
    let folder = TempDir::new().unwrap();
    for settings in [Settings::new(&folder), Settings::of(&HYPER_HOST, &folder)] {
        let host = settings.start();
        let mut stream = TcpStream::connect(host.address).unwrap();
        let head = format!(
            "POST {CLIENTS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{{",
            host.token
        );
        stream.write_all(head.as_bytes()).unwrap();
        let (code, took) = host.interrupt(2);
        assert_eq!(code, Some(1));
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
}

#[test]
fn a_key_that_was_chosen_is_not_printed() {
    let folder = TempDir::new().unwrap();
    let key = "a-key-that-an-administrator-has-chosen";
    let host = Settings::of(&HYPER_HOST, &folder)
        .with("ADMIN_KEY", key)
        .start();
    assert_eq!(host.token, "$ADMIN_KEY");
    assert!(!host.commands.contains(key), "{}", host.commands);
    assert_eq!(host.ask("GET", CLIENTS, key, &Value::Null).status, 200);
}

#[test]
fn a_host_without_axum_does_the_same() {
    let folder = TempDir::new().unwrap();
    let host = Settings::of(&HYPER_HOST, &folder).start();
    let own = host.ask("GET", "/", "", &Value::Null);
    assert_eq!(
        (own.status, &*own.body),
        (200, "This route is the host's own.\n")
    );
    assert_eq!(host.ask("GET", "/other", "", &Value::Null).status, 404);
    let denied = host.ask(
        "GET",
        CLIENTS,
        "somebody else's key, which is as long",
        &Value::Null,
    );
    assert_eq!(denied.status, 401);
    let created = host.ask("POST", CLIENTS, &host.token, &my_application());
    assert_eq!(created.status, 201, "{}", created.body);
    let trail = format!("{CLIENTS}/{}/audit-logs", created.data("client_id"));
    let trail = host.ask("GET", &trail, &host.token, &Value::Null).json();
    let entry = &trail["items"][0];
    assert_eq!(entry["operator_id"], "operations", "{trail}");
    assert_eq!(entry["ip"], "127.0.0.1", "{trail}");
}

#[test]
fn the_printed_commands_work_when_pasted() {
    if Command::new("curl").arg("--version").output().is_err() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let host = Settings::new(&folder).start();

    let pasted = Command::new("sh")
        .arg("-ec")
        .arg(&host.commands)
        .output()
        .unwrap();
    assert!(pasted.status.success(), "{pasted:?}");
    // The response of the host's own route is not JSON.
    let answers: Vec<Value> = String::from_utf8(pasted.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();

    assert!(
        answers.iter().all(|answer| answer["code"] == 0),
        "{answers:?}"
    );
    let [
        created,
        read,
        changed,
        cloned,
        listed,
        rotated,
        stats,
        tokens,
        revoked,
        audit,
    ] = &answers[..]
    else {
        panic!("{} answers: {answers:?}", answers.len())
    };
    assert_eq!(listed["total"], 2);
    assert!(rotated["data"]["new_secret"].is_string());
    assert_eq!(
        stats["data"]["active_tokens"].as_u64(),
        tokens_of(tokens, "access_token")
    );
    let of_revoked = &revoked["data"]["revoked_access_tokens"];
    assert_eq!(of_revoked.as_u64(), tokens_of(tokens, "access_token"));
    assert_eq!(audit["items"][0]["action"], "client.delete");
    assert!(created["data"]["client_secret"].is_string());
    assert_eq!(read["data"]["client_id"], created["data"]["client_id"]);
    assert_eq!(changed["data"]["scopes"], json!(["openid", "profile"]));
    assert_eq!(cloned["data"]["name"], "My Application (clone)");
    host.stop();
}

fn tokens_of(list: &Value, token_type: &str) -> Option<u64> {
    let items = list["items"].as_array()?.iter();
    let count = items
        .filter(|token| token["token_type"] == token_type)
        .count();
    u64::try_from(count).ok()
}

#[test]
fn a_client_outlives_its_host() {
    let folder = TempDir::new().unwrap();
    let settings = Settings::new(&folder);
    let host = settings.start();
    let token = &host.token;

    let created = host.ask("POST", CLIENTS, token, &my_application());
    assert_eq!(created.status, 201, "{}", created.body);
    let path = format!("{CLIENTS}/{}", created.data("client_id"));
    assert_eq!(created.header("location"), Some(&*path));
    let read = host.ask("GET", &path, token, &Value::Null);
    assert_eq!((read.status, read.data("tenant_id")), (200, "demo".into()));
    let changed = host.ask("PUT", &path, token, &json!({"scopes": ["openid"]}));
    assert_eq!(changed.status, 200, "{}", changed.body);
    let cloned = host.ask("POST", &format!("{path}/clone"), token, &Value::Null);
    assert_eq!(cloned.status, 201, "{}", cloned.body);
    let own = host.ask("GET", "/", token, &Value::Null);
    assert_eq!(
        (own.status, &*own.body),
        (200, "This route is the host's own.\n")
    );

    let token = host.stop();
    let host = settings.start();
    let again = host.ask("GET", &path, &token, &Value::Null);
    assert_eq!(again.json()["data"], changed.json()["data"]);
    host.stop();
}

#[test]
fn a_wrong_setting_ends_it_with_a_sentence_that_helps() {
    let folder = TempDir::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    fs::create_dir(folder.path().join("a-folder")).unwrap();

    for (variable, value, advice) in [
        ("ADDR", taken.as_str(), "Set ADDR to a free address"),
        ("ADDR", "nonsense", "Set ADDR to a free address"),
        (
            "DATABASE_URL",
            "sqlite://missing/clients.db",
            "set DATABASE_URL to sqlite://PATH",
        ),
        (
            "DATABASE_URL",
            "sqlite://a-folder",
            "set DATABASE_URL to sqlite://PATH",
        ),
        (
            "DATABASE_URL",
            "sqlite:///proc/clients.db",
            "set DATABASE_URL to sqlite://PATH",
        ),
        ("DATABASE_URL", "", "must look like sqlite://PATH"),
        (
            "DATABASE_URL",
            "sqlite://clients.db?mode=ro",
            "must end with the path",
        ),
        (
            "DATABASE_URL",
            "oracle://u:pass-word@localhost/clients",
            "must look like sqlite://PATH",
        ),
        (
            "DATABASE_URL",
            "postgres://u:pass-word@127.0.0.1:1/clients",
            UNREACHABLE,
        ),
        (
            "DATABASE_URL",
            "postgresql://u:pass-word@[nonsense",
            UNREACHABLE,
        ),
        (
            "DATABASE_URL",
            "mysql://u:pass-word@127.0.0.1:1/clients",
            UNREACHABLE,
        ),
        (
            "DATABASE_URL",
            "mysql://u:pass-word#@localhost:x/y",
            UNREACHABLE,
        ),
        ("TOKENS_FILE", "missing/tokens.db", "Set TOKENS_FILE"),
        (
            "ADMIN_JWT_SECRET",
            "too short",
            "must be at least 32 bytes long",
        ),
    ] {
        let ended = Settings::new(&folder).with(variable, value).run();
        let told = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(1), "{variable}={value}: {told}");
        assert!(told.contains(variable), "{variable}={value}: {told}");
        assert!(told.contains(advice), "{variable}={value}: {told}");
        assert!(!told.contains("panicked"), "{variable}={value}: {told}");
        assert!(!told.contains("pass-word"), "{variable}={value}: {told}");
    }
}

#[test]
fn a_wrong_request_is_told_what_is_wrong() {
    let folder = TempDir::new().unwrap();
    let host = Settings::new(&folder).start();

    let wrong = host.ask("POST", CLIENTS, "not.the.token", &my_application());
    assert_eq!(wrong.status, 401);
    assert_eq!(wrong.json()["code"], 401_001);
    assert_eq!(wrong.json()["message"], "the access token is not valid");

    let mut typo = my_application();
    let uris = typo
        .as_object_mut()
        .unwrap()
        .remove("redirect_uris")
        .unwrap();
    typo["redirect_uri"] = uris;
    let typo = host.ask("POST", CLIENTS, &host.token, &typo);
    assert_eq!(typo.status, 400);
    assert_eq!(typo.json()["message"], "redirect_uris: is required");
    host.stop();
}

#[test]
fn what_is_secret_is_neither_logged_nor_stored() {
    let folder = TempDir::new().unwrap();
    let settings = Settings::new(&folder).with("RUST_LOG", "trace");
    let host = settings.start();
    let created = host.ask("POST", CLIENTS, &host.token, &my_application());
    let path = format!("{CLIENTS}/{}", created.data("client_id"));
    let cloned = host.ask("POST", &format!("{path}/clone"), &host.token, &Value::Null);
    host.ask(
        "PUT",
        &path,
        &host.token,
        &json!({"is_confidential": false}),
    );
    host.ask("GET", &path, "not.the.token", &Value::Null);
    // Where none belongs, and clients put it nevertheless.
    let misplaced = format!("{path}?access_token={}", host.token);
    host.ask("GET", &misplaced, "not.the.token", &Value::Null);

    // While it runs, the last changes are in the write-ahead log.
    let running = settings.database();
    let token = host.stop();
    let stopped = settings.database();
    let log = settings.log();
    assert!(log.len() > 1000, "nothing was traced");

    let claims_and_signature = token.split_once('.').unwrap().1;
    for secret in [created.data("client_secret"), cloned.data("client_secret")] {
        // The lookup id in a secret is the id of its record, and not secret.
        let random = &secret["tocs_".len() + 26..];
        for text in [random, claims_and_signature] {
            assert!(
                !contains(&running, text) && !contains(&stopped, text),
                "stored"
            );
            assert!(!contains(&log, text), "logged");
        }
    }
    assert!(!contains(&log, "$argon2"), "a hash was logged");
    assert!(
        contains(&running, "$argon2id$"),
        "the hashes are what is stored"
    );
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[test]
fn what_was_answered_survives_a_crash() {
    let folder = TempDir::new().unwrap();
    let settings = Settings::new(&folder);
    let host = settings.start();
    let answered = Mutex::new(Vec::new());
    let (token, address) = (host.token.clone(), host.address);

    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let asked =
                    || support::example::ask(address, "POST", CLIENTS, &token, &my_application());
                while let Some(created) = asked().ok().filter(|answer| answer.status == 201) {
                    answered.lock().unwrap().push(created.data("client_id"));
                }
            });
        }
        while answered.lock().unwrap().len() < 12 {
            thread::yield_now();
        }
        host.crash();
    });

    let host = settings.start();
    let answered = answered.into_inner().unwrap();
    for client_id in &answered {
        let read = host.ask(
            "GET",
            &format!("{CLIENTS}/{client_id}"),
            &token,
            &Value::Null,
        );
        assert_eq!(
            read.status,
            200,
            "{client_id} of {} is gone",
            answered.len()
        );
    }
    host.stop();
}

/// New files are readable by their owner only, whatever the umask is. Existing ones are unchanged.
#[test]
fn nobody_else_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;

    let folder = TempDir::new().unwrap();
    let settings = Settings::new(&folder);
    let host = settings.start();
    let created = host.ask("POST", CLIENTS, &host.token, &my_application());
    assert_eq!(created.status, 201);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut kept = Vec::new();
    for file in fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        if path.file_name().unwrap() != "log" {
            assert_eq!(mode(&path), 0o600, "{path:?}");
            kept.push(path);
        }
    }
    assert!(kept.len() >= 4, "{kept:?}");
    assert!(!String::from_utf8_lossy(&settings.log()).contains("others than its owner"));
    host.stop();

    let database = folder.path().join("clients.db");
    fs::set_permissions(&database, fs::Permissions::from_mode(0o640)).unwrap();
    settings.start().stop();
    assert_eq!(mode(&database), 0o640);
    let log = String::from_utf8_lossy(&settings.log()).into_owned();
    assert_eq!(log.matches("others than its owner").count(), 1, "{log}");
}
