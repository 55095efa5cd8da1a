//! Cases for [`DocumentRepository`]: documents that were used.

use std::sync::Arc;
use std::time::Duration;

use super::races::{ROUNDS, race, winners};
use super::samples::{at, client_id, tenant};
use super::subject::Subject;
use crate::domain::{ClientId, MetadataHash, SeenDocument, Slice};
use crate::repository::{DocumentRepository, ErrorKind};

const MANY: u32 = 1_000;

impl<R: DocumentRepository> Subject<R> {
    /// A document that is read and used in that second.
    fn seen(&self, url: &str, version: u8, second: u64) -> SeenDocument {
        let (tenant, url) = (self.tenant.clone(), client_id(url));
        let mut seen = SeenDocument::new(tenant, url, hash(version), at(second));
        seen.host = "a.example.net".into();
        seen.client_name = format!("Client {version}");
        seen
    }

    async fn note(&self, seen: &SeenDocument) -> Option<MetadataHash> {
        let noted = self.repository.note_document(&self.tenant, seen, MANY);
        noted.await.expect("noted")
    }

    async fn documents(&self, host: Option<&str>, number: u64, size: u32) -> Slice<SeenDocument> {
        let documents = self.repository.documents(&self.tenant, host, number, size);
        documents.await.expect("documents")
    }

    async fn only(&self) -> SeenDocument {
        let mut documents = self.documents(None, 1, 9).await.items;
        assert_eq!(documents.len(), 1);
        documents.remove(0)
    }
}

fn hash(version: u8) -> MetadataHash {
    MetadataHash::parse(&format!("{version:02x}").repeat(32)).expect("a hash")
}

pub(super) fn url(number: u64) -> String {
    format!("https://a.example.net/{number}.json")
}

/// Its first use stays, its last one moves forward, and a change is told once.
pub async fn a_document_is_noted_with_its_uses(repository: impl DocumentRepository) {
    let subject = Subject::new(repository);
    let long = format!(
        "https://a.example.net/{}",
        "x".repeat(ClientId::MAX_LENGTH - 22)
    );
    let first = subject.seen(&long, 1, 10);
    assert_eq!(subject.note(&first).await, None);
    assert_eq!(subject.only().await, first);

    // The same copy again, earlier and later.
    for (second, last) in [(5, 10), (20, 20), (15, 20)] {
        let mut again = first.clone();
        (again.first_used_at, again.last_used_at) = (at(second), at(second));
        assert_eq!(subject.note(&again).await, None);
        let mut expected = first.clone();
        expected.last_used_at = at(last);
        assert_eq!(subject.only().await, expected);
    }

    // Another version. Who has an older copy of the first one undoes nothing.
    let second = subject.seen(&long, 2, 30);
    assert_eq!(subject.note(&second).await, Some(hash(1)));
    let mut expected = second.clone();
    expected.first_used_at = at(10);
    expected.changed_at = Some(at(30));
    assert_eq!(subject.only().await, expected);
    assert_eq!(subject.note(&second).await, None);
    let mut older = first.clone();
    older.last_used_at = at(40);
    assert_eq!(subject.note(&older).await, None);
    expected.last_used_at = at(40);
    assert_eq!(subject.only().await, expected);

    // Read again without a change, and then with one whose use is not the last one.
    let mut read = second.clone();
    (read.read_at, read.last_used_at) = (at(35), at(36));
    assert_eq!(subject.note(&read).await, None);
    expected.read_at = at(35);
    assert_eq!(subject.only().await, expected);
    let mut third = subject.seen(&long, 3, 37);
    assert_eq!(subject.note(&third).await, Some(hash(2)));
    (third.first_used_at, third.last_used_at) = (at(10), at(40));
    third.changed_at = Some(at(37));
    assert_eq!(subject.only().await, third);
}

/// A clock that was ahead by more than a day is forgotten.
pub async fn a_use_in_the_future_is_replaced(repository: impl DocumentRepository) {
    let subject = Subject::new(repository);
    let day = Duration::from_secs(24 * 60 * 60);
    let seen = subject.seen(&url(1), 1, 10);
    for (ahead, last) in [(day, at(10) + day), (day + Duration::from_secs(1), at(10))] {
        let mut ahead_of = seen.clone();
        ahead_of.last_used_at = at(10) + ahead;
        subject.note(&ahead_of).await;
        subject.note(&seen).await;
        assert_eq!(subject.only().await.last_used_at, last);
    }
}

/// A copy is used for a day at most. One that claims to be read more than two days later was read
/// by a clock that is ahead, and hides no change for ever.
pub async fn a_read_in_the_future_is_replaced(repository: impl DocumentRepository) {
    let subject = Subject::new(repository);
    let days = Duration::from_secs(2 * 24 * 60 * 60);
    for (number, ahead, replaced) in [
        (1, days, None),
        (2, days + Duration::from_secs(1), Some(hash(1))),
    ] {
        let mut ahead_of = subject.seen(&url(number), 1, 10);
        ahead_of.read_at = at(10) + ahead;
        assert_eq!(subject.note(&ahead_of).await, None);
        let changed = subject.seen(&url(number), 2, 10);
        assert_eq!(subject.note(&changed).await, replaced);
    }
    // Two clocks that are ahead by as much are told apart as ever.
    let mut newer = subject.seen(&url(1), 2, 10);
    newer.read_at = at(11) + days;
    assert_eq!(subject.note(&newer).await, Some(hash(1)));
}

