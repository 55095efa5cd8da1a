//! OAuth libraries that know nothing of MCP.

use serde_json::json;
use tempfile::TempDir;

use crate::browser::{Decision, parameter};
use crate::driver::Driver;
use crate::host::{CALLBACK, Site, settings};

/// Registers, gets tokens, renews them, is refused others with another scope and gets them, and is
/// suspended and registers again.
fn connects(script: &'static str, discovery: &str) {
    let folder = TempDir::new().unwrap();
    let host = settings(&folder).start();
    let site = Site::from(&host);
    for method in ["none", "client_secret_basic", "client_secret_post"] {
        let metadata = json!({
            "client_name": "A library",
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": method,
        });
        let settings = json!({"url": site.mcp(), "metadata": metadata, "discovery": discovery});
        let Some(mut driver) = Driver::start(script, &settings) else {
            return;
        };
        driver.act("connect");
        let call = |driver: &mut Driver, tool| {
            let state = driver.state();
            let access = state["tokens"]["access_token"].as_str().unwrap();
            site.call(access, tool)
        };
        let before = driver.state();
        assert_eq!(call(&mut driver, "whoami").status, 200, "{method}");
        assert_eq!(call(&mut driver, "write_note").status, 403, "{method}");
        driver.act("refresh");
        let after = driver.state();
        assert_eq!(before["client_id"], after["client_id"]);
        assert_ne!(
            before["tokens"]["refresh_token"],
            after["tokens"]["refresh_token"]
        );
        assert_eq!(call(&mut driver, "whoami").status, 200, "{method}");
        driver.decision = Decision::Deny;
        let refused = driver.try_act(&json!({"do": "step_up"})).unwrap_err();
        assert!(refused.contains("access_denied"), "{refused}");
        driver.decision = Decision::Allow;
        driver.act("step_up");
        assert_eq!(call(&mut driver, "write_note").status, 200, "{method}");
        assert_eq!(driver.opened.len(), 3);
        let client_id = after["client_id"].as_str().unwrap();
        let asked = parameter(&driver.opened[2], "client_id");
        assert_eq!(asked.as_deref(), Some(client_id));

        site.set_status(client_id, "suspended");
        assert_eq!(call(&mut driver, "whoami").status, 401, "{method}");
        driver.try_act(&json!({"do": "refresh"})).unwrap_err();
        driver.act("connect");
        assert_ne!(
            driver.state()["client_id"],
            client_id,
            "it registered again"
        );
        assert_eq!(call(&mut driver, "whoami").status, 200, "{method}");
    }
    assert_eq!(site.registrations(), 6);
}

#[test]
fn openid_client_connects_by_either_metadata() {
    connects("openid_client.mjs", "oauth2");
    connects("openid_client.mjs", "oidc");
}

#[test]
fn authlib_connects() {
    connects("authlib_client.py", "");
}
