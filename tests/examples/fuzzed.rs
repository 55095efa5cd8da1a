//! Sends the example host what its OpenAPI document allows and forbids, made up by Schemathesis,
//! and holds its answers against the document.

use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use support::example::Settings;

/// What an answer must keep: no 5xx, and nothing that the document does not say.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance";

const CLIENTS: &str = "/api/v1/admin/oauth/clients";

#[test]
fn no_answer_is_a_fault_or_other_than_documented() {
    let Some(schemathesis) = std::env::var_os("TEST_SCHEMATHESIS") else {
        eprintln!("not run: it takes Schemathesis, which tests/run gets");
        return;
    };
    for seed in ["1", "2"] {
        let folder = TempDir::new().unwrap();
        let settings = Settings::new(&folder);
        let host = settings.start();
        let document = format!("http://{}/api/v1/admin/oauth/openapi.json", host.address);
        let ended = Command::new(&schemathesis)
            .current_dir(&folder)
            .args(["run", &document, "--seed", seed, "--max-examples", "60"])
            .args(["--header", &format!("Authorization: Bearer {}", host.token)])
            .args(["--checks", CHECKS, "--generation-database", "none"])
            .args(["--warnings", "off", "--no-color"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ended.stdout);
        let errors = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{said}{errors}");
        // Each operation was asked, and by somebody who may.
        assert!(said.contains("Tested: 15"), "{said}");
        let clients = host.ask("GET", CLIENTS, &host.token, &Value::Null);
        assert!(
            clients.json()["total"].as_u64() > Some(0),
            "{}",
            clients.body
        );
        assert!(!String::from_utf8_lossy(&settings.log()).contains("ERROR"));
    }
}
