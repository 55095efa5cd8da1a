//! A client and a fixed time for the tests of this module.

use crate::domain::{
    AuthMethod, Client, ClientId, ClientMetadata, FapiProfile, Id, TenantId, Timestamp,
};

pub(super) const JWKS: &str = include_str!("../../../tests/data/keys/jwks.json");

/// 2026-04-15T10:30:00Z.
pub(super) const NOW: i64 = 1_776_249_000;

pub(super) fn now() -> Timestamp {
    Timestamp::from_micros(NOW * 1_000_000)
}

/// The client `app-1`.
pub(super) fn client(fapi_profile: Option<FapiProfile>) -> Client {
    let mut metadata = ClientMetadata::new("App", ["https://app.example.com/cb"]);
    metadata.client_auth_methods = vec![AuthMethod::PrivateKeyJwt];
    metadata.fapi_profile = fapi_profile;
    metadata.jwks = Some(JWKS.to_owned());
    let (tenant, client_id) = (TenantId::parse("tenant_a"), ClientId::parse("app-1"));
    Client::new(
        Id::generate(now()),
        tenant.unwrap(),
        client_id.unwrap(),
        metadata,
        now(),
    )
}
