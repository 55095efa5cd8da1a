//! Cases for [`RegistrationRepository`]: initial access tokens.

use std::sync::Arc;

use super::abandoned::{abandon, promptly};
use super::races::{ROUNDS, race, winners};
use super::registrations::dynamic;
use super::samples::{at, client_id, entry, id, secret, tenant};
use super::subject::{Subject, kind};
use crate::domain::{
    Action, AuditEntry, AuthMethod, ClientId, GrantType, Id, InitialAccessToken, Page,
    Registration, RegistrationState, TokenHash,
};
use crate::repository::{
    AuditFilter, ClientFilter, ErrorKind, Origin, RegistrationRepository, Result, Write,
};

const ENOUGH: Page = Page::After {
    id: None,
    size: Page::MAX_SIZE,
};

impl<R: RegistrationRepository> Subject<R> {
    /// A token issued in that second.
    fn token(&self, second: u64, uses_left: impl Into<Option<u32>>) -> InitialAccessToken {
        let hash = TokenHash::new(format!("{second:064}"));
        let tenant = self.tenant.clone();
        let mut token = InitialAccessToken::new(id(second), tenant, hash, "alice", at(second));
        token.uses_left = uses_left.into();
        token
    }

    fn token_entry(&self, token: Id, second: u64) -> AuditEntry {
        entry(&self.tenant, &named(token), Action::ClientUpdate, second)
    }

    async fn issue(&self, token: &InitialAccessToken, second: u64) -> Result<()> {
        let write = self.token_entry(token.id, second).into();
        self.repository
            .create_initial_access_token(&self.tenant, token, &write)
            .await
    }

    async fn issued(&self, second: u64, uses_left: impl Into<Option<u32>>) -> InitialAccessToken {
        let token = self.token(second, uses_left);
        self.issue(&token, second).await.expect("a token is stored");
        token
    }

    async fn read_token(&self, id: Id) -> Result<InitialAccessToken> {
        self.repository.initial_access_token(&self.tenant, id).await
    }

    async fn uses_left(&self, id: Id) -> Option<u32> {
        self.read_token(id).await.expect("the token").uses_left
    }

    async fn revoke(&self, id: Id, second: u64) -> Result<()> {
        let write: Write = self.token_entry(id, second).into();
        self.repository
            .revoke_initial_access_token(&self.tenant, id, &write)
            .await
    }

    /// Registers the client of that second with a token.
    async fn register_with(&self, token: Id, second: u64) -> Result<()> {
        let client = dynamic(&self.tenant, second);
        self.register(&client, None, &with(token), second).await
    }
}

fn named(token: Id) -> ClientId {
    client_id(&token.to_string())
}

fn with(token: Id) -> Registration {
    let mut registration = Registration::new(RegistrationState::Approved);
    registration.initial_access_token_id = Some(token);
    registration
}

/// All fields of a token, for comparison; the hashes are samples.
fn shown(token: &InitialAccessToken) -> String {
    format!("{token:?} {}", token.hash.expose())
}

/// Every field, until it is revoked and after it.
pub async fn an_initial_access_token_comes_back_as_it_was_stored(
    repository: impl RegistrationRepository,
) {
    let subject = Subject::new(repository);
    let plain = subject.issued(1, None).await;
    let mut full = subject.token(2, u32::MAX);
    full.description = Some("Ünïcode 💥 ' \" \\ %".into());
    full.bounds.grant_types = Some(GrantType::ALL.to_vec());
    full.bounds.client_auth_methods = Some(AuthMethod::ALL.to_vec());
    full.bounds.scopes = Some(vec!["openid".into()]);
    full.bounds.redirect_hosts = Some(Vec::new());
    full.bounds.is_approved = true;
    full.expires_at = Some(at(1_000));
    subject.issue(&full, 2).await.expect("a token is stored");
    for mut token in [plain, full] {
        let read = subject.read_token(token.id).await.expect("the token");
        assert_eq!(shown(&read), shown(&token));
        subject.revoke(token.id, 5).await.expect("revoked");
        token.revoked_at = Some(at(5));
        let again = subject.revoke(token.id, 6).await;
        assert_eq!(kind(&again), Some(ErrorKind::NotFound));
        let read = subject.read_token(token.id).await.expect("the token");
        assert_eq!(shown(&read), shown(&token));
    }
}

