//! Cases for deleted clients, and for restoring them.

use std::sync::Arc;

use super::races::race;
use super::samples::{at, entry, tenant};
use super::subject::{Subject, kind};
use crate::domain::{Action, Client, ClientId, ClientStatus, Page, SecretStatus, Version};
use crate::repository::{ClientFilter, ClientRepository, ErrorKind, Secrets};

const ROUNDS: u64 = 10;

/// A restored client is as it was, apart from its version and its secrets, which have ended; it can
/// be changed, get a secret and be deleted again.
pub async fn a_restored_client_is_as_it_was(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (mut client, first) = subject.create_with_secret(1).await;
    let id = &client.client_id;
    client.status = ClientStatus::Suspended;
    let client = subject.update(&client, Secrets::Keep, 2).await;
    let client = client.expect("updated");
    let rotated = subject.rotate(id, client.version, at(1_000), 3).await;
    let second = rotated.expect("rotated");
    let deleted = subject.delete(id, None, 4).await;
    deleted.expect("deleted");
    let was = subject.get_deleted(id).await.expect("what was deleted");
    let restored = subject.restore(id, was.version, 5).await;
    restored.expect("restored");

    let restored = subject.get(id).await.expect("the client");
    let expected = Client {
        version: was.version.next(),
        updated_at: at(5),
        deleted_at: None,
        ..was
    };
    assert_eq!(restored, expected);
    assert_eq!(restored.metadata, client.metadata);
    assert_eq!(restored.status, ClientStatus::Suspended);
    assert_eq!(restored.secret_last_four, None);
    let not_found = Some(ErrorKind::NotFound);
    assert_eq!(kind(&subject.get_deleted(id).await), not_found);
    let secrets = subject.secrets(id).await.expect("secrets");
    let ids: Vec<_> = secrets.iter().map(|secret| secret.id).collect();
    assert_eq!(ids, [second.id, first.id]);
    for secret in &secrets {
        assert_eq!(secret.status, SecretStatus::Inactive);
        assert_eq!(secret.updated_at, at(4));
    }
    let page = Page::Number { number: 1, size: 9 };
    let trail = subject.trail(id, page).await.expect("the trail");
    assert_eq!(trail.total, Some(5));
    let newest = trail.items.first().map(|entry| &entry.action);
    assert_eq!(newest, Some(&Action::ClientRestore));
    let live = subject.list(&ClientFilter::new(), page).await;
    assert_eq!(live.items, std::slice::from_ref(&restored));

    let third = subject.add(id, restored.version, 6).await.expect("added");
    let current = subject.get(id).await.expect("the client");
    assert_eq!(current.secret_last_four, Some(third.last_four));
    let deleted = subject.delete(id, Some(current.version), 7).await;
    deleted.expect("deleted");
    let was = subject.get_deleted(id).await.expect("what was deleted");
    assert_eq!(was.deleted_at, Some(at(7)));
}

/// Only a deleted client of the tenant can be restored, in its stored version.
pub async fn only_what_is_deleted_can_be_restored(repository: impl ClientRepository) {
    let mut subject = Subject::new(repository);
    let (client, _) = subject.create_with_secret(1).await;
    let id = &client.client_id;
    let not_found = Some(ErrorKind::NotFound);
    let absent = ClientId::parse("absent").expect("a client id");
    for id in [id, &absent] {
        let restored = subject.restore(id, client.version, 2).await;
        assert_eq!(kind(&restored), not_found);
    }
    assert_eq!(subject.get(id).await.ok().as_ref(), Some(&client));
    let deleted = subject.delete(id, None, 3).await;
    deleted.expect("deleted");
    let was = subject.get_deleted(id).await.expect("what was deleted");
    for version in [client.version, Version::from_i64(0), was.version.next()] {
        let restored = subject.restore(id, version, 4).await;
        assert_eq!(kind(&restored), Some(ErrorKind::Stale));
    }
    subject.tenant = tenant("other");
    let foreign = subject.restore(id, was.version, 4).await;
    assert_eq!(kind(&foreign), not_found);
    subject.tenant = tenant("acme");
    assert_eq!(subject.get_deleted(id).await.ok().as_ref(), Some(&was));

    // A taken id of the entry undoes it all.
    let trail = subject.see(id).await.3;
    let taken = trail.first().expect("an entry").id;
    let mut audit = entry(&subject.tenant, id, Action::ClientRestore, 5);
    audit.id = taken;
    let write = audit.into();
    let restored = subject
        .repository
        .restore(&subject.tenant, id, was.version, &write)
        .await;
    assert_eq!(kind(&restored), Some(ErrorKind::Conflict));
    assert_eq!(subject.get_deleted(id).await.ok(), Some(was));
    assert_eq!(subject.see(id).await.3, trail);
}

