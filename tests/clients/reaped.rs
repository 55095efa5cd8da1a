//! What time ends.

use std::time::Duration;

use serde_json::json;

use crate::driver::Driver;
use crate::embedded::{Embedded, Network};
use crate::host::{CALLBACK, public};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// F05: a client that nobody used for a month is deleted, and comes back as another one.
#[test]
fn f05_a_reaped_client_registers_again() {
    let host = Embedded::start(&Network::new());
    let site = &host.site;
    let metadata = json!({
        "client_name": "An app",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "none",
    });
    let settings = json!({"url": site.mcp(), "metadata": metadata});
    let Some(mut driver) = Driver::start("typescript2.mjs", &settings) else {
        return;
    };
    driver.act("connect");
    let first = driver.state()["client_id"].clone();
    host.wait(DAY * 29);
    assert_eq!(host.reap().removed, 0);
    assert!(
        driver.call("whoami").contains("demo"),
        "its refresh token is good"
    );
    assert_eq!(
        (driver.opened.len(), driver.state()["client_id"].clone()),
        (1, first.clone())
    );

    host.wait(DAY * 31);
    // The last use may just be noted, which a reaper respects, and then tries again.
    let removed: usize = [(); 2].map(|()| host.reap().removed).iter().sum();
    assert_eq!((removed, site.registrations()), (1, 0));
    assert!(driver.call("whoami").contains("demo"));
    assert_ne!(driver.state()["client_id"], first);
    assert_eq!((driver.opened.len(), site.registrations()), (2, 1));
}

/// The reaper asks the host, and keeps what still has a grant.
#[test]
fn a_client_with_a_live_grant_is_kept() {
    let host = Embedded::start(&Network::new());
    let site = &host.site;
    let [unused, used] = [(); 2].map(|()| site.register(&public()));
    let id = |client: &serde_json::Value| client["client_id"].as_str().unwrap().to_owned();
    host.wait(DAY + MINUTE);
    // A code, which the client has not come for yet.
    site.code(&id(&used), &[]);
    let reaped = host.reap();
    assert_eq!((reaped.removed, reaped.kept), (1, 1));
    let left = site.admin("GET", "/registrations", &serde_json::Value::Null);
    assert!(left.body.contains(&id(&used)) && !left.body.contains(&id(&unused)));
    host.wait(MINUTE);
    assert_eq!(host.reap().removed, 1);
}

#[test]
fn codes_tokens_and_pages_end() {
    let host = Embedded::start(&Network::new());
    let site = &host.site;
    let client = site.register(&public());
    let client = client["client_id"].as_str().unwrap();
    let code = site.code(client, &[]);
    host.wait(MINUTE);
    assert_eq!(
        site.exchange(client, &code).json()["error"],
        "invalid_grant"
    );

    let tokens = site.tokens(client, &[]);
    let (access, refresh) = (&tokens["access_token"], &tokens["refresh_token"]);
    let (access, refresh) = (access.as_str().unwrap(), refresh.as_str().unwrap());
    host.wait(MINUTE * 9);
    assert_eq!(site.call(access, "whoami").status, 200);
    host.wait(MINUTE);
    assert_eq!(site.call(access, "whoami").status, 401);
    let renewed = site.refresh(client, refresh).json();
    host.wait(DAY * 30);
    let late = site.refresh(client, renewed["refresh_token"].as_str().unwrap());
    assert_eq!(late.json()["error"], "invalid_grant");
}
