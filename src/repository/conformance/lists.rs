use super::samples::{client, id, metadata};
use super::subject::Subject;
use crate::domain::{Client, ClientId, ClientStatus, Id, Page, Slice};
use crate::repository::{ClientFilter, ClientRepository, Origin, Secrets};

fn all() -> ClientFilter {
    ClientFilter::default()
}

fn ids(slice: &Slice<Client>) -> Vec<Id> {
    slice.items.iter().map(|client| client.id).collect()
}

/// Lists are sorted by id, whatever the order in which the clients were created or changed.
pub async fn lists_are_newest_first(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let middle = subject.create(20).await;
    let newest = subject.create(30).await;
    let oldest = subject.create(10).await;
    let updated = subject.update(&oldest, Secrets::Keep, 40).await;
    let oldest = updated.expect("updated");
    let expected = [newest, middle, oldest];
    for page in [
        Page::Number { number: 1, size: 9 },
        Page::After { id: None, size: 9 },
    ] {
        assert_eq!(subject.list(&all(), page).await.items, expected);
    }
}

/// Every client is on one page, the total is exact, and a page past the end is empty.
pub async fn numbered_pages_have_a_total(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let page = |number, size| Page::Number { number, size };
    let none = subject.list(&all(), page(1, 10)).await;
    assert_eq!(
        (none.items.len(), none.total, none.has_more),
        (0, Some(0), false)
    );

    let mut expected = Vec::new();
    for second in 0..7 {
        expected.insert(0, subject.create(second).await.id);
    }
    for size in [1, 2, 3, 6, 7, 8, 100] {
        let mut found = Vec::new();
        for number in 1..=8 {
            let slice = subject.list(&all(), page(number, size)).await;
            found.extend(ids(&slice));
            assert_eq!(slice.total, Some(7));
            let last = number * u64::from(size) >= 7;
            assert_eq!(slice.has_more, !last, "page {number} of {size}");
        }
        assert_eq!(found, expected, "{size}");
    }
    for number in [u64::MAX, u64::MAX / 100, 1 << 62, 1 << 32] {
        let slice = subject.list(&all(), page(number, 100)).await;
        assert_eq!(
            (slice.items.len(), slice.total, slice.has_more),
            (0, Some(7), false)
        );
    }
}

/// One page leads to the next, up to the end; the item it starts after need not exist.
pub async fn pages_after_an_item_follow_each_other(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let mut expected = Vec::new();
    for second in 1..=7 {
        expected.insert(0, subject.create(second * 10).await.id);
    }
    for size in [1, 2, 3, 6, 7, 8, 100] {
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let slice = subject.list(&all(), Page::After { id: after, size }).await;
            assert_eq!(slice.total, None);
            assert!(slice.items.len() <= size as usize);
            found.extend(ids(&slice));
            assert_eq!(slice.has_more, found.len() < 7);
            after = found.last().copied();
            if !slice.has_more {
                break;
            }
        }
        assert_eq!(found, expected, "{size}");
    }
    for (second, left) in [(0, 0), (10, 0), (15, 1), (45, 4), (99, 7)] {
        let after = Page::After {
            id: Some(id(second)),
            size: 100,
        };
        let found = subject.list(&all(), after).await.items.len();
        assert!(found == left || found == left + 1, "{second}: {found}");
    }
}

/// Deleted clients are neither listed nor counted, and a page may start after one.
pub async fn pages_do_not_end_at_deleted_clients(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let mut clients = Vec::new();
    for second in 0..6 {
        clients.insert(0, subject.create(second).await);
    }
    let deleted: Vec<Client> = clients.extract_if(1..4, |_| true).collect();
    for client in &deleted {
        let gone = subject.delete(&client.client_id, None, 9).await;
        gone.expect("deleted");
    }
    let expected: Vec<Id> = clients.iter().map(|client| client.id).collect();
    let numbered = Page::Number { number: 1, size: 2 };
    let slice = subject.list(&all(), numbered).await;
    assert_eq!((slice.total, slice.has_more), (Some(3), true));
    assert_eq!(ids(&slice), expected[..2]);
    for client in &deleted {
        let after = Page::After {
            id: Some(client.id),
            size: 1,
        };
        let slice = subject.list(&all(), after).await;
        assert_eq!((ids(&slice), slice.has_more), (vec![expected[1]], true));
    }
}