/// Newest first, revoked ones included, with both kinds of pages, and of the own tenant.
pub async fn initial_access_tokens_are_listed(repository: impl RegistrationRepository) {
    let mut subject = Subject::new(repository);
    let mut stored = Vec::new();
    for second in 1..=7 {
        stored.insert(0, subject.issued(second, 1).await.id);
    }
    let revoked = stored.last().expect("a token");
    subject.revoke(*revoked, 8).await.expect("revoked");
    for (name, expected) in [("acme", &stored[..]), ("Acme", &[]), ("other", &[])] {
        subject.tenant = tenant(name);
        let pages = [
            (Page::Number { number: 1, size: 5 }, 0..5),
            (Page::Number { number: 2, size: 5 }, 5..7),
            (Page::Number { number: 3, size: 5 }, 7..7),
            (Page::After { id: None, size: 5 }, 0..5),
            (
                Page::After {
                    id: Some(stored[4]),
                    size: 5,
                },
                5..7,
            ),
            (
                Page::After {
                    id: Some(stored[1]),
                    size: 5,
                },
                2..7,
            ),
        ];
        for (page, range) in pages {
            let listed = subject
                .repository
                .initial_access_tokens(&subject.tenant, page);
            let listed = listed.await.expect("a list");
            let ids: Vec<_> = listed.items.iter().map(|token| token.id).collect();
            let shown = expected.get(range.clone()).unwrap_or_default();
            assert_eq!(ids, shown, "{page:?}");
            let numbered = matches!(page, Page::Number { .. });
            assert_eq!(listed.total, numbered.then_some(expected.len() as u64));
            assert_eq!(listed.has_more, !shown.is_empty() && range.end < 7);
        }
        for id in &stored {
            let known = subject.read_token(*id).await;
            assert_eq!(known.is_ok(), !expected.is_empty());
            if expected.is_empty() {
                let revoked = subject.revoke(*id, 9).await;
                assert_eq!(kind(&revoked), Some(ErrorKind::NotFound));
            }
        }
    }
}

/// Of a token of any tenant, or of a client of the same one.
pub async fn a_taken_id_is_no_initial_access_token(repository: impl RegistrationRepository) {
    let mut subject = Subject::new(repository);
    let client = subject.create(1).await;
    let mut like = subject.token(2, None);
    like.id = client.id;
    let stored = subject.issue(&like, 3).await;
    assert_eq!(kind(&stored), Some(ErrorKind::Conflict));
    let unknown = subject.read_token(like.id).await;
    assert_eq!(kind(&unknown), Some(ErrorKind::NotFound));

    let token = subject.issued(4, 2).await;
    let mut of_id = dynamic(&subject.tenant, 5);
    of_id.id = token.id;
    let mut of_name = dynamic(&subject.tenant, 6);
    of_name.client_id = named(token.id);
    for client in [of_id, of_name] {
        let stored = subject.store(&client, None, &Origin::Draft, 7).await;
        assert_eq!(kind(&stored), Some(ErrorKind::Conflict));
        let stored = subject.register(&client, None, &with(token.id), 7).await;
        assert_eq!(kind(&stored), Some(ErrorKind::Conflict));
    }
    assert_eq!(subject.uses_left(token.id).await, Some(2));
    for of in ["acme", "other"] {
        subject.tenant = tenant(of);
        let mut same = subject.token(8, None);
        same.id = token.id;
        let stored = subject.issue(&same, 9).await;
        assert_eq!(kind(&stored), Some(ErrorKind::Conflict));
    }
}