/// The most recently used ones first, of the own tenant, on one host or on any.
pub async fn documents_are_listed_by_use(repository: impl DocumentRepository) {
    let mut subject = Subject::new(repository);
    let mut order = Vec::new();
    for (number, second) in [(1, 50), (2, 20), (3, 40), (4, 20), (5, 60)] {
        let mut seen = subject.seen(&url(number), 1, second);
        if number % 2 == 0 {
            seen.host = "b.example.net".into();
        }
        subject.note(&seen).await;
        order.push((second, url(number), seen.host));
    }
    order.sort();
    order.reverse();
    let shown = |slice: &Slice<SeenDocument>| -> Vec<String> {
        let ids = slice.items.iter().map(|one| one.client_id.as_str());
        ids.map(str::to_owned).collect()
    };
    for host in [
        None,
        Some("a.example.net"),
        Some("b.example.net"),
        Some("A.example.net"),
    ] {
        let of_host = order
            .iter()
            .filter(|(_, _, of)| host.is_none_or(|host| of == host));
        let expected: Vec<_> = of_host.map(|(_, url, _)| url.clone()).collect();
        for number in 1..=4 {
            let page = subject.documents(host, number, 2).await;
            let start = (number as usize - 1) * 2;
            let rest = expected.get(start..).unwrap_or_default();
            assert_eq!(
                shown(&page),
                rest.get(..2).unwrap_or(rest),
                "{host:?} {number}"
            );
            assert_eq!(page.total, Some(expected.len() as u64));
            assert_eq!(page.has_more, rest.len() > 2);
        }
    }
    for other in ["other", "Acme"] {
        subject.tenant = tenant(other);
        let page = subject.documents(None, 1, 9).await;
        assert_eq!((page.items.len(), page.total), (0, Some(0)));
    }
}

/// The least recently used ones are forgotten, and only those of the tenant.
pub async fn a_tenant_has_so_many_documents_at_most(repository: impl DocumentRepository) {
    let mut subject = Subject::new(repository);
    for name in ["other", "acme"] {
        subject.tenant = tenant(name);
        for (number, second) in [(1, 10), (2, 20), (3, 30), (4, 25), (1, 26)] {
            let seen = subject.seen(&url(number), 1, second);
            let noted = subject.repository.note_document(&subject.tenant, &seen, 3);
            assert_eq!(noted.await.expect("noted"), None);
        }
    }
    for name in ["other", "acme"] {
        subject.tenant = tenant(name);
        let page = subject.documents(None, 1, 9).await;
        let kept = page
            .items
            .iter()
            .map(|one| one.client_id.as_str().to_owned());
        let kept: Vec<_> = kept.collect();
        // The fourth took the place of the first one, which then took that of the second one.
        assert_eq!(kept, [url(3), url(1), url(4)]);
    }
}

/// Many hosts use a new document at the same time: it takes the place of one.
pub async fn a_first_note_of_many_is_counted_once(repository: impl DocumentRepository) {
    let subject = Arc::new(Subject::new(repository));
    for round in 0..ROUNDS {
        let racers = (0..16).map(|racer| {
            let subject = Arc::clone(&subject);
            async move {
                let seen = subject.seen(&url(round), 1, 1 + racer);
                loop {
                    let noted = subject
                        .repository
                        .note_document(&subject.tenant, &seen, MANY);
                    match noted.await {
                        Err(error) if error.kind() == ErrorKind::Unavailable => {
                            tokio::task::yield_now().await;
                        }
                        noted => return noted.map(drop),
                    }
                }
            }
        });
        let ended = race(racers).await;
        assert_eq!(winners(&ended), 16, "{ended:?}");
    }
    // If one was counted twice, the limit would be reached before.
    let limit = u32::try_from(ROUNDS + 1).expect("few rounds");
    let last = subject.seen(&url(ROUNDS), 1, 100);
    let noted = subject
        .repository
        .note_document(&subject.tenant, &last, limit);
    assert_eq!(noted.await.expect("noted"), None);
    let kept = subject.documents(None, 1, 100).await;
    assert_eq!(kept.total, Some(ROUNDS + 1));
}

/// Many hosts read a new version at the same time: one is told of the change.
pub async fn one_of_many_notes_a_change(repository: impl DocumentRepository) {
    let subject = Arc::new(Subject::new(repository));
    for round in 0..ROUNDS {
        let start = round * 100;
        let told = |version: u8, start: u64| {
            let subject = Arc::clone(&subject);
            let racers = (0..16).map(move |racer| {
                let subject = Arc::clone(&subject);
                async move {
                    let seen = subject.seen(&url(1), version, start + racer);
                    loop {
                        let noted = subject
                            .repository
                            .note_document(&subject.tenant, &seen, MANY);
                        match noted.await {
                            // To lose is an error here, so that winners are counted.
                            Ok(None) => return Err(ErrorKind::NotFound.into()),
                            Ok(Some(_)) => return Ok(()),
                            Err(error) if error.kind() == ErrorKind::Unavailable => {
                                tokio::task::yield_now().await;
                            }
                            Err(error) => return Err(error),
                        }
                    }
                }
            });
            race(racers)
        };
        let before = u8::try_from(round).expect("few rounds");
        let ended = told(before + 1, start + 1).await;
        assert_eq!(winners(&ended), usize::from(round > 0), "{ended:?}");
        let lost = Some(ErrorKind::NotFound);
        assert!(
            ended.iter().all(|kind| kind.is_none() || *kind == lost),
            "{ended:?}"
        );
        let stored = subject.only().await;
        assert_eq!(stored.metadata_hash, hash(before + 1));
    }
}
