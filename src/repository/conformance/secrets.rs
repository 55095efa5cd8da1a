use super::samples::{at, client, entry, secret};
use super::subject::{Subject, fields, kind};
use crate::domain::{Action, SecretStatus};
use crate::repository::{ClientRepository, ErrorKind, NewSecret, Origin, Secrets};

/// All secrets, newest first and with every field: the first one and those added later.
pub async fn secrets_come_back_as_they_were_stored(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let without = subject.create(1).await;
    let none = subject.secrets(&without.client_id).await;
    assert!(none.expect("no secrets").is_empty());

    let (client, first) = subject.create_with_secret(10).await;
    let mut older = secret(5);
    older.description = Some("a 'secret' 💥 ".into());
    older.expires_at = Some(at(1_000));
    older.last_used_at = Some(at(6));
    let (tenant, id) = (&subject.tenant, &client.client_id);
    let write = entry(tenant, id, Action::SecretCreate, 11).into();
    let new = NewSecret::new(client.version, older.clone());
    let added = subject.repository.add_secret(tenant, id, &new, &write);
    added.await.expect("added");
    let read = subject.secrets(&client.client_id).await.expect("secrets");
    let read: Vec<_> = read.iter().map(fields).collect();
    assert_eq!(read, [fields(&first), fields(&older)]);
}

/// A third active secret is refused; one that is no longer active makes room.
pub async fn two_secrets_are_active_at_most(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (client, first) = subject.create_with_secret(1).await;
    let id = &client.client_id;
    let version = client.version;
    let added = subject.add(id, version, 2).await;
    added.expect("added");
    let third = subject.add(id, version.next(), 3).await;
    assert_eq!(kind(&third), Some(ErrorKind::TooManySecrets));
    let stale = subject.add(id, version, 3).await;
    assert_eq!(kind(&stale), Some(ErrorKind::Stale));

    let deactivated = subject.deactivate(id, first.id, 4).await;
    deactivated.expect("deactivated");
    let version = subject.version(id).await.expect("the client");
    let added = subject.add(id, version, 5).await;
    added.expect("added");
    assert_eq!(subject.secrets(id).await.expect("secrets").len(), 3);
}

/// After every write, `secret_last_four` is that of the active secret with the highest id.
pub async fn the_client_shows_its_newest_active_secret(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (client, first) = subject.create_with_secret(10).await;
    let id = &client.client_id;
    let shown = async || {
        let client = subject.get(id).await.expect("the client");
        let listed = crate::domain::Page::After { id: None, size: 1 };
        let listed = subject.list(&Default::default(), listed).await.items;
        assert_eq!(listed.first(), Some(&client));
        client.secret_last_four.unwrap_or_default()
    };
    assert_eq!(shown().await, "0010");
    let older = subject.add(id, client.version, 5).await.expect("added");
    assert_eq!(shown().await, "0010");
    let deactivated = subject.deactivate(id, first.id, 11).await;
    deactivated.expect("deactivated");
    assert_eq!(shown().await, "0005");
    let version = subject.version(id).await.expect("the client");
    let newer = subject.add(id, version, 20).await.expect("added");
    assert_eq!(shown().await, "0020");
    subject.remove(id, newer.id, 21).await.expect("removed");
    assert_eq!(shown().await, "0005");
    let version = subject.version(id).await.expect("the client");
    let rotated = subject.rotate(id, version, at(1_000), 30).await;
    let newest = rotated.expect("rotated");
    assert_eq!(shown().await, "0030");
    for secret in [older.id, newest.id] {
        let deactivated = subject.deactivate(id, secret, 31).await;
        deactivated.expect("deactivated");
    }
    assert_eq!(shown().await, "");
}

/// Active, retired, already inactive, or the last one.
pub async fn any_secret_can_be_deactivated(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (client, retired) = subject.create_with_secret(1).await;
    let id = &client.client_id;
    let rotated = subject.rotate(id, client.version, at(1_000), 2).await;
    let active = rotated.expect("rotated");
    for secret in [&retired, &active] {
        let given = subject.deactivate(id, secret.id, 3).await;
        let given = given.expect("deactivated");
        assert_eq!(given.status, SecretStatus::Inactive);
        assert_eq!((given.id, given.updated_at), (secret.id, at(3)));
        let again = subject.deactivate(id, secret.id, 4).await;
        assert_eq!(fields(&again.expect("deactivated")), fields(&given));
        let stored = subject.secrets(id).await.expect("secrets");
        assert!(stored.iter().any(|stored| fields(stored) == fields(&given)));
    }
}

