//! Cases for [`PurgeRepository`].

use std::future::Future;
use std::sync::Arc;

use super::races::race;
use super::samples::{at, client, tenant};
use super::subject::{Subject, kind};
use crate::domain::{ClientId, Page, SecretStatus};
use crate::repository::{ClientFilter, ErrorKind, Origin, PurgeRepository, Result, Secrets};

const MANY: u32 = 1_000;

const FIRST: Page = Page::After {
    id: None,
    size: Page::MAX_SIZE,
};

impl<R: PurgeRepository> Subject<R> {
    async fn times(&self, id: &ClientId) -> Vec<i64> {
        let trail = self.trail(id, FIRST).await.expect("a trail");
        let times = trail.items.iter().map(|entry| entry.at.as_seconds());
        times.map(|time| time - at(0).as_seconds()).collect()
    }

    async fn purge_entries(&self, before: u64, limit: u32) -> usize {
        patiently(|| self.repository.purge_audit_entries(at(before), limit)).await
    }

    async fn purge_clients(&self, before: u64, limit: u32) -> usize {
        patiently(|| self.repository.purge_deleted_clients(at(before), limit)).await
    }

    async fn purge_secrets(&self, before: u64, limit: u32) -> usize {
        patiently(|| self.repository.purge_inactive_secrets(at(before), limit)).await
    }
}

/// Like a host, it tries again if others that write at the same time win too often.
async fn patiently<F: Future<Output = Result<usize>>>(purge: impl Fn() -> F) -> usize {
    for _ in 0..20 {
        match purge().await {
            Err(error) if error.kind() == ErrorKind::Unavailable => {}
            purged => return purged.expect("no error"),
        }
    }
    panic!("it is never available");
}

/// Removes entries of every client, oldest first; the rest, even if empty, is read as before.
pub async fn old_entries_are_purged(repository: impl PurgeRepository) {
    let mut subject = Subject::new(repository);
    let one = subject.create(1).await;
    for second in 2..=5 {
        let current = subject.get(&one.client_id).await.expect("the client");
        let updated = subject.update(&current, Secrets::Keep, second * 10).await;
        updated.expect("an update");
    }
    subject.tenant = tenant("another");
    let other = subject.create(15).await;
    subject
        .delete(&other.client_id, None, 45)
        .await
        .expect("a deletion");

    assert_eq!(subject.purge_entries(1, MANY).await, 0);
    // From seconds 1, 15 and 20, although one belongs to another tenant.
    assert_eq!(subject.purge_entries(50, 3).await, 3);
    assert_eq!(subject.times(&other.client_id).await, [45]);
    assert_eq!(subject.purge_entries(50, MANY).await, 3);
    assert_eq!(subject.purge_entries(50, MANY).await, 0);
    assert!(subject.times(&other.client_id).await.is_empty());
    subject.tenant = tenant("acme");
    assert_eq!(subject.times(&one.client_id).await, [50]);
    assert_eq!(subject.purge_entries(51, MANY).await, 1);
    assert!(subject.times(&one.client_id).await.is_empty());
    let numbered = Page::Number {
        number: 1,
        size: 10,
    };
    let trail = subject.trail(&one.client_id, numbered).await;
    assert_eq!(trail.expect("a trail").total, Some(0));

    let current = subject.get(&one.client_id).await.expect("the client");
    assert_eq!(current.updated_at, at(50));
    let updated = subject.update(&current, Secrets::Keep, 60).await;
    updated.expect("an update");
    assert_eq!(subject.times(&one.client_id).await, [60]);
}

