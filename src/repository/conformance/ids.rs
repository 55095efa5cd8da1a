use super::samples::{client, client_id, entry, secret};
use super::subject::{Subject, kind};
use super::writes::Write;
use crate::domain::{Action, ClientId, Page};
use crate::repository::{ClientRepository, ErrorKind, Origin};

/// Whatever the status of the secret with that id; nothing of the write is stored.
pub async fn a_taken_secret_id_is_a_conflict(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (client, retired, active) = subject.create_rotated(1).await;
    let seen = subject.see(&client.client_id).await;
    for taken in [retired.id, active.id] {
        let mut secret = secret(9);
        secret.id = taken;
        for (write, action) in [
            (Write::Add, Action::SecretCreate),
            (Write::Rotate, Action::SecretRotate),
        ] {
            let audit = entry(&subject.tenant, &client.client_id, action, 9).into();
            let written = write.perform(&subject, &client, retired.id, &secret, &audit);
            assert_eq!(kind(&written.await), Some(ErrorKind::Conflict), "{write:?}");
            assert_eq!(subject.see(&client.client_id).await, seen, "{write:?}");
        }
    }
}

/// A write whose audit entry can't be stored has no effect.
pub async fn a_taken_entry_id_undoes_the_write(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (client, retired, _) = subject.create_rotated(1).await;
    let name = &client.client_id;
    let seen = subject.see(name).await;
    let first = Page::After { id: None, size: 9 };
    let trail = subject.trail(name, first).await.expect("the trail").items;
    for (write, taken) in Write::ALL.into_iter().zip(trail.iter().cycle()) {
        let mut audit = entry(&subject.tenant, name, Action::ClientUpdate, 9);
        audit.id = taken.id;
        let audit = audit.into();
        let secret = secret(9);
        let written = write.perform(&subject, &client, retired.id, &secret, &audit);
        assert_eq!(kind(&written.await), Some(ErrorKind::Conflict), "{write:?}");
        assert_eq!(subject.see(name).await, seen, "{write:?}");
    }
}

/// As long as the URL of a metadata document may be. Two that differ at the end are two clients.
pub async fn the_longest_client_id_is_kept_whole(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let long = |last: char| {
        let start = "x".repeat(ClientId::MAX_LENGTH - 1);
        client_id(&format!("{start}{last}"))
    };
    for (second, last) in [(1, 'a'), (2, 'b')] {
        let mut client = client(&subject.tenant, second);
        client.client_id = long(last);
        let secret = secret(second);
        let stored = subject.store(&client, Some(&secret), &Origin::Draft, second);
        stored.await.expect("a client is stored");
        let (_, read, secrets, trail) = subject.see(&client.client_id).await;
        let read = read.expect("the client");
        assert_eq!((&read.client_id, read.id), (&client.client_id, client.id));
        assert_eq!((secrets.len(), trail.len()), (1, 1));
        assert!(
            trail
                .iter()
                .all(|entry| entry.client_id == client.client_id)
        );
    }
    let (_, first, ..) = subject.see(&long('a')).await;
    assert_eq!(first.expect("the first client").client_id, long('a'));
    let unknown = subject.get(&long('c')).await;
    assert_eq!(kind(&unknown), Some(ErrorKind::NotFound));
}
