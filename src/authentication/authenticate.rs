use std::net::IpAddr;
use std::sync::Arc;

use super::assertions::Assertions;
use super::cache::{Entry, Memory, VerifiedCache};
use super::candidate::{bar, may_be, select};
use super::limiter::{Attempt, Claim, Pending, ending};
use super::source::is_url;
use super::{Authenticated, ClientAuthenticator, Error, ErrorKind, MAX_SECRET_LENGTH, Result};
use crate::domain::{AuthMethod, Client, ClientId, SecretRecord, Timestamp};
use crate::repository::{self, Credentials};
use crate::secrets::{self, Plaintext};
use crate::telemetry::cache_asked;

/// A presented secret.
pub(super) struct Secret {
    plaintext: Plaintext,
    /// What it is if the client did not encode it.
    as_sent: Option<Plaintext>,
}

impl Secret {
    pub(super) fn new(plaintext: Plaintext) -> Self {
        Self {
            plaintext,
            as_sent: None,
        }
    }

    pub(super) fn or(self, as_sent: Plaintext) -> Self {
        Self {
            as_sent: Some(as_sent),
            ..self
        }
    }

    /// The one or two secrets that it may be, in the order in which they are verified.
    fn either(&self) -> impl Iterator<Item = &Plaintext> {
        std::iter::once(&self.plaintext).chain(&self.as_sent)
    }

    /// What identifies it to the limiter: exactly what was sent.
    fn sent(&self) -> &Plaintext {
        self.as_sent.as_ref().unwrap_or(&self.plaintext)
    }
}

impl ClientAuthenticator {
    pub(super) async fn by_secret(
        &self,
        client_id: ClientId,
        secret: Secret,
        method: &AuthMethod,
        peer: Option<IpAddr>,
    ) -> Result<Authenticated> {
        if secret.plaintext.expose().len() > MAX_SECRET_LENGTH {
            return Err(Error::refused("the secret is too long"));
        }
        let inner = &*self.0;
        let now = inner.clock.now();
        if let Some(cache) = &inner.cache {
            // A cached secret costs one query. Any other must not cost even that before the limiter
            // is asked.
            for secret in secret.either() {
                let caller = match cache.fresh(ending(&client_id, secret), now) {
                    Some(entry) => {
                        self.remembered(cache, &entry, &client_id, secret, method, now)
                            .await?
                    }
                    None => None,
                };
                if let Some(caller) = caller {
                    cache_asked(true);
                    return Ok(caller);
                }
            }
        }
        // Boxed, so that the cached path does not carry this large future.
        Box::pin(self.unremembered(client_id, secret, method, peer, now)).await
    }

