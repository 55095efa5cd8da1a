use std::sync::Arc;

use super::{
    ClientFilter, ClientRepository, CredentialRepository, Credentials, Origin, PurgeRepository,
    Result, Secrets,
};
use crate::domain::{
    AuditEntry, Client, ClientId, Id, Page, SecretHash, SecretRecord, Slice, TenantId, Timestamp,
    Version,
};

impl<R: ClientRepository> ClientRepository for Arc<R> {
    forward!(ClientRepository: |this| **this);
}

impl<R: CredentialRepository> CredentialRepository for Arc<R> {
    forward!(CredentialRepository: |this| **this);
}

impl<R: PurgeRepository> PurgeRepository for Arc<R> {
    forward!(PurgeRepository: |this| **this);
}
