//! Clients that register themselves, and initial access tokens.

use super::super::{Operation, Repository, queries};
use super::{new_rows, pages};
use crate::domain::{
    Client, ClientId, Id, InitialAccessToken, Page, RegisteredClient, RegistrationState, Slice,
    TenantId, Timestamp, Version,
};
use crate::repository::diesel::rows::{
    AuditRow, Key, MetadataRow, NewClientRow, RegistrationRow, SecretRow, TokenRow,
};
use crate::repository::{
    NewRegistration, RegistrationRepository, RegistrationUpdate, Result, Write,
};

impl RegistrationRepository for Repository {
    async fn register(
        &self,
        tenant: &TenantId,
        new: &NewRegistration,
        write: &Write,
    ) -> Result<()> {
        let NewRegistration { new, registration } = new;
        let client = &new.client;
        let used_at = client.last_used_at.unwrap_or(client.created_at);
        let depends_on_use = registration.state.depends_on_use(&client.status);
        let rows = (
            Key::new(tenant, &client.client_id),
            new_rows(tenant, new, &write.audit)?,
            RegistrationRow::new(registration)?,
            depends_on_use.then_some(used_at.as_micros()),
        );
        self.change(
            &write.audit,
            rows,
            |conn, (key, new, registration, since)| {
                Box::pin(queries::register(conn, key, new, registration, *since))
            },
        )
        .await
        .map(drop)
    }

    async fn registration(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
    ) -> Result<RegisteredClient> {
        let key = Key::new(tenant, client_id);
        self.read(key, |conn, key| Box::pin(queries::registration(conn, key)))
            .await
    }

    async fn registrations(
        &self,
        tenant: &TenantId,
        state: Option<RegistrationState>,
        page: Page,
    ) -> Result<Slice<RegisteredClient>> {
        let tenant = tenant.as_str().to_owned();
        let operation: Operation<_, _> = |conn, (tenant, state, page)| {
            let (tenant, state): (&String, &Option<RegistrationState>) = (tenant, state);
            Box::pin(queries::registrations(conn, tenant, state.as_ref(), *page))
        };
        match page {
            Page::Number { .. } => self.scan((tenant, state, page), operation).await,
            Page::After { .. } => self.read((tenant, state, page), operation).await,
        }
    }

    async fn update_registration(
        &self,
        tenant: &TenantId,
        update: &RegistrationUpdate,
        write: &Write,
    ) -> Result<Client> {
        let RegistrationUpdate {
            update,
            registration,
            secret,
        } = update;
        let client = &update.client;
        let key = Key::new(tenant, &client.client_id);
        let row = AuditRow::new(&key, &write.audit);
        let secret = secret.as_ref().map(|secret| SecretRow::new(&key, secret));
        let rows = (
            MetadataRow::new(&client.metadata, &client.status)?,
            update.secrets,
            pages(client),
            RegistrationRow::new(registration)?,
            secret,
        );
        let change = (key, client.version, client.status.clone(), rows, row);
        let changed = self.change(
            &write.audit,
            change,
            |conn, (key, expected, status, rows, audit)| {
                Box::pin(queries::update_registration(
                    conn, key, *expected, status, rows, audit,
                ))
            },
        );
        match changed.await? {
            Some(client) => Ok(client),
            None => {
                let registered = self.registration(tenant, &client.client_id).await?;
                Ok(registered.client)
            }
        }
    }

    async fn count_registrations(&self, tenant: &TenantId, limit: u32) -> Result<u32> {
        let arguments = (tenant.as_str().to_owned(), i64::from(limit));
        let count = self.read(arguments, |conn, (tenant, limit)| {
            Box::pin(queries::count_registrations(conn, tenant, *limit))
        });
        Ok(u32::try_from(count.await?).unwrap_or(limit))
    }

    async fn unused_registrations(
        &self,
        unused_since: Timestamp,
        after: Option<&RegisteredClient>,
        limit: u32,
    ) -> Result<Vec<RegisteredClient>> {
        let after = after.map(|last| {
            let client_id = last.client.client_id.as_str().to_owned();
            (last.used_at().as_micros(), client_id)
        });
        let arguments = (unused_since.as_micros(), after, i64::from(limit));
        self.read(arguments, |conn, (unused_since, after, limit)| {
            let after = after.as_ref();
            Box::pin(queries::unused_registrations(
                conn,
                *unused_since,
                after,
                *limit,
            ))
        })
        .await
    }

    async fn delete_unused(
        &self,
        tenant: &TenantId,
        client_id: &ClientId,
        expected: Version,
        last_used_at: Option<Timestamp>,
        write: &Write,
    ) -> Result<()> {
        let key = Key::new(tenant, client_id);
        let row = AuditRow::new(&key, &write.audit);
        let last_used_at = last_used_at.map(Timestamp::as_micros);
        let change = (key, expected, last_used_at, row);
        self.change(
            &write.audit,
            change,
            |conn, (key, expected, last_used_at, audit)| {
                let (expected, last_used_at) = (*expected, *last_used_at);
                Box::pin(queries::delete_unused(
                    conn,
                    key,
                    expected,
                    last_used_at,
                    audit,
                ))
            },
        )
        .await
        .map(drop)
    }

    async fn create_initial_access_token(
        &self,
        tenant: &TenantId,
        token: &InitialAccessToken,
        write: &Write,
    ) -> Result<()> {
        let client_id = &write.audit.client_id;
        let key = Key::new(tenant, client_id);
        let place = NewClientRow::purged(tenant, client_id.clone(), token.id, token.created_at)?;
        let row = AuditRow::new(&key, &write.audit);
        let rows = (TokenRow::new(tenant, token)?, place, row);
        self.change(&write.audit, rows, |conn, (token, place, audit)| {
            Box::pin(queries::create_token(conn, token, place, audit))
        })
        .await
        .map(drop)
    }

    async fn initial_access_token(&self, tenant: &TenantId, id: Id) -> Result<InitialAccessToken> {
        let arguments = (tenant.as_str().to_owned(), id.to_string());
        self.read(arguments, |conn, (tenant, id)| {
            Box::pin(queries::token(conn, tenant, id))
        })
        .await
    }

    async fn initial_access_tokens(
        &self,
        tenant: &TenantId,
        page: Page,
    ) -> Result<Slice<InitialAccessToken>> {
        let tenant = tenant.as_str().to_owned();
        let operation: Operation<(String, Page), _> =
            |conn, (tenant, page)| Box::pin(queries::tokens(conn, tenant, *page));
        match page {
            Page::Number { .. } => self.scan((tenant, page), operation).await,
            Page::After { .. } => self.read((tenant, page), operation).await,
        }
    }

    async fn revoke_initial_access_token(
        &self,
        tenant: &TenantId,
        id: Id,
        write: &Write,
    ) -> Result<()> {
        let key = Key::new(tenant, &write.audit.client_id);
        let row = AuditRow::new(&key, &write.audit);
        let change = (key, id.to_string(), row);
        self.change(&write.audit, change, |conn, (key, id, audit)| {
            Box::pin(queries::revoke_token(conn, &key.tenant, id, audit))
        })
        .await
        .map(drop)
    }
}
