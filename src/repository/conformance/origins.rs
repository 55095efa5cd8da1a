//! Cases for [`OriginRepository`].

use super::samples::{at, client};
use super::subject::Subject;
use crate::domain::{Client, ClientStatus};
use crate::repository::{Origin, OriginRepository, Secrets};

impl<R: OriginRepository> Subject<R> {
    async fn allows(&self, origin: &str) -> bool {
        self.repository
            .is_cors_origin(origin)
            .await
            .expect("no error")
    }

    async fn changed(&self, client: &mut Client, second: u64) {
        let updated = self.update(client, Secrets::Keep, second).await;
        *client = updated.expect("updated");
    }
}

fn page(number: u32) -> String {
    format!("https://app-{number}.example.com")
}

/// An origin is allowed as long as an active client of any tenant allows it: as one that was set,
/// or as that of a public client's redirect URI.
pub async fn origins_are_those_of_active_clients(repository: impl OriginRepository) {
    let subject = Subject::new(repository);
    let mut public = client(&subject.tenant, 1);
    public.metadata.is_confidential = false;
    public.metadata.redirect_uris = [
        format!("{}/cb?x=1", page(1)),
        format!("{}/", page(1)),
        page(2),
    ]
    .into();
    let mut confidential = client(&subject.tenant, 2);
    confidential.metadata.redirect_uris = [page(3)].into();
    confidential.metadata.allowed_cors_origins = [page(2), page(4)].into();
    for client in [&public, &confidential] {
        let stored = subject.store(client, None, &Origin::Draft, 3).await;
        stored.expect("a client is stored");
    }
    let allowed = async || {
        let mut allowed = Vec::new();
        for number in 1..=5 {
            if subject.allows(&page(number)).await {
                allowed.push(number);
            }
        }
        allowed
    };
    assert_eq!(allowed().await, [1, 2, 4]);
    for other in [
        "",
        "null",
        "*",
        "%",
        "https://app-_.example.com",
        "HTTPS://app-1.example.com",
    ] {
        assert!(!subject.allows(other).await, "{other}");
    }
    assert!(!subject.allows(&format!("{}/", page(1))).await);
    assert!(!subject.allows(&page(1).replace("https", "http")).await);

    confidential.metadata.allowed_cors_origins = [page(5), page(4)].into();
    subject.changed(&mut confidential, 4).await;
    assert_eq!(allowed().await, [1, 2, 4, 5]);
    public.status = ClientStatus::Suspended;
    subject.changed(&mut public, 5).await;
    assert_eq!(allowed().await, [4, 5]);
    public.status = ClientStatus::Active;
    public.metadata.redirect_uris = [page(3)].into();
    subject.changed(&mut public, 6).await;
    assert_eq!(allowed().await, [3, 4, 5]);
    public.metadata.is_confidential = true;
    subject.changed(&mut public, 7).await;
    assert_eq!(allowed().await, [4, 5]);
    let deleted = subject.delete(&confidential.client_id, None, 8).await;
    deleted.expect("deleted");
    assert!(allowed().await.is_empty());
    assert_eq!(public.updated_at, at(7));
}
