use std::time::Duration;

use super::samples::{at, entry, id, operator, tenant};
use super::subject::Subject;
use crate::domain::{Action, AuditEntry, Client, Id, Page, Timestamp};
use crate::repository::{AuditFilter, ClientRepository, ClientUpdate};

const ENOUGH: Page = Page::After {
    id: None,
    size: 100,
};

async fn write<R: ClientRepository>(subject: &Subject<R>, client: &mut Client, entry: AuditEntry) {
    let update = ClientUpdate::new(client.clone());
    let updated = subject
        .repository
        .update(&subject.tenant, &update, &entry.into())
        .await;
    *client = updated.expect("updated");
}

/// Two clients whose changes alternate, one of them deleted in the end. Returns the entries, newest
/// first.
async fn two_clients<R: ClientRepository>(subject: &Subject<R>) -> Vec<AuditEntry> {
    let mut clients = [subject.create(0).await, subject.create(1).await];
    for second in 2..8 {
        for client in &mut clients {
            let second = second * 2 + u64::from(client.created_at == at(1));
            let action = Action::ClientUpdate;
            let entry = entry(&subject.tenant, &client.client_id, action, second);
            write(subject, client, entry).await;
        }
    }
    let [first, second] = clients.map(|client| client.client_id);
    let deleted = subject.delete(&first, None, 20).await;
    deleted.expect("deleted");
    let mut entries = Vec::new();
    for client_id in [first, second] {
        let trail = subject.trail(&client_id, ENOUGH).await;
        entries.extend(trail.expect("the trail").items);
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.id));
    assert_eq!(entries.len(), 15);
    entries
}

/// Also of the deleted ones, and of no other tenant.
pub async fn the_trail_of_a_tenant_is_of_all_its_clients(repository: impl ClientRepository) {
    let mut subject = Subject::new(repository);
    let all = AuditFilter::new();
    let first = Page::Number { number: 1, size: 5 };
    let none = subject.tenant_trail(&all, first).await;
    assert_eq!(
        (none.items.len(), none.total, none.has_more),
        (0, Some(0), false)
    );
    let none = subject.tenant_trail(&all, ENOUGH).await;
    assert_eq!(
        (none.items.len(), none.total, none.has_more),
        (0, None, false)
    );

    let expected = two_clients(&subject).await;
    subject.tenant = tenant("Acme");
    let foreign = subject.create(30).await;
    let trail = subject.tenant_trail(&all, ENOUGH).await.items;
    assert_eq!(trail.len(), 1);
    assert!(
        trail
            .iter()
            .all(|entry| entry.client_id == foreign.client_id)
    );
    for none in ["acme ", "a", "", "%"] {
        let Some(none) = crate::domain::TenantId::parse(none) else {
            continue;
        };
        subject.tenant = none;
        assert_eq!(subject.tenant_trail(&all, ENOUGH).await.items, []);
    }
    subject.tenant = tenant("acme");
    assert_eq!(subject.tenant_trail(&all, ENOUGH).await.items, expected);
}

/// As for clients: an exact total, and an empty page past the end.
pub async fn the_trail_of_a_tenant_has_numbered_pages(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let expected = two_clients(&subject).await;
    let all = AuditFilter::new();
    for size in [1, 4, 14, 15, 16] {
        let mut found = Vec::new();
        for number in 1..=16 {
            let slice = subject.tenant_trail(&all, Page::Number { number, size });
            let slice = slice.await;
            assert_eq!(slice.total, Some(15));
            assert_eq!(slice.has_more, number * u64::from(size) < 15);
            found.extend(slice.items);
        }
        assert_eq!(found, expected);
    }
    let page = Page::Number {
        number: u64::MAX,
        size: 100,
    };
    let slice = subject.tenant_trail(&all, page).await;
    assert_eq!(
        (slice.items.len(), slice.total, slice.has_more),
        (0, Some(15), false)
    );
}

/// One page leads to the next, also with a filter.
pub async fn the_trail_of_a_tenant_has_pages_after_an_entry(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let all = two_clients(&subject).await;
    let updates = |entry: &&AuditEntry| entry.action == Action::ClientUpdate;
    let updates: Vec<_> = all.iter().filter(updates).cloned().collect();
    assert_eq!(updates.len(), 12);
    let update = AuditFilter::new().with_action(Action::ClientUpdate);
    for (filter, expected) in [(AuditFilter::new(), all), (update, updates)] {
        for size in [1, 5, 12, 15, 16] {
            let mut found: Vec<AuditEntry> = Vec::new();
            loop {
                let id = found.last().map(|entry| entry.id);
                let slice = subject.tenant_trail(&filter, Page::After { id, size });
                let slice = slice.await;
                assert_eq!(slice.total, None);
                found.extend(slice.items);
                assert_eq!(slice.has_more, found.len() < expected.len());
                if !slice.has_more {
                    break;
                }
            }
            assert_eq!(found, expected);
        }
    }
}

/// What a filter finds, with both kinds of page.
async fn found<R: ClientRepository>(subject: &Subject<R>, filter: &AuditFilter) -> Vec<Id> {
    let keyset = subject.tenant_trail(filter, ENOUGH).await.items;
    let page = Page::Number {
        number: 1,
        size: 100,
    };
    let numbered = subject.tenant_trail(filter, page).await;
    assert_eq!(numbered.items, keyset, "{filter:?}");
    assert_eq!(numbered.total, Some(keyset.len() as u64), "{filter:?}");
    let matches = filter.matcher();
    assert!(keyset.iter().all(matches), "{filter:?}");
    keyset.iter().map(|entry| entry.id).collect()
}

