//! Cases for [`RegistrationRepository`]: clients that nobody uses.

use std::sync::Arc;

use super::races::{ROUNDS, race, winners};
use super::registrations::{KEEP, dynamic, open};
use super::samples::{at, entry, secret, tenant};
use super::subject::{Subject, kind};
use crate::domain::{
    Action, Client, ClientId, ClientStatus, Page, RegisteredClient, Registration,
    RegistrationState, SecretStatus, Timestamp, Version,
};
use crate::repository::{AuditFilter, ErrorKind, RegistrationRepository, Result, Secrets};

impl<R: RegistrationRepository> Subject<R> {
    /// The unused clients since before that second, in pages of that size.
    async fn unused(&self, since: u64, size: u32) -> Vec<RegisteredClient> {
        let mut found: Vec<RegisteredClient> = Vec::new();
        loop {
            let last = found.last();
            let next = self.repository.unused_registrations(at(since), last, size);
            let next = next.await.expect("a list");
            assert!(next.len() <= size as usize);
            let is_last = next.len() < size as usize;
            found.extend(next);
            if is_last {
                return found;
            }
        }
    }

    async fn unused_ids(&self, since: u64) -> Vec<ClientId> {
        let found = self.unused(since, 100).await.into_iter();
        found.map(|one| one.client.client_id).collect()
    }

    async fn used(&self, id: &ClientId, second: u64) -> Result<()> {
        self.repository
            .touch_client(&self.tenant, id, at(second))
            .await
    }

    async fn reap(
        &self,
        id: &ClientId,
        expected: Version,
        last_used_at: Option<Timestamp>,
        second: u64,
    ) -> Result<()> {
        let write = entry(&self.tenant, id, Action::ClientDelete, second).into();
        self.repository
            .delete_unused(&self.tenant, id, expected, last_used_at, &write)
            .await
    }
}

/// Of all tenants, the longest unused first, in batches that follow each other.
pub async fn unused_clients_are_found_in_order(repository: impl RegistrationRepository) {
    let mut subject = Subject::new(repository);
    let mut stored = Vec::new();
    for second in 1..=12 {
        subject.tenant = tenant(["acme", "other"][second as usize % 2]);
        let client = subject.registered_in(RegistrationState::Approved, second);
        let client = client.await;
        let mut used_at = client.created_at;
        // Some are used at the same time.
        if second % 4 == 0 {
            let name = &client.client_id;
            subject.used(name, 20).await.expect("noted");
            used_at = at(20);
        }
        stored.push((used_at, client.client_id.clone()));
        subject.create(second).await;
    }
    stored.sort();
    for (since, count) in [(1, 0), (5, 3), (11, 8), (12, 9), (20, 9), (21, 12)] {
        let expected = stored.get(..count).expect("so many");
        for size in [1, 2, 3, 5, 9, 20] {
            let found = subject.unused(since, size).await;
            let found = found.iter();
            let found: Vec<_> = found
                .map(|one| (one.used_at(), one.client.client_id.clone()))
                .collect();
            assert_eq!(found, expected, "{since} {size}");
        }
    }
    let first = subject.unused(21, 20).await;
    let first = first.first().expect("a client");
    subject.tenant = first.client.tenant_id.clone();
    let read = subject.registered(&first.client.client_id).await;
    assert_eq!(read.expect("the registration").client, first.client);
}

