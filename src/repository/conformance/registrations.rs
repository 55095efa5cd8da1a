//! Cases for [`RegistrationRepository`]: clients that registered themselves.

use super::samples::{at, client, entry, full_metadata, secret, tenant};
use super::subject::{Subject, fields, kind};
use crate::domain::{
    Action, AuthMethod, Client, ClientId, ClientOrigin, ClientStatus, GrantType, Id, Page,
    RegisteredClient, Registration, RegistrationState, SecretRecord, SecretStatus, Slice, TenantId,
    TokenHash, Version,
};
use crate::repository::{
    ClientUpdate, ErrorKind, NewClient, NewRegistration, Origin, RegistrationRepository,
    RegistrationUpdate, Result, Secrets,
};

impl<R: RegistrationRepository> Subject<R> {
    pub(super) async fn register(
        &self,
        client: &Client,
        secret: Option<&SecretRecord>,
        registration: &Registration,
        second: u64,
    ) -> Result<()> {
        let action = Action::ClientCreate;
        let write = entry(&self.tenant, &client.client_id, action, second).into();
        let new = NewClient::new(client.clone()).with_secret(secret.cloned());
        let new = NewRegistration::new(new, registration.clone());
        self.repository.register(&self.tenant, &new, &write).await
    }

    /// Registers a client in that state, without a secret.
    pub(super) async fn registered_in(&self, state: RegistrationState, second: u64) -> Client {
        let client = dynamic(&self.tenant, second);
        let registration = Registration::new(state);
        let stored = self.register(&client, None, &registration, second).await;
        stored.expect("a client is registered");
        client
    }

    pub(super) async fn registered(&self, id: &ClientId) -> Result<RegisteredClient> {
        self.repository.registration(&self.tenant, id).await
    }

    pub(super) async fn change(
        &self,
        client: &Client,
        registration: &Registration,
        (secrets, secret): (Secrets, Option<&SecretRecord>),
        second: u64,
    ) -> Result<Client> {
        let action = Action::ClientUpdate;
        let write = entry(&self.tenant, &client.client_id, action, second).into();
        let update = ClientUpdate::new(client.clone()).with_secrets(secrets);
        let update =
            RegistrationUpdate::new(update, registration.clone()).with_secret(secret.cloned());
        self.repository
            .update_registration(&self.tenant, &update, &write)
            .await
    }

    async fn registrations(
        &self,
        state: Option<RegistrationState>,
        page: Page,
    ) -> Slice<RegisteredClient> {
        let listed = self.repository.registrations(&self.tenant, state, page);
        listed.await.expect("a list")
    }

    async fn count(&self, limit: u32) -> u32 {
        let count = self.repository.count_registrations(&self.tenant, limit);
        count.await.expect("a number")
    }
}

/// A client created in that second, as one that registers itself.
pub(super) fn dynamic(tenant: &TenantId, second: u64) -> Client {
    let mut client = client(tenant, second);
    client.origin = ClientOrigin::Dynamic;
    client
}

pub(super) const KEEP: (Secrets, Option<&SecretRecord>) = (Secrets::Keep, None);

/// The registration of a client that may be used at once, with few fields set.
pub(super) fn open() -> Registration {
    Registration::new(RegistrationState::Approved)
}

/// Every field set, except for an initial access token.
fn full() -> Registration {
    let mut registration = Registration::new(RegistrationState::Pending);
    registration.token_hash = Some(TokenHash::new("0123456789abcdef".repeat(4)));
    registration.bounds.grant_types = Some(vec![
        GrantType::AuthorizationCode,
        GrantType::stored("urn:example:new").expect("a word"),
    ]);
    registration.bounds.client_auth_methods = Some(AuthMethod::ALL.to_vec());
    registration.bounds.scopes = Some(vec!["openid".into(), "https://a.b/c".into()]);
    registration.bounds.redirect_hosts = Some(vec!["app.example.com".into(), "[::1]".into()]);
    registration.bounds.is_approved = true;
    registration.ip = Some("2001:db8::17".parse().expect("an address"));
    registration.application_type = Some("native".into());
    registration.software_id = Some("Ünïcode 💥 ' \" \\ %".into());
    registration.software_version = Some("2.0 ".into());
    registration.software_statement = Some("eyJ.".repeat(2_048));
    registration
}

