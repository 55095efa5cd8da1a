//! The repository: all clients are in memory, and every write is in the log before it is visible.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::{Mutex, RwLock};
use tower_oauth_clients::domain::{
    AuditEntry, Client, ClientId, Id, Page, SecretHash, SecretRecord, Slice, TenantId, Timestamp,
    Version,
};
use tower_oauth_clients::repository::{
    AuditFilter, ClientFilter, ClientRepository, ClientUpdate, CredentialRepository, Credentials,
    Document, Error, ErrorKind, NewClient, NewSecret, Origin, Result, SecretRotation, StoredClient,
    Write,
};

use crate::log::Log;
use crate::record::Change;

/// Cheap to clone; all clones share one log.
#[derive(Clone)]
pub(crate) struct LogRepository(Arc<Shared>);

struct Shared {
    /// Locked during a write, so that writes are serialized.
    log: Mutex<Log>,
    /// Locked only briefly: reads never wait for the disk.
    clients: RwLock<Clients>,
}

#[derive(Default)]
struct Clients {
    stored: HashMap<ClientId, StoredClient>,
    trails: HashMap<ClientId, BTreeMap<Id, Document<AuditEntry>>>,
}

impl Clients {
    fn find(&self, id: &ClientId) -> Result<&StoredClient> {
        let stored = self.stored.get(id);
        stored.ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn apply(&mut self, Change { stored, audit }: Change) {
        let id = stored.client().client_id.clone();
        let trail = self.trails.entry(id.clone()).or_default();
        trail.extend(audit.map(|audit| (audit.value().id, audit)));
        self.stored.insert(id, stored);
    }
}

impl LogRepository {
    /// Reads the log, or creates an empty one.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let (log, lines) = Log::open(path)?;
        let mut clients = Clients::default();
        for line in lines {
            clients.apply(serde_json::from_value(line)?);
        }
        let (log, clients) = (Mutex::new(log), RwLock::new(clients));
        Ok(Self(Arc::new(Shared { log, clients })))
    }

