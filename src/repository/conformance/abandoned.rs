//! Dropped futures. Every case needs a runtime with a clock.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::samples::{client, entry, secret};
use super::subject::{Subject, kind};
use super::writes::Write;
use crate::domain::{Action, ClientId, Page, SecretRecord};
use crate::repository::{ClientRepository, ErrorKind, Origin, Secrets};

/// The last point at which a future is dropped, counted in wake-ups.
const POINTS: usize = 24;

/// Far longer than any call takes; a leaked lock is held for longer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Drops the future at the given await point. `None` unless it completed earlier.
pub(super) async fn abandon<F: Future>(future: F, point: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = point;
    promptly(poll_fn(|context| {
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }))
    .await
}

pub(super) async fn promptly<F: Future>(future: F) -> F::Output {
    let answer = timeout(PATIENCE, future).await;
    answer.expect("an answer: a caller that went away holds a lock or a connection")
}

/// Every write, dropped at each await point: both its change and its audit entry are stored or
/// neither is, and the next write to the client is not blocked.
pub async fn abandoned_writes_are_whole_or_nothing(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let mut second = 0;
    for write in Write::ALL {
        for point in 1..=POINTS {
            second += 10;
            let (client, retired, _) = subject.create_rotated(second).await;
            let new = secret(second + 2);
            let name = &client.client_id;
            let audit = entry(&subject.tenant, name, Action::ClientUpdate, second + 2);
            let stored = audit.clone().into();
            let written = write.perform(&subject, &client, retired.id, &new, &stored);
            let done = abandon(written, point).await;
            promptly(write_once_more(&subject, name)).await;

            let (client, secrets, trail) = promptly(steady(&subject, name)).await;
            let noted = trail.contains(&audit);
            let shows = write.shows(client.as_ref(), &secrets, retired.id, new.id);
            assert_eq!(shows, noted, "{write:?} dropped at point {point}");
            if let Some(client) = client {
                let version = client.version.as_i64().unsigned_abs();
                assert_eq!(trail.len() as u64, version, "{write:?} at point {point}");
            }
            if let Some(done) = done {
                done.expect("a write");
                assert!(noted, "{write:?} was answered");
                break;
            }
        }
    }
}

/// Either the new client is stored with its secret and its audit entry, or its id is free; a clone
/// leaves no lock on its origin.
pub async fn abandoned_creations_are_whole_or_nothing(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let source = subject.create(0).await;
    let from = Origin::CloneOf(source.client_id.clone(), source.version);
    for (of, origin) in (1..).zip([Origin::Draft, from]) {
        for point in 1..=POINTS {
            let second = of * 1_000 + point as u64;
            let mut client = client(&subject.tenant, second);
            let secret = secret(second);
            client.secret_last_four = Some(secret.last_four.clone());
            let create = || subject.store(&client, Some(&secret), &origin, second);
            let done = abandon(create(), point).await;
            // Either this call creates it, or the dropped one did.
            let again = kind(&promptly(create()).await);
            assert!(matches!(again, None | Some(ErrorKind::Conflict)));
            let (stored, secrets, trail) = promptly(steady(&subject, &client.client_id)).await;
            assert_eq!(stored.as_ref(), Some(&client));
            assert_eq!((secrets.len(), trail.len()), (1, 1));
            if let Some(done) = done {
                done.expect("created");
                break;
            }
        }
    }
    promptly(write_once_more(&subject, &source.client_id)).await;
}

/// Many reads of every kind, dropped at each await point, leak no resources.
pub async fn abandoned_reads_leave_nothing_behind(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (client, _) = subject.create_with_secret(1).await;
    let name = &client.client_id;
    let seen = subject.see(name).await;
    let page = Page::Number { number: 1, size: 9 };
    let all = Default::default();
    for point in [1, 1, 2, 2, 3, 4, 5, 6].repeat(8) {
        abandon(subject.get(name), point).await;
        abandon(subject.secrets(name), point).await;
        abandon(subject.trail(name, page), point).await;
        let list = subject.repository.list(&subject.tenant, &all, page);
        abandon(list, point).await;
    }
    assert_eq!(promptly(subject.see(name)).await, seen);
    promptly(write_once_more(&subject, name)).await;
}

/// Many calls that wait for the same client, all dropped at some point, leave no lock behind.
pub async fn an_abandoned_crowd_is_in_nobodys_way(repository: impl ClientRepository) {
    let subject = Arc::new(Subject::new(repository));
    let (client, _) = subject.create_with_secret(1).await;
    let name = &client.client_id;
    for micros in [0, 100, 300, 1_000, 3_000, 10_000] {
        let current = promptly(subject.get(name)).await.expect("the client");
        let mut crowd = JoinSet::new();
        for second in 0..16 {
            let (subject, client) = (Arc::clone(&subject), current.clone());
            crowd.spawn(async move {
                let updated = subject.update(&client, Secrets::Keep, second).await;
                updated.map(drop)
            });
        }
        sleep(Duration::from_micros(micros)).await;
        crowd.shutdown().await;
        promptly(write_once_more(&subject, name)).await;
        let (client, _, trail) = promptly(steady(&subject, name)).await;
        let version = client.expect("the client").version.as_i64();
        assert_eq!(trail.len() as u64, version.unsigned_abs());
    }
}

/// An update that succeeds unless the client is deleted. After it, an abandoned write that expects
/// a version fails.
async fn write_once_more<R: ClientRepository>(subject: &Subject<R>, id: &ClientId) {
    loop {
        let updated = match subject.get(id).await {
            Ok(client) => subject.update(&client, Secrets::Keep, 999).await.map(drop),
            Err(error) => Err(error),
        };
        match kind(&updated) {
            None | Some(ErrorKind::NotFound) => return,
            Some(ErrorKind::Stale | ErrorKind::Unavailable) => tokio::task::yield_now().await,
            Some(other) => panic!("{other:?}"),
        }
    }
}

type Whole = (
    Option<crate::domain::Client>,
    Vec<SecretRecord>,
    Vec<crate::domain::AuditEntry>,
);

/// The state of a client, once it no longer changes.
async fn steady<R: ClientRepository>(subject: &Subject<R>, id: &ClientId) -> Whole {
    loop {
        let before = subject.see(id).await;
        let secrets = subject.secrets(id).await.unwrap_or_default();
        let after = subject.see(id).await;
        if before == after {
            let (_, client, _, trail) = after;
            return (client, secrets, trail);
        }
    }
}
