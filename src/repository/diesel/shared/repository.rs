//! The repository of a backend: converts arguments to rows and runs the statements.

#[cfg(feature = "cimd")]
#[path = "documents.rs"]
mod documents;
#[cfg(feature = "registration")]
#[path = "registrations.rs"]
mod registrations;
#[path = "subtraits.rs"]
mod subtraits;

use std::time::Duration;

use tokio::time::timeout;

use super::{Argument, Operation, Repository, queries};
use crate::domain::{
    AuditEntry, Client, ClientId, ClientOrigin, Id, Page, SecretRecord, Slice, TenantId, Timestamp,
    Version,
};
use crate::repository::diesel::page;
use crate::repository::diesel::rows::{AuditRow, Key, MetadataRow, NewClientRow, SecretRow};
use crate::repository::{
    AuditFilter, ClientFilter, ClientRepository, ClientUpdate, ErrorKind, NewClient, NewSecret,
    Origin, Result, SecretRotation, Secrets, Write,
};

/// The time limit for finding out whether a change was stored.
const TIME_TO_ASK: Duration = Duration::from_secs(2);

impl Repository {
    /// Reads a page of a list, which may come from a replica. With `scans`, its cost grows with the
    /// tenant.
    async fn list_page<A, T>(
        &self,
        arguments: A,
        operation: Operation<A, T>,
        scans: bool,
    ) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        let lists = self.for_lists();
        match scans {
            true => lists.scan(arguments, operation).await,
            false => lists.read(arguments, operation).await,
        }
    }

    /// Makes a change with an audit entry. Returns `None` if the result was lost, but the audit
    /// entry shows that the change was stored.
    async fn change<A, T>(
        &self,
        audit: &AuditEntry,
        arguments: A,
        operation: Operation<A, T>,
    ) -> Result<Option<T>>
    where
        A: Argument,
        T: Send + 'static,
    {
        match self.write(arguments, operation).await {
            Err(error) if error.is_outcome_unknown() => {
                match timeout(TIME_TO_ASK, self.is_stored(audit)).await {
                    Ok(Ok(true)) => Ok(None),
                    // The first error is more informative.
                    _ => Err(error),
                }
            }
            outcome => outcome.map(Some),
        }
    }

    async fn is_stored(&self, audit: &AuditEntry) -> Result<bool> {
        let key = Key::new(&audit.tenant_id, &audit.client_id);
        self.read((key, audit.id.to_string()), |conn, (key, id)| {
            Box::pin(queries::is_audited(conn, key, id))
        })
        .await
    }
}

impl ClientRepository for Repository {
    async fn create(&self, tenant: &TenantId, new: &NewClient, write: &Write) -> Result<()> {
        let rows = new_rows(tenant, new, &write.audit)?;
        self.change(&write.audit, rows, |conn, rows| {
            Box::pin(queries::create(conn, rows))
        })
        .await
        .map(drop)
    }

    async fn get(&self, tenant: &TenantId, client_id: &ClientId) -> Result<Client> {
        let key = Key::new(tenant, client_id);
        self.read(key, |conn, key| Box::pin(queries::get(conn, key)))
            .await
    }

    async fn get_deleted(&self, tenant: &TenantId, client_id: &ClientId) -> Result<Client> {
        let key = Key::new(tenant, client_id);
        self.read(key, |conn, key| Box::pin(queries::get_deleted(conn, key)))
            .await
    }

    async fn list(
        &self,
        tenant: &TenantId,
        filter: &ClientFilter,
        page: Page,
    ) -> Result<Slice<Client>> {
        let Some(filter) = queries::Filter::new(tenant, filter) else {
            return Ok(page::empty(page));
        };
        let scans = filter.searches() || matches!(page, Page::Number { .. });
        let operation: Operation<_, _> =
            |conn, (filter, page)| Box::pin(queries::list(conn, filter, *page));
        self.list_page((filter, page), operation, scans).await
    }

    async fn update(
        &self,
        tenant: &TenantId,
        update: &ClientUpdate,
        write: &Write,
    ) -> Result<Client> {
        let ClientUpdate {
            client,
            secrets,
            changes_cors_origins,
        } = update;
        let audit = &write.audit;
        let key = Key::new(tenant, &client.client_id);
        let metadata = MetadataRow::new(&client.metadata, &client.status)?;
        let row = AuditRow::new(&key, audit);
        let pages = changes_cors_origins.then(|| pages(client));
        let registered = client.origin == ClientOrigin::Dynamic;
        let status = registered.then(|| client.status.clone());
        let change = (key, client.version, metadata, *secrets, pages, status, row);
        self.change(
            audit,
            change,
            |conn, (key, expected, metadata, secrets, pages, status, audit)| {
                let more = (pages.as_deref(), status.as_ref());
                Box::pin(queries::update(
                    conn, key, *expected, metadata, *secrets, more, audit,
                ))
            },
        )
        .await?;
        // The version proves that nothing else had changed.
        let ended = *secrets == Secrets::End;
        Ok(Client {
            version: client.version.next(),
            updated_at: audit.at,
            secret_last_four: client.secret_last_four.clone().filter(|_| !ended),
            ..client.clone()
        })
    }

    async fn delete(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        expected: Option<Version>,
        write: &Write,
    ) -> Result<()> {
        let key = Key::new(tenant, client_id);
        let row = AuditRow::new(&key, &write.audit);
        self.change(
            &write.audit,
            (key, expected, row),
            |conn, (key, expected, audit)| Box::pin(queries::delete(conn, key, *expected, audit)),
        )
        .await
        .map(drop)
    }

