use super::*;
use crate::domain::{
    Action, AuditEntry, ClientId, ClientMetadata, ClientStatus, Operator, Role, SecretHash,
};
use crate::repository::{ClientFilter, Error};

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000 + second * 1_000_000)
}

fn id(second: i64) -> Id {
    Id::parse(&format!("01ARZ3NDEKTSV4RRFFQ69G5F{second:02}")).unwrap()
}

fn tenant(name: &str) -> TenantId {
    TenantId::parse(name).unwrap()
}

fn client() -> Client {
    let client_id = ClientId::parse("app-1").unwrap();
    let metadata = ClientMetadata::new("My Application", ["https://app.example.com/callback"]);
    Client::new(id(1), tenant("acme"), client_id, metadata, at(1))
}

fn secret(second: i64) -> SecretRecord {
    let hash = SecretHash::new(format!("hash {second}"));
    let last_four = format!("{second:04}");
    SecretRecord::new(id(second), hash, last_four, at(second))
}

fn write(tenant_id: &str, second: i64) -> Write {
    let operator = Operator::new("alice", Role::Admin, tenant(tenant_id));
    let (id, action) = (client().client_id, Action::ClientUpdate);
    AuditEntry::new(&operator, id, action, "", at(second)).into()
}

fn seen(stored: &StoredClient) -> String {
    let hashes = stored.secrets.iter().map(|secret| secret.hash.expose());
    format!("{stored:?} {:?}", hashes.collect::<Vec<_>>())
}

/// The outcome of each write. The id of the new secret is taken, and that of the old one unknown.
fn every_write(
    stored: &StoredClient,
    taken: &SecretRecord,
    expected: Version,
    write: &Write,
) -> [(StoredClient, Result<()>); 6] {
    let attempt = |change: &dyn Fn(&mut StoredClient) -> Result<()>| {
        let mut stored = stored.clone();
        let done = change(&mut stored);
        (stored, done)
    };
    let mut changed = stored.client.clone();
    changed.version = expected;
    changed.metadata.name = "Changed".into();
    let update = ClientUpdate::new(changed).with_secrets(Secrets::End);
    let new = NewSecret::new(expected, taken.clone());
    let rotation = SecretRotation::new(expected, taken.clone(), at(50));
    [
        attempt(&|stored| stored.update(&update, write).map(drop)),
        attempt(&|stored| stored.delete(Some(expected), write)),
        attempt(&|stored| stored.add_secret(&new, write)),
        attempt(&|stored| stored.rotate_secret(&rotation, write)),
        attempt(&|stored| stored.deactivate_secret(id(99), write).map(drop)),
        attempt(&|stored| stored.delete_secret(id(99), write)),
    ]
}

fn kinds(done: [(StoredClient, Result<()>); 6], before: &str) -> [Option<ErrorKind>; 6] {
    done.map(|(stored, done)| {
        let kind = done.err().as_ref().map(Error::kind);
        assert_eq!(kind.is_some(), seen(&stored) == before);
        kind
    })
}

#[test]
fn what_is_refused_changes_nothing() {
    use ErrorKind::{Conflict, NotFound, Stale};
    let taken = secret(2);
    let mut stored = StoredClient::new(client(), vec![taken.clone(), secret(3)]);
    let before = seen(&stored);
    let writes = |tenant, version| {
        let done = every_write(&stored, &taken, version, &write(tenant, 9));
        kinds(done, &before)
    };
    let version = Version::FIRST;
    let [updated, deleted, rest @ ..] = writes("acme", version);
    assert_eq!((updated, deleted), (None, None));
    assert_eq!(rest, [Conflict, Conflict, NotFound, NotFound].map(Some));
    assert_eq!(writes("other", version), [Some(NotFound); 6]);
    let stale = [Stale, Stale, Stale, Stale, NotFound, NotFound];
    assert_eq!(writes("acme", version.next()), stale.map(Some));

    stored.delete(None, &write("acme", 5)).unwrap();
    let (before, version) = (seen(&stored), stored.client.version);
    let done = every_write(&stored, &taken, version, &write("acme", 9));
    assert_eq!(kinds(done, &before), [Some(NotFound); 6]);
    assert!(!stored.touch_secret(&tenant("acme"), taken.id, at(9)));
    assert!(stored.credentials().is_err());
}

#[test]
fn secrets_stay_newest_first() {
    let mut stored = StoredClient::new(client(), vec![secret(4), secret(8)]);
    for (second, expected) in [
        (6, "[8, 6, 4]"),
        (2, "[8, 6, 4, 2]"),
        (9, "[9, 8, 6, 4, 2]"),
    ] {
        let (new, version) = (secret(second), stored.client.version);
        let rotation = SecretRotation::new(version, new.clone(), at(99));
        let rotated = stored.rotate_secret(&rotation, &write("acme", 10));
        rotated.unwrap();
        let secrets = stored.secrets.iter();
        let order: Vec<u32> = secrets.map(|s| s.last_four.parse().unwrap()).collect();
        assert_eq!(format!("{order:?}"), expected);
        assert_eq!(stored.client.secret_last_four, Some(new.last_four));
        assert_eq!(stored.client.version, version.next());
        assert_eq!(stored.client.updated_at, at(10));
    }
}

#[test]
fn a_note_tells_whether_it_changed_anything() {
    let (acme, other) = (tenant("acme"), tenant("other"));
    let secret = secret(2);
    let mut stored = StoredClient::new(client(), vec![secret.clone()]);
    for (tenant, id, second, noted) in [
        (&acme, secret.id, 5, true),
        (&acme, secret.id, 5, false),
        (&acme, secret.id, 4, false),
        (&other, secret.id, 6, false),
        (&acme, id(99), 6, false),
    ] {
        assert_eq!(stored.touch_secret(tenant, id, at(second)), noted);
    }
    let new = SecretHash::new("another");
    for (tenant, noted) in [(&other, false), (&acme, true), (&acme, false)] {
        let rehashed = stored.rehash_secret(tenant, secret.id, &secret.hash, &new);
        assert_eq!(rehashed, noted);
    }
    let [now] = stored.secrets() else {
        panic!("one secret")
    };
    assert_eq!(
        (now.hash.expose(), now.last_used_at),
        ("another", Some(at(5)))
    );
    assert_eq!(stored.client(), &client());
}

#[test]
fn no_two_secrets_begin_with_one_id() {
    let origin = Origin::Import(vec![secret(3), secret(2)]);
    let create = |first| {
        let new = NewClient::new(client()).with_secret(secret(first));
        StoredClient::create(&new.with_origin(origin.clone()), None)
    };
    assert_eq!(create(4).unwrap().secrets().len(), 3);
    assert_eq!(create(2).unwrap_err().kind(), ErrorKind::Conflict);
}

#[test]
fn a_filter_shows_no_deleted_client() {
    let mut client = client();
    for (name, status, matches) in [
        (None, None, true),
        (Some("APPL"), Some(ClientStatus::Active), true),
        (Some("APPL"), Some(ClientStatus::Inactive), false),
        (Some("apples"), None, false),
    ] {
        let name = name.map(str::to_owned);
        let filter = ClientFilter {
            name,
            status,
            ..ClientFilter::new()
        };
        let shows = filter.matcher();
        assert_eq!(shows(&client, &[]), matches);
    }
    client.deleted_at = Some(at(2));
    assert!(!ClientFilter::default().matcher()(&client, &[]));
}
