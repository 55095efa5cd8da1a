use std::future::Future;
use std::sync::Arc;

use super::{
    AuditFilter, ClientFilter, ClientRepository, ClientUpdate, CredentialRepository, Credentials,
    NewClient, NewSecret, OriginRepository, PurgeRepository, Result, SecretRotation, Write,
};
use crate::domain::{
    AuditEntry, Client, ClientId, Id, Page, SecretHash, SecretRecord, Slice, TenantId, Timestamp,
    Version,
};

impl<R: ClientRepository> ClientRepository for Arc<R> {
    methods!(forward! { |this| **this; } ClientRepository);
}

impl<R: CredentialRepository> CredentialRepository for Arc<R> {
    methods!(forward! { |this| **this; } CredentialRepository);
}

impl<R: OriginRepository> OriginRepository for Arc<R> {
    methods!(forward! { |this| **this; } OriginRepository);
}

impl<R: PurgeRepository> PurgeRepository for Arc<R> {
    methods!(forward! { |this| **this; } PurgeRepository);
}