/// All fields of a registration, for comparison; the hashes are samples.
fn shown(registration: &Registration) -> String {
    let hash = registration.token_hash.as_ref().map(TokenHash::expose);
    format!("{registration:?} {hash:?}")
}

fn names<'a>(clients: impl IntoIterator<Item = &'a RegisteredClient>) -> Vec<Id> {
    clients.into_iter().map(|one| one.client.id).collect()
}

/// Every field, with the client, its secret and its audit entry.
pub async fn a_registration_comes_back_as_it_was_stored(repository: impl RegistrationRepository) {
    let subject = Subject::new(repository);
    let (mut empty, mut unknown) = (open(), full());
    empty.bounds.scopes = Some(Vec::new());
    unknown.state = RegistrationState::stored("frozen").expect("a word");
    for (second, registration) in (1..).zip([full(), open(), empty, unknown]) {
        let mut client = dynamic(&subject.tenant, second);
        client.metadata = full_metadata("Registered");
        let secret = secret(second);
        client.secret_last_four = Some(secret.last_four.clone());
        let stored = subject.register(&client, Some(&secret), &registration, second);
        stored.await.expect("a client is registered");

        let read = subject.registered(&client.client_id).await;
        let read = read.expect("the registration");
        assert_eq!(read.client, client);
        assert_eq!(shown(&read.registration), shown(&registration));
        let (_, seen, secrets, trail) = subject.see(&client.client_id).await;
        assert_eq!(seen, Some(client.clone()));
        assert_eq!(secrets, [fields(&secret)]);
        assert_eq!(trail.len(), 1);
        let credentials = subject.repository.credentials(&client.client_id).await;
        let credentials = credentials.expect("credentials");
        assert_eq!((credentials.client, credentials.secrets.len()), (client, 1));
    }
}

/// A client that an administrator created has no registration, and a foreign one is like none.
pub async fn what_did_not_register_has_no_registration(repository: impl RegistrationRepository) {
    let mut subject = Subject::new(repository);
    let made = subject.create(1).await;
    let registered = subject.registered_in(RegistrationState::Approved, 2).await;
    let not_found = Some(ErrorKind::NotFound);
    for of in ["acme", "Acme", "other"] {
        subject.tenant = tenant(of);
        let known = [&registered][usize::from(of != "acme")..].to_vec();
        for client in [&made, &registered] {
            let name = &client.client_id;
            if known.contains(&client) {
                assert!(subject.registered(name).await.is_ok());
                continue;
            }
            let mut client = client.clone();
            client.tenant_id = subject.tenant.clone();
            assert_eq!(kind(&subject.registered(name).await), not_found);
            let changed = subject.change(&client, &full(), KEEP, 5).await;
            assert_eq!(kind(&changed), not_found);
            let write = entry(&subject.tenant, name, Action::ClientDelete, 5).into();
            let repository = &subject.repository;
            let deleted =
                repository.delete_unused(&subject.tenant, name, client.version, None, &write);
            assert_eq!(kind(&deleted.await), not_found);
        }
        let listed = subject.registrations(None, Page::After { id: None, size: 9 });
        assert_eq!(listed.await.items.len(), known.len());
        assert_eq!(subject.count(9).await as usize, known.len());
    }
    subject.tenant = tenant("acme");
    for client in [made, registered] {
        let (_, seen, _, trail) = subject.see(&client.client_id).await;
        assert_eq!((seen, trail.len()), (Some(client), 1));
    }
}

/// Stores nothing if an id is taken.
pub async fn a_registration_with_a_taken_id_is_a_conflict(repository: impl RegistrationRepository) {
    let subject = Subject::new(repository);
    let made = subject.create(1).await;
    let registered = subject.registered_in(RegistrationState::Approved, 2).await;
    for taken in [made, registered] {
        let mut same = dynamic(&subject.tenant, 3);
        same.client_id = taken.client_id.clone();
        let mut like = dynamic(&subject.tenant, 4);
        like.id = taken.id;
        for new in [same, like] {
            let secret = secret(5);
            let stored = subject.register(&new, Some(&secret), &full(), 6).await;
            assert_eq!(kind(&stored), Some(ErrorKind::Conflict));
        }
        let (_, seen, secrets, trail) = subject.see(&taken.client_id).await;
        assert_eq!(seen, Some(taken));
        assert_eq!((secrets.len(), trail.len()), (0, 1));
    }
    assert_eq!(subject.count(9).await, 1);
}

