use super::samples::{entry, secret};
use super::subject::{Subject, kind};
use super::writes::Write;
use crate::domain::{Action, Page};
use crate::repository::{ClientRepository, ErrorKind};

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
