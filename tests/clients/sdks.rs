//! The SDKs of MCP with dynamic registration: cases F01, F06, F07, F08, F09, F0a and F17.

use serde_json::{Value, json};
use support::example::Host;
use tempfile::TempDir;

use crate::browser::{Decision, parameter};
use crate::driver::Driver;
use crate::host::{CALLBACK, Site, settings};

/// An SDK, and what it does of its own accord.
struct Sdk {
    script: &'static str,
    /// Whether it asks for the scopes that it has, too, when it needs another one (SEP-2350).
    asks_for_union: bool,
    /// Whether it registers anew when its client is unknown.
    comes_back: bool,
    /// How it names a refusal by the user.
    denied: &'static str,
}

const TYPESCRIPT_2: Sdk = Sdk {
    script: "typescript2.mjs",
    asks_for_union: true,
    comes_back: true,
    denied: "the user refused",
};

const TYPESCRIPT_1: Sdk = Sdk {
    script: "typescript1.mjs",
    asks_for_union: false,
    comes_back: true,
    denied: "access_denied",
};

const PYTHON_2: Sdk = Sdk {
    script: "python2.py",
    asks_for_union: true,
    comes_back: false,
    denied: "access_denied",
};

/// A host and a client of it, which has nothing yet.
struct Scene {
    site: Site,
    driver: Driver,
    _host: Host,
    _folder: TempDir,
}

impl Sdk {
    fn scene(&self, changes: &Value) -> Option<Scene> {
        let folder = TempDir::new().unwrap();
        let host = settings(&folder).start();
        let site = Site::from(&host);
        let driver = self.driver(&site, changes)?;
        Some(Scene {
            site,
            driver,
            _host: host,
            _folder: folder,
        })
    }

    fn driver(&self, site: &Site, changes: &Value) -> Option<Driver> {
        let mut metadata = json!({
            "client_name": "An app",
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
        });
        let changes = changes.as_object().unwrap().clone();
        let members = metadata.as_object_mut().unwrap();
        members.extend(changes);
        members.retain(|_, value| !value.is_null());
        let settings = json!({"url": site.mcp(), "metadata": metadata});
        Driver::start(self.script, &settings)
    }

    /// From nothing to a tool, and on with a refresh token.
    fn connects(&self, method: Value) {
        let changes = json!({"token_endpoint_auth_method": method});
        let Some(scene) = self.scene(&changes) else {
            return;
        };
        let Scene {
            site, mut driver, ..
        } = scene;
        driver.act("connect");
        assert_eq!(driver.opened.len(), 1, "{:?}", driver.opened);
        let asked = |name| parameter(&driver.opened[0], name);
        assert_eq!(asked("resource"), Some(site.mcp()));
        let scope = asked("scope").unwrap();
        assert!(
            scope.contains("mcp:read") && !scope.contains("mcp:write"),
            "{scope}"
        );

        let told = driver.call("whoami");
        let before = driver.state();
        let client_id = before["client_id"].as_str().unwrap();
        assert!(
            told.contains("\"user\":\"demo\"") && told.contains(client_id),
            "{told}"
        );
        assert_eq!(site.registrations(), 1);
        let stored = site.admin("GET", &format!("/clients/{client_id}"), &Value::Null);
        let registered = if method.is_null() {
            "client_secret_basic".into()
        } else {
            method
        };
        let registered = registered.as_str().unwrap();
        assert!(
            stored.data("client_auth_methods").contains(registered),
            "{}",
            stored.body
        );

        driver.act("expire");
        let told = driver.call("whoami");
        assert!(told.contains(client_id), "{told}");
        let after = driver.state();
        for token in ["access_token", "refresh_token"] {
            let tokens = [&before, &after].map(|state| state["tokens"][token].as_str());
            assert!(
                tokens[0].is_some() && tokens[1].is_some(),
                "{before} {after}"
            );
            assert_ne!(tokens[0], tokens[1], "{token} is another one");
        }
        assert_eq!((driver.opened.len(), site.registrations()), (1, 1));
        let [access, refresh] = ["access_token", "refresh_token"].map(|name| {
            let tokens = &after["tokens"];
            tokens[name].as_str().unwrap().to_owned()
        });
        assert_eq!(site.call(&access, "whoami").status, 200);

        // The refresh token that was replaced comes back: it was stolen, so all of them end.
        if registered == "none" {
            let stolen = before["tokens"]["refresh_token"].as_str().unwrap();
            for token in [stolen, &refresh] {
                let answer = site.refresh(client_id, token);
                assert_eq!(answer.json()["error"], "invalid_grant", "{}", answer.body);
            }
            assert_eq!(site.call(&access, "whoami").status, 401);
            // A registration outlives its grants, so the client only asks the user again.
            driver.act("expire");
            assert!(driver.call("whoami").contains(client_id));
            assert_eq!((driver.opened.len(), site.registrations()), (2, 1));
        }
    }

