use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use super::super::{
    ClientFilter, Credentials, ErrorKind, MAX_ACTIVE_SECRETS, MAX_RETIRED_SECRETS, Origin, Result,
    fold_name,
};
use crate::domain::{
    AuditEntry, Client, ClientId, Id, Page, SecretRecord, SecretStatus, Slice, TenantId, Timestamp,
    Version,
};

/// One client with its secrets, in the order they came.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) client: Client,
    /// The client's name as searches compare it.
    name: String,
    pub(super) secrets: Vec<SecretRecord>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    clients: HashMap<ClientId, Stored>,
    /// The audit trail of each client.
    trails: HashMap<ClientId, BTreeMap<Id, AuditEntry>>,
    /// The clients of each tenant by age, deleted ones included.
    tenants: HashMap<TenantId, BTreeMap<Id, ClientId>>,
}

impl State {
    pub(super) fn live(&self, tenant: &TenantId, client_id: &ClientId) -> Result<&Stored> {
        self.clients
            .get(client_id)
            .filter(|stored| stored.client.tenant_id == *tenant)
            .filter(|stored| stored.client.deleted_at.is_none())
            .ok_or_else(|| ErrorKind::NotFound.into())
    }

    pub(super) fn create(
        &mut self,
        tenant: &TenantId,
        client: &Client,
        secret: Option<&SecretRecord>,
        origin: &Origin,
        audit: &AuditEntry,
    ) -> Result<()> {
        let imported = match origin {
            Origin::Draft => &[][..],
            Origin::CloneOf(source, version) => {
                expect(self.live(tenant, source)?, Some(*version))?;
                &[]
            }
            Origin::Import(secrets) => secrets,
        };
        let ids = self.tenants.entry(tenant.clone()).or_default();
        if self.clients.contains_key(&client.client_id) || ids.contains_key(&client.id) {
            return Err(ErrorKind::Conflict.into());
        }
        ids.insert(client.id, client.client_id.clone());
        let stored = Stored {
            client: client.clone(),
            name: fold_name(&client.metadata.name),
            secrets: secret.into_iter().chain(imported).cloned().collect(),
        };
        self.clients.insert(client.client_id.clone(), stored);
        self.note(audit);
        Ok(())
    }

    /// Changes a copy and puts it back only when all went well: a refused write leaves nothing.
    /// Gives back the client as it is then.
    pub(super) fn change(
        &mut self,
        tenant: &TenantId,
        client_id: &ClientId,
        expected: Option<Version>,
        audit: &AuditEntry,
        change: impl FnOnce(&mut Stored) -> Result<()>,
    ) -> Result<Client> {
        let mut stored = expect(self.live(tenant, client_id)?, expected)?.clone();
        change(&mut stored)?;
        let trail = self.trails.get(client_id);
        if trail.is_some_and(|trail| trail.contains_key(&audit.id)) {
            return Err(ErrorKind::Conflict.into());
        }
        stored.client.version = stored.client.version.next();
        stored.client.updated_at = audit.at;
        stored.client.secret_last_four = stored.newest_active().map(|s| s.last_four.clone());
        stored.name = fold_name(&stored.client.metadata.name);
        let client = stored.client.clone();
        self.clients.insert(client_id.clone(), stored);
        self.note(audit);
        Ok(client)
    }

    fn note(&mut self, audit: &AuditEntry) {
        let trail = self.trails.entry(audit.client_id.clone()).or_default();
        trail.insert(audit.id, audit.clone());
    }

    pub(super) fn credentials(&self, client_id: &ClientId) -> Result<Credentials> {
        let stored = self.clients.get(client_id);
        let stored = stored.filter(|stored| stored.client.deleted_at.is_none());
        let stored = stored.ok_or(ErrorKind::NotFound)?;
        let mut secrets = stored.newest_first();
        secrets.retain(|secret| secret.status != SecretStatus::Inactive);
        let client = stored.client.clone();
        Ok(Credentials { client, secrets })
    }

    /// Changes a secret without a trace on its client.
    pub(super) fn edit_secret(
        &mut self,
        tenant: &TenantId,
        client_id: &ClientId,
        secret_id: Id,
        edit: impl FnOnce(&mut SecretRecord),
    ) {
        let stored = self.clients.get_mut(client_id);
        if let Some(stored) = stored.filter(|stored| stored.client.tenant_id == *tenant)
            && let Ok(secret) = stored.secret_mut(secret_id)
        {
            edit(secret);
        }
    }

    pub(super) fn list(
        &self,
        tenant: &TenantId,
        filter: &ClientFilter,
        page: Page,
    ) -> Slice<Client> {
        let name = filter.name.as_deref().map(fold_name);
        let matches = |stored: &&Stored| {
            stored.client.deleted_at.is_none()
                && filter
                    .status
                    .is_none_or(|status| stored.client.status == status)
                && name.as_ref().is_none_or(|name| stored.name.contains(name))
        };
        let ids = self.tenants.get(tenant).into_iter();
        let stored = ids
            .flat_map(|ids| newest_first(ids, page))
            .filter_map(|id| self.clients.get(id));
        slice(stored.filter(matches).map(|stored| &stored.client), page)
    }

