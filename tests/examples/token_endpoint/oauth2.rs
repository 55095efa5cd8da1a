//! The crate `oauth2`.

use std::io;

use oauth2::basic::{BasicClient, BasicErrorResponse, BasicErrorResponseType};
use oauth2::{
    AuthType, ClientId, ClientSecret, EndpointNotSet, EndpointSet, IntrospectionUrl,
    RequestTokenError, ResourceOwnerPassword, ResourceOwnerUsername, Scope,
    TokenIntrospectionResponse, TokenResponse, TokenUrl,
};
use serde_json::json;
use tempfile::TempDir;

use super::TOKEN_ENDPOINT;
use super::client::{Client, JWT_BEARER, issuer, send};
use support::example::{Host, Settings};

type Known = BasicClient<EndpointNotSet, EndpointNotSet, EndpointSet, EndpointNotSet, EndpointSet>;

fn client(host: &Host, registered: &Client, auth_type: AuthType) -> Known {
    let url = |path: &str| format!("{}{path}", issuer(host));
    BasicClient::new(ClientId::new(registered.id.clone()))
        .set_client_secret(ClientSecret::new(registered.secret.clone()))
        .set_auth_type(auth_type)
        .set_token_uri(TokenUrl::new(url("/token")).unwrap())
        .set_introspection_url(IntrospectionUrl::new(url("/introspect")).unwrap())
}

#[tokio::test]
async fn it_gets_a_token_and_asks_what_it_is_worth() {
    let folder = TempDir::new().unwrap();
    let host = Settings::of(&TOKEN_ENDPOINT, &folder).start();
    let registered = Client::register(&host, &json!({}));
    for auth_type in [AuthType::BasicAuth, AuthType::RequestBody] {
        let client = client(&host, &registered, auth_type);
        let asked = client
            .exchange_client_credentials()
            .add_scope(Scope::new("orders.read".into()));
        let token = asked.request_async(&send).await.unwrap();
        assert_eq!(token.token_type().as_ref(), "bearer");
        assert_eq!(token.expires_in().unwrap().as_secs(), 600);
        assert_eq!(token.scopes().unwrap(), &[Scope::new("orders.read".into())]);

        let asked = client.introspect(token.access_token());
        let told = asked.request_async(&send).await.unwrap();
        assert!(told.active());
        assert_eq!(told.client_id().unwrap().as_str(), registered.id);
        assert_eq!(told.scopes(), token.scopes());
        assert_eq!(told.iss(), Some(&*issuer(&host)));
    }
    host.stop();
}

/// The crate has no support for assertions; they are passed as extra parameters.
#[tokio::test]
async fn it_gets_a_token_with_an_assertion() {
    let folder = TempDir::new().unwrap();
    let host = Settings::of(&TOKEN_ENDPOINT, &folder).start();
    let registered = Client::register(&host, &json!({}));
    let client = BasicClient::new(ClientId::new(registered.id.clone()))
        .set_auth_type(AuthType::RequestBody)
        .set_token_uri(TokenUrl::new(format!("{}/token", issuer(&host))).unwrap());
    let assertion = registered.assertion(&host, &json!({}));
    let ask = || {
        let asked = client.exchange_client_credentials();
        asked
            .add_extra_param("client_assertion_type", JWT_BEARER)
            .add_extra_param("client_assertion", &assertion)
            .request_async(&send)
    };
    let token = ask().await.unwrap();
    assert_eq!(token.scopes().unwrap().len(), 2);
    // An assertion is accepted once.
    assert_eq!(refusal(ask().await), BasicErrorResponseType::InvalidClient);
    host.stop();
}

fn refusal<T>(
    answered: Result<T, RequestTokenError<io::Error, BasicErrorResponse>>,
) -> BasicErrorResponseType {
    match answered {
        Err(RequestTokenError::ServerResponse(response)) => response.error().clone(),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it is no refusal"),
    }
}

#[tokio::test]
async fn it_understands_each_refusal() {
    let folder = TempDir::new().unwrap();
    let host = Settings::of(&TOKEN_ENDPOINT, &folder).start();
    let registered = Client::register(&host, &json!({}));
    let other_grant = json!({"grant_types": ["authorization_code"]});
    let other_grant = Client::register(&host, &other_grant);
    let guess = Client {
        id: registered.id.clone(),
        secret: "guess".into(),
    };
    for auth_type in [AuthType::BasicAuth, AuthType::RequestBody] {
        let known = client(&host, &registered, auth_type.clone());
        let asked = known.exchange_client_credentials();
        let asked = asked.add_scope(Scope::new("admin".into()));
        let refused = refusal(asked.request_async(&send).await);
        assert_eq!(refused, BasicErrorResponseType::InvalidScope);

        let alice = ResourceOwnerUsername::new("alice".into());
        let password = ResourceOwnerPassword::new("wonderland".into());
        let asked = known.exchange_password(&alice, &password);
        let refused = refusal(asked.request_async(&send).await);
        assert_eq!(refused, BasicErrorResponseType::UnsupportedGrantType);

        let other = client(&host, &other_grant, auth_type.clone());
        let asked = other.exchange_client_credentials();
        let refused = refusal(asked.request_async(&send).await);
        assert_eq!(refused, BasicErrorResponseType::UnauthorizedClient);

        let unknown = client(&host, &guess, auth_type);
        let asked = unknown.exchange_client_credentials();
        let refused = refusal(asked.request_async(&send).await);
        assert_eq!(refused, BasicErrorResponseType::InvalidClient);
    }
    host.stop();
}