async fn named<R: ClientRepository>(
    subject: &Subject<R>,
    second: u64,
    name: &str,
    status: ClientStatus,
) -> ClientId {
    let mut client = client(&subject.tenant, second);
    client.metadata = metadata(name);
    client.status = status;
    let stored = subject.store(&client, None, &Origin::Draft, second).await;
    stored.expect("a client is stored");
    client.client_id
}

/// The names that a filter finds, which must be the same with either kind of page.
async fn names<R: ClientRepository>(
    subject: &Subject<R>,
    name: Option<&str>,
    status: Option<ClientStatus>,
) -> Vec<String> {
    let filter = ClientFilter {
        name: name.map(str::to_owned),
        status,
        ..all()
    };
    let numbered = subject
        .list(
            &filter,
            Page::Number {
                number: 1,
                size: 50,
            },
        )
        .await;
    let keyset = subject
        .list(&filter, Page::After { id: None, size: 50 })
        .await;
    assert_eq!(numbered.items, keyset.items);
    assert_eq!(numbered.total, Some(keyset.items.len() as u64));
    let clients = keyset.items.into_iter();
    clients.map(|client| client.metadata.name).collect()
}

/// Pages of any size show every match exactly once.
pub async fn filters_hold_on_every_page(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    for second in 0..9 {
        let (name, status) = match second % 3 {
            0 => ("Shop", ClientStatus::Active),
            1 => ("shop of old", ClientStatus::Inactive),
            _ => ("Bank", ClientStatus::Active),
        };
        named(&subject, second, name, status).await;
    }
    for (name, status, total) in [
        (Some("SHOP"), None, 6),
        (None, Some(ClientStatus::Active), 6),
        (Some("shop"), Some(ClientStatus::Active), 3),
        (Some("bank"), Some(ClientStatus::Inactive), 0),
    ] {
        let name = name.map(str::to_owned);
        let filter = ClientFilter {
            name,
            status,
            ..all()
        };
        for size in [1, 2, 3, 6] {
            let (mut numbered, mut keyset) = (Vec::new(), Vec::new());
            for number in 1..=7 {
                let slice = subject.list(&filter, Page::Number { number, size }).await;
                assert_eq!(slice.total, Some(total));
                assert_eq!(slice.has_more, number * u64::from(size) < total);
                numbered.extend(ids(&slice));
            }
            let mut has_more = true;
            while has_more {
                let id = keyset.last().copied();
                let slice = subject.list(&filter, Page::After { id, size }).await;
                keyset.extend(ids(&slice));
                has_more = slice.has_more;
                assert_eq!(has_more, (keyset.len() as u64) < total);
            }
            assert_eq!(numbered.len() as u64, total);
            assert_eq!(numbered, keyset);
            assert!(keyset.is_sorted_by(|a, b| a > b));
        }
    }
}

/// Filters by part of the name in any case, by status, or by both; also after an update.
pub async fn filters_by_name_and_status(repository: impl ClientRepository) {
    use ClientStatus::{Active, Inactive, Suspended};
    let subject = Subject::new(repository);
    for (second, name, status) in [
        (0, "Straße ΟΔΟΣΑ", Active),
        (1, "Alpha Shop", Active),
        (2, "alpha bank", Suspended),
        (3, "Über Ärger", Active),
        (4, "ΑΘΗΝΑ", Inactive),
        (5, "beta", Active),
    ] {
        named(&subject, second, name, status).await;
    }
    let found = |name: Option<&'static str>, status| names(&subject, name, status);
    assert_eq!(
        found(Some("ALPHA"), None).await,
        ["alpha bank", "Alpha Shop"]
    );
    assert_eq!(found(Some("ha sh"), None).await, ["Alpha Shop"]);
    assert_eq!(found(Some("über ä"), None).await, ["Über Ärger"]);
    assert_eq!(found(Some("ÜBER"), None).await, ["Über Ärger"]);
    assert_eq!(found(Some("αθηνα"), None).await, ["ΑΘΗΝΑ"]);
    assert_eq!(found(Some("STRASSE"), None).await, ["Straße ΟΔΟΣΑ"]);
    assert_eq!(found(Some("ΟΔΟΣ"), None).await, ["Straße ΟΔΟΣΑ"]);
    assert_eq!(found(Some("uber"), None).await, [""; 0]);
    assert_eq!(found(Some("gamma"), None).await, [""; 0]);
    assert_eq!(found(Some(""), None).await.len(), 6);
    assert_eq!(found(None, Some(Suspended)).await, ["alpha bank"]);
    assert_eq!(found(Some("alpha"), Some(Active)).await, ["Alpha Shop"]);
    assert_eq!(found(Some("alpha"), Some(Inactive)).await, [""; 0]);
    assert_eq!(found(None, None).await.len(), 6);

    let page = Page::After { id: None, size: 1 };
    let [newest] = &*subject.list(&all(), page).await.items else {
        panic!("no client")
    };
    let mut renamed = newest.clone();
    renamed.metadata.name = "ALPHA centauri".into();
    renamed.status = Suspended;
    let updated = subject.update(&renamed, Secrets::Keep, 9).await;
    updated.expect("updated");
    assert_eq!(found(Some("beta"), None).await, [""; 0]);
    let expected = ["ALPHA centauri", "alpha bank"];
    assert_eq!(found(Some("Alpha"), Some(Suspended)).await, expected);
}

