//! The crate `openidconnect`, which discovers the endpoints itself.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use openidconnect::core::{CoreClient, CoreClientAuthMethod, CoreGrantType, CoreProviderMetadata};
use openidconnect::{
    AuthType, ClientId, ClientSecret, IssuerUrl, OAuth2TokenResponse, Scope, TokenUrl,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::TOKEN_ENDPOINT;
use super::client::{Client, JWT_BEARER, issuer, send};
use support::example::{Host, Settings};

async fn discover(host: &Host) -> CoreProviderMetadata {
    let issuer = IssuerUrl::new(issuer(host)).unwrap();
    let found = CoreProviderMetadata::discover_async(issuer, &send).await;
    found.unwrap()
}

#[tokio::test]
async fn it_discovers_the_server_and_gets_tokens_in_every_way() {
    let folder = TempDir::new().unwrap();
    let host = Settings::of(&TOKEN_ENDPOINT, &folder).start();
    let registered = Client::register(&host, &json!({}));
    let metadata = discover(&host).await;
    let grants = metadata.grant_types_supported().unwrap();
    assert_eq!(grants, &[CoreGrantType::ClientCredentials]);
    let methods = metadata.token_endpoint_auth_methods_supported().unwrap();
    assert!(methods.contains(&CoreClientAuthMethod::PrivateKeyJwt));
    let token_endpoint = metadata.token_endpoint().unwrap().clone();
    assert_eq!(
        token_endpoint,
        TokenUrl::new(format!("{}/token", issuer(&host))).unwrap()
    );
    let keys = serde_json::to_value(metadata.jwks()).unwrap();

    let id = ClientId::new(registered.id.clone());
    let secret = ClientSecret::new(registered.secret.clone());
    for auth_type in [AuthType::BasicAuth, AuthType::RequestBody] {
        let client =
            CoreClient::from_provider_metadata(metadata.clone(), id.clone(), Some(secret.clone()))
                .set_auth_type(auth_type);
        let asked = client.exchange_client_credentials().unwrap();
        let asked = asked.add_scope(Scope::new("orders.write".into()));
        let token = asked.request_async(&send).await.unwrap();
        let claims = verify(&keys, token.access_token().secret(), &issuer(&host));
        assert_eq!(claims["scope"], "orders.write");
        assert_eq!(claims["sub"], *registered.id);
    }

    // The crate has no support for assertions; they are passed as extra parameters.
    let client = CoreClient::from_provider_metadata(metadata, id, None);
    let assertion = registered.assertion(&host, &json!({}));
    let asked = client.exchange_client_credentials().unwrap();
    let asked = asked
        .add_extra_param("client_assertion_type", JWT_BEARER)
        .add_extra_param("client_assertion", assertion);
    let token = asked.request_async(&send).await.unwrap();
    let claims = verify(&keys, token.access_token().secret(), &issuer(&host));
    assert_eq!(claims["scope"], "orders.read orders.write");
    host.stop();
}

/// Verifies like a resource server: with the key that the server publishes.
fn verify(keys: &Value, token: &str, issuer: &str) -> Value {
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    let key = &keys["keys"][0];
    let coordinate = |name: &str| key[name].as_str().unwrap().to_owned();
    let key = DecodingKey::from_ec_components(&coordinate("x"), &coordinate("y")).unwrap();
    let mut rules = Validation::new(Algorithm::ES256);
    rules.set_issuer(&[issuer]);
    rules.set_audience(&[issuer]);
    let token = jsonwebtoken::decode::<Value>(token, &key, &rules).unwrap();
    assert_eq!(token.header.typ.as_deref(), Some("at+jwt"));
    token.claims
}
