//! Repositories for SQL databases, with Diesel. Its types are not exposed, apart from the host's
//! pools and connections.
//!
//! `shared/` is written once. Each backend loads those files as modules of its own, with `#[path]`,
//! and defines the names that they take from `super`. Type parameters would do the same with bounds
//! on every function, and Diesel's bounds are long.
//!
//! | The backend defines | It is | For |
//! |---|---|---|
//! | `Connection`, `Backend` | the types of `diesel_async` and of Diesel | all files |
//! | `Operation<A, T>`, `Argument` | a function that runs on a connection, and the bound of its arguments | `repository`, `refold`, `borrowed`, `pooled` |
//! | `Repository` | the public type that is implemented, with `read`, `scan` and `write` | `repository`, `refold`, `borrowed`, `assertions` |
//! | `compound` | the writes that take one round trip: `shared/stepwise.rs`, unless the database can do better | `queries` |
//! | `find` | the reads that matter most: `shared/pooled/find.rs`, unless the database can do better | `queries` |
//! | `together!` | runs statements of which none depends on another's result | `queries` |
//! | `position` | SQL: where a text contains another, or 0 | `queries` |
//! | `narrow`, `Asked`, `indexed` | an index of names, if there is one that a statement has to name: whether it helps, with what it is asked, and what it finds | `queries` |
//! | `by_value!` | a condition whose plan depends on its value | `queries` |
//! | `timed!` | a condition under which a list ends in time, unless the pool cancels it | `queries` |
//! | `latest!` | a read that sees at least what its lock protects | `queries` |
//! | `guarded` | what else begins and ends a transaction, and whether it is whole | `queries` |
//! | `MIGRATIONS`, `Lock`, `check` | the scripts, the lock around them, and the server's settings | `migrate` |
//! | `NOT_ASCII`, `NOW` | SQL: whether a folded name contains more than ASCII, and the time | `refold`, `assertions` |
//! | `WALKS_LISTS` | whether the planner reads a list in its order to find a few of its clients | `queries` |
//! | `NAMES_INDEXES` | whether statements name the index that has a list in its order | `queries` |
//! | `NAME` | the repository's name in `Debug` | `borrowed`, `pooled` |
//! | `examine` | refuses a pooler that mixes up prepared statements, and warns of messages that are not in English | `pooled` |
//! | `Pool`, `establish`, `stop` | the pool, how a connection is opened, and how its statement is cancelled | `pooled` |

#![allow(
    clippy::duplicate_mod,
    reason = "the statements are written once, and each backend loads them with its own types"
)]

#[cfg(feature = "diesel-postgres")]
mod anew;
mod cause;
#[cfg(feature = "registration")]
mod counted;
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
mod position;
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
#[cfg(feature = "diesel-sqlite")]
mod trigrams;
#[cfg(feature = "diesel-postgres")]
mod unaided;
#[cfg(any(feature = "diesel-postgres", feature = "diesel-sqlite"))]
mod unguarded;

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

/// Ends a transaction of migrations.
#[cfg(any(feature = "diesel-postgres", feature = "diesel-sqlite"))]
async fn end<C>(conn: &mut C, complete: bool) -> diesel::QueryResult<()>
where
    C: diesel_async::SimpleAsyncConnection,
{
    let end = if complete { "COMMIT" } else { "ROLLBACK" };
    conn.batch_execute(end).await
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

/// The condition of a list that the pool cancels once it has taken too long, or the host its
/// transaction.
macro_rules! untimed {
    ($condition:expr, $searches:expr) => {
        $condition
    };
}

use untimed;

/// A condition for databases that plan each statement for its values, or never.
#[cfg(any(feature = "diesel-mysql", feature = "diesel-sqlite"))]
macro_rules! regardless {
    ($condition:expr) => {
        $condition
    };
}

#[cfg(any(feature = "diesel-mysql", feature = "diesel-sqlite"))]
use regardless;
