//! What administrators see of documents, and which of them they block.

use super::ClientResolver;
use crate::domain::{
    Action, AuditEntry, BlockTarget, ClientId, DocumentBlock, DocumentBlockOptions, Id, Operator,
    Page, SeenDocument, Slice,
};
use crate::manager::{ErrorKind, Result};
use crate::repository::{self, Write};

/// A metadata document that was used, and whether it is blocked now.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedDocument {
    /// The document.
    pub document: SeenDocument,
    /// Whether a block of the tenant covers it.
    pub is_blocked: bool,
}

impl ClientResolver {
    /// Reads a page of the documents that the requests of the operator's tenant used, the most
    /// recently used ones first: all of them, or those on one host. `number` is that of the page,
    /// from 1, which has `size` items, 1 to 100.
    ///
    /// A use is noted at most once in ten minutes by each host, and not if too many are being
    /// noted. The 10,000 most recently used documents of a tenant are kept.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`] or [`ErrorKind::Internal`] if the storage fails.
    pub async fn documents(
        &self,
        operator: &Operator,
        host: Option<&str>,
        number: u64,
        size: u32,
    ) -> Result<Slice<ListedDocument>> {
        let (source, tenant) = (&self.0.repository, &operator.tenant);
        let seen = source.documents(tenant, host, number, size).await?;
        let blocked = match seen.items.is_empty() {
            true => Vec::new(),
            false => source.blocked_documents(tenant).await?,
        };
        let listed = |document: SeenDocument| {
            let (url, host) = (document.client_id.as_str(), &*document.host);
            let is_blocked = blocked.iter().any(|target| target.blocks(url, host));
            ListedDocument {
                document,
                is_blocked,
            }
        };
        Ok(Slice {
            items: seen.items.into_iter().map(listed).collect(),
            total: seen.total,
            has_more: seen.has_more,
        })
    }

    /// Reads a page of the blocks in the operator's tenant, newest first.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`] or [`ErrorKind::Internal`] if the storage fails.
    pub async fn document_blocks(
        &self,
        operator: &Operator,
        page: Page,
    ) -> Result<Slice<DocumentBlock>> {
        let blocks = self.0.repository.document_blocks(&operator.tenant, page);
        Ok(blocks.await?)
    }

    /// Blocks the document at a URL, or all on a domain, in the operator's tenant: whatever the
    /// [`TrustPolicy`](super::TrustPolicy) says and whatever is pinned, its clients are
    /// [untrusted](super::ErrorKind::Untrusted), and nothing is fetched. A stored client is not
    /// concerned: suspend it.
    ///
    /// It holds at once for this resolver and its clones, and for all others after 5 seconds. What
    /// tokens its clients have is up to the host.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Invalid`] with all violations of the options.
    /// - [`ErrorKind::Blocked`] if the tenant has a block with this target.
    /// - [`ErrorKind::TooManyBlocks`] if it has [as many as it
    ///   may](DocumentBlock::MAX_PER_TENANT).
    /// - [`ErrorKind::Unavailable`] or [`ErrorKind::Internal`] if the storage fails.
    pub async fn block_documents(
        &self,
        operator: &Operator,
        options: DocumentBlockOptions,
    ) -> Result<DocumentBlock> {
        let options = options.check()?;
        let (inner, tenant, now) = (&*self.0, &operator.tenant, self.0.clock.now());
        let id = Id::generate(now);
        let target = options.target;
        let mut block = DocumentBlock::new(id, tenant.clone(), target, &operator.id, now);
        block.reason = options.reason;
        let message = told("blocked", &block.target);
        let action = Action::MetadataDocumentBlock;
        let audit = AuditEntry::new(operator, ClientId::of(id), action, message, now);
        let (limit, write) = (DocumentBlock::MAX_PER_TENANT, Write::new(audit));
        let repository = inner.repository.clone();
        let stored = inner.blocks.change(tenant, async move {
            let stored = repository.block_documents(&block.tenant_id, &block, limit, &write);
            stored.await.map(|()| block)
        });
        match stored.await {
            Ok(block) => Ok(block),
            Err(error) if error.kind() == repository::ErrorKind::Conflict => {
                Err(ErrorKind::Blocked.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a block. What it covered is accepted again, if nothing else is against it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if the operator's tenant has no such block;
    /// [`ErrorKind::Unavailable`] or [`ErrorKind::Internal`] if the storage fails.
    pub async fn unblock_documents(&self, operator: &Operator, id: Id) -> Result<()> {
        let (inner, tenant) = (&*self.0, &operator.tenant);
        let block = inner.repository.document_block(tenant, id).await?;
        let message = told("no longer blocked", &block.target);
        let (action, now) = (Action::MetadataDocumentUnblock, inner.clock.now());
        let audit = AuditEntry::new(operator, ClientId::of(id), action, message, now);
        let write = Write::new(audit);
        let (repository, of) = (inner.repository.clone(), tenant.clone());
        let removed = inner.blocks.change(tenant, async move {
            repository.unblock_documents(&of, id, &write).await
        });
        Ok(removed.await?)
    }
}

fn told(what: &str, target: &BlockTarget) -> String {
    let kind = match target {
        BlockTarget::Url(_) => "the URL",
        BlockTarget::Domain(_) => "the domain",
    };
    format!("{what}: {kind} {}", target.as_str())
}
