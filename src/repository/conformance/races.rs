use std::future::Future;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::samples::{at, client, entry, tenant};
use super::subject::{Subject, kind};
use crate::domain::{Action, ClientId, Page, SecretStatus, Version};
use crate::repository::{ClientRepository, ErrorKind, NewClient, Origin, Result, Secrets};

/// How often each race is run, as a faulty repository may pass by chance.
pub(super) const ROUNDS: u64 = 10;

/// Runs all of them concurrently and returns the outcome of each.
pub(super) async fn race<F>(racers: impl IntoIterator<Item = F>) -> Vec<Option<ErrorKind>>
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for racer in racers {
        tasks.spawn(racer);
    }
    let ended = tasks.join_all().await;
    ended.iter().map(kind).collect()
}

pub(super) fn winners(ended: &[Option<ErrorKind>]) -> usize {
    ended.iter().filter(|kind| kind.is_none()).count()
}

#[derive(Clone, Copy)]
enum Wish {
    Add,
    Rotate,
}

/// Retries with the stored version until it no longer fails because of a concurrent change.
async fn insist<R: ClientRepository>(
    subject: Arc<Subject<R>>,
    id: ClientId,
    wish: Wish,
    second: u64,
) -> Result<()> {
    loop {
        let version = subject.version(&id).await?;
        let done = match wish {
            Wish::Add => subject.add(&id, version, second).await,
            Wish::Rotate => subject.rotate(&id, version, at(1_000), second).await,
        };
        match kind(&done) {
            Some(ErrorKind::Stale | ErrorKind::Unavailable) => tokio::task::yield_now().await,
            _ => return done.map(drop),
        }
    }
}

/// Twelve calls add a second secret, each with the version that it reads.
pub async fn one_place_is_given_once(repository: impl ClientRepository) {
    let subject = Arc::new(Subject::new(repository));
    for round in 0..ROUNDS {
        let start = round * 100;
        let (client, _) = subject.create_with_secret(start).await;
        let id = client.client_id;
        let add = |racer| insist(Arc::clone(&subject), id.clone(), Wish::Add, start + racer);
        let ended = race((1..=12).map(add)).await;
        assert_eq!(winners(&ended), 1, "{ended:?}");
        let refused = Some(ErrorKind::TooManySecrets);
        assert_eq!(ended.iter().filter(|kind| **kind == refused).count(), 11);
        assert_eq!(subject.secrets(&id).await.expect("secrets").len(), 2);
        assert_eq!(subject.version(&id).await.ok(), Some(Version::FIRST.next()));
    }
}

/// After eight atomic rotations, one secret is active and two are retired.
pub async fn rotations_at_the_same_time_leave_one_active(repository: impl ClientRepository) {
    let subject = Arc::new(Subject::new(repository));
    let (client, _) = subject.create_with_secret(0).await;
    let id = client.client_id;
    let rotate = |racer| insist(Arc::clone(&subject), id.clone(), Wish::Rotate, racer);
    let ended = race((1..=8).map(rotate)).await;
    assert_eq!(winners(&ended), 8, "{ended:?}");
    let secrets = subject.secrets(&id).await.expect("secrets");
    let count = |status| secrets.iter().filter(|s| s.status == status).count();
    assert_eq!(count(SecretStatus::Active), 1);
    assert_eq!(count(SecretStatus::Retired), 2);
    assert_eq!(count(SecretStatus::Inactive), 6);
    let version = subject.version(&id).await.expect("the client");
    assert_eq!(version.as_i64(), 9);
}