/// Names and search texts match in every Unicode normalization; the name is returned as stored.
pub async fn filters_find_every_way_to_write_a_name(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let stored = [
        "Ame\u{301}lie",
        "Am\u{e9}lie",
        "\u{130}stanbul Portal",
        "I\u{307}zmir",
        "Işık TV",
        "\u{1112}\u{1161}\u{11ab}국",
        "q\u{307}\u{323}",
        "\u{212b}ngstrom",
        "Ａ",
    ];
    for (second, name) in (1..).zip(stored) {
        named(&subject, second, name, ClientStatus::Active).await;
    }
    for (text, found) in [
        ("am\u{e9}lie", &stored[..2]),
        ("AME\u{301}LIE", &stored[..2]),
        ("amelie", &[]),
        ("istanbul", &stored[2..3]),
        ("\u{130}STANBUL", &stored[2..3]),
        ("i\u{307}stanbul", &stored[2..3]),
        ("\u{130}zmir", &stored[3..4]),
        ("izmir", &stored[3..4]),
        ("ışık", &stored[4..5]),
        ("IŞIK", &stored[4..5]),
        ("is\u{327}ik", &stored[4..5]),
        ("\u{d55c}국", &stored[5..6]),
        ("Q\u{323}\u{307}", &stored[6..7]),
        ("\u{e5}ngström", &[]),
        ("A\u{30a}NGSTROM", &stored[7..8]),
        ("a", &[stored[0], stored[1], stored[2]][..]),
    ] {
        let mut names = names(&subject, Some(text), None).await;
        names.reverse();
        assert_eq!(names, found, "{text}");
    }
}

/// Wildcards, escapes and terminators of databases are ordinary characters.
pub async fn filters_take_every_character_literally(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let texts = [
        "%",
        "_",
        "!",
        "\\",
        "*",
        "?",
        "[a]",
        "'",
        "\"",
        "--",
        ";",
        "/*",
        "%%",
        "!%",
        "\\%",
        "\\_",
        "!!",
        "💥",
        "100%",
        "a_b",
        "🍣",
        "🍺🍣",
        "b ",
        " b",
        "  ",
        "' OR '1'='1",
        "%' OR 1=1 --",
    ];
    for (second, text) in (1..).zip(texts) {
        named(&subject, second, &format!("<{text}>"), ClientStatus::Active).await;
    }
    named(&subject, 90, "plain", ClientStatus::Active).await;
    named(&subject, 91, "axb", ClientStatus::Active).await;
    for text in texts {
        let expected = texts.iter().filter(|other| other.contains(text)).count();
        let found = names(&subject, Some(text), None).await;
        assert_eq!(found.len(), expected, "{text}: {found:?}");
        let exact = format!("<{text}>");
        assert_eq!(names(&subject, Some(&exact), None).await, [exact]);
    }
    let long = "%".repeat(60_000);
    assert_eq!(names(&subject, Some(&long), None).await, [""; 0]);
}
