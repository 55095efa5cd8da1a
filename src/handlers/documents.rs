use super::Error;
use super::reply::Reply;
use super::request::Call;
use crate::domain::{Page, TokenPage};
use crate::manager::ClientManager;
use crate::wire::{
    List, MetadataDocumentBlockItem, MetadataDocumentItem, read_metadata_document_block,
};

pub(super) async fn list(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let resolver = call.resolver()?;
    let mut query = call.query()?;
    // They have no order that an id could be a place in.
    let (TokenPage { number, size }, host) = (query.token_page(), query.document_host());
    let noted = query.finish(call.headers)?;
    let listed = resolver.documents(&call.operator, host.as_deref(), number, size);
    let listed = listed.await?;
    let items = listed.items.iter();
    let items = items.map(|one| MetadataDocumentItem::new(&one.document, one.is_blocked));
    let page = Page::Number { number, size };
    let list = List::new(items.collect(), page, listed.total, manager.now());
    Ok(noted.tell(Reply::json(&list)?))
}

pub(super) async fn list_blocks(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let resolver = call.resolver()?;
    let mut query = call.query()?;
    let page = query.page();
    let noted = query.finish(call.headers)?;
    let slice = resolver.document_blocks(&call.operator, page).await?;
    let item = MetadataDocumentBlockItem::from;
    let reply = Reply::list(&call, page, &slice, |block| block.id, item, manager.now())?;
    Ok(noted.tell(reply))
}

pub(super) async fn block(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let resolver = call.resolver()?;
    let options = read_metadata_document_block(&call.body)?;
    let block = resolver.block_documents(&call.operator, options).await?;
    Reply::success(MetadataDocumentBlockItem::from(&block), manager.now())
}

pub(super) async fn unblock(_: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let resolver = call.resolver()?;
    let id = call.metadata_document_block_id()?;
    resolver.unblock_documents(&call.operator, id).await?;
    Ok(Reply::empty())
}
