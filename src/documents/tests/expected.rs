use serde_json::{Value, json};

use super::*;
use crate::documents::ResolvedFrom;
use crate::domain::{ClientOrigin, ClientStatus};

/// Compares the outcome with what the case expects of it.
pub(super) fn check(case: &Value, outcome: &Result<Resolved, Error>) {
    let expect = &case["expect"];
    match outcome {
        Ok(resolved) => accepted(case, resolved),
        Err(error) => {
            assert_eq!(expect["verdict"], "refuse", "{error:?}: {case}");
            if let Some(status) = expect.get("page_status") {
                assert_eq!(json!(error.status().as_u16()), *status, "{error:?}: {case}");
            }
            let waits = error.retry_after().is_some();
            assert_eq!(waits, error.status() == 503, "{case}");
            assert!(waits || expect["retry_after"] != true, "{case}");
            if error.status() == 503 {
                // One text for all that can go wrong towards outside.
                let text = "the client can't be looked up now, try again later";
                assert_eq!(error.to_string(), text, "{case}");
            }
        }
    }
}

fn accepted(case: &Value, resolved: &Resolved) {
    let (expect, client) = (&case["expect"], &resolved.client);
    assert_eq!(expect["verdict"], "accept", "{case}");
    assert_eq!(json!(client.client_id.as_str()), case["input"]["client_id"]);
    assert_eq!(client.tenant_id, tenant("acme"));
    assert_eq!(client.origin, ClientOrigin::MetadataDocument);
    assert_eq!(client.status, ClientStatus::Active);
    let metadata = &client.metadata;
    assert_eq!(metadata.scopes, ["mcp:read", "mcp:write", "offline_access"]);
    if let Some(method) = expect.get("method") {
        assert_eq!(
            json!(metadata.client_auth_methods),
            json!([method]),
            "{case}"
        );
    }
    if let Some(grants) = expect.get("grants") {
        assert_eq!(json!(metadata.grant_types), *grants, "{case}");
    }
    if let Some(name) = expect.get("client_name") {
        assert_eq!(json!(metadata.name), *name, "{case}");
    }
    let list = |name| expect[name].as_array().cloned().unwrap_or_default();
    for uri in list("redirects_allowed") {
        assert!(
            client.allows_redirect_uri(uri.as_str().unwrap()),
            "{uri}: {case}"
        );
    }
    for uri in list("redirects_refused") {
        assert!(
            !client.allows_redirect_uri(uri.as_str().unwrap()),
            "{uri}: {case}"
        );
    }
    let facts = client.facts(&metadata.redirect_uris[0]);
    let warns = expect["consent_warning"] == "localhost-only";
    assert!(facts.is_loopback_only || !warns, "{case}");
    assert!(
        !facts.is_name_vouched && facts.client_id_host.is_some(),
        "{case}"
    );
    let is_pinned = resolved.from == ResolvedFrom::Pinned;
    assert_eq!(is_pinned, expect["source"] == "pinned", "{case}");
}
