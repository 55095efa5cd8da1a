use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Bound;

use super::super::{
    AuditFilter, ClientFilter, ErrorKind, NewClient, Origin, Result, StoredClient, Write,
};
use crate::domain::{
    AuditEntry, Client, ClientId, ClientStatus, Id, Page, Slice, TenantId, Version,
};
#[cfg(feature = "cimd")]
use crate::domain::{DocumentBlock, SeenDocument};
#[cfg(feature = "registration")]
use crate::domain::{InitialAccessToken, Registration};

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) clients: HashMap<ClientId, StoredClient>,
    /// The audit trail of each client.
    pub(super) trails: HashMap<ClientId, BTreeMap<Id, AuditEntry>>,
    /// The clients of each tenant by age, including deleted and purged ones.
    pub(super) tenants: HashMap<TenantId, BTreeMap<Id, ClientId>>,
    /// What purged clients were called.
    pub(super) taken: HashSet<ClientId>,
    #[cfg(feature = "registration")]
    pub(super) registrations: HashMap<ClientId, Registration>,
    #[cfg(feature = "registration")]
    pub(super) tokens: HashMap<Id, InitialAccessToken>,
    #[cfg(feature = "cimd")]
    pub(super) documents: HashMap<TenantId, HashMap<ClientId, SeenDocument>>,
    #[cfg(feature = "cimd")]
    pub(super) blocks: HashMap<Id, DocumentBlock>,
}

impl State {
    /// A client of any tenant, deleted or not.
    pub(super) fn find(&self, client_id: &ClientId) -> Result<&StoredClient> {
        let stored = self.clients.get(client_id);
        stored.ok_or_else(|| ErrorKind::NotFound.into())
    }

    pub(super) fn live(&self, tenant: &TenantId, client_id: &ClientId) -> Result<&StoredClient> {
        self.find(client_id)?.live(tenant)
    }

    pub(super) fn deleted(&self, tenant: &TenantId, client_id: &ClientId) -> Result<Client> {
        self.find(client_id)?.deleted(tenant).cloned()
    }

    pub(super) fn create(&mut self, new: &NewClient, write: &Write) -> Result<()> {
        let source = match &new.origin {
            Origin::CloneOf(source, _) => self.clients.get(source),
            _ => None,
        };
        let stored = StoredClient::create(new, source)?;
        let client = &new.client;
        let ids = self.tenants.entry(client.tenant_id.clone()).or_default();
        let is_taken =
            self.clients.contains_key(&client.client_id) || self.taken.contains(&client.client_id);
        if is_taken || ids.contains_key(&client.id) {
            return Err(ErrorKind::Conflict.into());
        }
        ids.insert(client.id, client.client_id.clone());
        self.clients.insert(client.client_id.clone(), stored);
        self.note(&write.audit);
        Ok(())
    }

    /// Takes the ids of what is no client, but has a name in the trail like one.
    #[cfg(feature = "registration")]
    pub(super) fn take(&mut self, tenant: &TenantId, id: Id, name: &ClientId) -> Result<()> {
        let is_taken = self.clients.contains_key(name) || self.taken.contains(name);
        let ids = self.tenants.entry(tenant.clone()).or_default();
        if is_taken || ids.contains_key(&id) {
            return Err(ErrorKind::Conflict.into());
        }
        ids.insert(id, name.clone());
        self.taken.insert(name.clone());
        Ok(())
    }

    pub(super) fn delete(&mut self, expected: Option<Version>, write: &Write) -> Result<()> {
        self.change(write, |stored| stored.delete(expected, write))?;
        #[cfg(feature = "registration")]
        self.registrations.remove(&write.audit.client_id);
        Ok(())
    }

    /// Writes to the client and tenant that the audit entry names.
    pub(super) fn change<T>(
        &mut self,
        write: &Write,
        change: impl FnOnce(&mut StoredClient) -> Result<T>,
    ) -> Result<T> {
        self.change_if(
            write,
            |stored, tenant| stored.live(tenant).map(drop),
            change,
        )
    }

