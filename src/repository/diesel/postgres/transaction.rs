#[path = "../shared/borrowed.rs"]
mod borrowed;
#[path = "../shared/repository.rs"]
mod repository;

use self::borrowed::Jobs;
use super::{Argument, Connection, Operation, queries};

type Repository = PostgresTransaction;

const NAME: &str = "PostgresTransaction";

/// A repository in the host's transaction, on the host's own connection: changes to clients and
/// their audit trail commit together with the rest of the transaction.
///
/// Pass it to [`ClientManager::within`](crate::ClientManager::within), inside
/// [`scope`](Self::scope).
///
/// # Examples
///
/// Creates a customer with its OAuth client, or neither:
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
