//! Metadata documents and blocks.

use tower_oauth_clients::domain::{
    BlockTarget, ClientId, DocumentBlock, Id, MetadataHash, SeenDocument, TenantId,
};
use tower_oauth_clients::repository::DocumentRepository;

use super::{after, at, entry};

/// Five thousand of each of four tenants.
pub const DOCUMENTS: &str = "INSERT INTO oauth_client_documents (tenant_id, client_id, host, \
    client_name, metadata_hash, read_at, first_used_at, last_used_at) \
    SELECT tenant_id, CONCAT('https://a.example.net/', client_id), 'a.example.net', \
    'My Application', 'abababababababababababababababababababababababababababababababab', \
    1, 1, created_at FROM oauth_clients";
/// Two hundred of each of a hundred tenants.
pub const BLOCKS: &str = "INSERT INTO oauth_client_document_blocks (id, tenant_id, target, \
    created_by, created_at) SELECT CONCAT('01ARZ3NDEKTSV4RRFF', LPAD(CONCAT('', n), 8, '0')), \
    CONCAT('tenant_', n % 100), CONCAT('a', n, '.example'), 'alice', 1 FROM numbers";

/// Of twenty thousand tenants.
pub const LIMITS: &str = "INSERT INTO oauth_client_document_limits (tenant_id, blocks, documents) \
    SELECT CONCAT('tenant_', n), 0, 0 FROM numbers";

/// Runs every operation, in a round of its own.
pub async fn use_documents<R: DocumentRepository>(repository: &R, round: u64) {
    let tenant = TenantId::parse("tenant_3").unwrap();
    let hash = |digits: &str| MetadataHash::parse(&digits.repeat(32)).unwrap();
    let known = ClientId::parse("https://a.example.net/app-9999").unwrap();
    let new = ClientId::parse(&format!("https://b.example.net/{round}")).unwrap();
    for (url, digits, second) in [
        (&known, "ab", 1),
        (&known, "ab", 0),
        (&known, "cd", 2),
        (&known, "ab", 3),
        (&new, "ab", 4),
    ] {
        let at = at(round * 10 + second);
        let seen = SeenDocument::new(tenant.clone(), url.clone(), hash(digits), at);
        // The new one takes the place of the oldest one, from the second round on.
        let noted = repository.note_document(&tenant, &seen, 1);
        let has_changed = noted.await.unwrap().is_some();
        assert_eq!(has_changed, matches!(second, 2 | 3), "{second}");
    }
    assert_eq!(
        repository.blocked_documents(&tenant).await.unwrap().len(),
        200
    );
    for page in [after(None), after(Some("01ARZ3NDEKTSV4RRFF00009999"))] {
        let blocks = repository.document_blocks(&tenant, page).await;
        assert_eq!(blocks.unwrap().items.len(), 20);
    }
    let now = at(99_000 + round);
    let target = BlockTarget::Domain(format!("new-{round}.example"));
    let block = DocumentBlock::new(Id::generate(now), tenant.clone(), target, "alice", now);
    let name = ClientId::parse(&block.id.to_string()).unwrap();
    let audit = entry(&name, 99_000 + round);
    let made = repository.block_documents(&tenant, &block, 1_000, &audit);
    made.await.unwrap();
    let read = repository.document_block(&tenant, block.id).await;
    assert_eq!(read.unwrap(), block);
    let audit = entry(&name, 99_500 + round);
    let removed = repository.unblock_documents(&tenant, block.id, &audit);
    removed.await.unwrap();
}