/// Removes deleted clients with their secrets and trails; their ids stay taken, and others stay.
pub async fn deleted_clients_are_purged(repository: impl PurgeRepository) {
    let mut subject = Subject::new(repository);
    let (old, _) = subject.create_with_secret(1).await;
    let (young, _) = subject.create_with_secret(2).await;
    let (live, _) = subject.create_with_secret(3).await;
    subject
        .delete(&old.client_id, None, 10)
        .await
        .expect("a deletion");
    subject
        .delete(&young.client_id, None, 20)
        .await
        .expect("a deletion");
    let before = (
        subject.see(&young.client_id).await,
        subject.see(&live.client_id).await,
    );

    assert_eq!(subject.purge_clients(10, MANY).await, 0);
    // The client, its secret and two entries.
    assert_eq!(subject.purge_clients(20, MANY).await, 4);
    assert_eq!(subject.purge_clients(20, MANY).await, 0);
    assert_eq!(subject.purge_clients(20, 1).await, 0);
    let not_found = Some(ErrorKind::NotFound);
    let trail = subject.trail(&old.client_id, FIRST).await;
    assert_eq!(kind(&trail), not_found);
    let was = subject.get_deleted(&old.client_id).await;
    assert_eq!(kind(&was), not_found);
    for version in [old.version, old.version.next()] {
        let restored = subject.restore(&old.client_id, version, 30).await;
        assert_eq!(kind(&restored), not_found);
    }
    let deleted = ClientFilter::new().with_deleted(true);
    let numbered = Page::Number { number: 1, size: 9 };
    for page in [FIRST, numbered] {
        let deleted = subject.list(&deleted, page).await.items;
        let ids: Vec<_> = deleted.iter().map(|client| client.id).collect();
        assert_eq!(ids, [young.id]);
    }
    assert_eq!(subject.list(&deleted, numbered).await.total, Some(1));
    let after = (
        subject.see(&young.client_id).await,
        subject.see(&live.client_id).await,
    );
    assert_eq!(after, before);

    let mut same = client(&subject.tenant, 40);
    same.client_id = old.client_id.clone();
    let mut like = client(&subject.tenant, 41);
    like.id = old.id;
    for taken in [&old, &same, &like] {
        let again = subject.store(taken, None, &Origin::Draft, 42).await;
        assert_eq!(kind(&again), Some(ErrorKind::Conflict));
    }
    subject.tenant = tenant("another");
    same.tenant_id = subject.tenant.clone();
    let again = subject.store(&same, None, &Origin::Draft, 42).await;
    assert_eq!(kind(&again), Some(ErrorKind::Conflict));
}

/// A client is restored as a whole, and then stays, or is purged as a whole.
pub async fn a_restoration_and_a_purge_do_not_both_win(repository: impl PurgeRepository) {
    let subject = Arc::new(Subject::new(repository));
    for round in 0..10 {
        let start = 100 + round * 10;
        let (client, _) = subject.create_with_secret(start).await;
        let id = client.client_id;
        let deleted = subject.delete(&id, None, start + 1).await;
        deleted.expect("deleted");
        let was = subject.get_deleted(&id).await.expect("what was deleted");
        let purging = {
            let subject = Arc::clone(&subject);
            tokio::spawn(async move { subject.purge_clients(start + 2, MANY).await })
        };
        let restored = loop {
            let restored = subject.restore(&id, was.version, start + 3).await;
            if kind(&restored) != Some(ErrorKind::Unavailable) {
                break restored;
            }
        };
        let purged = purging.await.expect("no panic");
        match kind(&restored) {
            None => {
                assert_eq!(purged, 0);
                let (_, client, secrets, trail) = subject.see(&id).await;
                assert_eq!(client.map(|client| client.metadata), Some(was.metadata));
                assert_eq!((secrets.len(), trail.len()), (1, 3));
            }
            other => {
                assert_eq!((other, purged), (Some(ErrorKind::NotFound), 4));
                let trail = subject.trail(&id, FIRST).await;
                assert_eq!(kind(&trail), Some(ErrorKind::NotFound));
            }
        }
    }
}

