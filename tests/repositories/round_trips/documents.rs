//! Those of metadata documents and of blocks.

use tower_oauth_clients::domain::{
    BlockTarget, ClientId, DocumentBlock, Id, MetadataHash, Page, SeenDocument, TenantId,
};
use tower_oauth_clients::repository::{DocumentRepository, MysqlRepository, PostgresRepository};

use super::{Trips, at, entry};
use support::servers::{Database, Proxy};

#[tokio::test(flavor = "multi_thread")]
async fn to_postgres() {
    let database = Database::postgres().await;
    let proxy = Proxy::before(database.url());
    let repository = PostgresRepository::connect(proxy.url()).await.unwrap();
    repository.migrate().await.unwrap();
    // The first one forgets nothing.
    for start in [0, 500] {
        walk(&repository, &proxy, start).await;
    }
    let trips = walk(&repository, &proxy, 1_000).await;
    let documented = [
        ("note a new one", 11),
        ("note it again", 1),
        ("note a change", 3),
        ("documents", 1),
        ("block", 5),
        ("read a block", 1),
        ("list by number", 1),
        ("list after", 1),
        ("all targets", 1),
        ("unblock", 5),
    ];
    assert_eq!(trips, documented);
}

#[tokio::test(flavor = "multi_thread")]
async fn to_mysql() {
    let database = Database::mysql().await;
    let proxy = Proxy::before(database.url());
    let repository = MysqlRepository::connect(proxy.url()).await.unwrap();
    repository.migrate().await.unwrap();
    // The first one forgets nothing.
    for start in [0, 500] {
        walk(&repository, &proxy, start).await;
    }
    let trips = walk(&repository, &proxy, 1_000).await;
    let documented = [
        ("note a new one", 11),
        ("note it again", 1),
        ("note a change", 3),
        ("documents", 1),
        ("block", 7),
        ("read a block", 1),
        ("list by number", 1),
        ("list after", 1),
        ("all targets", 1),
        ("unblock", 5),
    ];
    assert_eq!(trips, documented);
}

async fn walk<R: DocumentRepository>(repository: &R, proxy: &Proxy, start: u64) -> Trips {
    let tenant = TenantId::parse("tenant_a").unwrap();
    let mut trips = Vec::new();
    let mut before = proxy.round_trips();
    let mut note = |what| {
        let now = proxy.round_trips();
        trips.push((what, now - before));
        before = now;
    };

    let hash = |digits: &str| MetadataHash::parse(&digits.repeat(32)).unwrap();
    let url = ClientId::parse(&format!("https://a.example.net/{start}")).unwrap();
    for (digits, second, what) in [
        ("ab", 1, "note a new one"),
        ("ab", 2, "note it again"),
        ("cd", 3, "note a change"),
    ] {
        let at = at(start + second);
        let seen = SeenDocument::new(tenant.clone(), url.clone(), hash(digits), at);
        // A new one takes the place of the one before.
        let noted = repository.note_document(&tenant, &seen, 1).await;
        assert_eq!(noted.unwrap().is_some(), digits == "cd");
        note(what);
    }
    repository.documents(&tenant, None, 1, 20).await.unwrap();
    note("documents");

    let now = at(start + 4);
    let target = BlockTarget::Url(url);
    let block = DocumentBlock::new(Id::generate(now), tenant.clone(), target, "alice", now);
    let name = ClientId::parse(&block.id.to_string()).unwrap();
    let audit = entry(&name, start + 4);
    let made = repository.block_documents(&tenant, &block, 1_000, &audit);
    made.await.unwrap();
    note("block");
    repository.document_block(&tenant, block.id).await.unwrap();
    note("read a block");
    let numbered = Page::Number {
        number: 1,
        size: 20,
    };
    for (page, what) in [
        (numbered, "list by number"),
        (Page::After { id: None, size: 20 }, "list after"),
    ] {
        repository.document_blocks(&tenant, page).await.unwrap();
        note(what);
    }
    repository.blocked_documents(&tenant).await.unwrap();
    note("all targets");
    let audit = entry(&name, start + 5);
    let removed = repository.unblock_documents(&tenant, block.id, &audit);
    removed.await.unwrap();
    note("unblock");
    trips
}
