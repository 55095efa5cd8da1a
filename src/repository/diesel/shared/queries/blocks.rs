//! Blocks of metadata documents.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::audit::insert_audit;
use super::clients::insert_client;
use super::limits::{ensure_limits, limits};
use super::transaction::{begin, end};
use super::{Backend, Connection, together};
use crate::domain::{BlockTarget, DocumentBlock, Page, Slice};
use crate::repository::ErrorKind;
use crate::repository::diesel::error::Result;
use crate::repository::diesel::limited::Limited;
use crate::repository::diesel::page;
use crate::repository::diesel::prepared::prepared;
use crate::repository::diesel::rows::{AuditRow, BlockRow, NewClientRow, read_target};
use crate::repository::diesel::schema::COUNTED_BLOCKS;
use crate::repository::diesel::schema::oauth_client_document_blocks::{self, dsl};
use crate::repository::diesel::schema::oauth_client_document_limits::dsl as counted;

/// Stores a block, and the row that its audit entries refer to.
pub(in super::super) async fn block_documents(
    conn: &mut Connection,
    block: &BlockRow,
    place: &NewClientRow,
    limit: i64,
    audit: &AuditRow,
) -> Result<()> {
    begin(conn).await?;
    let outcome = async {
        ensure_limits(conn, &block.tenant_id).await?;
        let row = limits(&block.tenant_id).filter(counted::blocks.lt(limit));
        let more = prepared!(diesel::update(row).set(counted::blocks.eq(counted::blocks + 1)));
        if more.execute(conn).await? == 0 {
            return Err(ErrorKind::TooManyBlocks.into());
        }
        let place = insert_client(place);
        let block =
            prepared!(diesel::insert_into(oauth_client_document_blocks::table).values(block));
        together!(conn; place, block, insert_audit(audit))?;
        Ok(())
    }
    .await;
    end(conn, outcome).await
}

pub(in super::super) async fn unblock_documents(
    conn: &mut Connection,
    tenant: &str,
    id: &str,
    audit: &AuditRow,
) -> Result<()> {
    begin(conn).await?;
    let outcome = async {
        let fewer = counted::blocks.eq(counted::blocks - 1);
        let fewer = prepared!(diesel::update(limits(tenant)).set(fewer));
        fewer.execute(conn).await?;
        let block = oauth_client_document_blocks::table
            .filter(dsl::tenant_id.eq(tenant))
            .filter(dsl::id.eq(id));
        if prepared!(diesel::delete(block)).execute(conn).await? == 0 {
            return Err(ErrorKind::NotFound.into());
        }
        insert_audit(audit).execute(conn).await?;
        Ok(())
    }
    .await;
    end(conn, outcome).await
}

pub(in super::super) async fn document_block(
    conn: &mut Connection,
    tenant: &str,
    id: &str,
) -> Result<DocumentBlock> {
    let block = of_tenant(tenant).filter(dsl::id.eq(id));
    let row: Option<BlockRow> = block
        .select(BlockRow::as_select())
        .get_result(conn)
        .await
        .optional()?;
    row.ok_or(ErrorKind::NotFound)?.into_block()
}

pub(in super::super) async fn document_blocks(
    conn: &mut Connection,
    tenant: &str,
    page: Page,
) -> Result<Slice<DocumentBlock>> {
    let list = of_tenant(tenant).order(dsl::id.desc());
    let rows = match page {
        Page::Number { number, size } => {
            let total = COUNTED_BLOCKS
                .filter(COUNTED_BLOCKS.field(dsl::tenant_id).eq(tenant))
                .count()
                .single_value();
            let list = list.select((BlockRow::as_select(), total));
            let rows: Vec<(BlockRow, Option<i64>)> =
                Limited::to_page(list, page).load(conn).await?;
            match page::counted(rows, number, size) {
                Some(rows) => rows,
                None => page::past_the_end(of_tenant(tenant).count().get_result(conn).await?),
            }
        }
        Page::After { id, size } => {
            let list = list.select(BlockRow::as_select());
            let list = match id {
                Some(id) => list.filter(dsl::id.lt(id.to_string())),
                None => list,
            };
            page::keyset(Limited::to_page(list, page).load(conn).await?, size)
        }
    };
    page::try_map(rows, BlockRow::into_block)
}

pub(in super::super) async fn blocked_documents(
    conn: &mut Connection,
    tenant: &str,
) -> Result<Vec<BlockTarget>> {
    let targets = oauth_client_document_blocks::table
        .filter(dsl::tenant_id.eq(tenant))
        .select(dsl::target);
    let targets: Vec<String> = prepared!(targets).load(conn).await?;
    targets.iter().map(|target| read_target(target)).collect()
}

fn of_tenant(tenant: &str) -> oauth_client_document_blocks::BoxedQuery<'_, Backend> {
    oauth_client_document_blocks::table
        .filter(dsl::tenant_id.eq(tenant))
        .into_boxed()
}
