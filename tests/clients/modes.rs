//! Who may register: `REGISTRATION`.

use std::io::Write;
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use support::example::send;
use tempfile::TempDir;

use crate::browser::open;
use crate::driver::Driver;
use crate::host::{CALLBACK, Site, public, settings};

#[test]
fn f0b_without_registration_nothing_is_there() {
    let folder = TempDir::new().unwrap();
    let host = settings(&folder).with("REGISTRATION", "off").start();
    let site = Site::from(&host);
    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
    ] {
        let metadata = site.get(path).json();
        assert_eq!(metadata["registration_endpoint"], Value::Null);
        assert_eq!(metadata["client_id_metadata_document_supported"], false);
    }
    for path in ["/register", "/oauth/register"] {
        let head = "Content-Type: application/json\r\n";
        let answer = send(site.address, "POST", path, head, &public().to_string()).unwrap();
        assert_eq!(answer.status, 404, "{path}");
        let media_type = answer.header("content-type").unwrap_or_default();
        assert!(!media_type.contains("html"), "{path}: {media_type}");
    }
    let page = open(&site.authorization("https://app.example.net/client.json", &[]));
    assert_eq!(page.status, 400, "{}", page.body);

    // This client guesses a place.
    let metadata = json!({"redirect_uris": [CALLBACK]});
    let settings = json!({"url": site.mcp(), "metadata": metadata});
    let Some(mut driver) = Driver::start("python2.py", &settings) else {
        return;
    };
    let failure = driver.try_act(&json!({"do": "connect"})).unwrap_err();
    assert!(failure.contains("404"), "{failure}");
    assert_eq!(driver.opened, [""; 0]);
}

#[test]
fn where_registration_is_protected_it_takes_a_token() {
    let folder = TempDir::new().unwrap();
    let host = settings(&folder).with("REGISTRATION", "protected").start();
    let site = Site::from(&host);
    let refused = site.try_register(&public());
    assert_eq!(
        (refused.status, refused.header("www-authenticate")),
        (401, Some("Bearer"))
    );
    let metadata = site.get("/.well-known/oauth-authorization-server").json();
    assert_ne!(metadata["registration_endpoint"], Value::Null);
    assert_eq!(metadata["client_id_metadata_document_supported"], false);

    let issued = site.admin("POST", "/initial-access-tokens", &json!({"uses": 1}));
    let head = format!(
        "Authorization: Bearer {}\r\nContent-Type: application/json\r\n",
        issued.data("token")
    );
    let register = || {
        send(
            site.address,
            "POST",
            "/oauth/register",
            &head,
            &public().to_string(),
        )
    };
    let registered = register().unwrap();
    assert_eq!(registered.status, 201, "{}", registered.body);
    assert_eq!(register().unwrap().status, 401, "it was good for one");
    let client = registered.json();
    let tokens = site.tokens(client["client_id"].as_str().unwrap(), &[]);
    assert_eq!(
        site.call(tokens["access_token"].as_str().unwrap(), "whoami")
            .status,
        200
    );
}

#[test]
fn who_waits_for_approval_reads_so() {
    let folder = TempDir::new().unwrap();
    let host = settings(&folder).with("REGISTRATION", "approval").start();
    let site = Site::from(&host);
    let client = site.register(&public());
    let client_id = client["client_id"].as_str().unwrap();
    let page = open(&site.authorization(client_id, &[]));
    assert_eq!((page.status, page.header("location")), (400, None));
    assert!(page.body.contains("Waiting for approval"), "{}", page.body);
    site.admin(
        "POST",
        &format!("/registrations/{client_id}/approve"),
        &Value::Null,
    );
    let tokens = site.tokens(client_id, &[]);
    assert_eq!(
        site.call(tokens["access_token"].as_str().unwrap(), "whoami")
            .status,
        200
    );

    let other = site.register(&public());
    let other = other["client_id"].as_str().unwrap();
    site.admin(
        "POST",
        &format!("/registrations/{other}/deny"),
        &Value::Null,
    );
    let page = open(&site.authorization(other, &[]));
    assert!(!page.body.contains("Waiting"), "{}", page.body);
    assert_eq!(page.status, 400);
}

