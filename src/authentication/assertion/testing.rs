//! A client and a fixed time for the tests of this module.

use crate::domain::{
    AuthMethod, Client, ClientId, ClientMetadata, ClientStatus, FapiProfile, GrantType, Id,
    TenantId, Timestamp, Version,
};

pub(super) const JWKS: &str = include_str!("../../../tests/data/keys/jwks.json");

/// 2026-04-15T10:30:00Z.
pub(super) const NOW: i64 = 1_776_249_000;

pub(super) fn now() -> Timestamp {
    Timestamp::from_micros(NOW * 1_000_000)
}

/// The client `app-1`.
pub(super) fn client(fapi_profile: Option<FapiProfile>) -> Client {
    Client {
        id: Id::generate(now()),
        tenant_id: TenantId::parse("tenant_a").unwrap(),
        client_id: ClientId::parse("app-1").unwrap(),
        metadata: ClientMetadata {
            name: "App".to_owned(),
            redirect_uris: vec!["https://app.example.com/cb".to_owned()],
            scopes: Vec::new(),
            grant_types: vec![GrantType::AuthorizationCode],
            client_auth_methods: vec![AuthMethod::PrivateKeyJwt],
            fapi_profile,
            is_confidential: true,
            jwks: Some(JWKS.to_owned()),
            jwks_uri: None,
            logo_url: None,
            privacy_policy: None,
            terms_url: None,
            website: None,
        },
        status: ClientStatus::Active,
        secret_last_four: None,
        version: Version::FIRST,
        created_at: now(),
        updated_at: now(),
        deleted_at: None,
    }
}
