use super::samples::{at, client, client_id, full_metadata, id, metadata, tenant};
use super::subject::{Subject, fields, kind};
use crate::domain::{ClientStatus, Page, SecretStatus, Version};
use crate::repository::{ClientRepository, ErrorKind, Origin, Secrets};

/// A client is read as it was stored, with every field set and with as few as possible.
pub async fn a_client_comes_back_as_it_was_stored(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let least = subject.create(1).await;
    let (with_secret, _) = subject.create_with_secret(2).await;
    let mut full = client(&subject.tenant, 3);
    full.metadata = full_metadata("Full");
    full.status = ClientStatus::Suspended;
    full.updated_at = at(4);
    let stored = subject.store(&full, None, &Origin::Draft, 4).await;
    stored.expect("a client is stored");

    for expected in [least, with_secret, full] {
        let read = subject.get(&expected.client_id).await.expect("the client");
        assert_eq!(read, expected);
    }
}

/// Every method returns `NotFound`, except that touching a missing secret is not an error.
pub async fn what_is_not_there_is_not_found(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (client, _) = subject.create_with_secret(1).await;
    let absent = id(9);
    let seen = subject.see(&client.client_id).await;
    let not_found = Some(ErrorKind::NotFound);
    assert_eq!(
        kind(&subject.deactivate(&client.client_id, absent, 2).await),
        not_found
    );
    assert_eq!(
        kind(&subject.remove(&client.client_id, absent, 2).await),
        not_found
    );
    let touched = subject.touch(&client.client_id, absent, 2).await;
    touched.expect("no error");
    assert_eq!(subject.see(&client.client_id).await, seen);

    let mut unknown = client;
    unknown.client_id = client_id("app-unknown");
    assert_gone(&subject, &unknown, absent).await;
    let page = Page::Number { number: 1, size: 1 };
    let trail = subject.trail(&unknown.client_id, page).await;
    assert_eq!(kind(&trail), not_found);
}

/// No method but `audit_entries` finds the client.
pub(super) async fn assert_gone<R: ClientRepository>(
    subject: &Subject<R>,
    client: &crate::domain::Client,
    secret: crate::domain::Id,
) {
    let (id, version) = (&client.client_id, client.version);
    let not_found = Some(ErrorKind::NotFound);
    assert_eq!(kind(&subject.get(id).await), not_found);
    for secrets in [Secrets::Keep, Secrets::End] {
        let updated = subject.update(client, secrets, 50).await;
        assert_eq!(kind(&updated), not_found);
    }
    assert_eq!(kind(&subject.delete(id, None, 50).await), not_found);
    let deleted = subject.delete(id, Some(version), 50).await;
    assert_eq!(kind(&deleted), not_found);
    assert_eq!(kind(&subject.secrets(id).await), not_found);
    assert_eq!(kind(&subject.add(id, version, 50).await), not_found);
    let rotated = subject.rotate(id, version, at(60), 50).await;
    assert_eq!(kind(&rotated), not_found);
    let deactivated = subject.deactivate(id, secret, 50).await;
    assert_eq!(kind(&deactivated), not_found);
    assert_eq!(kind(&subject.remove(id, secret, 50).await), not_found);
    let clone = super::samples::client(&subject.tenant, 50);
    let origin = Origin::CloneOf(id.clone(), version);
    let cloned = subject.store(&clone, None, &origin, 50).await;
    assert_eq!(kind(&cloned), not_found);
    assert_eq!(kind(&subject.get(&clone.client_id).await), not_found);
    let touched = subject.touch(id, secret, 50).await;
    touched.expect("no error");
}

/// A `client_id` is taken in every tenant, even after a deletion; an `id` at least in its tenant.
pub async fn a_taken_id_is_a_conflict(repository: impl ClientRepository) {
    let mut subject = Subject::new(repository);
    let taken = subject.create(1).await;
    let deleted = subject.create(2).await;
    let gone = subject.delete(&deleted.client_id, None, 3).await;
    gone.expect("deleted");

    for other in [&taken, &deleted] {
        let mut same = client(&subject.tenant, 4);
        same.client_id = other.client_id.clone();
        let stored = subject.store(&same, None, &Origin::Draft, 4).await;
        assert_eq!(kind(&stored), Some(ErrorKind::Conflict));

        let mut same = client(&subject.tenant, 4);
        same.id = other.id;
        let stored = subject.store(&same, None, &Origin::Draft, 4).await;
        assert_eq!(kind(&stored), Some(ErrorKind::Conflict));
    }
    subject.tenant = tenant("other");
    for other in [taken, deleted] {
        let mut same = client(&subject.tenant, 4);
        same.client_id = other.client_id;
        let stored = subject.store(&same, None, &Origin::Draft, 4).await;
        assert_eq!(kind(&stored), Some(ErrorKind::Conflict));
    }
}

