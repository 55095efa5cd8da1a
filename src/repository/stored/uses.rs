//! What authentication leaves behind, which is no write.

use super::StoredClient;
use crate::domain::{Id, SecretHash, SecretRecord, TenantId, Timestamp};
#[cfg(doc)]
use crate::repository::{ClientRepository, CredentialRepository};

impl StoredClient {
    /// Records that the client authenticated at `at`, as in
    /// [`CredentialRepository::touch_client`], and returns whether there is a change to store.
    pub fn touch(&mut self, tenant: &TenantId, at: Timestamp) -> bool {
        if self.live(tenant).is_err() {
            return false;
        }
        note(&mut self.client.last_used_at, at)
    }

    /// Records that a secret verified at `at`, as in [`ClientRepository::touch_secret`], and
    /// returns whether there is a change to store.
    pub fn touch_secret(&mut self, tenant: &TenantId, secret_id: Id, at: Timestamp) -> bool {
        self.note(tenant, secret_id, |secret| {
            note(&mut secret.last_used_at, at)
        })
    }

    /// Sets another hash of the same plaintext, as in [`CredentialRepository::rehash_secret`], and
    /// returns whether there is a change to store.
    pub fn rehash_secret(
        &mut self,
        tenant: &TenantId,
        secret_id: Id,
        from: &SecretHash,
        to: &SecretHash,
    ) -> bool {
        self.note(tenant, secret_id, |secret| {
            let is_same = secret.hash.expose() == from.expose();
            if is_same {
                secret.hash = to.clone();
            }
            is_same
        })
    }

    fn note(
        &mut self,
        tenant: &TenantId,
        secret_id: Id,
        edit: impl FnOnce(&mut SecretRecord) -> bool,
    ) -> bool {
        self.live(tenant).is_ok() && self.secret_mut(secret_id).is_some_and(edit)
    }
}

/// Notes a use, unless a later one is noted already.
fn note(last_used_at: &mut Option<Timestamp>, at: Timestamp) -> bool {
    let is_news = last_used_at.is_none_or(|last| last < at || last.is_far_ahead_of(at));
    if is_news {
        *last_used_at = Some(at);
    }
    is_news
}
