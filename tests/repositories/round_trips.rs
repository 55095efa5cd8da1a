//! The number of round trips of each operation, as documented for the repositories.

mod documents;
mod registrations;

use std::time::Duration;

use tower_oauth_clients::domain::{
    Action, AuditEntry, Client, ClientId, ClientMetadata, Id, Operator, Page, Role, SecretHash,
    SecretRecord, TenantId, Timestamp,
};
use tower_oauth_clients::repository::{
    AuditFilter, ClientFilter, ClientUpdate, CredentialRepository, MysqlRepository, NewClient,
    NewSecret, Origin, PostgresRepository, SecretRotation, Secrets, Write,
};

use support::servers::{Database, Proxy};

/// The operations and their round trips, in order.
type Trips = Vec<(&'static str, u64)>;

#[tokio::test(flavor = "multi_thread")]
async fn to_postgres() {
    let database = Database::postgres().await;
    let proxy = Proxy::before(database.url());
    let repository = PostgresRepository::connect(proxy.url()).await.unwrap();
    repository.migrate().await.unwrap();
    let trips = count(&repository, &proxy).await;
    let documented = [
        ("create", 1),
        ("get", 1),
        ("credentials", 1),
        ("list by number", 1),
        ("list past the end", 2),
        ("list after", 1),
        ("update", 1),
        ("add a secret", 5),
        ("secrets", 1),
        ("rotate", 6),
        ("deactivate", 5),
        ("delete a secret", 5),
        ("touch", 1),
        ("rehash", 1),
        ("rotate again", 6),
        ("rotate and end one", 7),
        ("clone", 5),
        ("end the secrets", 4),
        ("delete", 4),
        ("audit entries", 1),
        ("audit entries past the end", 3),
        ("trail by number", 1),
        ("trail past the end", 2),
        ("trail after", 1),
    ];
    assert_eq!(trips, documented);
}

#[tokio::test(flavor = "multi_thread")]
async fn to_mysql() {
    let database = Database::mysql().await;
    let proxy = Proxy::before(database.url());
    let repository = MysqlRepository::connect(proxy.url()).await.unwrap();
    repository.migrate().await.unwrap();
    let trips = count(&repository, &proxy).await;
    let documented = [
        ("create", 5),
        ("get", 1),
        ("credentials", 1),
        ("list by number", 1),
        ("list past the end", 2),
        ("list after", 1),
        ("update", 4),
        ("add a secret", 7),
        ("secrets", 1),
        ("rotate", 8),
        ("deactivate", 7),
        ("delete a secret", 7),
        ("touch", 1),
        ("rehash", 1),
        ("rotate again", 8),
        ("rotate and end one", 9),
        ("clone", 7),
        ("end the secrets", 6),
        ("delete", 7),
        ("audit entries", 1),
        ("audit entries past the end", 3),
        ("trail by number", 1),
        ("trail past the end", 2),
        ("trail after", 1),
    ];
    assert_eq!(trips, documented);
}

/// Runs every operation twice, so that its statements are prepared, and counts the second run.
async fn count<R: CredentialRepository>(repository: &R, proxy: &Proxy) -> Trips {
    walk(repository, proxy, 0).await;
    walk(repository, proxy, 1_000).await
}

async fn walk<R: CredentialRepository>(repository: &R, proxy: &Proxy, start: u64) -> Trips {
    let tenant = TenantId::parse("tenant_a").unwrap();
    let mut trips = Vec::new();
    let mut before = proxy.round_trips();
    let mut note = |what| {
        let now = proxy.round_trips();
        trips.push((what, now - before));
        before = now;
    };
    let (first, second) = (client(start), client(start + 1));
    let id = &first.client_id;
    let entry = |client: &Client, at| entry(&client.client_id, start + at);
    let page = |number| Page::Number { number, size: 20 };

    let kept = secret(start + 2);
    let audit = entry(&first, 3);
    let new = NewClient::new(first.clone()).with_secret(kept.clone());
    let created = repository.create(&tenant, &new, &audit);
    created.await.unwrap();
    note("create");
    let mut stored = repository.get(&tenant, id).await.unwrap();
    note("get");
    repository.credentials(id).await.unwrap();
    note("credentials");
    let filter = ClientFilter::default();
    repository.list(&tenant, &filter, page(1)).await.unwrap();
    note("list by number");
    repository.list(&tenant, &filter, page(9)).await.unwrap();
    note("list past the end");
    let after = Page::After { id: None, size: 20 };
    repository.list(&tenant, &filter, after).await.unwrap();
    note("list after");
    stored = repository
        .update(
            &tenant,
            &ClientUpdate::new(stored.clone()).with_changes_cors_origins(false),
            &entry(&first, 4),
        )
        .await
        .unwrap();
    note("update");
    let added = secret(start + 5);
    let new = NewSecret::new(stored.version, added.clone());
    repository
        .add_secret(&tenant, id, &new, &entry(&first, 6))
        .await
        .unwrap();
    note("add a secret");
    repository.secrets(&tenant, id).await.unwrap();
    note("secrets");
    let (rotated, version) = (secret(start + 7), stored.version.next());
    let grace_ends = at(start + 8) + Duration::from_secs(60);
    let audit = entry(&first, 8);
    let rotation = SecretRotation::new(version, rotated.clone(), grace_ends);
    let rotation = repository.rotate_secret(&tenant, id, &rotation, &audit);
    rotation.await.unwrap();
    note("rotate");
    repository
        .deactivate_secret(&tenant, id, added.id, &entry(&first, 9))
        .await
        .unwrap();
    note("deactivate");
    repository
        .delete_secret(&tenant, id, added.id, &entry(&first, 10))
        .await
        .unwrap();
    note("delete a secret");
    repository
        .touch_secret(&tenant, id, rotated.id, at(start + 11))
        .await
        .unwrap();
    note("touch");
    repository
        .rehash_secret(&tenant, id, rotated.id, &rotated.hash, &kept.hash)
        .await
        .unwrap();
    note("rehash");
    // Up to two retired secrets are kept.
    for (round, what) in [(0, "rotate again"), (1, "rotate and end one")] {
        let version = repository.get(&tenant, id).await.unwrap().version;
        note("-");
        let (next, audit) = (secret(start + 15 + round), entry(&first, 20 + round));
        let rotation = SecretRotation::new(version, next, grace_ends);
        let rotation = repository.rotate_secret(&tenant, id, &rotation, &audit);
        rotation.await.unwrap();
        note(what);
    }
    stored = repository.get(&tenant, id).await.unwrap();
    note("-");
    let origin = Origin::CloneOf(id.clone(), stored.version);
    let audit = entry(&second, 12);
    let new = NewClient::new(second.clone()).with_secret(kept.clone());
    let new = new.with_origin(origin);
    let clone = repository.create(&tenant, &new, &audit);
    clone.await.unwrap();
    note("clone");
    let ended = ClientUpdate::new(stored.clone())
        .with_secrets(Secrets::End)
        .with_changes_cors_origins(false);
    repository
        .update(&tenant, &ended, &entry(&first, 13))
        .await
        .unwrap();
    note("end the secrets");
    repository
        .delete(&tenant, id, None, &entry(&first, 14))
        .await
        .unwrap();
    note("delete");
    repository
        .audit_entries(&tenant, id, page(1))
        .await
        .unwrap();
    note("audit entries");
    repository
        .audit_entries(&tenant, id, page(9))
        .await
        .unwrap();
    note("audit entries past the end");
    let filter = AuditFilter::new().with_from(at(start));
    for (page, what) in [
        (page(1), "trail by number"),
        (page(9), "trail past the end"),
        (after, "trail after"),
    ] {
        let trail = repository.tenant_audit_entries(&tenant, &filter, page);
        trail.await.unwrap();
        note(what);
    }
    trips.retain(|(what, _)| *what != "-");
    trips
}

fn at(second: u64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000) + Duration::from_secs(second)
}

fn client(second: u64) -> Client {
    let id = Id::generate(at(second));
    let tenant_id = TenantId::parse("tenant_a").unwrap();
    let client_id = ClientId::parse(&format!("app-{id}")).unwrap();
    let metadata = ClientMetadata::new("My Application", ["https://app.example.com/callback"]);
    Client::new(id, tenant_id, client_id, metadata, at(second))
}

fn secret(second: u64) -> SecretRecord {
    let hash = SecretHash::new("$argon2id$");
    SecretRecord::new(Id::generate(at(second)), hash, "abcd", at(second))
}

fn entry(client_id: &ClientId, second: u64) -> Write {
    let tenant = TenantId::parse("tenant_a").unwrap();
    let operator = Operator::new("alice", Role::Admin, tenant);
    let (action, message) = (Action::ClientUpdate, "changed".to_owned());
    AuditEntry::new(&operator, client_id.clone(), action, message, at(second)).into()
}