/// Additions and rotations share the limits: two active and two retired secrets.
pub async fn additions_and_rotations_keep_the_limits(repository: impl ClientRepository) {
    let subject = Arc::new(Subject::new(repository));
    let (client, _) = subject.create_with_secret(0).await;
    let id = client.client_id;
    let ended = race((1..=12).map(|racer| {
        let wish = if racer % 2 == 0 {
            Wish::Rotate
        } else {
            Wish::Add
        };
        insist(Arc::clone(&subject), id.clone(), wish, racer)
    }))
    .await;
    let refused = Some(ErrorKind::TooManySecrets);
    let expected = |kind: &Option<ErrorKind>| kind.is_none() || *kind == refused;
    assert!(ended.iter().all(expected), "{ended:?}");
    let secrets = subject.secrets(&id).await.expect("secrets");
    let count = |status| secrets.iter().filter(|s| s.status == status).count();
    assert!((1..=2).contains(&count(SecretStatus::Active)));
    assert!(count(SecretStatus::Retired) <= 2);
    assert_eq!(secrets.len(), 1 + winners(&ended));
    let (_, client, _, trail) = subject.see(&id).await;
    assert_eq!(trail.len(), 1 + winners(&ended));
    let version = client.expect("the client").version.as_i64();
    assert_eq!(version.unsigned_abs(), trail.len() as u64);
}

/// Uses are recorded while the secret is deactivated and the client changed: no change is lost.
pub async fn a_touch_undoes_no_write(repository: impl ClientRepository) {
    let subject = Arc::new(Subject::new(repository));
    for round in 0..ROUNDS {
        let start = round * 100;
        let (client, secret) = subject.create_with_secret(start).await;
        let id = client.client_id;
        let ended = race((0..6).map(|racer| {
            let (subject, id) = (Arc::clone(&subject), id.clone());
            async move {
                match racer {
                    0 => subject.deactivate(&id, secret.id, start).await.map(drop),
                    1 => insist(subject, id, Wish::Add, start + 50).await,
                    _ => subject.touch(&id, secret.id, start + racer).await,
                }
            }
        }))
        .await;
        assert_eq!(ended, [None; 6]);
        let secrets = subject.secrets(&id).await.expect("secrets");
        let [_, stopped] = &*secrets else {
            panic!("two secrets")
        };
        assert_eq!(stopped.status, SecretStatus::Inactive);
        assert_eq!(stopped.last_used_at, Some(at(start + 5)));
        assert_eq!(
            subject.version(&id).await.ok().map(Version::as_i64),
            Some(3)
        );
    }
}

/// The total of a numbered page is of the same snapshot as its items.
pub async fn a_page_and_its_total_are_of_one_moment(repository: impl ClientRepository) {
    let subject = Arc::new(Subject::new(repository));
    let first = subject.create(0).await;
    let page = Page::Number {
        number: 1,
        size: Page::MAX_SIZE,
    };
    let writing = {
        let (subject, mut client) = (Arc::clone(&subject), first.clone());
        tokio::spawn(async move {
            for second in 1..=20 {
                subject.create(second).await;
                let updated = subject.update(&client, Secrets::Keep, second).await;
                client = updated.expect("updated");
            }
        })
    };
    loop {
        let last = writing.is_finished();
        let listed = subject.list(&Default::default(), page).await;
        assert_eq!(listed.total, Some(listed.items.len() as u64));
        let trail = subject.trail(&first.client_id, page).await;
        let trail = trail.expect("the trail");
        assert_eq!(trail.total, Some(trail.items.len() as u64));
        if last {
            assert_eq!((listed.items.len(), trail.items.len()), (21, 21));
            break;
        }
    }
    writing.await.expect("written");
}

/// Two deletions, each of one active secret.
pub async fn one_of_the_last_two_secrets_stays(repository: impl ClientRepository) {
    let subject = Arc::new(Subject::new(repository));
    for round in 0..ROUNDS {
        let start = round * 10;
        let (client, first) = subject.create_with_secret(start).await;
        let id = client.client_id;
        let second = subject.add(&id, client.version, start + 1).await;
        let second = second.expect("added");
        let ended = race([first.id, second.id].map(|secret| {
            let (subject, id) = (Arc::clone(&subject), id.clone());
            async move { subject.remove(&id, secret, start + 2).await }
        }))
        .await;
        assert_eq!(winners(&ended), 1);
        assert!(ended.contains(&Some(ErrorKind::LastSecret)), "{ended:?}");
        assert_eq!(subject.secrets(&id).await.expect("secrets").len(), 1);
    }
}