/// In any state or in one, newest first, with both kinds of pages.
pub async fn registrations_are_listed_by_state(repository: impl RegistrationRepository) {
    let mut subject = Subject::new(repository);
    let states = RegistrationState::ALL.iter().cycle();
    let mut stored = Vec::new();
    for (second, state) in (1..=14).zip(states) {
        subject.create(100 + second).await;
        let client = subject.registered_in(state.clone(), second).await;
        stored.insert(0, (state, client.id));
    }
    subject.tenant = tenant("other");
    subject.registered_in(RegistrationState::Pending, 50).await;
    subject.tenant = tenant("acme");
    let of_each = RegistrationState::ALL.iter().map(Some);
    for state in of_each.chain([None]) {
        let expected = stored
            .iter()
            .filter(|(of, _)| state.is_none_or(|s| s == *of));
        let expected: Vec<_> = expected.map(|(_, id)| *id).collect();
        for size in [1, 3, 5, 20] {
            let (mut numbered, mut following) = (Vec::new(), Vec::new());
            for number in 1.. {
                let page = Page::Number { number, size };
                let slice = subject.registrations(state.cloned(), page).await;
                assert_eq!(slice.total, Some(expected.len() as u64));
                numbered.extend(names(&slice.items));
                if !slice.has_more {
                    break;
                }
            }
            loop {
                let id = following.last().copied();
                let page = Page::After { id, size };
                let slice = subject.registrations(state.cloned(), page).await;
                assert_eq!(slice.total, None);
                following.extend(names(&slice.items));
                if !slice.has_more {
                    break;
                }
            }
            assert_eq!((&numbered, &following), (&expected, &expected));
        }
        let past = Page::Number { number: 9, size: 5 };
        let past = subject.registrations(state.cloned(), past).await;
        assert_eq!(past.total, Some(expected.len() as u64));
        assert_eq!((past.items.len(), past.has_more), (0, false));
    }
}

/// Not further than asked, and without those that are deleted.
pub async fn registrations_are_counted_up_to_a_limit(repository: impl RegistrationRepository) {
    let subject = Subject::new(repository);
    assert_eq!(subject.count(5).await, 0);
    let mut last = None;
    for second in 1..=4 {
        subject.create(10 + second).await;
        let state = RegistrationState::ALL.iter().cycle().nth(second as usize);
        let state = state.cloned().expect("a state");
        last = Some(subject.registered_in(state, second).await);
    }
    for (limit, count) in [(1, 1), (3, 3), (4, 4), (5, 4), (u32::MAX, 4), (0, 0)] {
        assert_eq!(subject.count(limit).await, count);
    }
    let deleted = last.expect("a client").client_id;
    subject.delete(&deleted, None, 9).await.expect("deleted");
    assert_eq!(subject.count(9).await, 3);
}

/// The client and its registration, in one write.
pub async fn an_update_replaces_a_registration(repository: impl RegistrationRepository) {
    let subject = Subject::new(repository);
    let mut current = subject.registered_in(RegistrationState::Approved, 1).await;
    for (second, registration) in (2..).zip([full(), open(), full()]) {
        let name = format!("Version {second}");
        current.metadata = full_metadata(&name);
        current.status = ClientStatus::Inactive;
        let changed = subject.change(&current, &registration, KEEP, second).await;
        let stale = subject.change(&current, &open(), KEEP, second).await;
        assert_eq!(kind(&stale), Some(ErrorKind::Stale));
        current.version = current.version.next();
        current.updated_at = at(second);
        assert_eq!(changed.expect("changed"), current);
        let read = subject.registered(&current.client_id).await;
        let read = read.expect("the registration");
        assert_eq!(read.client, current);
        assert_eq!(shown(&read.registration), shown(&registration));
    }
    let (_, _, _, trail) = subject.see(&current.client_id).await;
    assert_eq!(trail.len(), 4);

    // A plain update of the client leaves it as it is.
    let updated = subject.update(&current, Secrets::Keep, 9).await;
    updated.expect("updated");
    let read = subject.registered(&current.client_id).await;
    let read = read.expect("the registration");
    assert_eq!(shown(&read.registration), shown(&full()));
}

