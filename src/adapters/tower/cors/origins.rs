use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use quick_cache::sync::Cache;
use tokio::sync::Semaphore;

use crate::domain::{Clock, MAX_ORIGIN_LENGTH, Timestamp};
use crate::repository::{Error, OriginRepository, Result};

/// How many origins are remembered.
const CAPACITY: usize = 10_000;

/// How many origins are looked up at the same time.
const LOOKUPS: usize = 16;

/// How long an origin stays known as allowed, and as not allowed.
const ALLOWED_FOR: Duration = Duration::from_secs(60);
const REFUSED_FOR: Duration = Duration::from_secs(5);

/// Which origins are allowed, as far as it was asked. Clones share what they know.
#[derive(Clone)]
pub(super) struct Origins(Arc<Inner>);

struct Inner {
    ask: Ask,
    clock: Box<dyn Clock>,
    known: Cache<Box<str>, Known>,
    lookups: Semaphore,
}

type Ask = Box<dyn Fn(Box<str>) -> Answer + Send + Sync>;
type Answer = Pin<Box<dyn Future<Output = Result<bool>> + Send>>;

/// What was found out about an origin, and when.
#[derive(Clone, Copy)]
struct Known {
    is_allowed: bool,
    at: Timestamp,
}

impl Known {
    fn holds(self, now: Timestamp) -> bool {
        let lifetime = if self.is_allowed {
            ALLOWED_FOR
        } else {
            REFUSED_FOR
        };
        // Not after a clock that was ahead, either.
        self.at <= now && now < self.at + lifetime
    }
}

impl Origins {
    pub(super) fn new(repository: impl OriginRepository, clock: impl Clock) -> Self {
        let repository = Arc::new(repository);
        let ask = move |origin: Box<str>| -> Answer {
            let repository = Arc::clone(&repository);
            Box::pin(async move { repository.is_cors_origin(&origin).await })
        };
        Self(Arc::new(Inner {
            ask: Box::new(ask),
            clock: Box::new(clock),
            known: Cache::new(CAPACITY),
            lookups: Semaphore::new(LOOKUPS),
        }))
    }

    /// Whether an active client allows the origin. One that no client can have is not looked up.
    pub(super) fn allow(&self, origin: HeaderValue) -> impl Future<Output = bool> + Send + use<> {
        let origins = self.clone();
        async move {
            match origin.to_str() {
                Ok(origin) if is_possible(origin) => match origins.recall(origin) {
                    Some(known) => known,
                    None => origins.find_out(origin).await,
                },
                _ => false,
            }
        }
    }

    fn recall(&self, origin: &str) -> Option<bool> {
        let known = self.0.known.get(origin)?;
        known.holds(self.0.clock.now()).then_some(known.is_allowed)
    }

    async fn find_out(&self, origin: &str) -> bool {
        let inner = &*self.0;
        let Ok(_place) = inner.lookups.acquire().await else {
            return false;
        };
        // Somebody else may have asked meanwhile.
        if let Some(is_allowed) = self.recall(origin) {
            return is_allowed;
        }
        match (inner.ask)(origin.into()).await {
            Ok(is_allowed) => {
                let at = inner.clock.now();
                inner.known.insert(origin.into(), Known { is_allowed, at });
                is_allowed
            }
            Err(error) => {
                report(&error);
                inner
                    .known
                    .get(origin)
                    .is_some_and(|known| known.is_allowed)
            }
        }
    }
}

/// Whether it may be the origin of a web page, in the form in which browsers send it.
fn is_possible(origin: &str) -> bool {
    let host = ["https://", "http://"]
        .iter()
        .find_map(|scheme| origin.strip_prefix(scheme));
    origin.len() <= MAX_ORIGIN_LENGTH
        && host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@']))
}

#[cfg(feature = "tracing")]
fn report(error: &Error) {
    let source = std::error::Error::source(error);
    tracing::warn!(error = source, "an origin could not be looked up: {error}");
}

#[cfg(not(feature = "tracing"))]
fn report(_: &Error) {}

impl fmt::Debug for Origins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Origins")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;
    use crate::domain::{
        Action, AuditEntry, Client, ClientId, ClientMetadata, ClientStatus, Id, Operator, Role,
        TenantId,
    };
    use crate::repository::{ClientRepository, ClientUpdate, MemoryRepository, NewClient, Write};

    #[derive(Clone, Default)]
    struct Hand(Arc<AtomicI64>);

    impl Hand {
        fn advance(&self, seconds: i64) {
            self.0.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
        }
    }

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(1_700_000_000_000_000 + self.0.load(Ordering::Relaxed))
        }
    }

    const ORIGIN: &str = "https://app.example.com";

    async fn allows(origins: &Origins, origin: &'static str) -> bool {
        origins.allow(HeaderValue::from_static(origin)).await
    }

    #[tokio::test]
    async fn what_changes_is_noticed_after_a_while() {
        let (repository, clock) = (MemoryRepository::new(), Hand::default());
        let origins = Origins::new(repository.clone(), clock.clone());
        let tenant = TenantId::parse("acme").unwrap();
        let mut client = client(&tenant, clock.now());
        let operator = Operator::new("alice", Role::Admin, tenant.clone());
        let write = |action| -> Write {
            let id = client_id();
            AuditEntry::new(&operator, id, action, "", clock.now()).into()
        };
        assert!(!allows(&origins, ORIGIN).await);
        let (new, written) = (NewClient::new(client.clone()), write(Action::ClientCreate));
        repository.create(&tenant, &new, &written).await.unwrap();
        clock.advance(4);
        assert!(!allows(&origins, ORIGIN).await);
        clock.advance(1);
        assert!(allows(&origins, ORIGIN).await);
        client.status = ClientStatus::Suspended;
        let (update, written) = (ClientUpdate::new(client), write(Action::ClientUpdate));
        client = repository.update(&tenant, &update, &written).await.unwrap();
        clock.advance(59);
        assert!(allows(&origins, ORIGIN).await);
        clock.advance(1);
        assert!(!allows(&origins, ORIGIN).await);
        // A clock that was ahead prolongs nothing.
        clock.advance(1_000_000);
        assert!(!allows(&origins, ORIGIN).await);
        clock.advance(-1_000_000);
        client.status = ClientStatus::Active;
        let (update, written) = (ClientUpdate::new(client), write(Action::ClientUpdate));
        repository.update(&tenant, &update, &written).await.unwrap();
        assert!(allows(&origins, ORIGIN).await);
    }

    fn client_id() -> ClientId {
        ClientId::parse("app-1").unwrap()
    }

    fn client(tenant: &TenantId, now: Timestamp) -> Client {
        let mut metadata = ClientMetadata::new("App", [ORIGIN]);
        metadata.is_confidential = false;
        Client::new(
            Id::generate(now),
            tenant.clone(),
            client_id(),
            metadata,
            now,
        )
    }

    #[test]
    fn what_no_client_can_have_is_not_looked_up() {
        let long = format!("https://{}", "a".repeat(505));
        for origin in [
            "",
            "null",
            "*",
            "file://",
            "https://",
            "app://x",
            "https://a/",
            "https://u@a",
            &long,
        ] {
            assert!(!is_possible(origin), "{origin}");
        }
        for origin in ["https://a", "http://[::1]:3000", "http://localhost:1"] {
            assert!(is_possible(origin), "{origin}");
        }
    }
}
