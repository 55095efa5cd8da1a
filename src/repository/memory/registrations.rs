//! Clients that register themselves, and initial access tokens.

use super::MemoryRepository;
use super::state::{State, newest_first};
use crate::domain::{
    Client, ClientId, Id, InitialAccessToken, Page, RegisteredClient, RegistrationState, Slice,
    TenantId, Timestamp, Version,
};
use crate::repository::{
    ErrorKind, NewRegistration, RegistrationRepository, RegistrationUpdate, Result, StoredClient,
    Write,
};

impl RegistrationRepository for MemoryRepository {
    async fn register(
        &self,
        tenant: &TenantId,
        new: &NewRegistration,
        write: &Write,
    ) -> Result<()> {
        self.state().register(tenant, new, write)
    }

    async fn registration(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
    ) -> Result<RegisteredClient> {
        let state = self.state();
        let stored = state.live(tenant, client_id)?;
        let registered = state.registered(stored);
        registered.ok_or_else(|| ErrorKind::NotFound.into())
    }

    async fn registrations(
        &self,
        tenant: &TenantId,
        state: Option<RegistrationState>,
        page: Page,
    ) -> Result<Slice<RegisteredClient>> {
        let stored = self.state();
        let ids = stored.tenants.get(tenant).into_iter();
        let ids = ids.flat_map(|ids| newest_first(ids, page));
        let clients = ids.filter_map(|id| stored.registered(stored.clients.get(id)?));
        let is_shown = |one: &RegisteredClient| {
            let wanted = state.as_ref();
            wanted.is_none_or(|state| one.registration.state == *state)
        };
        let clients: Vec<_> = clients.filter(is_shown).collect();
        Ok(Slice::cut(&clients, |one| one.client.id, page))
    }

    async fn update_registration(
        &self,
        tenant: &TenantId,
        update: &RegistrationUpdate,
        write: &Write,
    ) -> Result<Client> {
        self.state().update_registration(tenant, update, write)
    }

    /// A look at every registration: it keeps no index.
    async fn count_registrations(&self, tenant: &TenantId, limit: u32) -> Result<u32> {
        let state = self.state();
        let clients = state.registrations.keys();
        let clients = clients.filter(|id| state.live(tenant, id).is_ok());
        let count = u32::try_from(clients.count()).unwrap_or(u32::MAX);
        Ok(count.min(limit))
    }

    async fn unused_registrations(
        &self,
        unused_since: Timestamp,
        after: Option<&RegisteredClient>,
        limit: u32,
    ) -> Result<Vec<RegisteredClient>> {
        let state = self.state();
        let stored = state.registrations.keys();
        let clients = stored.filter_map(|id| state.registered(state.clients.get(id)?));
        let place = |one: &RegisteredClient| (one.used_at(), one.client.client_id.clone());
        let start = after.map(place);
        let is_next = |one: &RegisteredClient| {
            let start = start.as_ref();
            one.is_unused_since(unused_since) && start.is_none_or(|start| place(one) > *start)
        };
        let mut unused: Vec<_> = clients.filter(is_next).collect();
        unused.sort_by_cached_key(place);
        unused.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(unused)
    }

    async fn delete_unused(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        expected: Version,
        last_used_at: Option<Timestamp>,
        write: &Write,
    ) -> Result<()> {
        let mut state = self.state();
        state.expect_registration(tenant, client_id)?;
        state.change(write, |stored| {
            stored.delete_unused(expected, last_used_at, write)
        })?;
        state.registrations.remove(client_id);
        Ok(())
    }

    async fn create_initial_access_token(
        &self,
        tenant: &TenantId,
        token: &InitialAccessToken,
        write: &Write,
    ) -> Result<()> {
        self.state().create_token(tenant, token, write)
    }

    async fn initial_access_token(&self, tenant: &TenantId, id: Id) -> Result<InitialAccessToken> {
        let token = self.state().token(tenant, id).cloned();
        token.ok_or_else(|| ErrorKind::NotFound.into())
    }

    async fn initial_access_tokens(
        &self,
        tenant: &TenantId,
        page: Page,
    ) -> Result<Slice<InitialAccessToken>> {
        let state = self.state();
        let ids = state.tenants.get(tenant).into_iter();
        let ids = ids.flat_map(|ids| ids.keys().rev());
        let tokens = ids.filter_map(|id| state.token(tenant, *id));
        Ok(Slice::cut(tokens, |token| token.id, page))
    }

    async fn revoke_initial_access_token(
        &self,
        tenant: &TenantId,
        id: Id,
        write: &Write,
    ) -> Result<()> {
        let mut state = self.state();
        let token = state.tokens.get_mut(&id);
        let token = token.filter(|token| token.tenant_id == *tenant && token.revoked_at.is_none());
        token.ok_or(ErrorKind::NotFound)?.revoked_at = Some(write.audit.at);
        state.note(&write.audit);
        Ok(())
    }
}

impl State {
    /// A client with its registration, if it has one.
    fn registered(&self, stored: &StoredClient) -> Option<RegisteredClient> {
        let client = stored.client();
        let registration = self.registrations.get(&client.client_id)?;
        Some(RegisteredClient::new(client.clone(), registration.clone()))
    }

    fn expect_registration(&self, tenant: &TenantId, client_id: &ClientId) -> Result<()> {
        let registered = self.registered(self.live(tenant, client_id)?);
        registered
            .map(drop)
            .ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn token(&self, tenant: &TenantId, id: Id) -> Option<&InitialAccessToken> {
        let token = self.tokens.get(&id);
        token.filter(|token| token.tenant_id == *tenant)
    }

    fn register(&mut self, tenant: &TenantId, new: &NewRegistration, write: &Write) -> Result<()> {
        let NewRegistration { new, registration } = new;
        let token = registration.initial_access_token_id;
        let now = write.audit.at;
        let registers = |id| {
            let token = self.token(tenant, id);
            token.is_some_and(|token| token.registers_at(now))
        };
        if !token.is_none_or(registers) {
            return Err(ErrorKind::TokenSpent.into());
        }
        self.create(new, write)?;
        let left = token.and_then(|id| self.tokens.get_mut(&id)?.uses_left.as_mut());
        if let Some(left) = left {
            *left -= 1;
        }
        let client_id = new.client.client_id.clone();
        self.registrations.insert(client_id, registration.clone());
        Ok(())
    }

    fn update_registration(
        &mut self,
        tenant: &TenantId,
        update: &RegistrationUpdate,
        write: &Write,
    ) -> Result<Client> {
        let client_id = &update.update.client.client_id;
        self.expect_registration(tenant, client_id)?;
        let client = self.change(write, |stored| stored.update_registration(update, write))?;
        let registration = update.registration.clone();
        self.registrations.insert(client_id.clone(), registration);
        Ok(client)
    }

    /// Its ids are taken like those of a client, which its audit entries name.
    fn create_token(
        &mut self,
        tenant: &TenantId,
        token: &InitialAccessToken,
        write: &Write,
    ) -> Result<()> {
        if self.tokens.contains_key(&token.id) {
            return Err(ErrorKind::Conflict.into());
        }
        self.take(tenant, token.id, &write.audit.client_id)?;
        self.tokens.insert(token.id, token.clone());
        self.note(&write.audit);
        Ok(())
    }
}