    async fn unremembered(
        &self,
        client_id: ClientId,
        secret: Secret,
        method: &AuthMethod,
        peer: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Authenticated> {
        let claim = Claim::new(&client_id, secret.sent());
        let attempt = Attempt::new(&client_id, peer).with_claim(Some(claim));
        let admitted = self.admit(attempt).await;
        let mut pending = admitted.inspect_err(|_| self.not_remembered())?;
        match self
            .judge(&mut pending, &client_id, secret, method, now)
            .await
        {
            Ok(authenticated) => {
                pending.succeeded().await;
                Ok(authenticated)
            }
            Err(error) => undecided(pending, error).await,
        }
    }

    /// Authenticates with a cached result, if the stored hash is still the one that it was verified
    /// against.
    async fn remembered(
        &self,
        cache: &VerifiedCache,
        entry: &Entry,
        client_id: &ClientId,
        secret: &Plaintext,
        method: &AuthMethod,
        now: Timestamp,
    ) -> Result<Option<Authenticated>> {
        let Some(Credentials { client, secrets }) = self.find(client_id).await? else {
            return Ok(None);
        };
        let record = select(&secrets, secret, now);
        let Some(record) = record.filter(|_| bar(&client, method).is_none()) else {
            return Ok(None);
        };
        if !cache.is_of(entry, &record.hash, secret) {
            return Ok(None);
        }
        self.note_use(&client, record, now);
        self.note_client(&client, now);
        let secret_id = Some(record.id);
        Ok(Some(Authenticated {
            client,
            method: method.clone(),
            secret_id,
        }))
    }

    fn memory(
        &self,
        client_id: &ClientId,
        record: &SecretRecord,
        secret: &Plaintext,
        now: Timestamp,
    ) -> Option<Memory> {
        let inner = &*self.0;
        let cache = inner.cache.as_ref()?;
        let presented = ending(client_id, secret);
        Some(cache.of(&record.hash, presented, secret, now))
    }

    /// Verifies a secret at the cost of exactly one hash, even if it is known to fail, so that the
    /// response time does not tell why it failed. A second one is for a secret that may have been
    /// sent without encoding and may be an imported one.
    async fn judge(
        &self,
        pending: &mut Pending,
        client_id: &ClientId,
        secret: Secret,
        method: &AuthMethod,
        now: Timestamp,
    ) -> Result<Authenticated> {
        let inner = &*self.0;
        let (secret, as_sent) = (secret.plaintext, secret.as_sent);
        let Some(Credentials { client, secrets }) = self.find(client_id).await? else {
            return self.refuse(secret, None, "no such client").await;
        };
        let record = select(&secrets, &secret, now);
        if let Some(record) = record {
            pending.takes(inner.pool.work(&record.hash));
        }
        if let Some(reason) = bar(&client, method) {
            // The cache is not consulted: a hit would be refused faster than a miss.
            let record = record.map(|record| (&client, record));
            return self.refuse(secret, record, reason).await;
        }
        let Some(record) = record else {
            return self.refuse(secret, None, "no such secret").await;
        };
        self.not_remembered();
        let mut is_right = self.is_right(&client, record, secret, now).await?;
        if let Some(as_sent) = as_sent.filter(|secret| !is_right && may_be(record, secret)) {
            let work = inner.pool.work(&record.hash);
            pending.takes(work.saturating_mul(2));
            is_right = self.is_right(&client, record, as_sent, now).await?;
        }
        if !is_right {
            return Err(Error::refused("a wrong secret"));
        }
        self.note_use(&client, record, now);
        self.note_client(&client, now);
        let secret_id = Some(record.id);
        Ok(Authenticated {
            client,
            method: method.clone(),
            secret_id,
        })
    }

    /// Verifies a secret against the record of a client that may present it, and rehashes it if its
    /// hash is outdated.
    async fn is_right(
        &self,
        client: &Client,
        record: &SecretRecord,
        secret: Plaintext,
        now: Timestamp,
    ) -> Result<bool> {
        let inner = &*self.0;
        let memory = self.memory(&client.client_id, record, &secret, now);
        // Copy the plaintext if it has to be rehashed; both copies are wiped.
        let is_old =
            inner.pool.needs_rehash(&record.hash) && !secrets::is_cut_off(&record.hash, &secret);
        let again = is_old.then(|| Plaintext::new(secret.expose()));
        let is_right = self.verify(secret, Some((client, record)), memory).await?;
        if let Some(plaintext) = again.filter(|_| is_right) {
            self.rehash(client, record, plaintext, now);
        }
        Ok(is_right)
    }

    async fn refuse<T>(
        &self,
        secret: Plaintext,
        record: Option<(&Client, &SecretRecord)>,
        reason: &'static str,
    ) -> Result<T> {
        self.verify(secret, record, None).await?;
        Err(Error::refused(reason))
    }

    pub(super) async fn by_assertion(
        &self,
        client_id: Option<ClientId>,
        assertion: String,
        peer: Option<IpAddr>,
    ) -> Result<Authenticated> {
        let inner = &*self.0;
        let Some(assertions) = &inner.assertions else {
            return Err(Error::refused("no assertion is accepted"));
        };
        let now = inner.clock.now();
        let named = client_id.or_else(|| assertions.client_id(&assertion));
        let client_id = named.ok_or_else(|| Error::refused("the assertion names no client"))?;
        let outcome = self
            .asserted(&**assertions, &client_id, &assertion, peer, now)
            .await;
        outcome.map_err(|error| error.claimed(client_id.as_str()))
    }

    async fn asserted(
        &self,
        assertions: &dyn Assertions,
        client_id: &ClientId,
        assertion: &str,
        peer: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Authenticated> {
        let attempt = Attempt::new(client_id, peer);
        let pending = self.admit(attempt).await?.nothing_verified();
        let client = match self.named(client_id, AuthMethod::PrivateKeyJwt).await {
            Ok(client) => client,
            Err(error) => return undecided(pending, error).await,
        };
        match assertions.verify(&client, assertion, now).await {
            Ok(()) => pending.succeeded().await,
            Err(error) => return undecided(pending, error).await,
        }
        self.note_client(&client, now);
        Ok(Authenticated {
            client,
            method: AuthMethod::PrivateKeyJwt,
            secret_id: None,
        })
    }

    pub(super) async fn by_name(
        &self,
        client_id: ClientId,
        peer: Option<IpAddr>,
    ) -> Result<Authenticated> {
        let attempt = Attempt::new(&client_id, peer);
        let pending = self.admit(attempt).await?.nothing_verified();
        match self.named(&client_id, AuthMethod::None).await {
            Ok(client) => {
                pending.succeeded().await;
                self.note_client(&client, self.0.clock.now());
                Ok(Authenticated {
                    client,
                    method: AuthMethod::None,
                    secret_id: None,
                })
            }
            Err(error) => undecided(pending, error).await,
        }
    }

    /// The client with this id, if it may authenticate by this method.
    async fn named(&self, client_id: &ClientId, method: AuthMethod) -> Result<Client> {
        let found = self.find(client_id).await?.map(|found| found.client);
        let source = self.0.source.as_ref().filter(|_| is_url(client_id));
        let client = match (found, source) {
            (Some(found), None) => found,
            (Some(found), Some(source)) if source.yields_to(&found) => found,
            (_, Some(source)) => source.client(client_id).await?,
            (None, None) => return Err(Error::refused("no such client").before_verifying()),
        };
        match bar(&client, &method) {
            Some(reason) => Err(Error::refused(reason).before_verifying()),
            None => Ok(client),
        }
    }

    async fn find(&self, client_id: &ClientId) -> Result<Option<Credentials>> {
        match self.0.repository.credentials(client_id).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.kind() == repository::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn not_remembered(&self) {
        if self.0.cache.is_some() {
            cache_asked(false);
        }
    }

    async fn admit(&self, attempt: Attempt<'_>) -> Result<Pending> {
        let inner = &*self.0;
        Pending::admit(inner.limiter.as_deref(), &inner.endings, attempt).await
    }

    /// Verifies once, against a decoy if there is no record. With a `memory`, a verification that
    /// is still queued is skipped once another one of the same secret has succeeded.
    async fn verify(
        &self,
        presented: Plaintext,
        record: Option<(&Client, &SecretRecord)>,
        memory: Option<Memory>,
    ) -> Result<bool> {
        let inner = &*self.0;
        let now = inner.clock.now();
        let Some((client, record)) = record else {
            inner.decoy.spend(&inner.pool, presented, now).await?;
            return Ok(false);
        };
        let hash = record.hash.clone();
        let verified = match memory {
            None => inner.pool.verify(presented, hash).await,
            Some(memory) => {
                let (known, clock) = (memory.clone(), Arc::clone(&inner.clock));
                let is_known = move || known.holds(clock.now());
                inner
                    .pool
                    .verify_unless(presented, hash, is_known, move || memory.note())
                    .await
            }
        };
        match verified {
            // No hash was computed yet. The operator must learn that a stored hash is unreadable;
            // the caller must not, neither from the response nor from its timing.
            Err(error) if error.kind() == secrets::ErrorKind::MalformedHash => {
                let instead = Plaintext::new("not what it was made of");
                inner.decoy.spend(&inner.pool, instead, now).await?;
                inner
                    .bookkeeping
                    .report_unreadable(client, record, &error, now);
                Err(Error::refused(error))
            }
            verified => Ok(verified?),
        }
    }
}

/// Records the attempt as failed if the client is at fault or was looked for in vain, and as
/// undecided otherwise.
async fn undecided<T>(pending: Pending, error: Error) -> Result<T> {
    if error.kind() == ErrorKind::InvalidClient || error.is_in_vain() {
        pending.failed(&error).await;
    } else {
        pending.undecided().await;
    }
    Err(error)
}