/// A client is removed with the last entry of its trail, in as many calls as necessary.
pub async fn a_long_trail_is_purged_in_batches(repository: impl PurgeRepository) {
    let subject = Subject::new(repository);
    for second in [1, 2] {
        let client = subject.create(second).await;
        for second in 3..=6 {
            let current = subject.get(&client.client_id).await.expect("the client");
            let updated = subject.update(&current, Secrets::Keep, second).await;
            updated.expect("an update");
        }
        let deleted = subject.delete(&client.client_id, None, 8 + second);
        deleted.await.expect("a deletion");
        assert_eq!(subject.times(&client.client_id).await.len(), 6);
    }
    // Two clients with six entries each.
    let mut purged = Vec::new();
    loop {
        match subject.purge_clients(100, 4).await {
            0 => break,
            rows => purged.push(rows),
        }
    }
    assert_eq!(purged.iter().sum::<usize>(), 14);
    assert!(purged.iter().all(|rows| *rows <= 5), "{purged:?}");
    assert!(purged.len() >= 3, "{purged:?}");
}

/// Concurrent calls share the work and block nothing.
pub async fn purges_at_the_same_time_do_no_harm(repository: impl PurgeRepository) {
    let subject = Arc::new(Subject::new(repository));
    let (live, _) = subject.create_with_secret(1).await;
    for second in 2..=20 {
        let (client, _) = subject.create_with_secret(second).await;
        let deleted = subject.delete(&client.client_id, None, 30 + second);
        deleted.await.expect("a deletion");
    }
    let purges = (0..4).map(|_| {
        let subject = Arc::clone(&subject);
        async move {
            while subject.purge_clients(100, 7).await > 0 {}
            subject.purge_entries(2, MANY).await;
            Ok(())
        }
    });
    let name = live.client_id.clone();
    let writer = Arc::clone(&subject);
    let writes = async move {
        for second in 50..70 {
            let current = writer.get(&name).await?;
            writer.update(&current, Secrets::Keep, second).await?;
        }
        Ok(())
    };
    let purging = tokio::spawn(race(purges.collect::<Vec<_>>()));
    assert_eq!(race([writes]).await, [None]);
    assert_eq!(purging.await.expect("an end"), [None; 4]);
    assert_eq!(subject.purge_clients(100, MANY).await, 0);
    assert_eq!(subject.times(&live.client_id).await.len(), 20);
    assert_eq!(subject.purge_entries(100, MANY).await, 20);
}

/// Removes only inactive secrets, oldest first, and without a new version.
pub async fn inactive_secrets_are_purged(repository: impl PurgeRepository) {
    let subject = Subject::new(repository);
    let (client, first) = subject.create_with_secret(1).await;
    let name = &client.client_id;
    let second = subject.add(name, client.version, 2).await.expect("added");
    for (secret, second) in [(first.id, 10), (second.id, 20)] {
        let stopped = subject.deactivate(name, secret, second).await;
        stopped.expect("deactivated");
    }
    let version = subject.version(name).await.expect("the client");
    let third = subject
        .rotate(name, version, at(1_000), 30)
        .await
        .expect("rotated");
    let version = subject.version(name).await.expect("the client");
    let fourth = subject
        .rotate(name, version, at(1_000), 40)
        .await
        .expect("rotated");
    let before = subject.get(name).await.expect("the client");

    assert_eq!(subject.purge_secrets(10, MANY).await, 0);
    assert_eq!(subject.purge_secrets(100, 1).await, 1);
    let ids = async || {
        let secrets = subject.secrets(name).await.expect("secrets");
        secrets.iter().map(|secret| secret.id).collect::<Vec<_>>()
    };
    assert_eq!(ids().await, [fourth.id, third.id, second.id]);
    assert_eq!(subject.purge_secrets(100, MANY).await, 1);
    assert_eq!(subject.purge_secrets(100, MANY).await, 0);
    assert_eq!(ids().await, [fourth.id, third.id]);
    let retired = subject.secrets(name).await.expect("secrets");
    assert_eq!(
        retired.last().map(|secret| &secret.status),
        Some(&SecretStatus::Retired)
    );
    assert_eq!(subject.get(name).await.expect("the client"), before);

    subject
        .update(&before, Secrets::End, 50)
        .await
        .expect("an update");
    assert_eq!(subject.purge_secrets(100, MANY).await, 2);
    assert!(ids().await.is_empty());
}
