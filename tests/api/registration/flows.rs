//! What happens after a registration, as far as it depends on it.

use serde_json::json;
use support::registrant::{Door, public};
use support::{App, Store};
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::registration::RegistrationLimits;
use tower_oauth_clients::repository::MemoryRepository;

const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

/// F04: a native app comes back with another port of `localhost`, and no other host.
#[tokio::test]
async fn a_port_of_localhost_is_that_of_the_day() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = Door::open(&app);
        let mut body = public();
        body["redirect_uris"] = json!(["http://localhost:3118/callback"]);
        body["application_type"] = "native".into();
        let client = door.registered(&body).await;
        let client = door.stored(client.id()).await.client;
        assert!(client.allows_redirect_uri("http://localhost:53121/callback"));
        assert!(!client.allows_redirect_uri("http://127.0.0.1:53121/callback"));
        assert!(!client.allows_redirect_uri("http://localhost:53121/other"));
    }
}

/// F10: many users of a hosted client share a network.
#[tokio::test]
async fn a_shared_network_is_not_one_caller() {
    let app = App::new(Store::Memory).await;
    let limits = RegistrationLimits::new().with_shared_networks(["160.79.104.0/21"]);
    let door = Door::with(&app, "tenant_a", |registrar| registrar.with_limits(limits));
    let mut body = public();
    body["redirect_uris"] = json!(["https://claude.ai/api/mcp/auth_callback"]);
    for n in 0..100 {
        let answer = door
            .post_from(&format!("160.79.{}.{n}", 104 + n % 8), &body)
            .await;
        assert_eq!(answer.status, 201, "{n}");
    }
    let more = door.post_from("160.79.104.1", &body).await;
    assert_eq!(more.status, 429, "it has no more than half of the tenant");
    assert_eq!(door.post_from("192.0.2.1", &body).await.status, 201);
}

/// P07: no id looks like a URL.
#[tokio::test]
async fn no_id_looks_like_a_url() {
    let app = App::new(Store::Memory).await;
    let limits = RegistrationLimits::new().with_tenant_budget(1_000, DAY);
    let door = Door::with(&app, "tenant_a", |registrar| registrar.with_limits(limits));
    for _ in 0..1_000 {
        let client = door.registered(&public()).await;
        assert!(!client.id().starts_with("https://"));
    }
    let builder = ClientManager::builder(MemoryRepository::new());
    assert!(builder.with_client_id_prefix("https://a/").build().is_err());
}
