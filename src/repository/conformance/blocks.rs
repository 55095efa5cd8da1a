//! Cases for [`DocumentRepository`]: blocks.

use std::sync::Arc;

use super::abandoned::{abandon, promptly};
use super::documents::url;
use super::races::{ROUNDS, race, winners};
use super::samples::{at, client_id, entry, id, tenant};
use super::subject::{Subject, kind};
use crate::domain::{Action, AuditEntry, BlockTarget, ClientId, DocumentBlock, Id, Page};
use crate::repository::{
    AuditFilter, ClientFilter, DocumentRepository, ErrorKind, Origin, Result, Write,
};

const ENOUGH: Page = Page::After {
    id: None,
    size: Page::MAX_SIZE,
};

const MANY: u32 = 1_000;

impl<R: DocumentRepository> Subject<R> {
    fn block(&self, target: &str, second: u64) -> DocumentBlock {
        let target = BlockTarget::stored(target).expect("a target");
        DocumentBlock::new(id(second), self.tenant.clone(), target, "alice", at(second))
    }

    fn block_entry(&self, block: Id, second: u64) -> AuditEntry {
        entry(&self.tenant, &named(block), Action::ClientUpdate, second)
    }

    async fn make(&self, block: &DocumentBlock, limit: u32) -> Result<()> {
        let second = u64::try_from(block.created_at.as_micros() - at(0).as_micros());
        let second = second.expect("a second") / 1_000_000;
        let write: Write = self.block_entry(block.id, second).into();
        self.repository
            .block_documents(&self.tenant, block, limit, &write)
            .await
    }

    async fn made(&self, target: &str, second: u64) -> DocumentBlock {
        let block = self.block(target, second);
        let made = self.make(&block, MANY).await;
        made.expect("a block is stored");
        block
    }

    async fn lift(&self, id: Id, second: u64) -> Result<()> {
        let write: Write = self.block_entry(id, second).into();
        self.repository
            .unblock_documents(&self.tenant, id, &write)
            .await
    }

    async fn blocks(&self) -> Vec<DocumentBlock> {
        let blocks = self.repository.document_blocks(&self.tenant, ENOUGH);
        blocks.await.expect("blocks").items
    }

    async fn blocked(&self) -> Vec<BlockTarget> {
        let blocked = self.repository.blocked_documents(&self.tenant).await;
        let mut blocked = blocked.expect("targets");
        blocked.sort();
        blocked
    }
}

fn named(block: Id) -> ClientId {
    client_id(&block.to_string())
}

/// Every field, of a URL and of a domain, until it is removed.
pub async fn a_block_comes_back_as_it_was_stored(repository: impl DocumentRepository) {
    let subject = Subject::new(repository);
    let plain = subject.made("example.net", 1).await;
    let start = "https://a.example.net/?'\\%_";
    let long = format!("{start}{}", "x".repeat(ClientId::MAX_LENGTH - start.len()));
    let mut full = subject.block(&long, 2);
    full.reason = Some("Ünïcode 💥 ' \" \\ %".into());
    let made = subject.make(&full, MANY).await;
    made.expect("a block is stored");
    assert_eq!(subject.blocks().await, [full.clone(), plain.clone()]);
    let targets = [&full, &plain].map(|block| block.target.clone());
    assert_eq!(subject.blocked().await, targets);
    for (block, left) in [(&full, 1), (&plain, 0)] {
        let read = subject.repository.document_block(&subject.tenant, block.id);
        assert_eq!(read.await.expect("the block"), *block);
        subject.lift(block.id, 5).await.expect("removed");
        let read = subject.repository.document_block(&subject.tenant, block.id);
        assert_eq!(kind(&read.await), Some(ErrorKind::NotFound));
        let again = subject.lift(block.id, 6).await;
        assert_eq!(kind(&again), Some(ErrorKind::NotFound));
        assert_eq!(subject.blocks().await.len(), left);
        assert_eq!(subject.blocked().await.len(), left);
    }
}

