//! Databases of older versions.

use super::*;
use crate::repository::OriginRepository;

/// Clients that were stored before origins were get theirs from the next host that migrates.
#[tokio::test]
async fn origins_of_older_clients_are_derived() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.db");
    let repository = SqliteRepository::open(&path).await.unwrap();
    repository.migrate().await.unwrap();
    let operator = Operator::new("alice", Role::Admin, tenant());
    for is_confidential in [true, false] {
        let mut client = client();
        client.id = Id::generate(client.created_at);
        client.client_id = crate::domain::ClientId::generate("app-", client.id);
        client.metadata.is_confidential = is_confidential;
        client.metadata.redirect_uris = vec![format!("https://{is_confidential}.example.com/cb")];
        let id = client.client_id.clone();
        let audit = AuditEntry::new(&operator, id, Action::ClientCreate, "", client.created_at);
        let (new, write) = (NewClient::new(client), Write::new(audit));
        repository.create(&tenant(), &new, &write).await.unwrap();
    }
    let host = rusqlite::Connection::open(&path).unwrap();
    host.execute_batch(
        "DELETE FROM oauth_client_origins;
         DROP TABLE oauth_client_origins; DROP INDEX oauth_clients_deleted_by_tenant;
         DROP INDEX oauth_client_audit_logs_by_tenant; DROP INDEX oauth_client_secrets_expiring;
         ALTER TABLE oauth_client_audit_logs DROP COLUMN changes;
         ALTER TABLE oauth_clients DROP COLUMN description;
         ALTER TABLE oauth_clients DROP COLUMN contacts;
         ALTER TABLE oauth_clients DROP COLUMN post_logout_redirect_uris;
         ALTER TABLE oauth_clients DROP COLUMN allowed_cors_origins;
         ALTER TABLE oauth_clients DROP COLUMN metadata;
         ALTER TABLE oauth_clients DROP COLUMN origin;
         ALTER TABLE oauth_clients DROP COLUMN last_used_at;
         DELETE FROM oauth_client_migrations WHERE name = '0004_metadata'",
    )
    .unwrap();
    assert_eq!(repository.migrate().await.unwrap(), 1);
    for (origin, expected) in [
        ("https://false.example.com", true),
        ("https://true.example.com", false),
        ("", false),
    ] {
        let allowed = repository.is_cors_origin(origin).await.unwrap();
        assert_eq!(allowed, expected, "{origin}");
    }
}

/// What was stored before registrations were stays as it is, and clients can register.
#[cfg(feature = "registration")]
#[tokio::test]
async fn an_older_database_takes_registrations() {
    use crate::domain::{ClientOrigin, Registration, RegistrationState};
    use crate::repository::{CredentialRepository, NewRegistration, RegistrationRepository};

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.db");
    let repository = SqliteRepository::open(&path).await.unwrap();
    repository.migrate().await.unwrap();
    let write = |client: &Client| {
        let operator = Operator::new("alice", Role::Admin, tenant());
        let (id, at) = (client.client_id.clone(), client.created_at);
        Write::new(AuditEntry::new(&operator, id, Action::ClientCreate, "", at))
    };
    let older = client();
    let new = NewClient::new(older.clone()).with_secret(secret(&older));
    let (acme, created) = (tenant(), write(&older));
    repository.create(&acme, &new, &created).await.unwrap();
    let host = rusqlite::Connection::open(&path).unwrap();
    host.execute_batch(
        "DROP TABLE oauth_client_registrations; DROP TABLE oauth_initial_access_tokens;
         DROP INDEX oauth_clients_unused; ALTER TABLE oauth_clients DROP COLUMN unused_since;
         DELETE FROM oauth_client_migrations WHERE name = '0005_registrations'",
    )
    .unwrap();

    assert_eq!(repository.migrate().await.unwrap(), 1);
    let later = Timestamp::from_micros(1_800_000_000_000_000);
    let id = &older.client_id;
    repository.touch_client(&acme, id, later).await.unwrap();
    let stored = repository.get(&acme, id).await.unwrap();
    assert_eq!(stored.last_used_at, Some(later));
    let none = repository.registration(&acme, id).await;
    assert_eq!(none.unwrap_err().kind(), ErrorKind::NotFound);

    let mut newer = client();
    newer.origin = ClientOrigin::Dynamic;
    let registration = Registration::new(RegistrationState::Approved);
    let new = NewRegistration::new(NewClient::new(newer.clone()), registration);
    let registered = write(&newer);
    let registered = repository.register(&acme, &new, &registered).await;
    registered.unwrap();
    let unused = repository.unused_registrations(later, None, 10).await;
    let unused = unused.unwrap().into_iter();
    let unused: Vec<_> = unused.map(|one| one.client.client_id).collect();
    assert_eq!(unused, [newer.client_id]);
}

/// What was stored before documents were stays as it is, and documents can be noted and blocked.
#[cfg(feature = "cimd")]
#[tokio::test]
async fn an_older_database_takes_documents() {
    use crate::domain::{BlockTarget, ClientId, DocumentBlock, MetadataHash, SeenDocument};
    use crate::repository::DocumentRepository;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.db");
    let repository = SqliteRepository::open(&path).await.unwrap();
    repository.migrate().await.unwrap();
    let operator = Operator::new("alice", Role::Admin, tenant());
    let write =
        |id: ClientId, at| Write::new(AuditEntry::new(&operator, id, Action::ClientCreate, "", at));
    let older = client();
    let (acme, at) = (tenant(), older.created_at);
    let new = NewClient::new(older.clone());
    let created = write(older.client_id.clone(), at);
    repository.create(&acme, &new, &created).await.unwrap();
    let host = rusqlite::Connection::open(&path).unwrap();
    host.execute_batch(
        "DROP TABLE oauth_client_documents; DROP TABLE oauth_client_document_blocks;
         DROP TABLE oauth_client_document_limits;
         DELETE FROM oauth_client_migrations WHERE name = '0006_documents'",
    )
    .unwrap();

    assert_eq!(repository.migrate().await.unwrap(), 1);
    assert!(repository.get(&acme, &older.client_id).await.is_ok());
    let url = ClientId::parse("https://a.example/m.json").unwrap();
    let hash = MetadataHash::parse(&"ab".repeat(32)).unwrap();
    let seen = SeenDocument::new(acme.clone(), url, hash, at);
    repository.note_document(&acme, &seen, 10).await.unwrap();
    let listed = repository.documents(&acme, None, 1, 10).await.unwrap();
    assert_eq!(listed.items, [seen]);
    let (id, target) = (Id::generate(at), BlockTarget::Domain("a.example".into()));
    let block = DocumentBlock::new(id, acme.clone(), target.clone(), "alice", at);
    let blocked = write(ClientId::of(id), at);
    let made = repository.block_documents(&acme, &block, 10, &blocked);
    made.await.unwrap();
    assert_eq!(repository.blocked_documents(&acme).await.unwrap(), [target]);
}
