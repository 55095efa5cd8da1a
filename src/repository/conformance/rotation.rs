use super::samples::{at, client, secret};
use super::subject::{Subject, kind};
use crate::domain::SecretStatus::{self, Active, Inactive, Retired};
use crate::domain::{ClientId, Timestamp};
use crate::repository::{ClientRepository, ErrorKind, Origin};

/// The statuses of a client's secrets, newest first.
async fn statuses<R: ClientRepository>(subject: &Subject<R>, id: &ClientId) -> Vec<SecretStatus> {
    let secrets = subject.secrets(id).await.expect("secrets");
    secrets.iter().map(|secret| secret.status.clone()).collect()
}

async fn rotate<R: ClientRepository>(
    subject: &Subject<R>,
    id: &ClientId,
    grace_ends: Timestamp,
    second: u64,
) {
    let version = subject.version(id).await.expect("the client");
    let rotated = subject.rotate(id, version, grace_ends, second).await;
    rotated.expect("rotated");
}

/// All active secrets are retired until the grace ends, and the new one replaces them.
pub async fn a_rotation_retires_the_active_secrets(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (client, _) = subject.create_with_secret(1).await;
    let id = &client.client_id;
    subject.add(id, client.version, 2).await.expect("added");
    rotate(&subject, id, at(1_000), 3).await;
    assert_eq!(statuses(&subject, id).await, [Active, Retired, Retired]);
    let secrets = subject.secrets(id).await.expect("secrets");
    let (new, old) = secrets.split_first().expect("secrets");
    assert_eq!((new.created_at, new.expires_at), (at(3), None));
    for secret in old {
        assert_eq!(secret.updated_at, at(3));
        assert_eq!(secret.expires_at, Some(at(1_000)));
        assert!(secret.verifies_at(at(999)) && !secret.verifies_at(at(1_000)));
    }
    // A client without a secret gets its first one by rotation.
    let without = subject.create(10).await;
    rotate(&subject, &without.client_id, at(1_000), 11).await;
    assert_eq!(statuses(&subject, &without.client_id).await, [Active]);
}

/// It also ends those of earlier rotations, as is needed after a leak.
pub async fn a_rotation_without_grace_ends_every_other_secret(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    for (first, grace_ends) in [(10, 13), (20, 22)] {
        let (client, _) = subject.create_with_secret(first).await;
        let id = &client.client_id;
        rotate(&subject, id, at(1_000), first + 1).await;
        assert_eq!(statuses(&subject, id).await, [Active, Retired]);
        rotate(&subject, id, at(grace_ends), first + 3).await;
        assert_eq!(statuses(&subject, id).await, [Active, Inactive, Inactive]);
    }
}

/// The newest ones stay; an older one ends, and never verifies again.
pub async fn two_retired_secrets_stay_at_most(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (client, _) = subject.create_with_secret(1).await;
    let id = &client.client_id;
    for second in 2..6 {
        rotate(&subject, id, at(1_000), second).await;
    }
    let expected = [Active, Retired, Retired, Inactive, Inactive];
    assert_eq!(statuses(&subject, id).await, expected);
    let secrets = subject.secrets(id).await.expect("secrets");
    let ended = secrets.iter().map(|secret| secret.updated_at);
    let expected: Vec<_> = [5, 5, 4, 5, 4].map(at).into();
    assert_eq!(ended.collect::<Vec<_>>(), expected);

    let version = subject.version(id).await.expect("the client");
    let stale = subject.rotate(id, client.version, at(1_000), 6).await;
    assert_eq!(kind(&stale), Some(ErrorKind::Stale));
    assert_eq!(subject.version(id).await.ok(), Some(version));
}