/// Newest first, with both kinds of pages, and of the own tenant.
pub async fn blocks_are_listed(repository: impl DocumentRepository) {
    let mut subject = Subject::new(repository);
    let mut stored = Vec::new();
    for second in 1..=7 {
        stored.insert(0, subject.made(&url(second), second).await.id);
    }
    for (name, expected) in [("acme", &stored[..]), ("Acme", &[]), ("other", &[])] {
        subject.tenant = tenant(name);
        let after = |id| Page::After { id, size: 5 };
        for (page, range) in [
            (Page::Number { number: 1, size: 5 }, 0..5),
            (Page::Number { number: 2, size: 5 }, 5..7),
            (Page::Number { number: 3, size: 5 }, 7..7),
            (after(None), 0..5),
            (after(stored.get(4).copied()), 5..7),
            (after(stored.get(1).copied()), 2..7),
        ] {
            let listed = subject.repository.document_blocks(&subject.tenant, page);
            let listed = listed.await.expect("a list");
            let ids: Vec<_> = listed.items.iter().map(|block| block.id).collect();
            let shown = expected.get(range.clone()).unwrap_or_default();
            assert_eq!(ids, shown, "{page:?}");
            let numbered = matches!(page, Page::Number { .. });
            assert_eq!(listed.total, numbered.then_some(expected.len() as u64));
            assert_eq!(listed.has_more, !shown.is_empty() && range.end < 7);
        }
        assert_eq!(subject.blocked().await.len(), expected.len());
        for id in &stored {
            let known = subject
                .repository
                .document_block(&subject.tenant, *id)
                .await;
            assert_eq!(known.is_ok(), !expected.is_empty());
            if expected.is_empty() {
                let lifted = subject.lift(*id, 9).await;
                assert_eq!(kind(&lifted), Some(ErrorKind::NotFound));
            }
        }
    }
}

/// Neither a target nor an id is taken twice; other tenants have targets of their own.
pub async fn a_taken_target_is_a_conflict(repository: impl DocumentRepository) {
    let mut subject = Subject::new(repository);
    let conflict = Some(ErrorKind::Conflict);
    let stored = subject.made("example.net", 1).await;
    let again = subject.block("example.net", 2);
    assert_eq!(kind(&subject.make(&again, MANY).await), conflict);
    let mut same_id = subject.block("example.org", 3);
    same_id.id = stored.id;
    assert_eq!(kind(&subject.make(&same_id, MANY).await), conflict);
    let client = subject.create(4).await;
    let mut of_client = subject.block("example.org", 5);
    of_client.id = client.id;
    assert_eq!(kind(&subject.make(&of_client, MANY).await), conflict);
    assert_eq!(subject.blocks().await, std::slice::from_ref(&stored));

    subject.tenant = tenant("other");
    let theirs = subject.made("example.net", 6).await;
    subject.tenant = tenant("acme");
    subject.lift(stored.id, 7).await.expect("removed");
    subject.made("example.net", 8).await;
    subject.tenant = tenant("other");
    assert_eq!(subject.blocks().await, [theirs]);
    // The id of a block stays taken.
    let mut same_id = subject.block("example.org", 9);
    same_id.id = stored.id;
    assert_eq!(kind(&subject.make(&same_id, MANY).await), conflict);
}

/// As many as the limit allows, also after removals and refusals.
pub async fn a_tenant_has_so_many_blocks_at_most(repository: impl DocumentRepository) {
    let mut subject = Subject::new(repository);
    let full = Some(ErrorKind::TooManyBlocks);
    let mut made = Vec::new();
    for second in 1..=5 {
        let block = subject.block(&url(second), second);
        let done = subject.make(&block, 3).await;
        assert_eq!(kind(&done), full.filter(|_| second > 3), "{second}");
        made.push(block);
    }
    let first = made.first().expect("a block").id;
    subject.lift(first, 6).await.expect("removed");
    // What is not there gives no place.
    assert_eq!(
        kind(&subject.lift(first, 7).await),
        Some(ErrorKind::NotFound)
    );
    let taken = subject.block(&url(2), 8);
    assert_eq!(
        kind(&subject.make(&taken, 3).await),
        Some(ErrorKind::Conflict)
    );
    for (second, refused) in [(9, None), (10, full)] {
        let block = subject.block(&url(second), second);
        assert_eq!(kind(&subject.make(&block, 3).await), refused, "{second}");
    }
    assert_eq!(subject.blocks().await.len(), 3);
    subject.tenant = tenant("other");
    let theirs = subject.block(&url(1), 11);
    assert_eq!(kind(&subject.make(&theirs, 3).await), None);
}

