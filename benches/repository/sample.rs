//! The clients that everything is done with.

use std::time::{Duration, SystemTime};

use tower_oauth_clients::domain::{
    Action, AuditEntry, AuthMethod, Client, ClientId, ClientMetadata, ClientStatus, GrantType, Id,
    Operator, Role, SecretHash, SecretRecord, TenantId, Timestamp, Version,
};

/// A client, and what is written with it.
pub type Sample = (Client, SecretRecord, AuditEntry);

pub fn tenant() -> TenantId {
    TenantId::parse("acme").unwrap()
}

pub fn now() -> Timestamp {
    SystemTime::now().into()
}

/// When a secret that is rotated now stops to verify.
pub fn grace_ends() -> Timestamp {
    (SystemTime::now() + Duration::from_secs(4 * 60 * 60)).into()
}

pub fn client() -> Sample {
    let now = now();
    let id = Id::generate(now);
    let client_id = format!("app-{}", id.to_string().to_lowercase());
    let client_id = ClientId::parse(&client_id).unwrap();
    let client = Client {
        id,
        tenant_id: tenant(),
        client_id: client_id.clone(),
        metadata: ClientMetadata {
            name: "My Application".into(),
            redirect_uris: vec!["https://app.example.com/callback".into()],
            scopes: vec!["openid".into(), "profile".into()],
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            client_auth_methods: vec![AuthMethod::ClientSecretBasic],
            fapi_profile: None,
            is_confidential: true,
            jwks: None,
            jwks_uri: None,
            logo_url: Some("https://app.example.com/logo.png".into()),
            privacy_policy: None,
            terms_url: None,
            website: Some("https://app.example.com/".into()),
        },
        status: ClientStatus::Active,
        secret_last_four: Some("abcd".into()),
        version: Version::FIRST,
        created_at: now,
        updated_at: now,
        deleted_at: None,
    };
    (client, secret(), audit(client_id, Action::ClientCreate))
}

pub fn secret() -> SecretRecord {
    let hash = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA\
        $RdescudvJCsgt3ub+b+dWRWJTmaaJObGRdescudvJCs";
    let now = now();
    SecretRecord::new(Id::generate(now), SecretHash::from_phc(hash), "abcd", now)
}

pub fn audit(client_id: ClientId, action: Action) -> AuditEntry {
    let operator = Operator::new("alice", Role::Admin, tenant());
    AuditEntry::new(&operator, client_id, action, "done", now())
}