/// Clients that are suspended or in a state of a newer version, that did not register themselves,
/// and deleted ones are not; a pending one and a denied one are.
pub async fn unused_clients_are_not_suspended(repository: impl RegistrationRepository) {
    let subject = Subject::new(repository);
    let approved = subject.registered_in(RegistrationState::Approved, 1).await;
    let name = approved.client_id.clone();
    let pending = async |second| {
        let mut client = dynamic(&subject.tenant, second);
        client.status = ClientStatus::Inactive;
        let registration = Registration::new(RegistrationState::Pending);
        let stored = subject.register(&client, None, &registration, second);
        stored.await.expect("a client is registered");
        client
    };
    let (mut denied, mut allowed, waiting) = (pending(2).await, pending(3).await, pending(4).await);
    let deleted = subject.registered_in(RegistrationState::Approved, 5).await;
    let deletion = subject.delete(&deleted.client_id, None, 6).await;
    deletion.expect("deleted");
    let was = subject.get_deleted(&deleted.client_id).await;
    let was = was.expect("a deleted client");
    subject.create(7).await;
    let ids = |clients: &[&Client]| -> Vec<_> {
        clients
            .iter()
            .map(|client| client.client_id.clone())
            .collect()
    };
    let all = ids(&[&approved, &denied, &allowed, &waiting]);
    assert_eq!(subject.unused_ids(50).await, all);

    let refused = Registration::new(RegistrationState::Denied);
    denied = subject
        .change(&denied, &refused, KEEP, 8)
        .await
        .expect("denied");
    allowed.status = ClientStatus::Active;
    let changed = subject.change(&allowed, &open(), KEEP, 9).await;
    allowed = changed.expect("approved");
    let restored = subject.restore(&was.client_id, was.version, 10).await;
    restored.expect("restored");
    assert_eq!(subject.unused_ids(50).await, all);

    let set = async |client: &Client, status, second| {
        let mut client = client.clone();
        client.status = status;
        let updated = subject.update(&client, Secrets::Keep, second).await;
        updated.expect("updated")
    };
    let approved = set(&approved, ClientStatus::Suspended, 11).await;
    denied = set(&denied, ClientStatus::Suspended, 12).await;
    assert_eq!(subject.unused_ids(50).await, all[2..]);
    // It is noted, and counts when the client is active again.
    subject.used(&name, 20).await.expect("noted");
    set(&approved, ClientStatus::Active, 21).await;
    set(&denied, ClientStatus::Inactive, 22).await;
    assert_eq!(subject.unused_ids(20).await, all[1..]);
    let later = ids(&[&denied, &allowed, &waiting, &approved]);
    assert_eq!(subject.unused_ids(50).await, later);

    let of_tomorrow = RegistrationState::stored("reviewed").expect("a word");
    for (client, state) in [
        (&waiting, of_tomorrow),
        (&allowed, RegistrationState::Pending),
    ] {
        let changed = Registration::new(state);
        let changed = subject.change(client, &changed, KEEP, 23).await;
        changed.expect("changed");
    }
    let left = ids(&[&denied, &allowed, &approved]);
    assert_eq!(subject.unused_ids(50).await, left);
}

/// In that version and with that last use only.
pub async fn an_unused_client_is_deleted_as_it_was_read(repository: impl RegistrationRepository) {
    let subject = Subject::new(repository);
    let client = dynamic(&subject.tenant, 1);
    let secret = secret(1);
    let stored = subject.register(&client, Some(&secret), &open(), 1).await;
    stored.expect("a client is registered");
    let name = &client.client_id;
    let first = client.version;
    let before = subject.see(name).await;
    for (version, last_used_at) in [
        (first.next(), None),
        (first, Some(at(1))),
        (first.next(), Some(at(2))),
    ] {
        let deleted = subject.reap(name, version, last_used_at, 9).await;
        assert_eq!(kind(&deleted), Some(ErrorKind::Stale));
    }
    assert_eq!(subject.see(name).await, before);
    subject.used(name, 5).await.expect("noted");
    for last_used_at in [None, Some(at(4)), Some(at(6))] {
        let deleted = subject.reap(name, first, last_used_at, 9).await;
        assert_eq!(kind(&deleted), Some(ErrorKind::Stale));
    }
    let deleted = subject.reap(name, first, Some(at(5)), 10).await;
    deleted.expect("deleted");
    for _ in 0..2 {
        assert_eq!(kind(&subject.get(name).await), Some(ErrorKind::NotFound));
        let read = subject.registered(name).await;
        assert_eq!(kind(&read), Some(ErrorKind::NotFound));
        let again = subject.reap(name, first.next(), Some(at(5)), 11).await;
        assert_eq!(kind(&again), Some(ErrorKind::NotFound));
    }
    assert!(subject.unused_ids(50).await.is_empty());
    let was = subject.get_deleted(name).await.expect("a deleted client");
    assert_eq!((was.version, was.updated_at), (first.next(), at(10)));
    assert_eq!((was.deleted_at, was.secret_last_four), (Some(at(10)), None));
    let restored = subject.restore(name, was.version, 12).await;
    restored.expect("restored");
    let secrets = subject.secrets(name).await.expect("secrets");
    let statuses: Vec<_> = secrets.iter().map(|secret| &secret.status).collect();
    assert_eq!(statuses, [&SecretStatus::Inactive]);
    let (_, _, _, trail) = subject.see(name).await;
    assert_eq!(trail.len(), 3);
}

