use std::net::IpAddr;
use std::sync::Arc;

use super::cache::Memory;
use super::candidate::{bar, select};
use super::limiter::Pending;
use super::{Authenticated, ClientAuthenticator, Error, ErrorKind, MAX_SECRET_LENGTH, Result};
use crate::domain::{AuthMethod, Client, ClientId, SecretRecord, Timestamp};
use crate::repository::{self, Credentials};
use crate::secrets::{self, Plaintext};
use crate::telemetry::cache_asked;

impl ClientAuthenticator {
    pub(super) async fn by_secret(
        &self,
        client_id: ClientId,
        secret: Plaintext,
        method: AuthMethod,
        peer: Option<IpAddr>,
    ) -> Result<Authenticated> {
        if secret.expose().len() > MAX_SECRET_LENGTH {
            return Err(Error::refused("the secret is too long"));
        }
        let now = self.0.clock.now();
        let Some(Credentials { client, secrets }) = self.find(&client_id).await? else {
            return self
                .refuse(&client_id, secret, None, "no such client", peer)
                .await;
        };
        let record = select(&secrets, &secret, now);
        match (bar(&client, method), record) {
            (None, Some(record)) => {
                self.check(&client, record, secret, now, peer).await?;
                let secret_id = Some(record.id);
                Ok(Authenticated {
                    client,
                    method,
                    secret_id,
                })
            }
            (None, None) => {
                self.refuse(&client_id, secret, None, "no such secret", peer)
                    .await
            }
            (Some(reason), record) => self.refuse(&client_id, secret, record, reason, peer).await,
        }
    }

    /// Verifies a secret, unless it verified a short while ago.
    async fn check(
        &self,
        client: &Client,
        record: &SecretRecord,
        secret: Plaintext,
        now: Timestamp,
        peer: Option<IpAddr>,
    ) -> Result<()> {
        let inner = &*self.0;
        let memory = inner.cache.as_ref();
        let memory = memory.map(|cache| cache.of(record, &secret, now));
        let holds = memory.as_ref().is_some_and(|memory| {
            let hit = memory.holds(now);
            cache_asked(hit);
            hit
        });
        if !holds {
            let pending = self.admit(&client.client_id, peer).await?;
            // A copy, where the hash is to be made anew; both are wiped.
            let is_old = inner.pool.needs_rehash(&record.hash);
            let again = is_old.then(|| Plaintext::new(secret.expose()));
            match self.verify(secret, Some(record), memory).await {
                Ok(true) => pending.succeeded().await,
                Ok(false) => return fail(pending, Error::refused("a wrong secret")).await,
                Err(error) => return undecided(pending, error).await,
            }
            if let Some(plaintext) = again {
                self.rehash(client, record, plaintext, now);
            }
        }
        self.note_use(client, record, now);
        Ok(())
    }

    /// Refuses whoever can't be right at the cost of whoever might have been. The cache is not
    /// looked at: who is found there would be refused sooner than others.
    async fn refuse<T>(
        &self,
        client_id: &ClientId,
        secret: Plaintext,
        record: Option<&SecretRecord>,
        reason: &'static str,
        peer: Option<IpAddr>,
    ) -> Result<T> {
        let pending = self.admit(client_id, peer).await?;
        match self.verify(secret, record, None).await {
            Ok(_) => fail(pending, Error::refused(reason)).await,
            Err(error) => undecided(pending, error).await,
        }
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
        let found = self.find(&client_id).await?;
        let pending = self.admit(&client_id, peer).await?.nothing_verified();
        let client = found.map_or(Err("no such client"), |found| {
            admitted(found.client, AuthMethod::PrivateKeyJwt)
        });
        let client = match client {
            Ok(client) => client,
            Err(reason) => return fail(pending, Error::refused(reason).before_verifying()).await,
        };
        match assertions.verify(&client, &assertion, now).await {
            Ok(()) => pending.succeeded().await,
            Err(error) => return undecided(pending, error).await,
        }
        Ok(Authenticated {
            client,
            method: AuthMethod::PrivateKeyJwt,
            secret_id: None,
        })
    }

    pub(super) async fn by_name(&self, client_id: ClientId) -> Result<Authenticated> {
        let found = self.find(&client_id).await?;
        let client = found.map_or(Err("no such client"), |found| {
            admitted(found.client, AuthMethod::None)
        });
        Ok(Authenticated {
            client: client.map_err(Error::refused)?,
            method: AuthMethod::None,
            secret_id: None,
        })
    }

    async fn find(&self, client_id: &ClientId) -> Result<Option<Credentials>> {
        match self.0.repository.credentials(client_id).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.kind() == repository::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn admit<'a>(
        &'a self,
        client_id: &'a ClientId,
        peer: Option<IpAddr>,
    ) -> Result<Pending<'a>> {
        let inner = &*self.0;
        Pending::admit(inner.limiter.as_ref(), &inner.background, client_id, peer).await
    }

    /// One verification, whether there is something to verify against or not. With a memory, none
    /// if another one of the same ends before it begins.
    async fn verify(
        &self,
        presented: Plaintext,
        record: Option<&SecretRecord>,
        memory: Option<Memory>,
    ) -> Result<bool> {
        let inner = &*self.0;
        let now = inner.clock.now();
        let Some(record) = record else {
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
            // Nothing was spent yet. That what is stored can't be read is for the operator, and
            // nothing that whoever presents a secret may tell from the answer.
            Err(error) if error.kind() == secrets::ErrorKind::MalformedHash => {
                let instead = Plaintext::new("not what it was made of");
                inner.decoy.spend(&inner.pool, instead, now).await?;
                inner.bookkeeping.report_unreadable(record, &error, now);
                Err(Error::refused(error))
            }
            verified => Ok(verified?),
        }
    }
}

fn admitted(client: Client, method: AuthMethod) -> Result<Client, &'static str> {
    bar(&client, method).map_or(Ok(client), Err)
}

/// What came in the way of a decision is not the client's fault, unless it says so.
async fn undecided<T>(pending: Pending<'_>, error: Error) -> Result<T> {
    if error.kind() == ErrorKind::InvalidClient {
        return fail(pending, error).await;
    }
    pending.undecided();
    Err(error)
}

async fn fail<T>(pending: Pending<'_>, error: Error) -> Result<T> {
    pending.failed(&error).await;
    Err(error)
}
