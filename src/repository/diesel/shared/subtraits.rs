//! What a repository does beside [`ClientRepository`](crate::repository::ClientRepository).

use super::super::{Repository, queries};
use crate::domain::{ClientId, Id, SecretHash, TenantId, Timestamp};
use crate::repository::diesel::rows::Key;
use crate::repository::{
    CredentialRepository, Credentials, OriginRepository, PurgeRepository, Result,
};

impl CredentialRepository for Repository {
    async fn credentials(&self, client_id: &ClientId) -> Result<Credentials> {
        self.read(client_id.as_str().to_owned(), |conn, client_id| {
            Box::pin(queries::credentials(conn, client_id))
        })
        .await
    }

    async fn touch_client(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        at: Timestamp,
    ) -> Result<()> {
        let change = (Key::new(tenant, client_id), at.as_micros());
        self.write(change, |conn, (key, at)| {
            Box::pin(queries::touch_client(conn, key, *at))
        })
        .await
    }

    async fn rehash_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        from: &SecretHash,
        to: &SecretHash,
    ) -> Result<()> {
        let key = Key::new(tenant, client_id);
        let change = (key, secret_id.to_string(), from.clone(), to.clone());
        self.write(change, |conn, (key, id, from, to)| {
            Box::pin(queries::rehash_secret(
                conn,
                key,
                id,
                from.expose(),
                to.expose(),
            ))
        })
        .await
    }
}

impl OriginRepository for Repository {
    async fn is_cors_origin(&self, origin: &str) -> Result<bool> {
        self.read(origin.to_owned(), |conn, origin| {
            Box::pin(queries::is_cors_origin(conn, origin))
        })
        .await
    }
}

impl PurgeRepository for Repository {
    async fn purge_audit_entries(&self, before: Timestamp, limit: u32) -> Result<usize> {
        self.write(batch(before, limit), |conn, (before, limit)| {
            Box::pin(queries::purge_audit_entries(conn, *before, *limit))
        })
        .await
    }

    async fn purge_deleted_clients(&self, before: Timestamp, limit: u32) -> Result<usize> {
        self.write(batch(before, limit), |conn, (before, limit)| {
            Box::pin(queries::purge_deleted_clients(conn, *before, *limit))
        })
        .await
    }

    async fn purge_inactive_secrets(&self, before: Timestamp, limit: u32) -> Result<usize> {
        self.write(batch(before, limit), |conn, (before, limit)| {
            Box::pin(queries::purge_inactive_secrets(conn, *before, *limit))
        })
        .await
    }
}

fn batch(before: Timestamp, limit: u32) -> (i64, i64) {
    (before.as_micros(), limit.max(1).into())
}
