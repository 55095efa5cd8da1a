//! Client assertions with real keys, through the public API: every rule, each algorithm, and
//! replays.

mod budgets;
mod hostile;
mod keys;
mod matrix;
mod replay;
mod rules;

use std::time::Duration;

use tower_oauth_clients::authentication::assertion::{AssertionVerifier, ErrorKind};
use tower_oauth_clients::domain::{
    AuthMethod, Client, ClientId, ClientMetadata, FapiProfile, Id, TenantId, Timestamp,
};

use support::ISSUER;
use support::forge::NOW;

const JWKS: &str = include_str!("../../data/keys/jwks.json");

/// The time this many seconds after [`NOW`].
fn at(seconds: u64) -> Timestamp {
    Timestamp::from_micros(NOW * 1_000_000) + Duration::from_secs(seconds)
}

/// A client with this id and the keys of [`JWKS`].
fn client(client_id: &str) -> Client {
    let mut metadata = ClientMetadata::new("App", ["https://app.example.com/cb"]);
    metadata.client_auth_methods = vec![AuthMethod::PrivateKeyJwt];
    metadata.jwks = Some(JWKS.to_owned());
    let tenant_id = TenantId::parse("tenant_a").unwrap();
    let client_id = ClientId::parse(client_id).unwrap();
    Client::new(Id::generate(at(0)), tenant_id, client_id, metadata, at(0))
}

fn client_under(profile: FapiProfile) -> Client {
    let mut client = client("app-1");
    client.metadata.fapi_profile = Some(profile);
    client
}

fn client_with_keys(jwks: impl Into<String>) -> Client {
    let mut client = client("app-1");
    client.metadata.jwks = Some(jwks.into());
    client
}

fn verifier() -> AssertionVerifier {
    AssertionVerifier::builder(ISSUER).build().unwrap()
}

/// Verifies the assertion with a new verifier.
async fn verify(client: &Client, assertion: &str) -> Result<(), ErrorKind> {
    let verified = verifier().verify(client, assertion, at(0)).await;
    verified.map_err(|error| error.kind())
}