    /// A tool that needs another scope.
    fn steps_up(&self, changes: &Value) {
        let Some(scene) = self.scene(changes) else {
            return;
        };
        let Scene {
            site, mut driver, ..
        } = scene;
        driver.act("connect");
        let before = driver.state()["client_id"].clone();
        assert_eq!(driver.call("write_note"), "1 written");
        assert_eq!(driver.opened.len(), 2, "{:?}", driver.opened);
        let scope = parameter(&driver.opened[1], "scope").unwrap();
        assert!(scope.contains("mcp:write"), "{scope}");
        assert_eq!(scope.contains("mcp:read"), self.asks_for_union, "{scope}");
        assert_eq!(driver.state()["client_id"], before, "it is the same client");
        assert_eq!(site.registrations(), 1);
        if self.asks_for_union {
            assert!(driver.call("whoami").contains("demo"));
            assert_eq!(driver.opened.len(), 2);
        }
    }

    /// A user who refuses, and then agrees.
    fn is_denied(&self) {
        let Some(scene) = self.scene(&json!({})) else {
            return;
        };
        let Scene { mut driver, .. } = scene;
        driver.decision = Decision::Deny;
        let failure = driver.try_act(&json!({"do": "connect"})).unwrap_err();
        assert!(failure.contains(self.denied), "{failure}");
        assert_eq!(driver.state()["tokens"], Value::Null);
        driver.decision = Decision::Allow;
        driver.act("connect");
        assert!(driver.call("whoami").contains("demo"));
    }

    /// An administrator ends its client, in one way or the other.
    fn is_stopped(&self, stop: impl Fn(&Site, &str), page: &str) {
        let changes = json!({"token_endpoint_auth_method": "none"});
        let Some(scene) = self.scene(&changes) else {
            return;
        };
        let Scene {
            site, mut driver, ..
        } = scene;
        driver.act("connect");
        let state = driver.state();
        let client_id = state["client_id"].as_str().unwrap();
        let access = state["tokens"]["access_token"].as_str().unwrap();
        assert_eq!(site.call(access, "whoami").status, 200);
        stop(&site, client_id);
        assert_eq!(site.call(access, "whoami").status, 401);

        driver.act("expire");
        let told = driver.try_call("whoami");
        let now = driver.state()["client_id"].clone();
        if self.comes_back {
            assert!(told.unwrap().contains("demo"));
            assert_ne!(now, client_id);
            assert_eq!(driver.opened.len(), 2);
        } else {
            // Its user reads on the page what helps.
            told.unwrap_err();
            assert_eq!(now, client_id);
            let shown = driver.page.as_deref().unwrap();
            assert!(shown.contains(page), "{shown}");
        }
    }

    fn is_suspended(&self) {
        let suspend = |site: &Site, client_id: &str| site.set_status(client_id, "suspended");
        self.is_stopped(suspend, "An administrator suspended or removed this app.");
    }

    fn is_deleted(&self) {
        let help = "remove the stored credentials of this connection and connect again";
        self.is_stopped(Site::delete, help);
    }
}

#[test]
fn f01_typescript_2_connects() {
    TYPESCRIPT_2.connects("none".into());
}

/// F08: Basic without form-encoding.
#[test]
fn f08_typescript_2_connects_with_a_secret() {
    TYPESCRIPT_2.connects(Value::Null);
    TYPESCRIPT_2.connects("client_secret_post".into());
}

#[test]
fn f09_typescript_2_steps_up() {
    TYPESCRIPT_2.steps_up(&json!({}));
}

#[test]
fn typescript_2_is_denied() {
    TYPESCRIPT_2.is_denied();
}

#[test]
fn typescript_2_is_suspended_and_registers_again() {
    TYPESCRIPT_2.is_suspended();
}

#[test]
fn f05_typescript_2_is_deleted_and_registers_again() {
    TYPESCRIPT_2.is_deleted();
}

#[test]
fn typescript_1_connects() {
    TYPESCRIPT_1.connects("none".into());
    TYPESCRIPT_1.connects(Value::Null);
}

/// By default it asks for no refresh tokens, and so it steps up; to the new scope alone.
#[test]
fn f09_typescript_1_steps_up_without_a_refresh_token() {
    TYPESCRIPT_1.steps_up(&json!({"grant_types": null, "response_types": null}));
}

/// With one it spends it on the scopes that it has, and gives up.
#[test]
fn typescript_1_does_not_step_up_with_a_refresh_token() {
    let Some(scene) = TYPESCRIPT_1.scene(&json!({})) else {
        return;
    };
    let Scene { mut driver, .. } = scene;
    driver.act("connect");
    let failure = driver.try_call("write_note").unwrap_err();
    assert!(failure.contains("403"), "{failure}");
    assert!(
        driver.call("whoami").contains("demo"),
        "it is still connected"
    );
}

#[test]
fn typescript_1_is_denied() {
    TYPESCRIPT_1.is_denied();
}

#[test]
fn typescript_1_is_suspended_and_registers_again() {
    TYPESCRIPT_1.is_suspended();
}

#[test]
fn python_2_connects() {
    PYTHON_2.connects("none".into());
}

/// F07: form-encoded Basic, and `client_id` in the body, too.
#[test]
fn f07_python_2_connects_with_a_secret() {
    PYTHON_2.connects("client_secret_basic".into());
    PYTHON_2.connects("client_secret_post".into());
}

#[test]
fn f09_python_2_steps_up() {
    PYTHON_2.steps_up(&json!({}));
}

#[test]
fn python_2_is_denied() {
    PYTHON_2.is_denied();
}

#[test]
fn python_2_is_suspended_and_stays_out() {
    PYTHON_2.is_suspended();
}

#[test]
fn f17_python_2_is_deleted_and_told_what_to_do() {
    PYTHON_2.is_deleted();
}