    async fn restore(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        expected: Version,
        write: &Write,
    ) -> Result<()> {
        let key = Key::new(tenant, client_id);
        let row = AuditRow::new(&key, &write.audit);
        self.change(
            &write.audit,
            (key, expected, row),
            |conn, (key, expected, audit)| Box::pin(queries::restore(conn, key, *expected, audit)),
        )
        .await
        .map(drop)
    }

    async fn secrets(&self, tenant: &TenantId, client_id: &ClientId) -> Result<Vec<SecretRecord>> {
        let key = Key::new(tenant, client_id);
        self.read(key, |conn, key| Box::pin(queries::secrets(conn, key)))
            .await
    }

    async fn add_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        new: &NewSecret,
        write: &Write,
    ) -> Result<()> {
        let key = Key::new(tenant, client_id);
        let secret = SecretRow::new(&key, &new.secret);
        let row = AuditRow::new(&key, &write.audit);
        let change = (key, new.expected, secret, row);
        self.change(
            &write.audit,
            change,
            |conn, (key, expected, secret, audit)| {
                Box::pin(queries::add_secret(conn, key, *expected, secret, audit))
            },
        )
        .await
        .map(drop)
    }

    async fn rotate_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        rotation: &SecretRotation,
        write: &Write,
    ) -> Result<()> {
        let key = Key::new(tenant, client_id);
        let secret = SecretRow::new(&key, &rotation.secret);
        let row = AuditRow::new(&key, &write.audit);
        let grace_ends = rotation.grace_ends.as_micros();
        let change = (key, rotation.expected, secret, grace_ends, row);
        self.change(
            &write.audit,
            change,
            |conn, (key, expected, secret, grace_ends, audit)| {
                Box::pin(queries::rotate_secret(
                    conn,
                    key,
                    *expected,
                    secret,
                    *grace_ends,
                    audit,
                ))
            },
        )
        .await
        .map(drop)
    }

    async fn deactivate_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        write: &Write,
    ) -> Result<SecretRecord> {
        let key = Key::new(tenant, client_id);
        let row = AuditRow::new(&key, &write.audit);
        let change = (key, secret_id.to_string(), row);
        let changed = self.change(&write.audit, change, |conn, (key, id, audit)| {
            Box::pin(queries::deactivate_secret(conn, key, id, audit))
        });
        if let Some(secret) = changed.await? {
            return Ok(secret);
        }
        let secrets = self.secrets(tenant, client_id).await?;
        let secret = secrets.into_iter().find(|secret| secret.id == secret_id);
        secret.ok_or_else(|| ErrorKind::NotFound.into())
    }

    async fn delete_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        write: &Write,
    ) -> Result<()> {
        let key = Key::new(tenant, client_id);
        let row = AuditRow::new(&key, &write.audit);
        let change = (key, secret_id.to_string(), row);
        self.change(&write.audit, change, |conn, (key, id, audit)| {
            Box::pin(queries::delete_secret(conn, key, id, audit))
        })
        .await
        .map(drop)
    }

    async fn touch_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        at: Timestamp,
    ) -> Result<()> {
        let key = Key::new(tenant, client_id);
        let change = (key, secret_id.to_string(), at.as_micros());
        self.write(change, |conn, (key, id, at)| {
            Box::pin(queries::touch_secret(conn, key, id, *at))
        })
        .await
    }

    async fn audit_entries(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        page: Page,
    ) -> Result<Slice<AuditEntry>> {
        let key = Key::new(tenant, client_id);
        let operation: Operation<_, _> =
            |conn, (key, page)| Box::pin(queries::audit_entries(conn, key, *page));
        // It counts the whole audit trail.
        let scans = matches!(page, Page::Number { .. });
        self.list_page((key, page), operation, scans).await
    }

    async fn tenant_audit_entries(
        &self,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: Page,
    ) -> Result<Slice<AuditEntry>> {
        let Some(trail) = queries::Trail::new(tenant, filter) else {
            return Ok(page::empty(page));
        };
        let scans = trail.searches() || matches!(page, Page::Number { .. });
        let operation: Operation<_, _> =
            |conn, (trail, page)| Box::pin(queries::tenant_audit_entries(conn, trail, *page));
        self.list_page((trail, page), operation, scans).await
    }
}

/// The rows of a new client.
fn new_rows(tenant: &TenantId, new: &NewClient, audit: &AuditEntry) -> Result<queries::NewRows> {
    let NewClient {
        client,
        secret,
        origin,
    } = new;
    let key = Key::new(tenant, &client.client_id);
    let (origin, imported) = match origin {
        Origin::Draft => (None, &[][..]),
        Origin::CloneOf(source, version) => (Some((Key::new(tenant, source), *version)), &[][..]),
        Origin::Import(secrets) => (None, &secrets[..]),
    };
    let secrets = secret.iter().chain(imported);
    let secrets: Vec<_> = secrets.map(|secret| SecretRow::new(&key, secret)).collect();
    Ok((
        NewClientRow::new(tenant, client)?,
        secrets,
        pages(client),
        origin,
        AuditRow::new(&key, audit),
    ))
}

/// The origins whose pages may call the host's endpoints for the client.
fn pages(client: &Client) -> Vec<String> {
    let origins = client.metadata.page_origins().into_iter();
    origins.map(str::to_owned).collect()
}
