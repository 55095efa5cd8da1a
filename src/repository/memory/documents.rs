//! Metadata documents that were used, and those that are blocked.

use std::cmp::Reverse;
use std::time::Duration;

use super::MemoryRepository;
use super::state::State;
use crate::domain::{
    BlockTarget, DocumentBlock, Id, MetadataHash, Page, SeenDocument, Slice, TenantId, Timestamp,
};
use crate::repository::{DocumentRepository, ErrorKind, Result, Write};

/// A use that is further ahead than this came from a wrong clock.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl DocumentRepository for MemoryRepository {
    async fn note_document(
        &self,
        tenant: &TenantId,
        seen: &SeenDocument,
        limit: u32,
    ) -> Result<Option<MetadataHash>> {
        Ok(self.state().note_document(tenant, seen, limit))
    }

    async fn documents(
        &self,
        tenant: &TenantId,
        host: Option<&str>,
        number: u64,
        size: u32,
    ) -> Result<Slice<SeenDocument>> {
        let state = self.state();
        let documents = state.documents.get(tenant).into_iter();
        let documents = documents.flat_map(|documents| documents.values());
        let is_shown = |one: &&SeenDocument| host.is_none_or(|host| one.host == host);
        let mut shown: Vec<_> = documents.filter(is_shown).collect();
        shown.sort_by_key(|one| Reverse((one.last_used_at, &one.client_id)));
        // By number, a page needs no ids.
        let page = Page::Number { number, size };
        Ok(Slice::cut(
            shown,
            |_| Id::least_at(Timestamp::from_micros(0)),
            page,
        ))
    }

    async fn block_documents(
        &self,
        tenant: &TenantId,
        block: &DocumentBlock,
        limit: u32,
        write: &Write,
    ) -> Result<()> {
        let mut state = self.state();
        if state.blocks_of(tenant).count() >= limit as usize {
            return Err(ErrorKind::TooManyBlocks.into());
        }
        let is_same = |stored: &DocumentBlock| stored.target == block.target;
        if state.blocks_of(tenant).any(is_same) {
            return Err(ErrorKind::Conflict.into());
        }
        state.take(tenant, block.id, &write.audit.client_id)?;
        state.blocks.insert(block.id, block.clone());
        state.note(&write.audit);
        Ok(())
    }

    async fn unblock_documents(&self, tenant: &TenantId, id: Id, write: &Write) -> Result<()> {
        let mut state = self.state();
        state.block(tenant, id)?;
        state.blocks.remove(&id);
        state.note(&write.audit);
        Ok(())
    }

    async fn document_block(&self, tenant: &TenantId, id: Id) -> Result<DocumentBlock> {
        self.state().block(tenant, id).cloned()
    }

    async fn document_blocks(&self, tenant: &TenantId, page: Page) -> Result<Slice<DocumentBlock>> {
        let state = self.state();
        let mut blocks: Vec<_> = state.blocks_of(tenant).collect();
        blocks.sort_by_key(|block| Reverse(block.id));
        Ok(Slice::cut(blocks, |block| block.id, page))
    }

    async fn blocked_documents(&self, tenant: &TenantId) -> Result<Vec<BlockTarget>> {
        let state = self.state();
        let blocks = state.blocks_of(tenant);
        Ok(blocks.map(|block| block.target.clone()).collect())
    }
}

impl State {
    /// A look at the blocks of all tenants: it keeps no index.
    fn blocks_of(&self, tenant: &TenantId) -> impl Iterator<Item = &DocumentBlock> {
        let blocks = self.blocks.values();
        blocks.filter(move |block| block.tenant_id == *tenant)
    }

    fn block(&self, tenant: &TenantId, id: Id) -> Result<&DocumentBlock> {
        let block = self.blocks.get(&id);
        let block = block.filter(|block| block.tenant_id == *tenant);
        block.ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn note_document(
        &mut self,
        tenant: &TenantId,
        seen: &SeenDocument,
        limit: u32,
    ) -> Option<MetadataHash> {
        let documents = self.documents.entry(tenant.clone()).or_default();
        let Some(stored) = documents.get_mut(&seen.client_id) else {
            documents.insert(seen.client_id.clone(), seen.clone());
            while documents.len() > limit as usize {
                let place = |one: &&SeenDocument| (one.last_used_at, one.client_id.clone());
                let oldest = documents.values().min_by_key(place)?.client_id.clone();
                documents.remove(&oldest);
            }
            return None;
        };
        let at = seen.last_used_at;
        if stored.last_used_at < at || stored.last_used_at > at + A_DAY {
            stored.last_used_at = at;
        }
        // Copies are used for a day at most, so what is much newer was read by a wrong clock.
        if seen.read_at <= stored.read_at && stored.read_at <= seen.read_at + 2 * A_DAY {
            return None;
        }
        stored.read_at = seen.read_at;
        if stored.metadata_hash == seen.metadata_hash {
            return None;
        }
        let replaced = stored.metadata_hash;
        stored.metadata_hash = seen.metadata_hash;
        stored.client_name.clone_from(&seen.client_name);
        stored.changed_at = Some(at);
        Some(replaced)
    }
}
