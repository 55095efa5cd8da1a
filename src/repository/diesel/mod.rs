//! Repositories for SQL databases, with Diesel. Its types are not exposed, apart from the host's
//! pools and connections.

#![allow(
    clippy::duplicate_mod,
    reason = "the statements are written once, and each backend loads them with its own types"
)]

#[cfg(feature = "diesel-pool")]
mod detaching;
mod error;
mod folded;
mod limited;
mod migrations;
#[cfg(feature = "diesel-mysql")]
mod mysql;
mod page;
mod pattern;
#[cfg(feature = "diesel-postgres")]
mod postgres;
mod prepared;
#[cfg(feature = "diesel-pool")]
mod refusal;
mod retry;
mod rows;
mod schema;
#[cfg(feature = "diesel-sqlite")]
mod sqlite;

use std::future::Future;
use std::pin::Pin;

#[cfg(feature = "diesel-mysql")]
pub use mysql::{MysqlRepository, MysqlTransaction};
#[cfg(feature = "diesel-postgres")]
pub use postgres::{PostgresRepository, PostgresTransaction};
#[cfg(feature = "diesel-sqlite")]
pub use sqlite::{SqliteRepository, SqliteTransaction};

/// The arguments of an operation, which wait with it for a connection.
trait Argument: Send + Sync + 'static {}

impl<A: Send + Sync + 'static> Argument for A {}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Runs statements one after the other, for databases that take one at a time.
#[cfg(any(feature = "diesel-mysql", feature = "diesel-sqlite"))]
macro_rules! one_by_one {
    ($conn:expr; $($statement:expr),+ $(,)?) => {
        async {
            $(diesel_async::RunQueryDsl::execute($statement, &mut *$conn).await?;)+
            diesel::QueryResult::Ok(())
        }
        .await
    };
}

#[cfg(any(feature = "diesel-mysql", feature = "diesel-sqlite"))]
use one_by_one;

/// No setting of the server can break the contract, and connections need no setup.
#[cfg(any(feature = "diesel-postgres", feature = "diesel-sqlite"))]
async fn check<C>(_: &mut C) -> error::Result<Option<&'static str>> {
    Ok(None)
}

/// A read under a lock, for databases whose transactions see at least what their locks protect.
#[cfg(any(feature = "diesel-postgres", feature = "diesel-sqlite"))]
macro_rules! plainly {
    ($query:expr) => {
        $query
    };
}

#[cfg(any(feature = "diesel-postgres", feature = "diesel-sqlite"))]
use plainly;
