use super::Error;
use super::reply::Reply;
use super::request::Call;
use crate::manager::ClientManager;
use crate::wire::AuditLogItem;

pub(super) async fn list(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let client_id = call.client_id()?;
    let mut query = call.query()?;
    let page = query.page();
    let noted = query.finish(call.headers)?;
    let slice = manager
        .audit_entries(&call.operator, &client_id, page)
        .await?;
    let reply = Reply::list(
        &call,
        page,
        &slice,
        |entry| entry.id,
        AuditLogItem::from,
        manager.now(),
    )?;
    Ok(noted.tell(reply))
}
