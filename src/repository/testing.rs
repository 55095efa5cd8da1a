//! Storage that fails for a while, or that commits after the caller went away.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Semaphore;

use super::{
    AuditFilter, ClientFilter, ClientRepository, ClientUpdate, DocumentRepository, ErrorKind,
    MemoryRepository, NewClient, NewSecret, Result, SecretRotation, Write,
};
use crate::domain::{
    AuditEntry, BlockTarget, Client, ClientId, DocumentBlock, Id, MetadataHash, Page, SecretRecord,
    SeenDocument, Slice, TenantId, Timestamp, Version,
};

#[derive(Clone)]
pub(crate) struct Troubled {
    pub(crate) stored: MemoryRepository,
    pub(crate) fails: Arc<AtomicBool>,
    /// How many notes were tried.
    pub(crate) notes: Arc<AtomicUsize>,
    /// A change commits when it gets one.
    pub(crate) commits: Arc<Semaphore>,
}

impl Troubled {
    pub(crate) fn new() -> Self {
        Self {
            stored: MemoryRepository::new(),
            fails: Arc::default(),
            notes: Arc::default(),
            commits: Arc::new(Semaphore::new(0)),
        }
    }
}

impl ClientRepository for Troubled {
    methods!(forward! { |this| this.stored; } ClientRepository);
}

impl DocumentRepository for Troubled {
    async fn note_document(
        &self,
        tenant: &TenantId,
        seen: &SeenDocument,
        limit: u32,
    ) -> Result<Option<MetadataHash>> {
        let noted = match self.fails.load(Ordering::SeqCst) {
            true => Err(ErrorKind::Unavailable.into()),
            false => self.stored.note_document(tenant, seen, limit).await,
        };
        self.notes.fetch_add(1, Ordering::SeqCst);
        noted
    }

    async fn documents(
        &self,
        tenant: &TenantId,
        host: Option<&str>,
        number: u64,
        size: u32,
    ) -> Result<Slice<SeenDocument>> {
        self.stored.documents(tenant, host, number, size).await
    }

    /// Like those on database servers, in a task of its own.
    async fn block_documents(
        &self,
        tenant: &TenantId,
        block: &DocumentBlock,
        limit: u32,
        write: &Write,
    ) -> Result<()> {
        let (this, tenant, block) = (self.clone(), tenant.clone(), block.clone());
        let write = write.clone();
        let change = tokio::spawn(async move {
            let commit = this.commits.acquire().await;
            commit.map_err(|_| ErrorKind::Other)?.forget();
            let stored = this.stored.block_documents(&tenant, &block, limit, &write);
            stored.await
        });
        change.await.map_err(|_| ErrorKind::Other)?
    }

    async fn unblock_documents(&self, tenant: &TenantId, id: Id, write: &Write) -> Result<()> {
        self.stored.unblock_documents(tenant, id, write).await
    }

    async fn document_block(&self, tenant: &TenantId, id: Id) -> Result<DocumentBlock> {
        self.stored.document_block(tenant, id).await
    }

    async fn document_blocks(&self, tenant: &TenantId, page: Page) -> Result<Slice<DocumentBlock>> {
        self.stored.document_blocks(tenant, page).await
    }

    async fn blocked_documents(&self, tenant: &TenantId) -> Result<Vec<BlockTarget>> {
        self.stored.blocked_documents(tenant).await
    }
}