/// As the secrets of a client whose authentication method changes.
pub async fn an_update_of_a_registration_may_change_the_secrets(
    repository: impl RegistrationRepository,
) {
    let subject = Subject::new(repository);
    let public = subject.registered_in(RegistrationState::Approved, 1).await;
    let name = &public.client_id;
    let (first, second, third) = (secret(2), secret(3), secret(4));
    let mut current = public.clone();
    for (at, secret) in [(2, &first), (3, &second)] {
        let new = (Secrets::Keep, Some(secret));
        let changed = subject.change(&current, &open(), new, at).await;
        let changed = changed.expect("changed");
        assert_eq!(changed.version, current.version.next());
        assert_eq!(changed.secret_last_four.as_ref(), Some(&secret.last_four));
        assert_eq!(subject.get(name).await.ok(), Some(changed.clone()));
        current = changed;
    }
    let seen = subject.see(name).await;
    let (plain, other) = (open(), full());
    let again = subject.change(&current, &other, (Secrets::End, Some(&first)), 4);
    assert_eq!(kind(&again.await), Some(ErrorKind::Conflict));
    let third_one = subject.change(&current, &other, (Secrets::Keep, Some(&third)), 4);
    assert_eq!(kind(&third_one.await), Some(ErrorKind::TooManySecrets));
    assert_eq!(subject.see(name).await, seen);
    let read = subject.registered(name).await.expect("the registration");
    assert_eq!(shown(&read.registration), shown(&open()));

    let replaced = subject.change(&current, &plain, (Secrets::End, Some(&third)), 5);
    current = replaced.await.expect("changed");
    assert_eq!(current.secret_last_four.as_ref(), Some(&third.last_four));
    let statuses = async || {
        let secrets = subject.secrets(name).await.expect("secrets").into_iter();
        let is_active = secrets.map(|secret| secret.status == SecretStatus::Active);
        is_active.collect::<Vec<_>>()
    };
    assert_eq!(statuses().await, [true, false, false]);
    let ended = subject
        .change(&current, &open(), (Secrets::End, None), 6)
        .await;
    assert_eq!(ended.expect("changed").secret_last_four, None);
    assert_eq!(statuses().await, [false; 3]);
    let (_, client, _, trail) = subject.see(name).await;
    let version = client.map(|client| client.version);
    assert_eq!((version, trail.len()), (Some(Version::from_i64(5)), 5));
}

/// A client that is restored has no registration any more.
pub async fn a_deletion_ends_a_registration(repository: impl RegistrationRepository) {
    let subject = Subject::new(repository);
    let client = dynamic(&subject.tenant, 1);
    let secret = secret(1);
    let stored = subject.register(&client, Some(&secret), &full(), 1).await;
    stored.expect("a client is registered");
    let name = &client.client_id;
    let gone = async || {
        let read = subject.registered(name).await;
        assert_eq!(kind(&read), Some(ErrorKind::NotFound));
        for page in [
            Page::Number { number: 1, size: 9 },
            Page::After { id: None, size: 9 },
        ] {
            for state in [None, Some(RegistrationState::Pending)] {
                assert!(subject.registrations(state, page).await.items.is_empty());
            }
        }
        assert_eq!(subject.count(9).await, 0);
    };
    subject.delete(name, None, 2).await.expect("deleted");
    gone().await;
    let was = subject.get_deleted(name).await.expect("a deleted client");
    let restored = subject.restore(name, was.version, 3).await;
    restored.expect("restored");
    gone().await;
    let current = subject.get(name).await.expect("the client");
    let changed = subject.change(&current, &full(), KEEP, 4).await;
    assert_eq!(kind(&changed), Some(ErrorKind::NotFound));
    let updated = subject.update(&current, Secrets::Keep, 5).await;
    updated.expect("updated");
    gone().await;
    let again = subject.store(&client, None, &Origin::Draft, 6).await;
    assert_eq!(kind(&again), Some(ErrorKind::Conflict));
}
