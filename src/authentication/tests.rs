//! Assertions without keys: who may present one, and how it is handled.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::*;
use crate::domain::{
    Action, AuditEntry, ClientId, ClientMetadata, ClientStatus, Operator, Role, SystemClock,
    TenantId, Timestamp,
};
use crate::repository::{ClientRepository, MemoryRepository, NewClient};

/// Accepts assertions that name the client and the outcome: `app-1 ok`.
#[derive(Clone, Default)]
struct Fake(Arc<AtomicUsize>);

impl Assertions for Fake {
    fn client_id(&self, assertion: &str) -> Option<ClientId> {
        ClientId::parse(assertion.split_once(' ')?.0)
    }

    fn verify<'a>(
        &'a self,
        client: &'a Client,
        assertion: &'a str,
        _: Timestamp,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let named = self.client_id(assertion);
        let answer = match assertion.split_once(' ') {
            Some((_, "ok")) if named.as_ref() == Some(&client.client_id) => Ok(()),
            Some((_, "down")) => Err(ErrorKind::Unavailable.into()),
            Some((_, "hang")) => return Box::pin(std::future::pending()),
            Some((_, "odd")) => Err(Error::refused("not read").before_verifying()),
            _ => Err(Error::refused("not its own")),
        };
        Box::pin(async { answer })
    }
}

fn client(client_id: &str, status: ClientStatus, key: bool) -> Client {
    let now = SystemClock.now();
    let method = if key {
        AuthMethod::PrivateKeyJwt
    } else {
        AuthMethod::ClientSecretBasic
    };
    let mut metadata = ClientMetadata::new("A", [""; 0]);
    metadata.grant_types = Vec::new();
    metadata.client_auth_methods = vec![method];
    let (tenant, client_id) = (TenantId::parse("acme"), ClientId::parse(client_id));
    let mut client = Client::new(
        Id::generate(now),
        tenant.unwrap(),
        client_id.unwrap(),
        metadata,
        now,
    );
    client.status = status;
    client
}

async fn store(repository: &MemoryRepository, client_id: &str, status: ClientStatus, key: bool) {
    let client = client(client_id, status, key);
    let tenant_id = client.tenant_id.clone();
    let operator = Operator::new("alice", Role::Admin, tenant_id.clone());
    let (client_id, now) = (client.client_id.clone(), client.created_at);
    let audit = AuditEntry::new(&operator, client_id, Action::ClientCreate, "", now);
    repository
        .create(&tenant_id, &NewClient::new(client), &audit.into())
        .await
        .unwrap();
}

/// A repository may return a deleted client until it is purged.
#[test]
fn a_deleted_client_is_barred_by_whatever_method() {
    let mut client = client("app-1", ClientStatus::Active, true);
    assert_eq!(candidate::bar(&client, &AuthMethod::PrivateKeyJwt), None);
    client.deleted_at = Some(client.created_at);
    let bar = candidate::bar(&client, &AuthMethod::PrivateKeyJwt);
    assert_eq!(bar, Some("the client is deleted"));
}

async fn authenticator() -> (ClientAuthenticator, Fake) {
    limited(LocalLimiter::builder()).await
}

async fn limited(limiter: LocalLimiterBuilder) -> (ClientAuthenticator, Fake) {
    let repository = MemoryRepository::new();
    store(&repository, "app-1", ClientStatus::Active, true).await;
    store(&repository, "app-2", ClientStatus::Suspended, true).await;
    store(&repository, "app-3", ClientStatus::Active, false).await;
    let fake = Fake::default();
    let builder = ClientAuthenticator::builder(repository);
    let builder = builder.with_assertions_of(fake.clone());
    let builder = builder.with_limiter(limiter.build().unwrap());
    (builder.build().unwrap(), fake)
}

async fn present(
    authenticator: &ClientAuthenticator,
    client_id: Option<&str>,
    assertion: &str,
) -> Result<String, ErrorKind> {
    present_from(Some(1), authenticator, client_id, assertion).await
}

async fn present_from(
    peer: Option<u8>,
    authenticator: &ClientAuthenticator,
    client_id: Option<&str>,
    assertion: &str,
) -> Result<String, ErrorKind> {
    let presented = Presented::Assertion {
        client_id: client_id.map(|text| ClientId::parse(text).unwrap()),
        assertion: assertion.to_owned(),
    };
    let peer = peer.map(|last| [192, 0, 2, last].into());
    let done = authenticator.authenticate_presented(presented, peer).await;
    let done = done.inspect(|done| {
        assert_eq!(done.method, AuthMethod::PrivateKeyJwt);
        assert_eq!(done.secret_id, None);
    });
    done.map(|done| done.client.client_id.to_string())
        .map_err(|error| error.kind())
}

