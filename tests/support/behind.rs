//! Direct access to the repository of a service.

use tower_oauth_clients::domain::{
    Action, AuditEntry, Client, ClientId, Clock, Operator, Page, Role, SecretRecord, TenantId,
};
use tower_oauth_clients::repository::{ClientFilter, ClientRepository, Result};
use tower_oauth_clients::secrets::{Argon2id, Plaintext, SecretHasher};

use super::{App, call};

pub(crate) fn tenant(text: &str) -> TenantId {
    TenantId::parse(text).unwrap()
}

fn client(text: &str) -> ClientId {
    ClientId::parse(text).unwrap()
}

impl App {
    /// The client as stored.
    pub async fn stored(&self, owner: &str, client_id: &str) -> Client {
        call!(self.repository, get(&tenant(owner), &client(client_id))).unwrap()
    }

    /// All live clients of a tenant, newest first.
    pub async fn stored_clients(&self, owner: &str) -> Vec<Client> {
        let (owner, filter) = (tenant(owner), ClientFilter::default());
        let mut clients: Vec<Client> = Vec::new();
        loop {
            let id = clients.last().map(|client| client.id);
            let page = Page::After {
                id,
                size: Page::MAX_SIZE,
            };
            let slice = call!(self.repository, list(&owner, &filter, page)).unwrap();
            clients.extend(slice.items);
            if !slice.has_more {
                return clients;
            }
        }
    }

    /// The newest entries of a client's audit trail.
    pub async fn trail(&self, owner: &str, client_id: &str) -> Vec<AuditEntry> {
        let page = Page::After {
            id: None,
            size: Page::MAX_SIZE,
        };
        call!(
            self.repository,
            audit_entries(&tenant(owner), &client(client_id), page)
        )
        .unwrap()
        .items
    }

    pub async fn secret_records(&self, owner: &str, client_id: &str) -> Vec<SecretRecord> {
        call!(self.repository, secrets(&tenant(owner), &client(client_id))).unwrap()
    }

    /// Whether a client could authenticate with this secret now.
    pub async fn verifies(&self, owner: &str, client_id: &str, plaintext: &str) -> bool {
        let now = self.clock.now();
        let presented = Plaintext::new(plaintext);
        let records = self.secret_records(owner, client_id).await;
        let mut usable = records.iter().filter(|record| record.verifies_at(now));
        usable.any(|record| {
            Argon2id::default()
                .verify(&presented, &record.hash)
                .unwrap()
        })
    }

    /// Deletes a client, whether or not there is a route for it.
    pub async fn delete_stored(&self, owner: &str, client_id: &str) -> Result<()> {
        let client_id = client(client_id);
        let operator = Operator::new("alice", Role::Admin, tenant(owner));
        let (action, now) = (Action::ClientDelete, self.clock.now());
        let audit = AuditEntry::new(&operator, client_id.clone(), action, "deleted", now);
        call!(
            self.repository,
            delete(&operator.tenant, &client_id, None, &audit.into())
        )
    }
}
