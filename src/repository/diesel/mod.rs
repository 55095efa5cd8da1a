//! Repositories over SQL databases, with Diesel. None of its types is seen outside.

mod error;
mod page;
mod pattern;
mod rows;
mod schema;
mod sqlite;

use std::future::Future;
use std::pin::Pin;

pub use sqlite::SqliteRepository;

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
