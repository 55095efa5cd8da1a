//! Clients that registered themselves, and initial access tokens.

use tower_oauth_clients::domain::{
    Client, ClientId, ClientMetadata, ClientOrigin, Id, InitialAccessToken, Registration,
    RegistrationState, TenantId, Timestamp, TokenHash, Version,
};
use tower_oauth_clients::repository::{
    ClientUpdate, NewClient, NewRegistration, RegistrationRepository, RegistrationUpdate,
};

use super::{CLIENT, after, at, entry, secret};

/// Every client that is not deleted, in one of three states.
pub const REGISTRATIONS: &str = "INSERT INTO oauth_client_registrations (tenant_id, id, \
    state, bounds) SELECT tenant_id, id, \
    CASE WHEN client_id LIKE '%1' THEN 'pending' WHEN client_id LIKE '%2' THEN 'denied' \
    ELSE 'approved' END, '{}' FROM oauth_clients WHERE deleted_at IS NULL";
pub const UNUSED: &str = "UPDATE oauth_clients SET origin = 'dynamic', unused_since = \
    CASE WHEN client_id LIKE '%1' OR status = 'suspended' THEN NULL \
    WHEN client_id LIKE '%3' THEN 2 ELSE 1 END WHERE deleted_at IS NULL";
pub const TOKENS: &str = "INSERT INTO oauth_initial_access_tokens (id, tenant_id, hash, \
    bounds, created_by, created_at) SELECT id, tenant_id, 'hash', '{}', 'alice', 1 \
    FROM oauth_clients";

/// Few among thousands of clients, like the batch of a reaper among a million.
const BATCH: u32 = 10;

/// Runs every operation, in a round of its own.
pub async fn use_registrations<R: RegistrationRepository>(repository: &R, round: u64) {
    let tenant = TenantId::parse("tenant_3").unwrap();
    let id = ClientId::parse(CLIENT).unwrap();
    let middle = Some("01ARZ3NDEKTSV4RRFF00009999");
    let token = Id::parse("01ARZ3NDEKTSV4RRFF00009999").unwrap();

    let registered = repository.registration(&tenant, &id).await.unwrap();
    for state in [
        None,
        Some(RegistrationState::Approved),
        Some(RegistrationState::Pending),
    ] {
        for page in [after(None), after(middle)] {
            let listed = repository.registrations(&tenant, state.clone(), page);
            assert_eq!(listed.await.unwrap().items.len(), 20);
        }
    }
    let count = repository.count_registrations(&tenant, 100).await;
    assert_eq!(count.unwrap(), 100);
    let mut last = None;
    for since in [2, 2, 3, 3] {
        let since = Timestamp::from_micros(since);
        let unused = repository.unused_registrations(since, last.as_ref(), BATCH);
        let mut unused = unused.await.unwrap();
        assert_eq!(unused.len() as u32, BATCH);
        last = unused.pop();
    }
    let mut client = registered.client;
    client.version = Version::FIRST.next().next();
    let audit = entry(&id, 50_000 + round);
    let update = ClientUpdate::new(client);
    let update = RegistrationUpdate::new(update, registered.registration);
    let update = update.with_secret(secret(50_000 + round));
    let updated = repository.update_registration(&tenant, &update, &audit);
    assert!(updated.await.is_err());
    let deleted = repository.delete_unused(&tenant, &id, Version::FIRST, Some(at(9)), &audit);
    assert!(deleted.await.is_err());

    for (second, token) in [(1, None), (2, Some(token))] {
        let new = Id::generate(at(60_000 + round * 10 + second));
        let client_id = ClientId::parse(&format!("app-{new}")).unwrap();
        let metadata = ClientMetadata::new("My Application", ["https://app.example.com/cb"]);
        let mut client = Client::new(new, tenant.clone(), client_id, metadata, at(round));
        client.origin = ClientOrigin::Dynamic;
        let mut registration = Registration::new(RegistrationState::Approved);
        registration.initial_access_token_id = token;
        let audit = entry(&client.client_id, 60_000 + round * 10 + second);
        let new = NewRegistration::new(NewClient::new(client.clone()), registration.clone());
        repository.register(&tenant, &new, &audit).await.unwrap();
        let audit = entry(&client.client_id, 70_000 + round * 10 + second);
        let update = ClientUpdate::new(client.clone());
        let update = RegistrationUpdate::new(update, registration);
        let update = update.with_secret(secret(70_000 + round * 10 + second));
        let updated = repository.update_registration(&tenant, &update, &audit);
        let version = updated.await.unwrap().version;
        let (name, audit) = (&client.client_id, entry(&client.client_id, 80_000 + round));
        let deleted = repository.delete_unused(&tenant, name, version, None, &audit);
        deleted.await.unwrap();
    }
    for page in [after(None), after(middle)] {
        let tokens = repository.initial_access_tokens(&tenant, page).await;
        assert_eq!(tokens.unwrap().items.len(), 20);
    }
    let now = at(90_000 + round);
    let hash = TokenHash::new("hash");
    let new = InitialAccessToken::new(Id::generate(now), tenant.clone(), hash, "alice", now);
    let audit = entry(
        &ClientId::parse(&new.id.to_string()).unwrap(),
        90_000 + round,
    );
    let created = repository.create_initial_access_token(&tenant, &new, &audit);
    created.await.unwrap();
    let read = repository.initial_access_token(&tenant, new.id).await;
    assert_eq!(read.unwrap().created_at, now);
    let audit = entry(&audit.audit.client_id, 95_000 + round);
    let revoked = repository.revoke_initial_access_token(&tenant, new.id, &audit);
    revoked.await.unwrap();
}
