//! Cases for [`CredentialRepository`].

use std::sync::Arc;

use super::abandoned::{abandon, promptly};
use super::races::race;
use super::samples::{at, client, client_id, hash, id, secret, tenant};
use super::subject::{Subject, fields, kind};
use crate::domain::{ClientId, ClientStatus, Id, Page, SecretHash, SecretRecord, SecretStatus};
use crate::repository::{
    ClientFilter, CredentialRepository, Credentials, ErrorKind, Origin, Result, Secrets,
};

impl<R: CredentialRepository> Subject<R> {
    async fn credentials(&self, id: &ClientId) -> Result<Credentials> {
        self.repository.credentials(id).await
    }

    async fn use_client(&self, id: &ClientId, second: u64) {
        let touched = self.repository.touch_client(&self.tenant, id, at(second));
        touched.await.expect("no error");
    }

    async fn rehash(&self, id: &ClientId, secret: Id, from: &SecretHash, to: &SecretHash) {
        let rehashed = self
            .repository
            .rehash_secret(&self.tenant, id, secret, from, to);
        rehashed.await.expect("no error");
    }
}

fn all_fields(secrets: &[SecretRecord]) -> Vec<String> {
    secrets.iter().map(fields).collect()
}

/// The client as `get` shows it, and the secrets that are not inactive, newest first; immediately
/// after every write.
pub async fn credentials_are_what_may_verify(repository: impl CredentialRepository) {
    let subject = Subject::new(repository);
    let agree = async |name: &ClientId| {
        let given = subject.credentials(name).await.expect("credentials");
        assert_eq!(Some(given.client), subject.get(name).await.ok());
        let mut expected = subject.secrets(name).await.expect("secrets");
        expected.retain(|secret| secret.status != SecretStatus::Inactive);
        assert_eq!(all_fields(&given.secrets), all_fields(&expected));
        expected.len()
    };
    let without = subject.create(1).await;
    assert_eq!(agree(&without.client_id).await, 0);

    let (client, first) = subject.create_with_secret(10).await;
    let name = &client.client_id;
    assert_eq!(agree(name).await, 1);
    // The later one has the lower id.
    let older = subject.add(name, client.version, 5).await.expect("added");
    assert_eq!(agree(name).await, 2);
    subject.touch(name, older.id, 12).await.expect("touched");
    assert_eq!(agree(name).await, 2);
    let version = subject.version(name).await.expect("the client");
    let rotated = subject.rotate(name, version, at(1_000), 20).await;
    let newest = rotated.expect("rotated");
    assert_eq!(agree(name).await, 3);
    let stopped = subject.deactivate(name, first.id, 21).await;
    stopped.expect("deactivated");
    assert_eq!(agree(name).await, 2);
    subject.remove(name, older.id, 22).await.expect("removed");
    assert_eq!(agree(name).await, 1);
    let stopped = subject.deactivate(name, newest.id, 23).await;
    stopped.expect("deactivated");
    assert_eq!(agree(name).await, 0);
}

/// The repository does not decide which clients may be used.
pub async fn credentials_tell_every_status(repository: impl CredentialRepository) {
    let subject = Subject::new(repository);
    let (mut client, _) = subject.create_with_secret(1).await;
    for (second, status) in (2..).zip(ClientStatus::ALL) {
        client.status = status.clone();
        let updated = subject.update(&client, Secrets::Keep, second).await;
        client = updated.expect("updated");
        let given = subject.credentials(&client.client_id).await;
        let given = given.expect("credentials");
        assert_eq!((given.client, given.secrets.len()), (client.clone(), 1));
    }
    let updated = subject.update(&client, Secrets::End, 9).await;
    let client = updated.expect("updated");
    let given = subject.credentials(&client.client_id).await;
    let given = given.expect("credentials");
    assert_eq!((given.client, given.secrets.len()), (client, 0));
}

/// A `client_id` names one client, in any tenant, and is compared byte by byte.
pub async fn credentials_are_found_in_every_tenant(repository: impl CredentialRepository) {
    let mut subject = Subject::new(repository);
    let mut stored = Vec::new();
    for (second, (of, name)) in (1..).zip([
        ("acme", "app-a"),
        ("ACME", "App-A"),
        ("acmé", "app-a'"),
        ("acme%", "app-_"),
        ("a\"b 💥", "app-a\\"),
    ]) {
        subject.tenant = tenant(of);
        let mut client = client(&subject.tenant, second * 10);
        client.client_id = client_id(name);
        let secret = secret(second * 10);
        client.secret_last_four = Some(secret.last_four.clone());
        let done = subject.store(&client, Some(&secret), &Origin::Draft, second);
        done.await.expect("a client is stored");
        stored.push((client, secret));
    }
    for (client, secret) in &stored {
        let given = subject.credentials(&client.client_id).await;
        let given = given.expect("credentials");
        assert_eq!(&given.client, client);
        assert_eq!(all_fields(&given.secrets), [fields(secret)]);
    }
    for unknown in ["APP-A", "app-", "app-a''", "app-%", "app-b", "%", "'"] {
        let given = subject.credentials(&client_id(unknown)).await;
        assert_eq!(kind(&given), Some(ErrorKind::NotFound), "{unknown}");
    }
}

