//! `rmcp` as a client.

use rmcp::ServiceExt;
use rmcp::model::{CallToolRequestParams, ClientConfig};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::auth::{AuthClient, AuthorizationRequest, OAuthState};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use serde_json::json;
use tempfile::TempDir;

use crate::browser::{Decision, decide, parameter};
use crate::host::{CALLBACK, Site, settings};

pub type Client = AuthClient<reqwest::Client>;

/// The browser may wait, so that it needs a thread of its own.
pub async fn browse(url: String, decision: Decision) -> Result<String, String> {
    let decided = tokio::task::spawn_blocking(move || decide(&url, decision));
    decided.await.unwrap().map_err(|page| page.body)
}

/// From nothing to tokens.
pub async fn connect(mcp: &str, request: AuthorizationRequest) -> (Client, String) {
    let mut oauth = OAuthState::new(mcp, None).await.unwrap();
    oauth.start_authorization(request).await.unwrap();
    let url = oauth.get_authorization_url().await.unwrap();
    let location = browse(url.clone(), Decision::Allow).await.unwrap();
    oauth.handle_callback_url(&location).await.unwrap();
    let manager = oauth.into_authorization_manager().unwrap();
    (AuthClient::new(reqwest::Client::default(), manager), url)
}

/// Calls a tool, on a connection of its own.
pub async fn call(mcp: &str, client: &Client, tool: &'static str) -> Result<String, String> {
    let config = StreamableHttpClientTransportConfig::with_uri(mcp);
    let transport = StreamableHttpClientTransport::with_client(client.clone(), config);
    let service = ClientConfig::default().serve(transport).await;
    let service = service.map_err(|error| format!("{error:?}"))?;
    let arguments = json!({"text": "a note"});
    let request =
        CallToolRequestParams::new(tool).with_arguments(arguments.as_object().unwrap().clone());
    let answer = service.call_tool(request).await;
    let told = answer.map_err(|error| format!("{error:?}"))?;
    service.cancel().await.unwrap();
    Ok(serde_json::to_string(&told).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn f0c_rmcp_connects_and_steps_up() {
    let folder = TempDir::new().unwrap();
    let host = settings(&folder).start();
    let site = Site::from(&host);
    let mcp = site.mcp();
    let request = AuthorizationRequest::new(CALLBACK).with_client_name("A client");
    let (client, url) = connect(&mcp, request).await;
    assert_eq!(parameter(&url, "resource").as_ref(), Some(&mcp));
    let told = call(&mcp, &client, "whoami").await.unwrap();
    assert!(told.contains("demo"), "{told}");

    let before = client.get_access_token().await.unwrap();
    client
        .auth_manager
        .lock()
        .await
        .refresh_token()
        .await
        .unwrap();
    assert_ne!(client.get_access_token().await.unwrap(), before);
    call(&mcp, &client, "whoami").await.unwrap();

    if !parameter(&url, "scope").unwrap().contains("mcp:write") {
        let refused = call(&mcp, &client, "write_note").await.unwrap_err();
        assert!(refused.contains("insufficient_scope"), "{refused}");
        let manager = client.auth_manager.lock().await;
        let url = manager.request_scope_upgrade("mcp:write").await.unwrap();
        let scope = parameter(&url, "scope").unwrap();
        assert!(
            scope.contains("mcp:read") && scope.contains("mcp:write"),
            "{scope}"
        );
        let location = browse(url, Decision::Allow).await.unwrap();
        let [code, state, iss] =
            ["code", "state", "iss"].map(|name| parameter(&location, name).unwrap());
        let exchanged = manager.exchange_code_for_token_with_issuer(&code, &state, Some(&iss));
        exchanged.await.unwrap();
    }
    let told = call(&mcp, &client, "write_note").await.unwrap();
    assert!(told.contains("1 written"), "{told}");
    assert_eq!(site.registrations(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn rmcp_is_denied_and_suspended() {
    let folder = TempDir::new().unwrap();
    let host = settings(&folder).start();
    let site = Site::from(&host);
    let mcp = site.mcp();
    let mut oauth = OAuthState::new(&mcp, None).await.unwrap();
    let request = || AuthorizationRequest::new(CALLBACK).with_client_name("A client");
    oauth.start_authorization(request()).await.unwrap();
    let url = oauth.get_authorization_url().await.unwrap();
    let location = browse(url, Decision::Deny).await.unwrap();
    assert_eq!(
        parameter(&location, "error").as_deref(),
        Some("access_denied")
    );
    oauth.handle_callback_url(&location).await.unwrap_err();

    let (client, url) = connect(&mcp, request()).await;
    call(&mcp, &client, "whoami").await.unwrap();
    site.set_status(&parameter(&url, "client_id").unwrap(), "suspended");
    call(&mcp, &client, "whoami").await.unwrap_err();
    let manager = client.auth_manager.lock().await;
    manager.refresh_token().await.unwrap_err();
    drop(manager);
    // It has no way back of its own: the app starts anew.
    let (client, _) = connect(&mcp, request()).await;
    call(&mcp, &client, "whoami").await.unwrap();
    assert_eq!(site.registrations(), 3);
}
