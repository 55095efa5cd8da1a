use super::samples::{at, client, secret};
use super::subject::{Subject, fields, kind};
use crate::domain::{SecretStatus, Version};
use crate::repository::{ClientRepository, ErrorKind, Origin};

/// Secrets of any status are stored as they are, and so is the client.
pub async fn an_import_keeps_its_secrets(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let mut secrets = [5, 4, 3, 2, 1].map(secret);
    for (secret, status) in secrets.iter_mut().zip([
        SecretStatus::Active,
        SecretStatus::Active,
        SecretStatus::Retired,
        SecretStatus::Inactive,
        SecretStatus::Inactive,
    ]) {
        secret.status = status;
        secret.updated_at = at(7);
    }
    secrets[2].expires_at = Some(at(1_000));
    secrets[3].last_used_at = Some(at(6));
    secrets[3].description = Some("the first one".into());

    let mut imported = client(&subject.tenant, 1);
    imported.version = Version::from_i64(9);
    imported.updated_at = at(8);
    imported.secret_last_four = Some(secrets[0].last_four.clone());
    let origin = Origin::Import(secrets.to_vec());
    let stored = subject.store(&imported, None, &origin, 10).await;
    stored.expect("an import is stored");

    let read = subject.get(&imported.client_id).await;
    assert_eq!(read.ok(), Some(imported.clone()));
    let read = subject.secrets(&imported.client_id).await.expect("secrets");
    let read: Vec<_> = read.iter().map(fields).collect();
    assert_eq!(read, secrets.each_ref().map(fields));

    let again = subject.store(&imported, None, &origin, 11).await;
    assert_eq!(kind(&again), Some(ErrorKind::Conflict));
}

/// An import whose id is taken leaves neither a secret nor an entry.
pub async fn an_import_is_whole_or_nothing(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let imported = client(&subject.tenant, 1);
    let taken = subject.create(2).await;
    let mut conflicting = imported.clone();
    conflicting.id = taken.id;
    let origin = Origin::Import(vec![secret(1), secret(2)]);
    let stored = subject.store(&conflicting, None, &origin, 3).await;
    assert_eq!(kind(&stored), Some(ErrorKind::Conflict));
    let (missing, _, secrets, trail) = subject.see(&imported.client_id).await;
    assert_eq!(missing, Some(ErrorKind::NotFound));
    assert!(secrets.is_empty() && trail.is_empty());
    let stored = subject.store(&imported, None, &origin, 3).await;
    stored.expect("an import is stored");
}
