use super::clients::assert_gone;
use super::samples::{client, tenant};
use super::subject::{Subject, kind};
use crate::domain::Page;
use crate::repository::{ClientFilter, ClientRepository, ErrorKind, Origin};

/// Every method behaves as if the client did not exist, and changes nothing.
pub async fn a_foreign_client_is_like_none(repository: impl ClientRepository) {
    let mut subject = Subject::new(repository);
    let (own, secret) = subject.create_with_secret(1).await;
    let seen = subject.see(&own.client_id).await;
    for other in ["other", "Acme", "acme.", "acm", "%", "'"] {
        subject.tenant = tenant(other);
        let mut foreign = own.clone();
        foreign.tenant_id = subject.tenant.clone();
        assert_gone(&subject, &foreign, secret.id).await;
        for page in [
            Page::Number { number: 1, size: 9 },
            Page::After { id: None, size: 9 },
        ] {
            let trail = subject.trail(&own.client_id, page).await;
            assert_eq!(kind(&trail), Some(ErrorKind::NotFound));
        }
    }
    subject.tenant = own.tenant_id;
    assert_eq!(subject.see(&own.client_id).await, seen);
}

/// Lists include neither the items nor the totals of another tenant.
pub async fn lists_show_the_own_tenant_only(repository: impl ClientRepository) {
    let mut subject = Subject::new(repository);
    let mut stored = Vec::new();
    for (second, name) in [(1, "acme"), (2, "other"), (3, "acme"), (4, "Acme")] {
        subject.tenant = tenant(name);
        let client = client(&subject.tenant, second);
        let done = subject.store(&client, None, &Origin::Draft, second).await;
        done.expect("a client is stored");
        stored.insert(0, client);
    }
    for name in ["acme", "other", "Acme", "none"] {
        subject.tenant = tenant(name);
        let expected = stored.iter().filter(|c| c.tenant_id == subject.tenant);
        let expected: Vec<_> = expected.cloned().collect();
        for filter in [
            ClientFilter::default(),
            ClientFilter::new()
                .with_name("client")
                .with_status(crate::domain::ClientStatus::Active),
            ClientFilter::new().with_client_ids(stored.iter().map(|c| c.client_id.clone())),
        ] {
            let page = Page::Number { number: 1, size: 9 };
            let numbered = subject.list(&filter, page).await;
            assert_eq!(numbered.items, expected);
            assert_eq!(numbered.total, Some(expected.len() as u64));
            // Starting after a client of another tenant reveals nothing either.
            for start in &stored {
                let page = Page::After {
                    id: Some(start.id),
                    size: 9,
                };
                let after = subject.list(&filter, page).await;
                let rest = expected.iter().filter(|client| client.id < start.id);
                assert!(after.items.iter().eq(rest));
                assert!(!after.has_more);
            }
        }
    }
}