/// The newest ones stay, after a rotation as after an addition, so that the cost of a client's
/// secrets is bounded.
pub async fn a_hundred_inactive_secrets_stay_at_most(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let client = client(&subject.tenant, 1);
    let first = secret(1_000);
    let inactive = |second| {
        let mut secret = secret(second);
        secret.status = Inactive;
        secret
    };
    // Two more than are kept, and one that is newer than the active one.
    let mut imported: Vec<_> = (2..103).map(inactive).collect();
    imported.push(inactive(2_000));
    let origin = Origin::Import(imported);
    let stored = subject.store(&client, Some(&first), &origin, 1);
    stored.await.expect("a client is stored");
    let id = &client.client_id;
    let created = async || {
        let secrets = subject.secrets(id).await.expect("secrets");
        let created = secrets.iter().map(|secret| secret.created_at);
        created.collect::<Vec<_>>()
    };
    let newest_first = |kept: &[u64], oldest: u64| {
        let all = kept.iter().copied().chain((oldest..103).rev());
        all.map(at).collect::<Vec<_>>()
    };
    assert_eq!(created().await, newest_first(&[2_000, 1_000], 2));

    let version = subject.version(id).await.expect("the client");
    subject.add(id, version, 2_001).await.expect("added");
    assert_eq!(created().await, newest_first(&[2_001, 2_000, 1_000], 4));
    // With grace, no more end; without it, three do.
    rotate(&subject, id, at(5_000), 2_002).await;
    let kept = [2_002, 2_001, 2_000, 1_000];
    assert_eq!(created().await, newest_first(&kept, 4));
    rotate(&subject, id, at(2_003), 2_003).await;
    let kept = [2_003, 2_002, 2_001, 2_000, 1_000];
    assert_eq!(created().await, newest_first(&kept, 7));
}

/// A secret that expires before the grace ends still expires then, whether it is retired now or was
/// before.
pub async fn a_rotation_prolongs_no_secret(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    for (start, ends, next, expected) in [
        (10, Some(500), 5_000, 500),
        (20, Some(1_000), 5_000, 1_000),
        (30, Some(2_000), 300, 1_000),
        (40, None, 300, 1_000),
    ] {
        let mut first = secret(start);
        first.expires_at = ends.map(at);
        let client = client(&subject.tenant, start);
        let stored = subject.store(&client, Some(&first), &Origin::Draft, start);
        stored.await.expect("a client is stored");
        let id = &client.client_id;
        // A secret already retired keeps its end, whether the next grace ends sooner or later.
        for (second, grace_ends) in [(start + 1, 1_000), (start + 2, next)] {
            rotate(&subject, id, at(grace_ends), second).await;
            let secrets = subject.secrets(id).await.expect("secrets");
            let old = secrets.last().expect("a secret");
            assert_eq!(
                (&old.status, old.expires_at),
                (&Retired, Some(at(expected)))
            );
            assert_eq!(old.updated_at, at(start + 1));
        }
    }
    // One that has expired by then gets no grace.
    let mut over = secret(50);
    over.expires_at = Some(at(51));
    let client = client(&subject.tenant, 50);
    let stored = subject.store(&client, Some(&over), &Origin::Draft, 50);
    stored.await.expect("a client is stored");
    rotate(&subject, &client.client_id, at(1_000), 60).await;
    let secrets = subject.secrets(&client.client_id).await.expect("secrets");
    let old = secrets.last().expect("a secret");
    assert_eq!((&old.status, old.expires_at), (&Inactive, Some(at(51))));
}

/// A rotation by a clock far ahead does not give years of grace: by a correct clock, no secret it
/// retired verifies, and the next rotation ends them.
pub async fn a_grace_of_a_wrong_clock_is_none(repository: impl ClientRepository) {
    const YEAR: u64 = 365 * 24 * 60 * 60;

    let subject = Subject::new(repository);
    let (client, _) = subject.create_with_secret(1).await;
    let id = &client.client_id;
    rotate(&subject, id, at(YEAR + 1_000), YEAR).await;
    let secrets = subject.secrets(id).await.expect("secrets");
    let [new, old] = &secrets[..] else {
        panic!("{} secrets", secrets.len())
    };
    assert!(new.verifies_at(at(2)) && !old.verifies_at(at(2)));
    assert!(old.verifies_at(at(YEAR + 999)));
    rotate(&subject, id, at(1_000), 2).await;
    // Sorted by id, and so by creation time.
    assert_eq!(statuses(&subject, id).await, [Retired, Active, Inactive]);
}

/// A retired secret whose grace is over becomes inactive with the next rotation, and older ones
/// that still verify stay retired.
pub async fn expired_secrets_do_not_take_a_place(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (client, _) = subject.create_with_secret(1).await;
    let id = &client.client_id;
    rotate(&subject, id, at(1_000), 2).await;
    rotate(&subject, id, at(10), 3).await;
    assert_eq!(statuses(&subject, id).await, [Active, Retired, Retired]);
    rotate(&subject, id, at(1_000), 10).await;
    let expected = [Active, Retired, Inactive, Retired];
    assert_eq!(statuses(&subject, id).await, expected);
}
