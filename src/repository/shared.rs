use std::future::Future;
use std::sync::Arc;

#[cfg(feature = "cimd")]
use super::DocumentRepository;
use super::{
    AuditFilter, ClientFilter, ClientRepository, ClientUpdate, CredentialRepository, Credentials,
    NewClient, NewSecret, OriginRepository, PurgeRepository, Result, SecretRotation, Write,
};
#[cfg(feature = "registration")]
use super::{NewRegistration, RegistrationRepository, RegistrationUpdate};
use crate::domain::{
    AuditEntry, Client, ClientId, Id, Page, SecretHash, SecretRecord, Slice, TenantId, Timestamp,
    Version,
};
#[cfg(feature = "cimd")]
use crate::domain::{BlockTarget, DocumentBlock, MetadataHash, SeenDocument};
#[cfg(feature = "registration")]
use crate::domain::{InitialAccessToken, RegisteredClient, RegistrationState};

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

#[cfg(feature = "registration")]
impl<R: RegistrationRepository> RegistrationRepository for Arc<R> {
    methods!(forward! { |this| **this; } RegistrationRepository);
}

#[cfg(feature = "cimd")]
impl<R: DocumentRepository> DocumentRepository for Arc<R> {
    methods!(forward! { |this| **this; } DocumentRepository);
}
