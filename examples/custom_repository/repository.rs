//! The repository: all clients in memory, and every write in the log before anybody sees it.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use tower_oauth_clients::domain::{
    AuditEntry, Client, ClientId, Id, Page, SecretHash, SecretRecord, SecretStatus, Slice,
    TenantId, Timestamp, Version,
};
use tower_oauth_clients::repository::{
    ClientFilter, ClientRepository, CredentialRepository, Credentials, Error, ErrorKind, Origin,
    Result, Secrets,
};

use crate::log::Log;
use crate::record::{Change, Record};
use crate::rules::{active, add, end, find, fold, retire, slice};

/// Cheap to clone; all clones share one log.
#[derive(Clone)]
pub(crate) struct LogRepository(Arc<Shared>);

struct Shared {
    /// Locked for the time of a write: one comes after the other.
    log: Mutex<Log>,
    /// Locked for moments only: who reads never waits for the disk.
    clients: RwLock<Clients>,
}

#[derive(Default)]
struct Clients(HashMap<ClientId, Stored>);

struct Stored {
    last: Change,
    trail: Vec<AuditEntry>,
}

impl Clients {
    fn live(&self, tenant: &TenantId, id: &ClientId) -> Result<&Stored> {
        let stored = self.0.get(id).filter(|stored| {
            let client = &stored.last.client;
            client.tenant_id == *tenant && client.deleted_at.is_none()
        });
        stored.ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn apply(&mut self, change: Change) {
        let trail = change.audit.clone();
        match self.0.get_mut(&change.client.client_id) {
            Some(stored) => {
                stored.trail.extend(trail);
                stored.last = change;
            }
            None => {
                let (id, trail) = (change.client.client_id.clone(), Vec::from_iter(trail));
                let last = change;
                self.0.insert(id, Stored { last, trail });
            }
        }
    }
}

impl LogRepository {
    /// Reads the log, or makes an empty one.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let (log, lines) = Log::open(path)?;
        let mut clients = Clients::default();
        for line in lines {
            let change = Change::load(&line);
            clients.apply(change.ok_or(io::ErrorKind::InvalidData)?);
        }
        let (log, clients) = (Mutex::new(log), RwLock::new(clients));
        Ok(Self(Arc::new(Shared { log, clients })))
    }

    fn clients(&self) -> RwLockReadGuard<'_, Clients> {
        let clients = self.0.clients.read();
        clients.unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides what to write, writes it, and shows it: in a thread that goes on when the caller
    /// goes away.
    async fn write(
        &self,
        decide: impl FnOnce(&Clients) -> Result<Change> + Send + 'static,
    ) -> Result<Change> {
        let this = self.clone();
        let work = move || {
            let mut log = this.0.log.lock().unwrap_or_else(PoisonError::into_inner);
            let change = decide(&this.clients())?;
            let written = log.append(&change.save());
            written.map_err(|error| Error::new(ErrorKind::Unavailable, error))?;
            let clients = this.0.clients.write();
            let mut clients = clients.unwrap_or_else(PoisonError::into_inner);
            clients.apply(change.clone());
            Ok(change)
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|error| Error::new(ErrorKind::Other, error))?
    }

    /// A write on a client: its next version, with what `edit` makes of it.
    async fn change(
        &self,
        tenant: &TenantId,
        id: &ClientId,
        expected: Option<Version>,
        audit: &AuditEntry,
        edit: impl FnOnce(&mut Client, &mut Vec<SecretRecord>) -> Result<()> + Send + 'static,
    ) -> Result<Change> {
        let (tenant, id, audit) = (tenant.clone(), id.clone(), audit.clone());
        self.write(move |clients| {
            let stored = clients.live(&tenant, &id)?;
            let Change {
                mut client,
                mut secrets,
                ..
            } = stored.last.clone();
            if expected.is_some_and(|expected| expected != client.version) {
                return Err(ErrorKind::Stale.into());
            }
            if stored.trail.iter().any(|entry| entry.id == audit.id) {
                return Err(ErrorKind::Conflict.into());
            }
            edit(&mut client, &mut secrets)?;
            secrets.sort_by_key(|secret| Reverse(secret.id));
            client.version = client.version.next();
            client.updated_at = audit.at;
            client.secret_last_four = active(&secrets).next().map(|s| s.last_four.clone());
            Ok(Change {
                client,
                secrets,
                audit: Some(audit),
            })
        })
        .await
    }

