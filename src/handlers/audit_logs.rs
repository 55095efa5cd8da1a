use super::Error;
use super::lines::{Lines, accepted};
use super::reply::Reply;
use super::request::Call;
use crate::domain::{AuditEntry, Id};
use crate::manager::ClientManager;
use crate::wire::AuditLogItem;

pub(super) async fn list(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let client_id = call.client_id()?;
    let mut query = call.query()?;
    let page = query.page();
    let (view, noted) = query.finish_with_view(call.headers)?;
    let slice = manager
        .audit_entries(&call.operator, &client_id, page)
        .await?;
    let item = |entry| AuditLogItem::new(entry, view);
    let reply = Reply::list(&call, page, &slice, id, item, manager.now())?;
    Ok(noted.tell(reply))
}

pub(super) async fn list_of_tenant(
    manager: &ClientManager,
    call: Call<'_>,
) -> Result<Reply, Error> {
    if let Some(media_type) = accepted(call.headers) {
        return export(manager, call, media_type).await;
    }
    let mut query = call.query()?;
    let (page, filter) = (query.page(), query.audit_filter());
    let (view, noted) = query.finish_with_view(call.headers)?;
    let slice = manager
        .tenant_audit_entries(&call.operator, &filter, page)
        .await?;
    let item = |entry| AuditLogItem::new(entry, view);
    let reply = Reply::list(&call, page, &slice, id, item, manager.now())?;
    Ok(noted.tell(reply))
}

async fn export(
    manager: &ClientManager,
    call: Call<'_>,
    media_type: &'static str,
) -> Result<Reply, Error> {
    let mut query = call.query()?;
    let ((after, most), filter) = (query.lines(), query.audit_filter());
    let (view, noted) = query.finish_with_view(call.headers)?;
    let mut lines = Lines::new(media_type, after, most);
    loop {
        let slice = manager
            .tenant_audit_entries(&call.operator, &filter, lines.page())
            .await?;
        if !lines.append(&slice, id, |entry| AuditLogItem::new(entry, view))? {
            return Ok(noted.tell(lines.into_reply(&call)));
        }
    }
}

fn id(entry: &AuditEntry) -> Id {
    entry.id
}
