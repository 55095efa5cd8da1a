#[path = "../shared/borrowed.rs"]
mod borrowed;
#[path = "../shared/repository.rs"]
mod repository;

use self::borrowed::Jobs;
use super::{Argument, Connection, Operation, queries};

type Repository = MysqlTransaction;

const NAME: &str = "MysqlTransaction";

/// A repository in the host's transaction, on the host's own connection: changes to clients and
/// their audit trail commit together with the rest of the transaction.
///
/// Pass it to [`ClientManager::within`](crate::ClientManager::within), inside
/// [`scope`](Self::scope):
///
/// ```no_run
/// # use diesel_async::{AsyncConnection, AsyncMysqlConnection};
/// # use tower_oauth_clients::ClientManager;
/// # use tower_oauth_clients::domain::{Draft, Operator};
/// # use tower_oauth_clients::manager::Issued;
/// # use tower_oauth_clients::repository::MysqlTransaction;
/// # type Error = Box<dyn std::error::Error + Send + Sync>;
/// # async fn sign_up(
/// #     conn: &mut AsyncMysqlConnection,
/// #     manager: &ClientManager,
/// #     operator: &Operator,
/// #     draft: Draft,
/// # ) -> Result<Issued, Error> {
/// conn.transaction::<_, Error, _>(async |conn| {
///     // … what else belongs to it …
///     let issued = MysqlTransaction::scope(conn, async |repository| {
///         manager.within(repository).create(operator, draft).await
///     });
///     Ok(issued.await?)
/// })
/// .await
/// # }
/// ```
#[derive(Clone)]
pub struct MysqlTransaction(Jobs);
