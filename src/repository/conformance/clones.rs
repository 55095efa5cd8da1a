use super::samples::{client, tenant};
use super::subject::{Subject, kind};
use crate::domain::Version;
use crate::repository::{ClientRepository, ErrorKind, Origin, Secrets};

/// The origin keeps its version, and may be cloned again.
pub async fn a_clone_leaves_its_origin_as_it_was(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (origin, _) = subject.create_with_secret(1).await;
    let seen = subject.see(&origin.client_id).await;
    for second in 2..5 {
        let clone = client(&subject.tenant, second);
        let from = Origin::CloneOf(origin.client_id.clone(), origin.version);
        let stored = subject.store(&clone, None, &from, second).await;
        stored.expect("a clone is stored");
        assert_eq!(subject.get(&clone.client_id).await.ok(), Some(clone));
    }
    assert_eq!(subject.see(&origin.client_id).await, seen);
}

/// A clone fails if its origin has another version, belongs to another tenant or is deleted.
pub async fn a_clone_needs_its_origin_as_it_was_read(repository: impl ClientRepository) {
    let mut subject = Subject::new(repository);
    let origin = subject.create(1).await;
    let id = origin.client_id.clone();
    let updated = subject.update(&origin, Secrets::Keep, 2).await;
    let version = updated.expect("updated").version;

    for wrong in [origin.version, Version::from_i64(99)] {
        let from = Origin::CloneOf(id.clone(), wrong);
        assert_refused(&subject, &from, ErrorKind::Stale).await;
    }
    let from = Origin::CloneOf(id.clone(), version);
    subject.tenant = tenant("other");
    assert_refused(&subject, &from, ErrorKind::NotFound).await;
    subject.tenant = origin.tenant_id;
    subject.delete(&id, None, 4).await.expect("deleted");
    assert_refused(&subject, &from, ErrorKind::NotFound).await;
    let from = Origin::CloneOf(id, version.next());
    assert_refused(&subject, &from, ErrorKind::NotFound).await;
}

async fn assert_refused<R: ClientRepository>(
    subject: &Subject<R>,
    from: &Origin,
    expected: ErrorKind,
) {
    let clone = client(&subject.tenant, 3);
    let stored = subject.store(&clone, None, from, 3).await;
    assert_eq!(kind(&stored), Some(expected));
    let (missing, _, _, trail) = subject.see(&clone.client_id).await;
    assert_eq!(missing, Some(ErrorKind::NotFound));
    assert!(trail.is_empty());
}