/// Both start from the same version.
pub async fn one_of_two_updates_wins(repository: impl ClientRepository) {
    let subject = Arc::new(Subject::new(repository));
    for round in 0..ROUNDS {
        let client = subject.create(round * 10).await;
        let ended = race(["First", "Second"].map(|name| {
            let (subject, mut client) = (Arc::clone(&subject), client.clone());
            async move {
                client.metadata.name = name.into();
                let updated = subject.update(&client, Secrets::Keep, 9).await?;
                assert_eq!(updated.metadata.name, name);
                Ok(())
            }
        }))
        .await;
        assert_eq!(winners(&ended), 1, "{ended:?}");
        assert!(ended.contains(&Some(ErrorKind::Stale)));
        let (_, _, _, trail) = subject.see(&client.client_id).await;
        assert_eq!(trail.len(), 2);
    }
}

/// Both start from the same version; the second one finds the client changed or deleted.
pub async fn an_update_and_a_deletion_do_not_both_win(repository: impl ClientRepository) {
    let subject = Arc::new(Subject::new(repository));
    for round in 0..ROUNDS {
        let client = subject.create(round * 10).await;
        let ended = race([true, false].map(|deletes| {
            let (subject, client) = (Arc::clone(&subject), client.clone());
            async move {
                if deletes {
                    let (id, version) = (&client.client_id, Some(client.version));
                    subject.delete(id, version, 5).await
                } else {
                    subject.update(&client, Secrets::Keep, 5).await.map(drop)
                }
            }
        }))
        .await;
        assert_eq!(winners(&ended), 1, "{ended:?}");
        let loser = ended.iter().find_map(|kind| *kind);
        let expected = [Some(ErrorKind::Stale), Some(ErrorKind::NotFound)];
        assert!(expected.contains(&loser), "{loser:?}");
    }
}

/// A deleted client is never cloned.
pub async fn a_clone_and_a_deletion_come_one_after_the_other(repository: impl ClientRepository) {
    let subject = Arc::new(Subject::new(repository));
    for round in 0..ROUNDS {
        let start = round * 10;
        let origin = subject.create(start).await;
        let clone = client(&subject.tenant, start + 1);
        let from = Origin::CloneOf(origin.client_id.clone(), origin.version);
        let cloning = {
            let (subject, clone) = (Arc::clone(&subject), clone.clone());
            tokio::spawn(async move { subject.store(&clone, None, &from, start + 1).await })
        };
        let deleted = subject.delete(&origin.client_id, None, start + 2).await;
        deleted.expect("deleted");
        let cloned = cloning.await.expect("no panic");
        let exists = subject.get(&clone.client_id).await.is_ok();
        assert_eq!(exists, cloned.is_ok());
        assert!(exists || kind(&cloned) == Some(ErrorKind::NotFound));
    }
}

/// All use the same `client_id`, in one tenant or the other.
pub async fn one_of_many_creations_wins(repository: impl ClientRepository) {
    let subject = Arc::new(Subject::new(repository));
    for round in 0..ROUNDS {
        let start = round * 10;
        let name = client(&subject.tenant, start).client_id;
        let ended = race((0..6).map(|racer| {
            let (subject, name) = (Arc::clone(&subject), name.clone());
            async move {
                let tenant = tenant(["acme", "other"][racer as usize % 2]);
                let mut client = client(&tenant, start + racer);
                client.client_id = name;
                let write = entry(&tenant, &client.client_id, Action::ClientCreate, start).into();
                let new = NewClient::new(client);
                subject.repository.create(&tenant, &new, &write).await
            }
        }))
        .await;
        assert_eq!(winners(&ended), 1, "{ended:?}");
        let refused = Some(ErrorKind::Conflict);
        assert_eq!(ended.iter().filter(|kind| **kind == refused).count(), 5);
    }
}