/// A client that is used or changed meanwhile stays; what is deleted was neither.
pub async fn a_client_in_use_is_not_deleted(repository: impl RegistrationRepository) {
    let subject = Arc::new(Subject::new(repository));
    for round in 0..ROUNDS {
        let start = round * 100;
        let client = subject.registered_in(RegistrationState::Approved, start);
        let client = client.await;
        let name = client.client_id.clone();
        let ended = race((0..3).map(|racer| {
            let (subject, client) = (Arc::clone(&subject), client.clone());
            async move {
                let (name, version) = (&client.client_id, client.version);
                match racer {
                    0 => subject.reap(name, version, None, start + 10).await,
                    1 => subject.used(name, start + 11).await,
                    _ if round % 2 == 0 => {
                        let same = open();
                        let changed = subject.change(&client, &same, KEEP, start + 12);
                        changed.await.map(drop)
                    }
                    _ => Ok(()),
                }
            }
        }))
        .await;
        let conflicts = [Some(ErrorKind::Stale), Some(ErrorKind::NotFound)];
        let expected = |kind: &Option<ErrorKind>| kind.is_none() || conflicts.contains(kind);
        assert!(ended.iter().all(expected), "{ended:?}");
        let current = subject.get(&name).await;
        let registered = subject.registered(&name).await;
        assert_eq!(registered.is_ok(), current.is_ok());
        if let Ok(current) = current {
            assert!(winners(&ended) < 3, "{ended:?}");
            let noted = current.last_used_at == Some(at(start + 11));
            assert!(noted, "{ended:?}");
        } else {
            let was = subject.get_deleted(&name).await.expect("a deleted client");
            assert_eq!(
                (was.version, was.last_used_at),
                (client.version.next(), None)
            );
        }
    }
}

/// Of several hosts that delete unused clients, one deletes each.
pub async fn an_unused_client_is_deleted_once(repository: impl RegistrationRepository) {
    let subject = Arc::new(Subject::new(repository));
    for second in 1..=12 {
        let client = subject.registered_in(RegistrationState::Approved, second);
        client.await;
    }
    let hosts = (0..4).map(|host| {
        let subject = Arc::clone(&subject);
        async move {
            let mut deleted = 0;
            for one in subject.unused(50, 5).await {
                let (client, second) = (one.client, 100 + host);
                let last = client.last_used_at;
                let done = subject.reap(&client.client_id, client.version, last, second);
                match kind(&done.await) {
                    None => deleted += 1,
                    Some(ErrorKind::NotFound | ErrorKind::Stale) => {}
                    Some(other) => return Err(other.into()),
                }
            }
            assert!(deleted <= 12);
            Ok(())
        }
    });
    assert_eq!(race(hosts).await, [None; 4]);
    assert!(subject.unused(200, 5).await.is_empty());
    let all = AuditFilter::new();
    let page = Page::Number {
        number: 1,
        size: 50,
    };
    let trail = subject.tenant_trail(&all, page).await;
    assert_eq!(trail.total, Some(24));
}

/// All use the same `client_id`, or change the same version.
pub async fn one_of_many_registrations_wins(repository: impl RegistrationRepository) {
    let subject = Arc::new(Subject::new(repository));
    for round in 0..ROUNDS {
        let start = round * 100;
        let name = dynamic(&subject.tenant, start).client_id;
        let ended = race((0..6).map(|racer| {
            let (subject, name) = (Arc::clone(&subject), name.clone());
            async move {
                let mut client = dynamic(&subject.tenant, start + racer);
                client.client_id = name;
                subject.register(&client, None, &open(), start).await
            }
        }))
        .await;
        assert_eq!(winners(&ended), 1, "{ended:?}");
        let refused = Some(ErrorKind::Conflict);
        assert_eq!(ended.iter().filter(|kind| **kind == refused).count(), 5);

        let client = subject.get(&name).await.expect("the client");
        let ended = race((0..4).map(|racer| {
            let (subject, client) = (Arc::clone(&subject), client.clone());
            async move {
                let secret = secret(start + 10 + racer);
                let new = (Secrets::End, Some(&secret));
                let changed = subject.change(&client, &open(), new, start + 20).await?;
                assert_eq!(changed.secret_last_four, Some(secret.last_four));
                Ok(())
            }
        }))
        .await;
        assert_eq!(winners(&ended), 1, "{ended:?}");
        let stale = Some(ErrorKind::Stale);
        assert_eq!(ended.iter().filter(|kind| **kind == stale).count(), 3);
        let (_, _, secrets, trail) = subject.see(&name).await;
        assert_eq!((secrets.len(), trail.len()), (1, 2));
    }
}