    pub(super) fn audit_entries(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        page: Page,
    ) -> Result<Slice<AuditEntry>> {
        let stored = self.clients.get(client_id);
        stored
            .filter(|stored| stored.client.tenant_id == *tenant)
            .ok_or(ErrorKind::NotFound)?;
        let trail = self.trails.get(client_id).into_iter();
        let entries = trail.flat_map(|trail| newest_first(trail, page));
        Ok(slice(entries, page))
    }
}

impl Stored {
    pub(super) fn newest_first(&self) -> Vec<SecretRecord> {
        let mut secrets = self.secrets.clone();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.id));
        secrets
    }

    fn newest_active(&self) -> Option<&SecretRecord> {
        self.active().max_by_key(|secret| secret.id)
    }

    fn active(&self) -> impl Iterator<Item = &SecretRecord> {
        self.secrets
            .iter()
            .filter(|secret| secret.status == SecretStatus::Active)
    }

    fn secret_mut(&mut self, id: Id) -> Result<&mut SecretRecord> {
        let mut secrets = self.secrets.iter_mut();
        secrets
            .find(|secret| secret.id == id)
            .ok_or_else(|| ErrorKind::NotFound.into())
    }

    pub(super) fn add_secret(&mut self, secret: &SecretRecord) -> Result<()> {
        if self.secret_mut(secret.id).is_ok() {
            return Err(ErrorKind::Conflict.into());
        }
        if self.active().count() >= MAX_ACTIVE_SECRETS {
            return Err(ErrorKind::TooManySecrets.into());
        }
        self.secrets.push(secret.clone());
        Ok(())
    }

    pub(super) fn end_secrets(&mut self, now: Timestamp) {
        for secret in &mut self.secrets {
            end(secret, now);
        }
    }

    pub(super) fn retire_secrets(&mut self, grace_ends: Timestamp, now: Timestamp) {
        for secret in &mut self.secrets {
            if secret.status == SecretStatus::Active {
                secret.status = SecretStatus::Retired;
                secret.updated_at = now;
                secret.expires_at =
                    Some(secret.expires_at.map_or(grace_ends, |e| e.min(grace_ends)));
            }
        }
        if grace_ends <= now {
            return self.end_secrets(now);
        }
        self.secrets.sort_by_key(|secret| secret.id);
        let mut kept = 0;
        for secret in self.secrets.iter_mut().rev() {
            if secret.status == SecretStatus::Retired {
                if kept < MAX_RETIRED_SECRETS && secret.verifies_at(now) {
                    kept += 1;
                } else {
                    end(secret, now);
                }
            }
        }
    }

    pub(super) fn deactivate_secret(&mut self, id: Id, now: Timestamp) -> Result<SecretRecord> {
        let secret = self.secret_mut(id)?;
        end(secret, now);
        Ok(secret.clone())
    }

    pub(super) fn delete_secret(&mut self, id: Id) -> Result<()> {
        let is_active = self.secret_mut(id)?.status == SecretStatus::Active;
        if self.secrets.len() == 1 || (is_active && self.active().count() == 1) {
            return Err(ErrorKind::LastSecret.into());
        }
        self.secrets.retain(|secret| secret.id != id);
        Ok(())
    }
}

fn end(secret: &mut SecretRecord, now: Timestamp) {
    if secret.status != SecretStatus::Inactive {
        secret.status = SecretStatus::Inactive;
        secret.updated_at = now;
    }
}

fn expect(stored: &Stored, expected: Option<Version>) -> Result<&Stored> {
    if expected.is_some_and(|version| version != stored.client.version) {
        return Err(ErrorKind::Stale.into());
    }
    Ok(stored)
}

/// What a page may show: all of it, or only what follows an item.
fn newest_first<T>(items: &BTreeMap<Id, T>, page: Page) -> impl Iterator<Item = &T> {
    let end = match page {
        Page::After { id: Some(id), .. } => Bound::Excluded(id),
        _ => Bound::Unbounded,
    };
    let items = items.range((Bound::Unbounded, end)).rev();
    items.map(|(_, item)| item)
}

/// The page out of all that it may show; what is not on it is counted and not copied.
fn slice<'a, T: Clone + 'a>(mut items: impl Iterator<Item = &'a T>, page: Page) -> Slice<T> {
    let size = page.size() as usize;
    match page {
        Page::Number { number, .. } => {
            let skip = number.saturating_sub(1).saturating_mul(size as u64);
            let end = skip.saturating_add(size as u64);
            let (mut shown, mut total) = (Vec::new(), 0);
            for item in items {
                if (skip..end).contains(&total) {
                    shown.push(item.clone());
                }
                total += 1;
            }
            Slice {
                items: shown,
                total: Some(total),
                has_more: total > end,
            }
        }
        Page::After { .. } => Slice {
            items: items.by_ref().take(size).cloned().collect(),
            total: None,
            has_more: items.next().is_some(),
        },
    }
}