#[tokio::test]
async fn an_assertion_authenticates_an_active_client_that_registered_it() {
    let (authenticator, fake) = authenticator().await;
    let refused = Err(ErrorKind::InvalidClient);
    let own = Ok("app-1".to_owned());
    for (client_id, assertion, expected, verified) in [
        (None, "app-1 ok", &own, 1),
        (Some("app-1"), "app-1 ok", &own, 1),
        (None, "app-1 bad", &refused, 1),
        (Some("app-2"), "app-1 ok", &refused, 0),
        (Some("app-1"), "app-3 ok", &refused, 1),
        (None, "app-2 ok", &refused, 0),
        (None, "app-3 ok", &refused, 0),
        (None, "app-4 ok", &refused, 0),
        (None, "nobody", &refused, 0),
    ] {
        fake.0.store(0, Ordering::SeqCst);
        let done = present(&authenticator, client_id, assertion).await;
        assert_eq!(done, *expected, "{client_id:?} {assertion}");
        assert_eq!(fake.0.load(Ordering::SeqCst), verified, "{assertion}");
    }
}

#[tokio::test]
async fn assertions_that_fail_are_limited_before_they_are_verified() {
    let (authenticator, fake) = authenticator().await;
    for _ in 0..100 {
        assert!(present(&authenticator, None, "app-1 ok").await.is_ok());
        let down = present(&authenticator, None, "app-1 down").await;
        assert_eq!(down, Err(ErrorKind::Unavailable));
    }
    for _ in 0..10 {
        let refused = present(&authenticator, None, "app-1 bad").await;
        assert_eq!(refused, Err(ErrorKind::InvalidClient));
    }
    fake.0.store(0, Ordering::SeqCst);
    let limited = present(&authenticator, None, "app-1 ok").await;
    assert_eq!(limited, Err(ErrorKind::TooManyFailures));
    assert_eq!(fake.0.load(Ordering::SeqCst), 0);
}

/// Anyone who knows a `client_id` can cause these failures for free, from any number of addresses.
#[tokio::test]
async fn what_is_refused_before_it_is_verified_spends_no_budget_of_the_client() {
    let limiter = || {
        let limiter = LocalLimiter::builder();
        limiter.with_client_budget(2, Duration::from_secs(60))
    };
    let refused = Err(ErrorKind::InvalidClient);
    for (client_id, assertion) in [
        ("app-1", "app-1 odd"),
        ("app-2", "app-2 ok"),
        ("app-3", "x"),
        ("app-4", "x"),
    ] {
        let (authenticator, _) = limited(limiter()).await;
        for peer in (2..100).map(Some).chain([None; 100]) {
            let done = present_from(peer, &authenticator, Some(client_id), assertion).await;
            assert_eq!(done, refused, "{assertion} from {peer:?}");
        }
        // It is charged to the address.
        for _ in 0..9 {
            let again = present_from(Some(2), &authenticator, Some(client_id), assertion).await;
            assert_eq!(again, refused);
        }
        let limited = present_from(Some(2), &authenticator, Some(client_id), assertion).await;
        assert_eq!(limited, Err(ErrorKind::TooManyFailures));
    }

    let (authenticator, _) = limited(limiter()).await;
    for peer in 2..10 {
        let hanging = present_from(Some(peer), &authenticator, None, "app-1 hang");
        let hung_up = tokio::time::timeout(Duration::from_millis(1), hanging).await;
        assert!(hung_up.is_err());
    }
    assert!(present(&authenticator, None, "app-1 ok").await.is_ok());

    // A signature that was verified and is wrong is charged to all budgets.
    let (authenticator, _) = limited(limiter()).await;
    for peer in [2, 3] {
        let done = present_from(Some(peer), &authenticator, None, "app-1 bad").await;
        assert_eq!(done, refused);
    }
    let limited = present(&authenticator, None, "app-1 ok").await;
    assert_eq!(limited, Err(ErrorKind::TooManyFailures));
}

/// Has the client of every URL, and counts how often it is asked.
struct Published(Arc<AtomicUsize>);

impl ClientSource for Published {
    async fn client(&self, client_id: &ClientId) -> Result<Client> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(client(client_id.as_str(), ClientStatus::Active, true))
    }
}

#[tokio::test]
async fn a_source_is_asked_for_urls_only() {
    let (asked, refused) = (Arc::new(AtomicUsize::new(0)), ErrorKind::InvalidClient);
    let builder = ClientAuthenticator::builder(MemoryRepository::new());
    let builder = builder.with_assertions_of(Fake::default());
    let authenticator = builder.with_client_source(Published(asked.clone()));
    let authenticator = authenticator.build().unwrap();
    for (client_id, expected, count) in [
        ("https://app.example.com/client", true, 1),
        ("http://localhost/client", true, 2),
        ("app-1", false, 2),
        ("com.example.app:/client", false, 2),
    ] {
        let done = present(&authenticator, None, &format!("{client_id} ok")).await;
        let answer = expected.then(|| client_id.to_owned()).ok_or(refused);
        assert_eq!(done, answer, "{client_id}");
        assert_eq!(asked.load(Ordering::SeqCst), count, "{client_id}");
    }
}