/// A list shows the deleted clients or the others, newest first and never both.
pub async fn deleted_clients_have_lists_of_their_own(repository: impl ClientRepository) {
    let mut subject = Subject::new(repository);
    let mut all = Vec::new();
    for second in 1..=6 {
        all.push(subject.create(second).await);
    }
    let mut suspended = all.get(3).expect("a client").clone();
    suspended.status = ClientStatus::Suspended;
    let suspended = subject.update(&suspended, Secrets::Keep, 7).await;
    let suspended = suspended.expect("updated");
    // Not in the order in which they are listed.
    for place in [5, 1, 3] {
        let id = &all.get(place).expect("a client").client_id;
        let deleted = subject.delete(id, None, 10 + place as u64).await;
        deleted.expect("deleted");
    }
    subject.tenant = tenant("other");
    let foreign = subject.create(8).await;
    let deleted = subject.delete(&foreign.client_id, None, 9).await;
    deleted.expect("deleted");
    subject.tenant = tenant("acme");

    let with = || ClientFilter::new().with_deleted(true);
    let ids = |places: &[usize]| -> Vec<_> {
        let found = places.iter().filter_map(|place| all.get(*place));
        found.map(|client| client.client_id.clone()).collect()
    };
    let cases: [(ClientFilter, &[usize]); 7] = [
        (with(), &[5, 3, 1]),
        (with().with_status(ClientStatus::Suspended), &[3]),
        (with().with_name("CLIENT"), &[5, 3, 1]),
        (with().with_ids([suspended.id]), &[3]),
        (with().with_client_ids(ids(&[0, 1])), &[1]),
        (with().with_is_confidential(false), &[]),
        (with().with_deleted(false), &[4, 2, 0]),
    ];
    for (filter, expected) in cases {
        let numbered = Page::Number { number: 1, size: 9 };
        let numbered = subject.list(&filter, numbered).await;
        let found: Vec<_> = numbered
            .items
            .iter()
            .map(|client| client.client_id.clone())
            .collect();
        assert_eq!(found, ids(expected), "{filter:?}");
        assert_eq!(numbered.total, Some(expected.len() as u64), "{filter:?}");
        let mut one_by_one = Vec::new();
        let mut last = None;
        loop {
            let page = Page::After { id: last, size: 1 };
            let page = subject.list(&filter, page).await;
            last = page.items.last().map(|client| client.id);
            one_by_one.extend(page.items);
            if !page.has_more {
                break;
            }
        }
        assert_eq!(one_by_one, numbered.items, "{filter:?}");
        for client in one_by_one {
            assert_eq!(client.deleted_at.is_some(), filter.deleted);
        }
    }
}

/// Of several restorations of one deletion, one wins, and it is not undone by a deletion that is
/// meant for another version.
pub async fn one_of_many_restorations_wins(repository: impl ClientRepository) {
    let subject = Arc::new(Subject::new(repository));
    for round in 0..ROUNDS {
        let start = round * 10;
        let client = subject.create(start).await;
        let id = client.client_id;
        let deleted = subject.delete(&id, None, start + 1).await;
        deleted.expect("deleted");
        let was = subject.get_deleted(&id).await.expect("what was deleted");
        let ended = race((0..4).map(|_| {
            let (subject, id, version) = (Arc::clone(&subject), id.clone(), was.version);
            async move { subject.restore(&id, version, start + 2).await }
        }))
        .await;
        let refused = Some(ErrorKind::NotFound);
        assert_eq!(ended.iter().filter(|kind| kind.is_none()).count(), 1);
        assert_eq!(ended.iter().filter(|kind| **kind == refused).count(), 3);
        let (_, client, _, trail) = subject.see(&id).await;
        assert_eq!(
            client.map(|client| client.version),
            Some(was.version.next())
        );
        assert_eq!(trail.len(), 3);
    }
}