    /// Decides what to write, writes it, makes it visible and returns, on a thread that continues
    /// if the future is dropped.
    async fn write<T: Send + 'static>(
        &self,
        decide: impl FnOnce(&Clients) -> Result<(Change, T)> + Send + 'static,
    ) -> Result<T> {
        let this = self.clone();
        let work = move || {
            let mut log = this.0.log.blocking_lock();
            let (change, answer) = decide(&this.0.clients.blocking_read())?;
            let written = serde_json::to_value(&change).map_err(io::Error::from);
            let written = written.and_then(|line| log.append(&line));
            written.map_err(|error| Error::new(ErrorKind::Unavailable).with_source(error))?;
            this.0.clients.blocking_write().apply(change);
            Ok(answer)
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|error| Error::new(ErrorKind::Other).with_source(error))?
    }

    /// Writes to the client and tenant that the audit entry names.
    async fn change<T: Send + 'static>(
        &self,
        write: &Write,
        edit: impl FnOnce(&mut StoredClient, &Write) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let write = write.clone();
        let written = self.write(move |clients| {
            let audit = write.audit.clone();
            let mut stored = clients.find(&audit.client_id)?.clone();
            let answer = edit(&mut stored, &write)?;
            let trail = clients.trails.get(&audit.client_id);
            if trail.is_some_and(|trail| trail.contains_key(&audit.id)) {
                return Err(ErrorKind::Conflict.into());
            }
            let audit = Some(audit.into());
            Ok((Change { stored, audit }, answer))
        });
        written.await
    }

    /// A change without an audit entry; does nothing if there is nothing to store.
    async fn note(
        &self,
        id: &ClientId,
        edit: impl FnOnce(&mut StoredClient) -> bool + Send + 'static,
    ) -> Result<()> {
        let id = id.clone();
        let noted = self.write(move |clients| {
            let mut stored = clients.find(&id)?.clone();
            let noted = edit(&mut stored).then_some(Change {
                stored,
                audit: None,
            });
            Ok((noted.ok_or(ErrorKind::NotFound)?, ()))
        });
        match noted.await {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl ClientRepository for LogRepository {
    async fn create(&self, _: &TenantId, new: &NewClient, write: &Write) -> Result<()> {
        let (new, audit) = (new.clone(), Some(write.audit.clone().into()));
        let write = self.write(move |clients| {
            let source = match &new.origin {
                Origin::CloneOf(source, _) => clients.stored.get(source),
                _ => None,
            };
            let stored = StoredClient::create(&new, source)?;
            let client = &new.client;
            let mut others = clients.stored.values().map(StoredClient::client);
            if others.any(|other| other.client_id == client.client_id || other.id == client.id) {
                return Err(ErrorKind::Conflict.into());
            }
            Ok((Change { stored, audit }, ()))
        });
        write.await
    }

    async fn get(&self, tenant: &TenantId, client_id: &ClientId) -> Result<Client> {
        let clients = self.0.clients.read().await;
        Ok(clients.find(client_id)?.live(tenant)?.client().clone())
    }

    async fn get_deleted(&self, tenant: &TenantId, client_id: &ClientId) -> Result<Client> {
        let clients = self.0.clients.read().await;
        clients.find(client_id)?.deleted(tenant).cloned()
    }

    async fn list(
        &self,
        tenant: &TenantId,
        filter: &ClientFilter,
        page: Page,
    ) -> Result<Slice<Client>> {
        let clients = self.0.clients.read().await;
        let matches = filter.matcher();
        let shown = clients.stored.values().filter(|stored| {
            let client = stored.client();
            client.tenant_id == *tenant && matches(client, stored.secrets())
        });
        let mut shown = Vec::from_iter(shown.map(StoredClient::client));
        shown.sort_by_key(|client| Reverse(client.id));
        Ok(Slice::cut(shown, |client| client.id, page))
    }

    async fn update(&self, _: &TenantId, update: &ClientUpdate, write: &Write) -> Result<Client> {
        let update = update.clone();
        self.change(write, move |stored, write| stored.update(&update, write))
            .await
    }

    async fn delete(
        &self,
        _: &TenantId,
        _: &ClientId,
        expected: Option<Version>,
        write: &Write,
    ) -> Result<()> {
        self.change(write, move |stored, write| stored.delete(expected, write))
            .await
    }

    async fn restore(
        &self,
        _: &TenantId,
        _: &ClientId,
        expected: Version,
        write: &Write,
    ) -> Result<()> {
        self.change(write, move |stored, write| stored.restore(expected, write))
            .await
    }

    async fn secrets(&self, tenant: &TenantId, client_id: &ClientId) -> Result<Vec<SecretRecord>> {
        let clients = self.0.clients.read().await;
        Ok(clients.find(client_id)?.live(tenant)?.secrets().to_vec())
    }

    async fn add_secret(
        &self,
        _: &TenantId,
        _: &ClientId,
        new: &NewSecret,
        write: &Write,
    ) -> Result<()> {
        let new = new.clone();
        self.change(write, move |stored, write| stored.add_secret(&new, write))
            .await
    }

    async fn rotate_secret(
        &self,
        _: &TenantId,
        _: &ClientId,
        rotation: &SecretRotation,
        write: &Write,
    ) -> Result<()> {
        let rotation = rotation.clone();
        self.change(write, move |stored, write| {
            stored.rotate_secret(&rotation, write)
        })
        .await
    }

    async fn deactivate_secret(
        &self,
        _: &TenantId,
        _: &ClientId,
        secret_id: Id,
        write: &Write,
    ) -> Result<SecretRecord> {
        self.change(write, move |stored, write| {
            stored.deactivate_secret(secret_id, write)
        })
        .await
    }

    async fn delete_secret(
        &self,
        _: &TenantId,
        _: &ClientId,
        secret_id: Id,
        write: &Write,
    ) -> Result<()> {
        self.change(write, move |stored, write| {
            stored.delete_secret(secret_id, write)
        })
        .await
    }

    async fn touch_secret(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        at: Timestamp,
    ) -> Result<()> {
        let tenant = tenant.clone();
        self.note(client_id, move |stored| {
            stored.touch_secret(&tenant, secret_id, at)
        })
        .await
    }

    async fn audit_entries(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        page: Page,
    ) -> Result<Slice<AuditEntry>> {
        let clients = self.0.clients.read().await;
        if clients.find(client_id)?.client().tenant_id != *tenant {
            return Err(ErrorKind::NotFound.into());
        }
        let trail = clients.trails.get(client_id).into_iter();
        let entries = trail.flat_map(|trail| trail.values().rev().map(Document::value));
        Ok(Slice::cut(entries, |entry| entry.id, page))
    }

    async fn tenant_audit_entries(
        &self,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: Page,
    ) -> Result<Slice<AuditEntry>> {
        let clients = self.0.clients.read().await;
        let matches = filter.matcher();
        let trails = clients.trails.values().flat_map(|trail| trail.values());
        let entries = trails.map(Document::value);
        let mut entries: Vec<_> = entries
            .filter(|entry| entry.tenant_id == *tenant && matches(entry))
            .collect();
        entries.sort_by_key(|entry| Reverse(entry.id));
        Ok(Slice::cut(entries, |entry| entry.id, page))
    }
}

impl CredentialRepository for LogRepository {
    async fn credentials(&self, client_id: &ClientId) -> Result<Credentials> {
        self.0.clients.read().await.find(client_id)?.credentials()
    }

    async fn touch_client(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        at: Timestamp,
    ) -> Result<()> {
        let tenant = tenant.clone();
        self.note(client_id, move |stored| stored.touch(&tenant, at))
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
        let (tenant, from, to) = (tenant.clone(), from.clone(), to.clone());
        self.note(client_id, move |stored| {
            stored.rehash_secret(&tenant, secret_id, &from, &to)
        })
        .await
    }
}