/// A deleted client has no credentials, and no use of its secrets is recorded.
pub async fn credentials_of_a_deleted_client_are_gone(repository: impl CredentialRepository) {
    let subject = Subject::new(repository);
    let (client, secret) = subject.create_with_secret(1).await;
    let name = &client.client_id;
    subject.delete(name, None, 2).await.expect("deleted");
    subject
        .rehash(name, secret.id, &secret.hash, &hash("other"))
        .await;
    let given = subject.credentials(name).await;
    assert_eq!(kind(&given), Some(ErrorKind::NotFound));
    let seen = subject.see(name).await;
    assert_eq!((seen.0, seen.3.len()), (Some(ErrorKind::NotFound), 2));
}

/// The last use of a client moves forward only, unless a clock was far ahead. It changes nothing
/// else, and is that of the tenant's own client.
pub async fn the_last_use_of_a_client_is_kept(repository: impl CredentialRepository) {
    const DAY: u64 = 24 * 60 * 60;

    let mut subject = Subject::new(repository);
    let (mut client, _) = subject.create_with_secret(1).await;
    let bystander = subject.create(2).await;
    let name = &client.client_id;
    let (_, _, secrets, trail) = subject.see(name).await;
    for (second, expected) in [
        (10, 10),
        (5, 10),
        (365 * DAY, 365 * DAY),
        (30, 30),
        (29, 30),
    ] {
        subject.use_client(name, second).await;
        client.last_used_at = Some(at(expected));
        let seen = (None, Some(client.clone()), secrets.clone(), trail.clone());
        assert_eq!(subject.see(name).await, seen);
        let given = subject.credentials(name).await.expect("credentials");
        assert_eq!(given.client, client);
    }
    // An update is of what was read before, and keeps the last use.
    let mut read = client.clone();
    read.last_used_at = None;
    let updated = subject.update(&read, Secrets::Keep, 40).await;
    updated.expect("updated");
    let stored = subject.get(name).await.expect("the client");
    assert_eq!(stored.last_used_at, client.last_used_at);
    subject.use_client(&client_id("app-none"), 50).await;
    subject.tenant = tenant("other");
    subject.use_client(name, 50).await;
    subject.tenant = client.tenant_id.clone();
    assert_eq!(subject.get(name).await.ok(), Some(stored));
    let theirs = subject.get(&bystander.client_id).await;
    assert_eq!(theirs.ok(), Some(bystander));
    subject.delete(name, None, 60).await.expect("deleted");
    subject.use_client(name, 70).await;
    let deleted = subject.repository.get_deleted(&subject.tenant, name).await;
    assert_eq!(
        deleted.expect("the client").last_used_at,
        client.last_used_at
    );
}

/// Filters by use: clients that were not used since a time, or never and are older than it.
pub async fn filters_by_the_last_use(repository: impl CredentialRepository) {
    let subject = Subject::new(repository);
    let (used, _) = subject.create_with_secret(1).await;
    let _never = subject.create(20).await;
    let _new = subject.create(40).await;
    subject.use_client(&used.client_id, 30).await;
    for (since, expected) in [
        (1, &[][..]),
        (20, &[]),
        (21, &["Client 20"]),
        (30, &["Client 20"]),
        (31, &["Client 20", "Client 1"]),
        (41, &["Client 40", "Client 20", "Client 1"]),
    ] {
        let filter = ClientFilter::new().with_unused_since(at(since));
        for page in [
            Page::Number { number: 1, size: 9 },
            Page::After { id: None, size: 9 },
        ] {
            let found = subject.list(&filter, page).await.items.into_iter();
            let found: Vec<_> = found.map(|client| client.metadata.name).collect();
            assert_eq!(found, expected, "{since}");
        }
    }
}

/// A rehash changes no version and no time, and writes no audit entry; every other secret stays as
/// it is.
pub async fn a_rehash_changes_the_hash_only(repository: impl CredentialRepository) {
    let subject = Subject::new(repository);
    let (client, retired, active) = subject.create_rotated(1).await;
    let name = &client.client_id;
    let (_, _, _, trail) = subject.see(name).await;
    for (at, old) in [&active, &retired].into_iter().enumerate() {
        let mut expected = subject.secrets(name).await.expect("secrets");
        let to = hash(&format!("new{at}"));
        expected[at].hash = to.clone();
        subject.rehash(name, old.id, &old.hash, &to).await;
        let stored = subject.secrets(name).await.expect("secrets");
        assert_eq!(all_fields(&stored), all_fields(&expected));
        let given = subject.credentials(name).await.expect("credentials");
        assert_eq!(all_fields(&given.secrets), all_fields(&expected));
    }
    let (_, read, _, after) = subject.see(name).await;
    assert_eq!((read, after), (Some(client), trail));
}