/// A token registers as many clients as it has uses, until it expires or is revoked, and only in
/// its tenant. What it does not register is not stored.
pub async fn a_registration_takes_a_use_of_its_token(repository: impl RegistrationRepository) {
    let mut subject = Subject::new(repository);
    let two = subject.issued(1, 2).await.id;
    let many = subject.issued(2, None).await.id;
    let revoked = subject.issued(3, 5).await.id;
    subject.revoke(revoked, 4).await.expect("revoked");
    let mut expiring = subject.token(5, 5);
    expiring.expires_at = Some(at(100));
    subject
        .issue(&expiring, 5)
        .await
        .expect("a token is stored");
    let none = subject.issued(6, 0).await.id;
    for (token, second, stored) in [
        (two, 10, true),
        (two, 11, true),
        (two, 12, false),
        (many, 13, true),
        (many, 14, true),
        (revoked, 15, false),
        (none, 16, false),
        (expiring.id, 17, true),
        (expiring.id, 100, false),
        (id(9), 18, false),
        (named_client(&subject).await, 19, false),
    ] {
        let client = dynamic(&subject.tenant, second);
        let registration = with(token);
        let done = subject.register(&client, None, &registration, second).await;
        let refused = (!stored).then_some(ErrorKind::TokenSpent);
        assert_eq!(kind(&done), refused, "{second}");
        let read = subject.registered(&client.client_id).await;
        assert_eq!(read.is_ok(), stored);
        assert_eq!(subject.get(&client.client_id).await.is_ok(), stored);
        if let Ok(read) = read {
            assert_eq!(read.registration.initial_access_token_id, Some(token));
        }
    }
    for of in ["other", "Acme"] {
        subject.tenant = tenant(of);
        let done = subject.register_with(many, 20).await;
        assert_eq!(kind(&done), Some(ErrorKind::TokenSpent));
    }
    subject.tenant = tenant("acme");
    for (token, left) in [
        (two, Some(0)),
        (many, None),
        (revoked, Some(5)),
        (expiring.id, Some(4)),
        (none, Some(0)),
    ] {
        assert_eq!(subject.uses_left(token).await, left);
    }
    let trail = subject.tenant_trail(&AuditFilter::new(), ENOUGH).await;
    // Six writes to tokens, five registrations and one creation.
    assert_eq!(trail.items.len(), 12);
}

async fn named_client<R: RegistrationRepository>(subject: &Subject<R>) -> Id {
    subject.create(50).await.id
}

/// The entries of tokens are in the trail of the tenant only, and a token is in no list of clients.
pub async fn writes_to_initial_access_tokens_are_in_the_trail(
    repository: impl RegistrationRepository,
) {
    let mut subject = Subject::new(repository);
    let token = subject.issued(1, 1).await.id;
    let client = subject.create(2).await;
    subject.register_with(token, 3).await.expect("registered");
    subject.revoke(token, 4).await.expect("revoked");
    let written = [subject.token_entry(token, 4), subject.token_entry(token, 1)];
    let all = AuditFilter::new();
    let of_token = AuditFilter::new().with_target_id(token.to_string());
    for page in [ENOUGH, Page::Number { number: 1, size: 9 }] {
        let trail = subject.tenant_trail(&all, page).await.items;
        assert_eq!(trail.len(), 4);
        let found = subject.tenant_trail(&of_token, page).await.items;
        let seen = found.iter().map(|entry| (&entry.client_id, entry.at));
        let expected = written.iter().map(|entry| (&entry.client_id, entry.at));
        assert!(seen.eq(expected));
        let trail = subject.trail(&named(token), page).await;
        assert_eq!(kind(&trail), Some(ErrorKind::NotFound));
        for deleted in [false, true] {
            let filter = ClientFilter::new().with_deleted(deleted);
            let listed = subject.list(&filter, page).await.items;
            assert_eq!(listed.len(), if deleted { 0 } else { 2 });
        }
    }
    let none = [
        kind(&subject.get(&named(token)).await),
        kind(&subject.get_deleted(&named(token)).await),
        kind(&subject.restore(&named(token), client.version, 5).await),
        kind(&subject.delete(&named(token), None, 5).await),
        kind(&subject.repository.credentials(&named(token)).await),
    ];
    assert_eq!(none, [Some(ErrorKind::NotFound); 5]);
    subject.tenant = tenant("other");
    assert!(subject.tenant_trail(&all, ENOUGH).await.items.is_empty());
}