/// By action, operator and target, byte by byte; an entry about a secret is not about its client,
/// and all criteria must be met.
pub async fn the_trail_of_a_tenant_is_filtered(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (mut one, mut other) = (subject.create(0).await, subject.create(1).await);
    let (secret, unknown) = (id(100), id(101));
    let rows = [
        (Action::ClientUpdate, "bob", None),
        (Action::SecretCreate, "bob", Some(secret)),
        (Action::SecretDelete, "Bob", Some(secret)),
        (Action::ClientUpdate, "bob ", None),
        (Action::ClientUpdate, "b_b%", None),
        (Action::ClientUpdate, "börk💥'!\"", None),
    ];
    let mut stored = Vec::new();
    for (second, (action, operator, secret)) in (2..).zip(rows) {
        let client = if second % 2 == 0 {
            &mut one
        } else {
            &mut other
        };
        let mut entry = entry(&subject.tenant, &client.client_id, action, second);
        entry.operator_id = operator.into();
        entry.secret_id = secret;
        stored.push(entry.id);
        write(&subject, client, entry).await;
    }
    let mut first = Vec::new();
    for client in [&one, &other] {
        let trail = subject.trail(&client.client_id, ENOUGH).await;
        let created = trail.expect("the trail").items.pop();
        first.push(created.expect("the creation").id);
    }
    let ids = |places: &[usize]| -> Vec<_> {
        let all: Vec<_> = first.iter().chain(&stored).collect();
        places
            .iter()
            .filter_map(|place| all.get(*place))
            .map(|id| **id)
            .collect()
    };
    let with = AuditFilter::new;
    let one = one.client_id.as_str();
    let upper = one.to_ascii_uppercase();
    let operator = operator(&subject.tenant).id;
    let cases: [(AuditFilter, &[usize]); 22] = [
        (with(), &[7, 6, 5, 4, 3, 2, 1, 0]),
        (with().with_action(Action::ClientCreate), &[1, 0]),
        (with().with_action(Action::SecretDelete), &[4]),
        (with().with_action(Action::SecretRotate), &[]),
        (with().with_operator_id(operator), &[1, 0]),
        (with().with_operator_id("bob"), &[3, 2]),
        (with().with_operator_id("Bob"), &[4]),
        (with().with_operator_id("bob "), &[5]),
        (with().with_operator_id("b_b%"), &[6]),
        (with().with_operator_id("b_b"), &[]),
        (with().with_operator_id("%"), &[]),
        (with().with_operator_id("börk💥'!\""), &[7]),
        (with().with_operator_id("börk🍣'!\""), &[]),
        (with().with_operator_id("bob\0"), &[]),
        (with().with_operator_id(""), &[]),
        (with().with_target_id(one), &[6, 2, 0]),
        (with().with_target_id(upper), &[]),
        (with().with_target_id(format!("{one} ")), &[]),
        (with().with_target_id(secret.to_string()), &[4, 3]),
        (with().with_target_id(unknown.to_string()), &[]),
        (with().with_target_id("ö\0"), &[]),
        (
            with()
                .with_target_id(secret.to_string())
                .with_operator_id("bob")
                .with_action(Action::SecretCreate),
            &[3],
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(found(&subject, &filter).await, ids(expected), "{filter:?}");
    }
}

/// From a time on, and before one, to the microsecond.
pub async fn the_trail_of_a_tenant_is_filtered_by_time(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let mut client = subject.create(0).await;
    let mut stored = Vec::new();
    for micros in [0, 1, 999, 1_000, 1_001, 5_000] {
        let (action, message) = (Action::ClientUpdate, "at that time");
        let operator = operator(&subject.tenant);
        let client_id = client.client_id.clone();
        let time = at(1) + Duration::from_micros(micros);
        let entry = AuditEntry::new(&operator, client_id, action, message, time);
        stored.push((entry.at, entry.id));
        write(&subject, &mut client, entry).await;
    }
    stored.reverse();
    let bounds = [0, 1, 2, 999, 1_000, 1_002, 5_000, 5_001];
    let bounds = bounds.map(|micros| at(1) + Duration::from_micros(micros));
    for from in bounds {
        for to in bounds {
            let within = stored.iter().filter(|(at, _)| (from..to).contains(at));
            let expected: Vec<_> = within.map(|(_, id)| *id).collect();
            let filter = AuditFilter::new().with_from(from).with_to(to);
            assert_eq!(found(&subject, &filter).await, expected, "{from:?} {to:?}");
        }
    }
    let all = AuditFilter::new();
    let (start, end) = (Timestamp::from_micros(0), Timestamp::from_micros(i64::MAX));
    for (filter, count) in [
        (all.clone().with_from(start), 7),
        (all.clone().with_to(end), 7),
        (all.clone().with_from(at(1)), 6),
        (all.clone().with_to(at(1)), 1),
        (all.with_from(start).with_to(end).with_operator_id("bob"), 0),
    ] {
        assert_eq!(found(&subject, &filter).await.len(), count, "{filter:?}");
    }
}