#[test]
fn the_printed_commands_work_when_pasted() {
    if Command::new("curl").arg("--version").output().is_err() {
        return;
    }
    for (mode, total) in [("open", 1), ("protected", 1), ("approval", 1), ("off", 0)] {
        let folder = TempDir::new().unwrap();
        let host = settings(&folder).with("REGISTRATION", mode).start();
        let mut shell = Command::new("sh");
        let pasted = shell.arg("-ec").arg(&host.commands).output().unwrap();
        assert!(pasted.status.success(), "{mode}: {pasted:?}");
        let said = String::from_utf8(pasted.stdout).unwrap();
        assert!(
            said.contains("www-authenticate: Bearer resource_metadata="),
            "{mode}: {said}"
        );
        let answers = said
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        let answers: Vec<Value> = answers.collect();
        let last = answers.last().unwrap();
        assert_eq!(
            (&last["code"], &last["total"]),
            (&json!(0), &json!(total)),
            "{mode}: {said}"
        );
        if total == 1 {
            assert_eq!(last["items"][0]["status"], "suspended", "{mode}: {said}");
            assert_eq!(last["items"][0]["state"], "approved", "{mode}: {said}");
        }
        let refused =
            |answer: &&Value| answer["error"].is_string() || answer["code"].as_u64() > Some(0);
        assert_eq!(answers.iter().find(refused), None, "{mode}");
    }
}

#[test]
fn a_setting_that_is_wrong_is_named() {
    for (variable, value) in [
        ("REGISTRATION", "everyone"),
        ("ISSUER", "https://id.example.com/path"),
        ("ADMIN_JWT_SECRET", "short"),
        ("DATABASE_URL", "postgres://localhost"),
        ("TENANT", ""),
        ("ADDR", "nowhere"),
        ("ALLOWED_ORIGINS", "https://app.example.com/path"),
    ] {
        let folder = TempDir::new().unwrap();
        let ended = settings(&folder).with(variable, value).run();
        assert_eq!(ended.status.code(), Some(1));
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(said.contains(variable), "{said}");
    }
}

#[test]
fn the_cause_is_told_and_no_password() {
    for (variable, value, cause) in [
        (
            "DATABASE_URL",
            "sqlite://missing/clients.db",
            "unable to open",
        ),
        ("DATABASE_URL", "sqlite://clients.db?mode=ro", "?"),
        (
            "DATABASE_URL",
            "mysql://u:pass-word@localhost/x",
            "sqlite://PATH",
        ),
        ("ISSUER", "https://u:pass-word@id.example.com", "a password"),
        ("ADDR", "127.0.0.1:99999", "invalid port"),
    ] {
        let folder = TempDir::new().unwrap();
        let ended = settings(&folder).with(variable, value).run();
        assert_eq!(ended.status.code(), Some(1), "{variable}={value}");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(said.contains(variable) && said.contains(cause), "{said}");
        assert!(!said.contains("pass-word"), "{said}");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "{value}");
    }
}

/// A request that never ends.
fn hang(site: &Site) -> TcpStream {
    let mut stream = TcpStream::connect(site.address).unwrap();
    let head = "POST /authorize HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx";
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

#[test]
fn a_request_that_never_ends_holds_nobody_up() {
    let folder = TempDir::new().unwrap();
    let settings = settings(&folder);
    let host = settings.start();
    let _stream = hang(&Site::from(&host));
    // A second signal ends it at once, and without one a deadline does.
    let (code, took) = host.interrupt(2);
    assert_eq!(code, Some(1));
    assert!(took < Duration::from_secs(5), "{took:?}");
    let host = settings.start();
    let _stream = hang(&Site::from(&host));
    let (code, took) = host.interrupt(1);
    assert_eq!(code, Some(1));
    assert!(took >= Duration::from_secs(5), "{took:?}");
    let log = String::from_utf8(settings.log()).unwrap();
    assert!(log.contains("not completed in 10s"), "{log}");
}

#[test]
fn it_stops_gracefully_and_keeps_its_clients() {
    let folder = TempDir::new().unwrap();
    let settings = settings(&folder);
    let host = settings.start();
    let client = Site::from(&host).register(&public());
    host.stop();
    let host = settings.start();
    let site = Site::from(&host);
    assert_eq!(site.registrations(), 1);
    site.tokens(client["client_id"].as_str().unwrap(), &[]);
    host.stop();
}