/// Many registrations at the same time share the uses of a token.
pub async fn a_token_registers_no_client_too_many(repository: impl RegistrationRepository) {
    let subject = Arc::new(Subject::new(repository));
    for (round, uses) in [(0, 10), (1, 1), (2, 2)] {
        let start = 1_000 * (round + 1);
        let token = subject.issued(start, uses).await.id;
        let ended = race((1..=32).map(|racer| {
            let subject = Arc::clone(&subject);
            async move {
                loop {
                    let done = subject.register_with(token, start + racer).await;
                    match kind(&done) {
                        Some(ErrorKind::Unavailable) => tokio::task::yield_now().await,
                        _ => return done,
                    }
                }
            }
        }))
        .await;
        assert_eq!(winners(&ended), uses as usize, "{ended:?}");
        let refused = Some(ErrorKind::TokenSpent);
        let refused = ended.iter().filter(|kind| **kind == refused).count();
        assert_eq!(refused, 32 - uses as usize);
        assert_eq!(subject.uses_left(token).await, Some(0));
    }
}

/// A token that is revoked meanwhile registers a client or none, and then no more.
pub async fn a_revocation_and_a_registration_come_one_after_the_other(
    repository: impl RegistrationRepository,
) {
    let subject = Arc::new(Subject::new(repository));
    for round in 0..ROUNDS {
        let start = round * 100;
        let token = subject.issued(start, 9).await.id;
        let racer = Arc::clone(&subject);
        let registering = tokio::spawn(async move {
            let done = racer.register_with(token, start + 1).await;
            kind(&done)
        });
        let revoked = subject.revoke(token, start + 2).await;
        revoked.expect("revoked");
        let left = match registering.await.expect("no panic") {
            None => 8,
            Some(ErrorKind::TokenSpent) => 9,
            Some(other) => panic!("{other:?}"),
        };
        assert_eq!(subject.uses_left(token).await, Some(left));
        let late = subject.register_with(token, start + 3).await;
        assert_eq!(kind(&late), Some(ErrorKind::TokenSpent));
    }
}

/// Dropped at each await point, a registration is stored with all that belongs to it, or it is not
/// and has taken no use.
pub async fn abandoned_registrations_are_whole_or_nothing(repository: impl RegistrationRepository) {
    let subject = Subject::new(repository);
    let token = subject.issued(1, 1_000).await.id;
    let open = Registration::new(RegistrationState::Approved);
    let mut uses = 1_000;
    for (of, registration) in (1..).zip([open, with(token)]) {
        for point in 1..=24 {
            let second = of * 1_000 + point as u64;
            let client = dynamic(&subject.tenant, second);
            let secret = secret(second);
            let register = || subject.register(&client, Some(&secret), &registration, second);
            let done = abandon(register(), point).await;
            // Either this call registers it, or the dropped one did.
            let again = kind(&promptly(register()).await);
            assert!(
                matches!(again, None | Some(ErrorKind::Conflict)),
                "{again:?}"
            );
            let read = promptly(subject.registered(&client.client_id)).await;
            let read = read.expect("the registration");
            let (_, _, secrets, trail) = subject.see(&client.client_id).await;
            assert_eq!((secrets.len(), trail.len()), (1, 1));
            uses -= u32::from(read.registration.initial_access_token_id.is_some());
            assert_eq!(subject.uses_left(token).await, Some(uses));
            if let Some(done) = done {
                done.expect("registered");
                break;
            }
        }
    }
}
