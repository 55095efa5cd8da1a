use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;

#[cfg(feature = "cimd")]
use super::DocumentRepository;
use super::{
    AuditFilter, ClientFilter, ClientRepository, ClientUpdate, CredentialRepository, Credentials,
    NewClient, NewSecret, Result, SecretRotation, Write,
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

/// A type-erased repository, so that nothing outside this module needs a type parameter for it.
#[derive(Clone)]
pub(crate) struct Repository(Arc<dyn Erased>);

impl Repository {
    pub(crate) fn new(repository: impl ClientRepository) -> Self {
        Self(Arc::new(repository))
    }
}

impl Deref for Repository {
    type Target = dyn Erased;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Repository")
    }
}

/// A type-erased repository that clients authenticate with.
#[derive(Clone)]
pub(crate) struct CredentialSource(Arc<dyn ErasedCredentials>);

impl CredentialSource {
    pub(crate) fn new(repository: impl CredentialRepository) -> Self {
        Self(Arc::new(repository))
    }
}

impl Deref for CredentialSource {
    type Target = dyn ErasedCredentials;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

/// A type-erased repository that clients register themselves in.
#[cfg(feature = "registration")]
#[allow(dead_code, reason = "the endpoints of registration use it")]
#[derive(Clone)]
pub(crate) struct RegistrationSource(Arc<dyn ErasedRegistrations>);

#[cfg(feature = "registration")]
#[allow(dead_code, reason = "the endpoints of registration use it")]
impl RegistrationSource {
    pub(crate) fn new(repository: impl RegistrationRepository) -> Self {
        Self(Arc::new(repository))
    }
}

#[cfg(feature = "registration")]
impl Deref for RegistrationSource {
    type Target = dyn ErasedRegistrations;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

/// A type-erased repository of metadata documents.
#[cfg(feature = "cimd")]
#[derive(Clone)]
pub(crate) struct DocumentSource(Arc<dyn ErasedDocuments>);

#[cfg(feature = "cimd")]
impl DocumentSource {
    pub(crate) fn new(repository: impl DocumentRepository) -> Self {
        Self(Arc::new(repository))
    }
}

#[cfg(feature = "cimd")]
impl Deref for DocumentSource {
    type Target = dyn ErasedDocuments;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

methods!(erased! { pub(crate) trait Erased of ClientRepository } ClientRepository);
methods!(erased! {
    pub(crate) trait ErasedCredentials of CredentialRepository with Erased
} CredentialRepository);
#[cfg(feature = "registration")]
methods!(erased! {
    #[allow(dead_code, reason = "the endpoints of registration use it")]
    pub(crate) trait ErasedRegistrations of RegistrationRepository with ErasedCredentials
} RegistrationRepository);
#[cfg(feature = "cimd")]
methods!(erased! {
    pub(crate) trait ErasedDocuments of DocumentRepository with Erased
} DocumentRepository);
