use std::future::Future;

use super::{ClientRepository, Result, Write};
use crate::domain::{
    BlockTarget, DocumentBlock, Id, MetadataHash, Page, SeenDocument, Slice, TenantId,
};

/// A repository of the metadata documents that the requests of a tenant used, and of those that it
/// blocks. The documents themselves are not stored.
///
/// # Contract
///
/// - **Documents are notes.** They have no audit entry and no version, and the least recently used
///   ones are forgotten.
/// - **Blocks in the trail.** The audit entry of a write to a block has the block's id as its
///   `client_id`. It is in the trail of the [tenant](ClientRepository::tenant_audit_entries) and in
///   no client's.
/// - **One block for one target.** Of concurrent writes, one stores it; no tenant ever has more
///   blocks than the limit.
/// - Otherwise the contract of [`ClientRepository`] applies.
pub trait DocumentRepository: ClientRepository {
    /// Notes that a document is used at [`last_used_at`](SeenDocument::last_used_at), unless a
    /// later use is noted; but one more than a day later came from a wrong clock and is replaced.
    /// Only its first note sets [`first_used_at`](SeenDocument::first_used_at), and none sets
    /// [`changed_at`](SeenDocument::changed_at): if the hash is another one than is stored, and was
    /// [read](SeenDocument::read_at) later, that becomes the time of this use, with the new name
    /// and hash. Returns the hash that was replaced: of concurrent calls, to one.
    ///
    /// Of the tenant's documents, the `limit` most recently used ones are kept.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) or
    /// [`ErrorKind::Other`](super::ErrorKind::Other) if the storage fails.
    fn note_document(
        &self,
        tenant: &TenantId,
        seen: &SeenDocument,
        limit: u32,
    ) -> impl Future<Output = Result<Option<MetadataHash>>> + Send;

    /// Reads a page of the tenant's documents, the most recently used ones first: all of them, or
    /// those on one host. `number` is that of the page, from 1, which has 1 to 100 items.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) or
    /// [`ErrorKind::Other`](super::ErrorKind::Other) if the storage fails.
    fn documents<'a>(
        &'a self,
        tenant: &TenantId,
        host: Option<&'a str>,
        number: u64,
        size: u32,
    ) -> impl Future<Output = Result<Slice<SeenDocument>>> + Send;

    /// Stores a new block, if the tenant has fewer than `limit`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Conflict`](super::ErrorKind::Conflict) if the tenant has a block with this
    /// target, or if the `id` is taken; [`ErrorKind::TooManyBlocks`](
    /// super::ErrorKind::TooManyBlocks).
    fn block_documents(
        &self,
        tenant: &TenantId,
        block: &DocumentBlock,
        limit: u32,
        write: &Write,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Removes a block.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound).
    fn unblock_documents(
        &self,
        tenant: &TenantId,
        id: Id,
        write: &Write,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Reads a block.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound).
    fn document_block(
        &self,
        tenant: &TenantId,
        id: Id,
    ) -> impl Future<Output = Result<DocumentBlock>> + Send;

    /// Reads a page of the tenant's blocks, newest first.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) or
    /// [`ErrorKind::Other`](super::ErrorKind::Other) if the storage fails.
    fn document_blocks(
        &self,
        tenant: &TenantId,
        page: Page,
    ) -> impl Future<Output = Result<Slice<DocumentBlock>>> + Send;

    /// Reads what all of the tenant's blocks block, in any order.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) or
    /// [`ErrorKind::Other`](super::ErrorKind::Other) if the storage fails.
    fn blocked_documents(
        &self,
        tenant: &TenantId,
    ) -> impl Future<Output = Result<Vec<BlockTarget>>> + Send;
}
