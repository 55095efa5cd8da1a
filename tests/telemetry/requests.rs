//! Metrics of requests to the admin API.

use http::Method;
use serde_json::{Value, json};

use crate::watch::{Watch, named, timed};
use support::registrant::{REGISTRATIONS, TOKENS};
use support::shelf::{BLOCKS, DOCUMENTS};
use support::{App, CLIENTS, admin, base, request};

const COUNT: &str = "oauth_clients_requests_total";
const DURATION: &str = "oauth_clients_request_duration_seconds";

/// Calls every operation, successfully and not.
pub async fn everything(app: &App) {
    let created = app.create(&base()).await;
    let path = |rest: &str| format!("{CLIENTS}/{}{rest}", created["client_id"].as_str().unwrap());
    let call = async |method: Method, path: &str, body: Option<Value>| {
        app.call(method, path, body.as_ref()).await
    };
    let added = call(Method::POST, &path("/secrets"), None).await.data();
    let added = path(&format!(
        "/secrets/{}",
        added["secret_id"].as_str().unwrap()
    ));
    for (method, path, body) in [
        (Method::POST, CLIENTS.to_owned(), Some(json!({"name": ""}))),
        (Method::GET, CLIENTS.to_owned(), None),
        (Method::GET, path(""), None),
        (Method::HEAD, path(""), None),
        (Method::GET, format!("{CLIENTS}/a%00b"), None),
        (Method::PUT, path(""), Some(json!({"name": "B"}))),
        (Method::POST, path("/clone"), None),
        (Method::POST, path("/secrets"), None),
        (Method::PUT, format!("{added}/deactivate"), None),
        (Method::DELETE, added, None),
        (Method::POST, path("/rotate-secret"), None),
        (Method::GET, path("/secrets"), None),
        (Method::GET, path("/audit-logs"), None),
        (Method::GET, "/admin/oauth/audit-logs".to_owned(), None),
        (Method::GET, path("/stats"), None),
        (Method::GET, path("/tokens"), None),
        (Method::DELETE, path("/tokens"), None),
        (Method::PATCH, path(""), Some(json!({"name": "C"}))),
        (Method::POST, path(""), None),
        (Method::GET, path("/whatever-comes"), None),
        (Method::DELETE, path(""), None),
        (Method::POST, path("/restore"), None),
        (Method::POST, path("/restore"), None),
        (Method::POST, format!("{CLIENTS}/import"), Some(json!({}))),
        (Method::POST, TOKENS.to_owned(), Some(json!({}))),
        (Method::GET, TOKENS.to_owned(), None),
        (Method::DELETE, format!("{TOKENS}/x"), None),
        (Method::GET, REGISTRATIONS.to_owned(), None),
        (Method::POST, format!("{REGISTRATIONS}/x/approve"), None),
        (Method::POST, format!("{REGISTRATIONS}/x/deny"), None),
        (Method::GET, DOCUMENTS.to_owned(), None),
        (Method::GET, BLOCKS.to_owned(), None),
        (Method::POST, BLOCKS.to_owned(), Some(json!({}))),
        (Method::DELETE, format!("{BLOCKS}/x"), None),
    ] {
        call(method, &path, body).await;
    }
    let anonymous = request("", Method::GET, &path(""), None);
    app.send(anonymous).await;
    let stranger = admin("tenant_b");
    app.call_as(&stranger, Method::GET, &path(""), None).await;
}

#[tokio::test]
async fn each_is_counted_by_its_operation_and_its_status() {
    let watch = Watch::begin().await;
    for app in App::each().await {
        everything(&app).await;
        let mut expected = timed(
            COUNT,
            DURATION,
            &[
                ("operation=create_client,status=201", 1),
                ("operation=create_client,status=400", 1),
                ("operation=list_clients,status=200", 1),
                ("operation=get_client,status=200", 2),
                ("operation=get_client,status=401", 1),
                ("operation=get_client,status=404", 2),
                ("operation=update_client,status=200", 1),
                ("operation=patch_client,status=200", 1),
                ("operation=delete_client,status=204", 1),
                ("operation=clone_client,status=201", 1),
                ("operation=import_client,status=404", 1),
                ("operation=restore_client,status=200", 1),
                ("operation=restore_client,status=404", 1),
                ("operation=rotate_secret,status=200", 1),
                ("operation=list_secrets,status=200", 1),
                ("operation=create_secret,status=201", 1),
                ("operation=create_secret,status=409", 1),
                ("operation=deactivate_secret,status=200", 1),
                ("operation=delete_secret,status=204", 1),
                ("operation=list_audit_logs,status=200", 1),
                ("operation=list_tenant_audit_logs,status=200", 1),
                ("operation=get_stats,status=404", 1),
                ("operation=list_tokens,status=404", 1),
                ("operation=revoke_tokens,status=404", 1),
                ("operation=create_initial_access_token,status=404", 1),
                ("operation=list_initial_access_tokens,status=404", 1),
                ("operation=revoke_initial_access_token,status=404", 1),
                ("operation=list_registrations,status=404", 1),
                ("operation=approve_registration,status=404", 1),
                ("operation=deny_registration,status=404", 1),
                ("operation=list_metadata_documents,status=404", 1),
                ("operation=list_metadata_document_blocks,status=404", 1),
                ("operation=create_metadata_document_block,status=404", 1),
                ("operation=delete_metadata_document_block,status=404", 1),
                ("operation=other,status=404", 1),
                ("operation=other,status=405", 1),
            ],
        );
        let hashes = ("oauth_clients_hash_duration_seconds{work=hash}", 4);
        expected.extend(named(&[hashes]));
        let numbers = watch.numbers();
        assert_eq!(numbers, expected, "{:?}", app.store);
    }
}
