use super::memo::{HOUR, MINUTE, Memo, is_stale};
use super::{ClientAuthenticator, Inner};
use crate::domain::{
    Client, ClientEvent, ClientEventKind, ClientOrigin, SecretRecord, SecretStatus, Timestamp, tell,
};
use crate::repository::Error;
use crate::secrets::{self, Plaintext};

/// Remembers recent writes, so that they are not repeated on every request.
pub(super) struct Bookkeeping {
    clients: Memo,
    uses: Memo,
    rehashes: Memo,
    unreadable: Memo,
}

impl Bookkeeping {
    pub(super) fn new() -> Self {
        Self {
            clients: Memo::every(HOUR),
            uses: Memo::every(MINUTE),
            rehashes: Memo::every(MINUTE),
            unreadable: Memo::every(MINUTE),
        }
    }

    /// Reports an unreadable stored hash to the operator, at most once a minute per secret: anyone
    /// can trigger it by presenting any secret to that client.
    pub(super) fn report_unreadable(
        &self,
        client: &Client,
        secret: &SecretRecord,
        error: &secrets::Error,
        now: Timestamp,
    ) {
        if self.unreadable.is_due(client, secret, now) {
            unreadable(secret, error);
        }
    }
}

impl ClientAuthenticator {
    /// Records that a client authenticated, in the background: once an hour across all hosts, or
    /// not at all if too many tasks are running.
    pub(super) fn note_client(&self, client: &Client, now: Timestamp) {
        let inner = &*self.0;
        // It has no record.
        if client.origin == ClientOrigin::MetadataDocument {
            return;
        }
        let is_due = is_stale(client.last_used_at, now, HOUR);
        if !is_due || !inner.bookkeeping.clients.is_due_for(client.id, now) {
            return;
        }
        let repository = inner.repository.clone();
        let (tenant, client_id) = (client.tenant_id.clone(), client.client_id.clone());
        inner.background.run(async move {
            let touched = repository.touch_client(&tenant, &client_id, now);
            report(touched.await.err());
        });
    }

    /// Records the use of a secret in the background: once a minute across all hosts, or not at all
    /// if too many tasks are running. Also emits the event for the use of a retired secret.
    pub(super) fn note_use(&self, client: &Client, secret: &SecretRecord, now: Timestamp) {
        let inner = &*self.0;
        let is_due = is_stale(secret.last_used_at, now, MINUTE);
        if !is_due || !inner.bookkeeping.uses.is_due(client, secret, now) {
            return;
        }
        if let Some(listener) = &inner.listener
            && secret.status == SecretStatus::Retired
        {
            let kind = ClientEventKind::RetiredSecretUsed {
                secret_id: secret.id,
            };
            tell(&**listener, &ClientEvent::new(client, kind, now));
        }
        let (repository, secret_id) = (inner.repository.clone(), secret.id);
        let (tenant, client_id) = (client.tenant_id.clone(), client.client_id.clone());
        inner.background.run(async move {
            let touched = repository.touch_secret(&tenant, &client_id, secret_id, now);
            report(touched.await.err());
        });
    }

    /// Rehashes a verified secret whose stored hash uses an outdated algorithm or parameters.
    pub(super) fn rehash(
        &self,
        client: &Client,
        secret: &SecretRecord,
        plaintext: Plaintext,
        now: Timestamp,
    ) {
        let Inner {
            repository,
            pool,
            background,
            bookkeeping,
            ..
        } = &*self.0;
        if !bookkeeping.rehashes.is_due(client, secret, now) {
            return;
        }
        let (repository, pool) = (repository.clone(), pool.clone());
        let (tenant, client_id) = (client.tenant_id.clone(), client.client_id.clone());
        let (secret_id, from) = (secret.id, secret.hash.clone());
        background.run(async move {
            // If the pool is busy, the next use of the secret will do.
            if let Ok((_, to)) = pool.hash(plaintext).await {
                let stored = repository.rehash_secret(&tenant, &client_id, secret_id, &from, &to);
                report(stored.await.err());
            }
        });
    }
}

#[cfg(feature = "tracing")]
fn report(error: Option<Error>) {
    if let Some(error) = error {
        let source = std::error::Error::source(&error);
        tracing::warn!(
            error = source,
            "the use of a client or a secret was not noted: {error}"
        );
    }
}

#[cfg(not(feature = "tracing"))]
fn report(_: Option<Error>) {}

#[cfg(feature = "tracing")]
fn unreadable(secret: &SecretRecord, error: &secrets::Error) {
    let source = std::error::Error::source(error);
    tracing::error!(secret_id = %secret.id, error = source, "a secret can't be verified: {error}");
}

#[cfg(not(feature = "tracing"))]
fn unreadable(_: &SecretRecord, _: &secrets::Error) {}