/// The only one and the only active one can't be deleted; any other can.
pub async fn the_last_secret_stays(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (client, first) = subject.create_with_secret(1).await;
    let id = &client.client_id;
    let last = Some(ErrorKind::LastSecret);
    assert_eq!(kind(&subject.remove(id, first.id, 2).await), last);

    let rotated = subject.rotate(id, client.version, at(1_000), 3).await;
    let active = rotated.expect("rotated");
    assert_eq!(kind(&subject.remove(id, active.id, 4).await), last);
    subject.remove(id, first.id, 5).await.expect("removed");
    let gone = subject.remove(id, first.id, 6).await;
    assert_eq!(kind(&gone), Some(ErrorKind::NotFound));

    let deactivated = subject.deactivate(id, active.id, 7).await;
    deactivated.expect("deactivated");
    assert_eq!(kind(&subject.remove(id, active.id, 8).await), last);
    let version = subject.version(id).await.expect("the client");
    subject.add(id, version, 9).await.expect("added");
    subject.remove(id, active.id, 10).await.expect("removed");
}

/// An expired secret, such as an imported one, is neither the last active one, nor counted towards
/// the limit, nor shown by the client.
pub async fn an_active_secret_that_is_over_does_not_count(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let mut client = client(&subject.tenant, 1);
    let secrets = [(1, None), (2, Some(10)), (3, Some(20))].map(|(second, ends)| {
        let mut secret = secret(second);
        secret.expires_at = ends.map(at);
        secret
    });
    let [lasting, first_over, over] = &secrets;
    client.secret_last_four = Some(over.last_four.clone());
    let origin = Origin::Import(vec![first_over.clone(), over.clone()]);
    let stored = subject.store(&client, Some(lasting), &origin, 1);
    stored.await.expect("a client is stored");
    let id = &client.client_id;
    let shown = async || subject.get(id).await.expect("the client").secret_last_four;

    let third = subject.add(id, client.version, 9).await;
    assert_eq!(kind(&third), Some(ErrorKind::TooManySecrets));
    let third = subject.add(id, client.version, 19).await;
    assert_eq!(kind(&third), Some(ErrorKind::TooManySecrets));
    // A write that does not change secrets leaves `secret_last_four` as it is.
    let updated = subject.update(&client, Secrets::Keep, 20).await;
    let updated = updated.expect("updated");
    assert_eq!(updated.secret_last_four, client.secret_last_four);
    assert_eq!(shown().await, client.secret_last_four);

    let removed = subject.remove(id, lasting.id, 20).await;
    assert_eq!(kind(&removed), Some(ErrorKind::LastSecret));
    subject.remove(id, over.id, 20).await.expect("removed");
    assert_eq!(shown().await, Some(lasting.last_four.clone()));
    let version = subject.version(id).await.expect("the client");
    let added = subject.add(id, version, 21).await.expect("added");
    assert_eq!(shown().await, Some(added.last_four.clone()));
    let deactivated = subject.deactivate(id, added.id, 22).await;
    deactivated.expect("deactivated");
    assert_eq!(shown().await, Some(lasting.last_four.clone()));
    subject
        .remove(id, first_over.id, 23)
        .await
        .expect("removed");
    // A rotation gives an expired secret no grace.
    let version = subject.version(id).await.expect("the client");
    let rotated = subject.rotate(id, version, at(1_000), 24).await;
    assert_eq!(shown().await, Some(rotated.expect("rotated").last_four));
}

/// Uses may be recorded late, out of order, and by clocks that differ slightly. A time recorded by
/// a clock far ahead is replaced.
pub async fn the_last_use_only_moves_forward(repository: impl ClientRepository) {
    const DAY: u64 = 24 * 60 * 60;

    let subject = Subject::new(repository);
    let (client, mut secret) = subject.create_with_secret(1).await;
    let id = &client.client_id;
    for (second, expected) in [
        (10, 10),
        (5, 10),
        (20, 20),
        (20, 20),
        (DAY + 20, DAY + 20),
        (20, DAY + 20),
        (365 * DAY, 365 * DAY),
        (30, 30),
        (29, 30),
    ] {
        let touched = subject.touch(id, secret.id, second).await;
        touched.expect("touched");
        secret.last_used_at = Some(at(expected));
        let stored = subject.secrets(id).await.expect("secrets");
        let stored: Vec<_> = stored.iter().map(fields).collect();
        assert_eq!(stored, [fields(&secret)]);
    }
}
