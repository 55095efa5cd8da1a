use super::samples::{at, client, id, secret};
use super::subject::{Subject, kind};
use crate::domain::Version;
use crate::repository::{ClientRepository, ErrorKind, Origin, Secrets};

/// A refused write leaves no change, no new version and no audit entry, whatever the reason.
pub async fn refused_writes_leave_nothing(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (created, first) = subject.create_with_secret(1).await;
    let name = &created.client_id;
    let added = subject.add(name, created.version, 2).await;
    added.expect("added");
    let current = subject.get(name).await.expect("the client");
    let seen = subject.see(name).await;

    let mut changed = created.clone();
    changed.metadata.name = "Changed".into();
    for refused in [
        kind(&subject.update(&changed, Secrets::End, 9).await),
        kind(&subject.delete(name, Some(created.version), 9).await),
        kind(&subject.add(name, created.version, 9).await),
        kind(&subject.add(name, current.version, 9).await),
        kind(&subject.rotate(name, created.version, at(99), 9).await),
        kind(&subject.deactivate(name, id(9), 9).await),
        kind(&subject.remove(name, id(9), 9).await),
    ] {
        assert!(refused.is_some());
        assert_eq!(subject.see(name).await, seen);
    }
    subject.remove(name, first.id, 10).await.expect("removed");
    let seen = subject.see(name).await;
    let [last] = &*subject.secrets(name).await.expect("secrets") else {
        panic!("one secret")
    };
    let refused = subject.remove(name, last.id, 11).await;
    assert_eq!(kind(&refused), Some(ErrorKind::LastSecret));
    assert_eq!(subject.see(name).await, seen);
}

/// A refused creation adds neither a client nor a secret nor an audit entry.
pub async fn refused_creations_leave_nothing(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (taken, _) = subject.create_with_secret(1).await;
    let seen = subject.see(&taken.client_id).await;

    let mut same = client(&subject.tenant, 2);
    same.client_id = taken.client_id.clone();
    let draft = Origin::Draft;
    let stored = subject.store(&same, Some(&secret(2)), &draft, 2).await;
    assert_eq!(kind(&stored), Some(ErrorKind::Conflict));
    assert_eq!(subject.see(&taken.client_id).await, seen);

    let mut same = client(&subject.tenant, 2);
    same.id = taken.id;
    let draft = Origin::Draft;
    let stored = subject.store(&same, Some(&secret(2)), &draft, 2).await;
    assert_eq!(kind(&stored), Some(ErrorKind::Conflict));
    let nothing = (Some(ErrorKind::NotFound), None, vec![], vec![]);
    assert_eq!(subject.see(&same.client_id).await, nothing);

    let clone = client(&subject.tenant, 3);
    let from = Origin::CloneOf(taken.client_id.clone(), Version::from_i64(7));
    let stored = subject.store(&clone, Some(&secret(3)), &from, 3).await;
    assert_eq!(kind(&stored), Some(ErrorKind::Stale));
    assert_eq!(subject.see(&clone.client_id).await, nothing);
    assert_eq!(subject.see(&taken.client_id).await, seen);

    // A clone with a taken id leaves its live origin unchanged, too.
    let mut same = client(&subject.tenant, 4);
    same.client_id = taken.client_id.clone();
    let from = Origin::CloneOf(taken.client_id.clone(), taken.version);
    let stored = subject.store(&same, None, &from, 4).await;
    assert_eq!(kind(&stored), Some(ErrorKind::Conflict));
    assert_eq!(subject.see(&taken.client_id).await, seen);
}