/// A hash that changed meanwhile, another tenant or a missing secret: no error, and no change.
pub async fn a_rehash_is_of_the_hash_that_was_read(repository: impl CredentialRepository) {
    let mut subject = Subject::new(repository);
    let (client, secret) = subject.create_with_secret(1).await;
    let (bystander, _) = subject.create_with_secret(2).await;
    let name = &client.client_id;
    let seen = subject.see(name).await;
    let theirs = subject.see(&bystander.client_id).await;
    let stored = secret.hash.expose();
    let shorter = stored.get(1..).unwrap_or_default();
    for wrong in [&*stored.to_uppercase(), shorter, "", "%", "other"] {
        let wrong = SecretHash::new(wrong);
        subject.rehash(name, secret.id, &wrong, &hash("new")).await;
    }
    let (from, to) = (&secret.hash, hash("new"));
    subject.rehash(name, id(9), from, &to).await;
    subject
        .rehash(&bystander.client_id, secret.id, from, &to)
        .await;
    subject
        .rehash(&client_id("app-none"), secret.id, from, &to)
        .await;
    subject.tenant = tenant("other");
    subject.rehash(name, secret.id, from, &to).await;
    subject.tenant = client.tenant_id;
    assert_eq!(subject.see(name).await, seen);
    assert_eq!(subject.see(&bystander.client_id).await, theirs);
}

/// A rotation is seen as a whole: the client always shows its newest active secret.
pub async fn credentials_are_of_one_moment(repository: impl CredentialRepository) {
    let subject = Arc::new(Subject::new(repository));
    let (client, _) = subject.create_with_secret(1).await;
    let name = client.client_id;
    let reading = {
        let (subject, name) = (Arc::clone(&subject), name.clone());
        tokio::spawn(async move {
            for _ in 0..100 {
                let Credentials { client, secrets } = subject.credentials(&name).await?;
                // Each version has the secret of that second.
                let newest = secrets.first().map(|secret| secret.last_four.clone());
                let version = client.version.as_i64();
                assert_eq!(newest, Some(format!("{version:04}")));
                assert_eq!(client.secret_last_four, newest);
            }
            Ok(())
        })
    };
    let mut version = client.version;
    for second in 2.. {
        let rotated = subject.rotate(&name, version, at(1_000_000), second).await;
        rotated.expect("rotated");
        version = version.next();
        tokio::task::yield_now().await;
        if reading.is_finished() {
            break;
        }
    }
    let read: Result<()> = reading.await.expect("no mixture");
    read.expect("credentials");
}

/// Two calls rehash, others record a use, and one deactivates the secret: no change is lost.
pub async fn a_rehash_undoes_no_write(repository: impl CredentialRepository) {
    let subject = Arc::new(Subject::new(repository));
    for round in 0..10 {
        let start = round * 100;
        let (client, secret) = subject.create_with_secret(start).await;
        let name = client.client_id;
        let ended = race((0..6).map(|racer| {
            let (subject, name, old) = (Arc::clone(&subject), name.clone(), secret.clone());
            async move {
                match racer {
                    0 => {
                        let stopped = subject.deactivate(&name, old.id, start + 1).await;
                        return stopped.map(drop);
                    }
                    1 | 2 => return subject.touch(&name, old.id, start + racer).await,
                    _ => {}
                }
                let to = hash(&format!("new{racer}"));
                subject.rehash(&name, old.id, &old.hash, &to).await;
                Ok(())
            }
        }))
        .await;
        assert_eq!(ended, [None; 6]);
        let stored = subject.secrets(&name).await.expect("secrets");
        let [stored] = &*stored else {
            panic!("one secret")
        };
        assert_eq!(stored.status, SecretStatus::Inactive);
        assert_eq!(stored.last_used_at, Some(at(start + 2)));
        let news = ["new3", "new4", "new5"].map(|new| hash(new).expose().to_owned());
        assert!(news.iter().any(|new| new == stored.hash.expose()));
        let version = subject.version(&name).await.expect("the client");
        assert_eq!(version, client.version.next());
    }
}

/// They neither leak a connection nor block a write.
pub async fn abandoned_authentications_leave_nothing_behind(repository: impl CredentialRepository) {
    let subject = Subject::new(repository);
    let (client, secret) = subject.create_with_secret(1).await;
    let name = &client.client_id;
    let to = hash("new");
    for point in [1, 1, 2, 2, 3, 4, 5, 6].repeat(8) {
        abandon(subject.credentials(name), point).await;
        abandon(subject.rehash(name, secret.id, &secret.hash, &to), point).await;
        abandon(subject.touch(name, secret.id, 5), point).await;
    }
    let given = promptly(subject.credentials(name)).await;
    assert_eq!(given.expect("credentials").secrets.len(), 1);
    promptly(subject.rehash(name, secret.id, &secret.hash, &to)).await;
    let stored = subject.secrets(name).await.expect("secrets");
    let hashes: Vec<_> = stored.iter().map(|secret| secret.hash.expose()).collect();
    assert_eq!(hashes, [to.expose()]);
    let updated = promptly(subject.update(&client, Secrets::Keep, 9)).await;
    updated.expect("updated");
}