    /// The same for a deleted client.
    pub(super) fn change_deleted<T>(
        &mut self,
        write: &Write,
        change: impl FnOnce(&mut StoredClient) -> Result<T>,
    ) -> Result<T> {
        self.change_if(
            write,
            |stored, tenant| stored.deleted(tenant).map(drop),
            change,
        )
    }

    fn change_if<T>(
        &mut self,
        Write { audit, .. }: &Write,
        check: impl FnOnce(&StoredClient, &TenantId) -> Result<()>,
        change: impl FnOnce(&mut StoredClient) -> Result<T>,
    ) -> Result<T> {
        let trail = self.trails.get(&audit.client_id);
        let is_taken = trail.is_some_and(|trail| trail.contains_key(&audit.id));
        let stored = self.clients.get_mut(&audit.client_id);
        let stored = stored.ok_or(ErrorKind::NotFound)?;
        check(stored, &audit.tenant_id)?;
        if is_taken {
            return Err(ErrorKind::Conflict.into());
        }
        let done = change(stored)?;
        self.note(audit);
        Ok(done)
    }

    pub(super) fn note(&mut self, audit: &AuditEntry) {
        let trail = self.trails.entry(audit.client_id.clone()).or_default();
        trail.insert(audit.id, audit.clone());
    }

    /// Changes a client, if it exists, without an audit entry.
    pub(super) fn edit(
        &mut self,
        client_id: &ClientId,
        edit: impl FnOnce(&mut StoredClient) -> bool,
    ) {
        self.clients.get_mut(client_id).map(edit);
    }

    pub(super) fn list(
        &self,
        tenant: &TenantId,
        filter: &ClientFilter,
        page: Page,
    ) -> Slice<Client> {
        let ids = self.tenants.get(tenant).into_iter();
        let ids = ids.flat_map(|ids| newest_first(ids, page));
        let clients = ids.filter_map(|id| self.clients.get(id));
        let matches = filter.matcher();
        let shown = clients.filter(|stored| matches(stored.client(), stored.secrets()));
        Slice::cut(shown.map(StoredClient::client), |client| client.id, page)
    }

    pub(super) fn has_origin(&self, origin: &str) -> bool {
        let mut clients = self.clients.values().map(StoredClient::client);
        clients.any(|client| {
            let is_live = client.deleted_at.is_none() && client.status == ClientStatus::Active;
            is_live && client.allows_cors_origin(origin)
        })
    }

    pub(super) fn audit_entries(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        page: Page,
    ) -> Result<Slice<AuditEntry>> {
        if self.find(client_id)?.client().tenant_id != *tenant {
            return Err(ErrorKind::NotFound.into());
        }
        let trail = self.trails.get(client_id).into_iter();
        let entries = trail.flat_map(|trail| newest_first(trail, page));
        Ok(Slice::cut(entries, |entry| entry.id, page))
    }

    pub(super) fn tenant_audit_entries(
        &self,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: Page,
    ) -> Slice<AuditEntry> {
        let matches = filter.matcher();
        let clients = self.tenants.get(tenant).into_iter().flatten();
        let trails = clients.filter_map(|(_, client_id)| self.trails.get(client_id));
        let entries = trails.flat_map(|trail| newest_first(trail, page));
        let mut entries: Vec<_> = entries.filter(|entry| matches(entry)).collect();
        entries.sort_by_key(|entry| Reverse(entry.id));
        Slice::cut(entries, |entry| entry.id, page)
    }
}

/// The items that a page may show: all of them, or only those after an item.
pub(super) fn newest_first<T>(items: &BTreeMap<Id, T>, page: Page) -> impl Iterator<Item = &T> {
    let end = match page {
        Page::After { id: Some(id), .. } => Bound::Excluded(id),
        _ => Bound::Unbounded,
    };
    let items = items.range((Bound::Unbounded, end)).rev();
    items.map(|(_, item)| item)
}
