//! Metadata documents that were used, and those that are blocked.

use super::super::{Operation, Repository, queries};
use crate::domain::{
    BlockTarget, DocumentBlock, Id, MetadataHash, Page, SeenDocument, Slice, TenantId,
};
use crate::repository::diesel::rows::{AuditRow, BlockRow, DocumentRow, Key, NewClientRow};
use crate::repository::{DocumentRepository, Result, Write};

impl DocumentRepository for Repository {
    async fn note_document(
        &self,
        tenant: &TenantId,
        seen: &SeenDocument,
        limit: u32,
    ) -> Result<Option<MetadataHash>> {
        let arguments = (DocumentRow::new(tenant, seen), i64::from(limit));
        self.write(arguments, |conn, (seen, limit)| {
            Box::pin(queries::note_document(conn, seen, *limit))
        })
        .await
    }

    async fn documents(
        &self,
        tenant: &TenantId,
        host: Option<&str>,
        number: u64,
        size: u32,
    ) -> Result<Slice<SeenDocument>> {
        let page = Page::Number { number, size };
        let arguments = (tenant.as_str().to_owned(), host.map(str::to_owned), page);
        self.scan(arguments, |conn, (tenant, host, page)| {
            Box::pin(queries::documents(conn, tenant, host.as_deref(), *page))
        })
        .await
    }

    async fn block_documents(
        &self,
        tenant: &TenantId,
        block: &DocumentBlock,
        limit: u32,
        write: &Write,
    ) -> Result<()> {
        let client_id = &write.audit.client_id;
        let key = Key::new(tenant, client_id);
        let place = NewClientRow::purged(tenant, client_id.clone(), block.id, block.created_at)?;
        let row = AuditRow::new(&key, &write.audit);
        let rows = (BlockRow::new(tenant, block), place, i64::from(limit), row);
        self.change(&write.audit, rows, |conn, (block, place, limit, audit)| {
            Box::pin(queries::block_documents(conn, block, place, *limit, audit))
        })
        .await
        .map(drop)
    }

    async fn unblock_documents(&self, tenant: &TenantId, id: Id, write: &Write) -> Result<()> {
        let key = Key::new(tenant, &write.audit.client_id);
        let row = AuditRow::new(&key, &write.audit);
        let change = (key, id.to_string(), row);
        self.change(&write.audit, change, |conn, (key, id, audit)| {
            Box::pin(queries::unblock_documents(conn, &key.tenant, id, audit))
        })
        .await
        .map(drop)
    }

    async fn document_block(&self, tenant: &TenantId, id: Id) -> Result<DocumentBlock> {
        let arguments = (tenant.as_str().to_owned(), id.to_string());
        self.read(arguments, |conn, (tenant, id)| {
            Box::pin(queries::document_block(conn, tenant, id))
        })
        .await
    }

    async fn document_blocks(&self, tenant: &TenantId, page: Page) -> Result<Slice<DocumentBlock>> {
        let tenant = tenant.as_str().to_owned();
        let operation: Operation<(String, Page), _> =
            |conn, (tenant, page)| Box::pin(queries::document_blocks(conn, tenant, *page));
        match page {
            Page::Number { .. } => self.scan((tenant, page), operation).await,
            Page::After { .. } => self.read((tenant, page), operation).await,
        }
    }

    async fn blocked_documents(&self, tenant: &TenantId) -> Result<Vec<BlockTarget>> {
        self.read(tenant.as_str().to_owned(), |conn, tenant| {
            Box::pin(queries::blocked_documents(conn, tenant))
        })
        .await
    }
}
