//! The clients that are created and changed.

use std::time::{Duration, SystemTime};

use tower_oauth_clients::domain::{
    Action, AuditEntry, Client, ClientId, ClientMetadata, GrantType, Id, Operator, Role,
    SecretHash, SecretRecord, TenantId, Timestamp,
};
use tower_oauth_clients::repository::{NewClient, Write};

/// A client, and the arguments of the write that creates it.
pub type Sample = (NewClient, Write);

pub fn tenant() -> TenantId {
    TenantId::parse("acme").unwrap()
}

pub fn now() -> Timestamp {
    SystemTime::now().into()
}

/// The end of the grace period of a secret that is rotated now.
pub fn grace_ends() -> Timestamp {
    (SystemTime::now() + Duration::from_secs(4 * 60 * 60)).into()
}

pub fn client() -> Sample {
    let now = now();
    let id = Id::generate(now);
    let client_id = format!("app-{}", id.to_string().to_lowercase());
    let client_id = ClientId::parse(&client_id).unwrap();
    let mut metadata = ClientMetadata::new("My Application", ["https://app.example.com/callback"]);
    metadata.scopes = vec!["openid".into(), "profile".into()];
    metadata.grant_types.push(GrantType::RefreshToken);
    metadata.logo_url = Some("https://app.example.com/logo.png".into());
    metadata.website = Some("https://app.example.com/".into());
    let mut client = Client::new(id, tenant(), client_id.clone(), metadata, now);
    client.secret_last_four = Some("abcd".into());
    let new = NewClient::new(client).with_secret(secret());
    (new, write(client_id, Action::ClientCreate))
}

pub fn secret() -> SecretRecord {
    let hash = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA\
        $RdescudvJCsgt3ub+b+dWRWJTmaaJObGRdescudvJCs";
    let now = now();
    SecretRecord::new(Id::generate(now), SecretHash::new(hash), "abcd", now)
}

pub fn write(client_id: ClientId, action: Action) -> Write {
    let operator = Operator::new("alice", Role::Admin, tenant());
    AuditEntry::new(&operator, client_id, action, "done", now()).into()
}
