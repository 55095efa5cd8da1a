//! The rows that stand for blocks of metadata documents.

use super::*;
use crate::domain::{BlockTarget, ClientId, DocumentBlock};
use crate::repository::{DocumentRepository, PurgeRepository, Write};

/// What is left of a block is its entries in the trail, and nothing when they are purged.
#[tokio::test]
async fn a_purged_block_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.db");
    let repository = SqliteRepository::open(&path).await.unwrap();
    repository.migrate().await.unwrap();
    let now = Timestamp::from_micros(1_700_000_000_000_000);
    let write = |block: Id, action, at| -> Write {
        let operator = Operator::new("alice", Role::Admin, tenant());
        let name = ClientId::parse(&block.to_string()).unwrap();
        AuditEntry::new(&operator, name, action, "", at).into()
    };
    let ids = [1, 2].map(|second| Id::generate(now + Duration::from_secs(second)));
    for (id, target) in ids.into_iter().zip(["a.example", "b.example"]) {
        let target = BlockTarget::stored(target).unwrap();
        let block = DocumentBlock::new(id, tenant(), target, "alice", now);
        let write = write(id, Action::MetadataDocumentBlock, now);
        repository
            .block_documents(&tenant(), &block, 9, &write)
            .await
            .unwrap();
    }
    let lifted = write(ids[0], Action::MetadataDocumentUnblock, now);
    repository
        .unblock_documents(&tenant(), ids[0], &lifted)
        .await
        .unwrap();
    let later = now + Duration::from_secs(1);
    assert_eq!(repository.purge_audit_entries(now, 9).await.unwrap(), 0);
    assert_eq!(repository.purge_audit_entries(later, 9).await.unwrap(), 3);
    let plain = rusqlite::Connection::open(&path).unwrap();
    let mut rows = plain.prepare("SELECT id FROM oauth_clients").unwrap();
    let rows = rows.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let rows: Vec<_> = rows.map(|id| id.unwrap()).collect();
    assert_eq!(rows, [ids[1].to_string()], "that of the block that is left");
}
