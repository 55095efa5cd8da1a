//! Repositories over SQL databases, with Diesel. None of its types is seen outside, but for the
//! pools and connections that a host brings.

#![allow(
    clippy::duplicate_mod,
    reason = "the statements are written once, and each backend loads them with its own types"
)]

#[cfg(feature = "_diesel_pool")]
mod detaching;
mod error;
mod folded;
mod limited;
#[cfg(feature = "diesel-mysql")]
mod mysql;
mod page;
mod pattern;
#[cfg(feature = "diesel-postgres")]
mod postgres;
mod prepared;
#[cfg(feature = "_diesel_pool")]
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

/// What an operation is given. It waits for a connection with it.
trait Argument: Send + Sync + 'static {}

impl<A: Send + Sync + 'static> Argument for A {}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Runs statements in their order, where a database takes one at a time.
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

/// Nothing that a host may have set stands against the contract, and no connection has to be set up.
#[cfg(any(feature = "diesel-postgres", feature = "diesel-sqlite"))]
async fn check<C>(_: &mut C) -> error::Result<Option<&'static str>> {
    Ok(None)
}

/// A read after a lock was taken, where a transaction never sees less than its own locks protect.
#[cfg(any(feature = "diesel-postgres", feature = "diesel-sqlite"))]
macro_rules! plainly {
    ($query:expr) => {
        $query
    };
}

#[cfg(any(feature = "diesel-postgres", feature = "diesel-sqlite"))]
use plainly;