/// Metadata and status change, the identity stays, and the result is returned.
pub async fn an_update_replaces_what_was_registered(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (created, secret) = subject.create_with_secret(1).await;
    let bystander = subject.create(2).await;

    let mut wanted = created.clone();
    wanted.metadata = full_metadata("Changed");
    wanted.status = ClientStatus::Inactive;
    let updated = subject.update(&wanted, Secrets::Keep, 5).await;
    let updated = updated.expect("updated");
    wanted.version = created.version.next();
    wanted.updated_at = at(5);
    assert_eq!(updated, wanted);
    assert_eq!(subject.get(&created.client_id).await.ok(), Some(wanted));

    let mut emptied = updated;
    emptied.metadata = metadata("Emptied");
    emptied.metadata.redirect_uris.clear();
    let updated = subject.update(&emptied, Secrets::Keep, 6).await;
    let updated = updated.expect("updated");
    assert_eq!(updated.metadata, emptied.metadata);
    assert_eq!(subject.get(&created.client_id).await.ok(), Some(updated));

    let secrets = subject.secrets(&created.client_id).await.expect("secrets");
    let secrets: Vec<_> = secrets.iter().map(fields).collect();
    assert_eq!(secrets, [fields(&secret)]);
    let untouched = subject.get(&bystander.client_id).await;
    assert_eq!(untouched.ok(), Some(bystander));
}

/// After `Secrets::End`, no secret verifies, now or later.
pub async fn an_update_may_end_the_secrets(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (client, _) = subject.create_with_secret(1).await;
    let id = &client.client_id;
    let rotated = subject.rotate(id, client.version, at(1_000), 2).await;
    rotated.expect("rotated");
    let current = subject.get(id).await.expect("the client");
    let updated = subject.update(&current, Secrets::End, 3).await;
    assert_eq!(updated.expect("updated").secret_last_four, None);

    let secrets = subject.secrets(id).await.expect("secrets");
    assert_eq!(secrets.len(), 2);
    for secret in secrets {
        assert_eq!(secret.status, SecretStatus::Inactive);
        assert_eq!(secret.updated_at, at(3));
    }
}

/// Every kind of write increments the version; a touch is not a write.
pub async fn every_write_makes_a_version(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (client, first) = subject.create_with_secret(1).await;
    let id = &client.client_id;
    let mut version = client.version;
    let mut second = 1;
    for step in 0..5 {
        second += 1;
        let done = match step {
            0 => subject.update(&client, Secrets::Keep, second).await.err(),
            1 => subject.add(id, version, second).await.err(),
            2 => {
                let grace_ends = at(1_000);
                subject.rotate(id, version, grace_ends, second).await.err()
            }
            3 => subject.deactivate(id, first.id, second).await.err(),
            _ => subject.remove(id, first.id, second).await.err(),
        };
        assert!(done.is_none(), "{step}: {done:?}");
        version = version.next();
        let current = subject.get(id).await.expect("the client");
        assert_eq!(
            (current.version, current.updated_at),
            (version, at(second)),
            "{step}"
        );
    }
    let [newest, ..] = &*subject.secrets(id).await.expect("secrets") else {
        panic!("no secret")
    };
    let touched = subject.touch(id, newest.id, 99).await;
    touched.expect("touched");
    let current = subject.get(id).await.expect("the client");
    assert_eq!((current.version, current.updated_at), (version, at(second)));
}

/// An older version is refused, and so is one that never existed.
pub async fn only_the_stored_version_can_be_changed(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (old, _) = subject.create_with_secret(1).await;
    let id = &old.client_id;
    let updated = subject.update(&old, Secrets::Keep, 2).await;
    let mut wrong = updated.expect("updated");
    let seen = subject.see(id).await;
    let stale = Some(ErrorKind::Stale);
    for version in [old.version, Version::from_i64(0), Version::from_i64(99)] {
        wrong.version = version;
        let updated = subject.update(&wrong, Secrets::End, 3).await;
        assert_eq!(kind(&updated), stale);
        let deleted = subject.delete(id, Some(version), 3).await;
        assert_eq!(kind(&deleted), stale);
        assert_eq!(kind(&subject.add(id, version, 3).await), stale);
        let rotated = subject.rotate(id, version, at(9), 3).await;
        assert_eq!(kind(&rotated), stale);
    }
    assert_eq!(subject.see(id).await, seen);
}

/// With or without an expected version, the client disappears and its trail stays.
pub async fn a_deleted_client_is_gone(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    for (second, expected) in [(1, None), (11, Some(Version::FIRST))] {
        let (client, secret) = subject.create_with_secret(second).await;
        let id = &client.client_id;
        assert_eq!(
            kind(&subject.get_deleted(id).await),
            Some(ErrorKind::NotFound)
        );
        let deleted = subject.delete(id, expected, second + 1);
        deleted.await.expect("deleted");
        let was = subject.get_deleted(id).await.expect("what was deleted");
        assert_eq!((was.id, &was.metadata), (client.id, &client.metadata));
        assert_eq!(was.deleted_at, Some(at(second + 1)));
        assert_eq!(was.tenant_id, subject.tenant);
        let foreign = subject.repository.get_deleted(&tenant("other"), id).await;
        assert_eq!(kind(&foreign), Some(ErrorKind::NotFound));
        assert_gone(&subject, &client, secret.id).await;
        let page = Page::Number { number: 1, size: 9 };
        let trail = subject.trail(&client.client_id, page).await;
        assert_eq!(trail.expect("the trail").total, Some(2));
        let status = Some(client.status);
        let filter = crate::repository::ClientFilter {
            status,
            ..Default::default()
        };
        for filter in [filter, Default::default()] {
            let page = Page::After { id: None, size: 9 };
            assert!(subject.list(&filter, page).await.items.is_empty());
            let page = Page::Number { number: 1, size: 9 };
            assert_eq!(subject.list(&filter, page).await.total, Some(0));
        }
    }
}