    /// What is noted of a secret without a trace on its client; if it is gone, nothing is.
    async fn note(
        &self,
        tenant: &TenantId,
        id: &ClientId,
        secret: Id,
        edit: impl FnOnce(&mut SecretRecord) + Send + 'static,
    ) -> Result<()> {
        let (tenant, id) = (tenant.clone(), id.clone());
        let noted = self.write(move |clients| {
            let mut change = clients.live(&tenant, &id)?.last.clone();
            change.audit = None;
            edit(find(&mut change.secrets, secret)?);
            Ok(change)
        });
        match noted.await {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl ClientRepository for LogRepository {
    async fn create(
        &self,
        tenant: &TenantId,
        client: &Client,
        secret: Option<&SecretRecord>,
        origin: &Origin,
        audit: &AuditEntry,
    ) -> Result<()> {
        let (tenant, origin) = (tenant.clone(), origin.clone());
        let (client, audit) = (client.clone(), Some(audit.clone()));
        let mut secrets = Vec::from_iter(secret.cloned());
        if let Origin::Import(more) = &origin {
            secrets.extend_from_slice(more);
            // Newest first, as everywhere.
            secrets.sort_by_key(|secret| Reverse(secret.id));
        }
        let write = self.write(move |clients| {
            if let Origin::CloneOf(source, version) = origin
                && clients.live(&tenant, &source)?.last.client.version != version
            {
                return Err(ErrorKind::Stale.into());
            }
            let taken = |stored: &Stored| stored.last.client.id == client.id;
            if clients.0.contains_key(&client.client_id) || clients.0.values().any(taken) {
                return Err(ErrorKind::Conflict.into());
            }
            Ok(Change {
                client,
                secrets,
                audit,
            })
        });
        write.await.map(drop)
    }

    async fn get(&self, tenant: &TenantId, client_id: &ClientId) -> Result<Client> {
        Ok(self.clients().live(tenant, client_id)?.last.client.clone())
    }

    async fn list(
        &self,
        tenant: &TenantId,
        filter: &ClientFilter,
        page: Page,
    ) -> Result<Slice<Client>> {
        let name = filter.name.as_deref().map(fold);
        let clients = self.clients();
        let matches = clients.0.values().map(|stored| &stored.last.client);
        let matches = matches.filter(|client| {
            client.tenant_id == *tenant
                && client.deleted_at.is_none()
                && filter.status.is_none_or(|status| status == client.status)
                && name
                    .as_ref()
                    .is_none_or(|name| fold(&client.metadata.name).contains(name))
        });
        Ok(slice(matches.collect(), |client| client.id, page))
    }

    async fn update(
        &self,
        tenant: &TenantId,
        client: &Client,
        secrets: Secrets,
        audit: &AuditEntry,
    ) -> Result<Client> {
        let (id, expected, now) = (&client.client_id, Some(client.version), audit.at);
        let (metadata, status) = (client.metadata.clone(), client.status);
        let change = self.change(tenant, id, expected, audit, move |client, all| {
            (client.metadata, client.status) = (metadata, status);
            if secrets == Secrets::End {
                all.iter_mut().for_each(|secret| end(secret, now));
            }
            Ok(())
        });
        Ok(change.await?.client)
    }

    async fn delete(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        expected: Option<Version>,
        audit: &AuditEntry,
    ) -> Result<()> {
        let now = audit.at;
        let change = self.change(tenant, client_id, expected, audit, move |client, all| {
            client.deleted_at = Some(now);
            all.iter_mut().for_each(|secret| end(secret, now));
            Ok(())
        });
        change.await.map(drop)
    }

    async fn secrets(&self, tenant: &TenantId, client_id: &ClientId) -> Result<Vec<SecretRecord>> {
        Ok(self.clients().live(tenant, client_id)?.last.secrets.clone())
    }

    async fn add_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        expected: Version,
        secret: &SecretRecord,
        audit: &AuditEntry,
    ) -> Result<()> {
        let secret = secret.clone();
        let change = self.change(tenant, client_id, Some(expected), audit, move |_, all| {
            add(all, secret)
        });
        change.await.map(drop)
    }

    async fn rotate_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        expected: Version,
        secret: &SecretRecord,
        grace_ends: Timestamp,
        audit: &AuditEntry,
    ) -> Result<()> {
        let (secret, now) = (secret.clone(), audit.at);
        let change = self.change(tenant, client_id, Some(expected), audit, move |_, all| {
            retire(all, grace_ends, now);
            add(all, secret)
        });
        change.await.map(drop)
    }

    async fn deactivate_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        audit: &AuditEntry,
    ) -> Result<SecretRecord> {
        let now = audit.at;
        let change = self.change(tenant, client_id, None, audit, move |_, all| {
            end(find(all, secret_id)?, now);
            Ok(())
        });
        find(&mut change.await?.secrets, secret_id).cloned()
    }

    async fn delete_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        audit: &AuditEntry,
    ) -> Result<()> {
        let change = self.change(tenant, client_id, None, audit, move |_, all| {
            let is_active = find(all, secret_id)?.status == SecretStatus::Active;
            if all.len() == 1 || (is_active && active(all).count() == 1) {
                return Err(ErrorKind::LastSecret.into());
            }
            all.retain(|secret| secret.id != secret_id);
            Ok(())
        });
        change.await.map(drop)
    }

    async fn touch_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        at: Timestamp,
    ) -> Result<()> {
        self.note(tenant, client_id, secret_id, move |secret| {
            secret.last_used_at = secret.last_used_at.max(Some(at));
        })
        .await
    }

    async fn audit_entries(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        page: Page,
    ) -> Result<Slice<AuditEntry>> {
        let clients = self.clients();
        let stored = clients.0.get(client_id);
        let stored = stored.filter(|stored| stored.last.client.tenant_id == *tenant);
        let trail = &stored.ok_or(ErrorKind::NotFound)?.trail;
        Ok(slice(trail.iter().collect(), |entry| entry.id, page))
    }
}

impl CredentialRepository for LogRepository {
    async fn credentials(&self, client_id: &ClientId) -> Result<Credentials> {
        let clients = self.clients();
        let stored = clients.0.get(client_id);
        let stored = stored.filter(|stored| stored.last.client.deleted_at.is_none());
        let last = stored.ok_or(ErrorKind::NotFound)?.last.clone();
        let (client, mut secrets) = (last.client, last.secrets);
        secrets.retain(|secret| secret.status != SecretStatus::Inactive);
        Ok(Credentials { client, secrets })
    }

    async fn rehash_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        from: &SecretHash,
        to: &SecretHash,
    ) -> Result<()> {
        let (from, to) = (from.clone(), to.clone());
        self.note(tenant, client_id, secret_id, move |secret| {
            if secret.hash.expose() == from.expose() {
                secret.hash = to;
            }
        })
        .await
    }
}
