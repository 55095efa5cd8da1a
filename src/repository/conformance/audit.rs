use serde_json::json;

use super::samples::{entry, id, operator};
use super::subject::Subject;
use crate::domain::{Action, AuditEntry, Client, FieldChange, Page};
use crate::repository::{ClientRepository, ClientUpdate};

async fn written<R: ClientRepository>(
    subject: &Subject<R>,
    entries: impl IntoIterator<Item = AuditEntry>,
    mut client: Client,
) {
    for entry in entries {
        let updated = subject
            .repository
            .update(&subject.tenant, &ClientUpdate::new(client), &entry.into())
            .await;
        client = updated.expect("updated");
    }
}

/// Entries with every action, address and secret, newest first by id.
pub async fn entries_come_back_as_they_were_stored(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let client = subject.create(0).await;
    let name = client.client_id.clone();
    let addresses = ["192.0.2.7", "2001:db8::1", "::ffff:192.0.2.7", "::"];
    let mut entries = Vec::new();
    for (second, action) in (1..).zip(Action::ALL) {
        let mut entry = entry(&subject.tenant, &name, action.clone(), second);
        let address = addresses.get(second as usize % 5);
        entry.ip = address.map(|ip| ip.parse().expect("an address"));
        if second % 2 == 0 {
            entry = entry.with_secret(id(second));
        }
        entry.operator_id = format!("o'{second} 💥 ");
        entry.operator_type = "super_admin".into();
        if second % 3 == 0 {
            entry.changes = vec![
                FieldChange::new("name", Some(json!("o'\\ 💥")), Some(json!("\u{1f980}"))),
                FieldChange::new("field_of_tomorrow", None, Some(json!({"a": [1, null, ""]}))),
                FieldChange::unrecorded("jwks"),
            ];
        }
        entry.message = String::new();
        entries.push(entry);
    }
    entries.swap(1, 5);
    written(&subject, entries.clone(), client).await;

    entries.sort_by_key(|entry| std::cmp::Reverse(entry.id));
    let page = Page::After {
        id: None,
        size: 100,
    };
    let mut trail = subject.trail(&name, page).await.expect("the trail").items;
    let created = trail.pop().expect("the creation");
    assert_eq!(created.action, Action::ClientCreate);
    assert_eq!(created.operator_id, operator(&subject.tenant).id);
    assert_eq!(trail, entries);
}

async fn seven_entries<R: ClientRepository>(subject: &Subject<R>) -> (Client, Vec<AuditEntry>) {
    let client = subject.create(0).await;
    // Another client's trail is not part of it.
    subject.create(1).await;
    let entries: Vec<_> = (1..7)
        .map(|second| {
            entry(
                &subject.tenant,
                &client.client_id,
                Action::ClientUpdate,
                second,
            )
        })
        .collect();
    written(subject, entries, client.clone()).await;
    let page = Page::After {
        id: None,
        size: 100,
    };
    let trail = subject.trail(&client.client_id, page).await;
    let items = trail.expect("the trail").items;
    assert_eq!(items.len(), 7);
    assert!(items.is_sorted_by(|a, b| a.id > b.id));
    (client, items)
}

/// As for clients: an exact total, and an empty page past the end.
pub async fn a_trail_has_numbered_pages(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (client, expected) = seven_entries(&subject).await;
    for size in [1, 3, 6, 7, 8] {
        let mut found = Vec::new();
        for number in 1..=8 {
            let page = Page::Number { number, size };
            let slice = subject.trail(&client.client_id, page).await;
            let slice = slice.expect("the trail");
            assert_eq!(slice.total, Some(7));
            assert_eq!(slice.has_more, number * u64::from(size) < 7);
            found.extend(slice.items);
        }
        assert_eq!(found, expected);
    }
    let page = Page::Number {
        number: u64::MAX,
        size: 100,
    };
    let slice = subject.trail(&client.client_id, page).await;
    let slice = slice.expect("the trail");
    assert_eq!(
        (slice.items.len(), slice.total, slice.has_more),
        (0, Some(7), false)
    );
}

/// One page leads to the next, also after the client was deleted.
pub async fn a_trail_has_pages_after_an_entry(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let (client, mut expected) = seven_entries(&subject).await;
    for size in [1, 3, 7, 8] {
        let mut found: Vec<AuditEntry> = Vec::new();
        loop {
            let id = found.last().map(|entry| entry.id);
            let page = Page::After { id, size };
            let slice = subject.trail(&client.client_id, page).await;
            let slice = slice.expect("the trail");
            assert_eq!(slice.total, None);
            found.extend(slice.items);
            assert_eq!(slice.has_more, found.len() < expected.len());
            if !slice.has_more {
                break;
            }
        }
        assert_eq!(found, expected);
    }
    let deleted = subject.delete(&client.client_id, None, 9).await;
    deleted.expect("deleted");
    let page = Page::After {
        id: None,
        size: 100,
    };
    let trail = subject.trail(&client.client_id, page).await;
    let mut trail = trail.expect("the trail").items;
    assert_eq!(trail.remove(0).action, Action::ClientDelete);
    expected.truncate(trail.len());
    assert_eq!(trail, expected);
}