/// The entries of blocks are in the trail of the tenant only, and a block is in no list of clients.
pub async fn writes_to_blocks_are_in_the_trail(repository: impl DocumentRepository) {
    let mut subject = Subject::new(repository);
    let block = subject.made("example.net", 1).await.id;
    let client = subject.create(2).await;
    subject.lift(block, 3).await.expect("removed");
    let all = AuditFilter::new();
    let of_block = AuditFilter::new().with_target_id(block.to_string());
    for page in [ENOUGH, Page::Number { number: 1, size: 9 }] {
        assert_eq!(subject.tenant_trail(&all, page).await.items.len(), 3);
        let found = subject.tenant_trail(&of_block, page).await.items;
        let seen: Vec<_> = found
            .iter()
            .map(|entry| (&entry.client_id, entry.at))
            .collect();
        let name = named(block);
        assert_eq!(seen, [(&name, at(3)), (&name, at(1))]);
        let trail = subject.trail(&name, page).await;
        assert_eq!(kind(&trail), Some(ErrorKind::NotFound));
        for deleted in [false, true] {
            let filter = ClientFilter::new().with_deleted(deleted);
            let listed = subject.list(&filter, page).await.items;
            assert_eq!(listed.len(), usize::from(!deleted));
        }
    }
    let mut of_name = client.clone();
    of_name.id = id(4);
    of_name.client_id = named(block);
    let stored = subject.store(&of_name, None, &Origin::Draft, 4).await;
    assert_eq!(kind(&stored), Some(ErrorKind::Conflict));
    let none = [
        kind(&subject.get(&named(block)).await),
        kind(&subject.get_deleted(&named(block)).await),
        kind(&subject.restore(&named(block), client.version, 5).await),
        kind(&subject.delete(&named(block), None, 5).await),
    ];
    assert_eq!(none, [Some(ErrorKind::NotFound); 4]);
    subject.tenant = tenant("other");
    assert!(subject.tenant_trail(&all, ENOUGH).await.items.is_empty());
}

/// Of many administrators who block the same, one does; and together they keep the limit.
pub async fn blocks_at_the_same_time_keep_the_limit(repository: impl DocumentRepository) {
    let subject = Arc::new(Subject::new(repository));
    let insist = |block: DocumentBlock, limit| {
        let subject = Arc::clone(&subject);
        async move {
            loop {
                let done = subject.make(&block, limit).await;
                match kind(&done) {
                    Some(ErrorKind::Unavailable) => tokio::task::yield_now().await,
                    _ => return done,
                }
            }
        }
    };
    let mut stored = 0;
    for round in 0..ROUNDS {
        let start = round * 100;
        let same = (1..=12).map(|racer| subject.block(&url(start), start + racer));
        let ended = race(same.map(|block| insist(block, MANY))).await;
        assert_eq!(winners(&ended), 1, "{ended:?}");
        stored += 1;
        let conflicts = ended
            .iter()
            .filter(|kind| **kind == Some(ErrorKind::Conflict));
        assert_eq!(conflicts.count(), 11, "{ended:?}");
        let limit = stored + 5;
        let different = (21..=32).map(|racer| subject.block(&url(start + racer), start + racer));
        let ended = race(different.map(|block| insist(block, limit))).await;
        assert_eq!(winners(&ended), 5, "{ended:?}");
        stored += 5;
        let refused = ended
            .iter()
            .filter(|kind| **kind == Some(ErrorKind::TooManyBlocks));
        assert_eq!(refused.count(), 7, "{ended:?}");
    }
    let blocks = subject.blocked().await;
    assert_eq!(blocks.len(), stored as usize);
}

/// Dropped at each await point, a block is stored with its audit entry or not at all, and counts
/// only then.
pub async fn abandoned_blocks_are_whole_or_nothing(repository: impl DocumentRepository) {
    let subject = Subject::new(repository);
    for point in 1..=24 {
        let block = subject.block("example.net", point as u64);
        let done = abandon(subject.make(&block, 1), point).await;
        // Either this call stores it, or the dropped one did.
        let again = kind(&promptly(subject.make(&block, 1)).await);
        let refused = [ErrorKind::Conflict, ErrorKind::TooManyBlocks];
        assert!(
            again.is_none_or(|kind| refused.contains(&kind)),
            "{again:?}"
        );
        assert_eq!(subject.blocks().await, std::slice::from_ref(&block));
        let of_block = AuditFilter::new().with_target_id(block.id.to_string());
        let trail = subject.tenant_trail(&of_block, ENOUGH).await;
        assert_eq!(trail.items.len(), 1);
        promptly(subject.lift(block.id, 100))
            .await
            .expect("removed");
        if let Some(done) = done {
            done.expect("a block");
            break;
        }
    }
}
