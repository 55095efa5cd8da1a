#[path = "../borrowed.rs"]
mod borrowed;
#[path = "../repository.rs"]
mod repository;

use self::borrowed::Jobs;
use super::{Argument, Connection, Operation, queries};

type Repository = PostgresTransaction;

const NAME: &str = "PostgresTransaction";

/// A repository in a transaction of the host's, on the host's own connection: clients come and go
/// together with what else the transaction writes, audit trail included.
///
/// Give it to [`ClientManager::within`](crate::ClientManager::within). It is there for the time of
/// [`scope`](Self::scope).
///
/// # Examples
///
/// A customer and its OAuth client, or neither:
///
/// ```no_run
/// use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
/// use tower_oauth_clients::ClientManager;
/// use tower_oauth_clients::domain::{Draft, Operator};
/// use tower_oauth_clients::manager::Issued;
/// use tower_oauth_clients::repository::PostgresTransaction;
///
/// type Error = Box<dyn std::error::Error + Send + Sync>;
///
/// async fn sign_up(
///     conn: &mut AsyncPgConnection,
///     manager: &ClientManager,
///     operator: &Operator,
/// ) -> Result<Issued, Error> {
///     conn.transaction::<_, Error, _>(async |conn| {
///         diesel::sql_query("INSERT INTO customers (name) VALUES ('Example Inc.')")
///             .execute(conn)
///             .await?;
///         let draft = Draft::new("Example Inc.", ["https://example.com/callback"]);
///         let issued = PostgresTransaction::scope(conn, async |repository| {
///             manager.within(repository).create(operator, draft).await
///         });
///         Ok(issued.await?)
///     })
///     .await
/// }
/// ```
#[derive(Clone)]
pub struct PostgresTransaction(Jobs);
