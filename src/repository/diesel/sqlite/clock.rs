//! The end of a search that takes too long. Without `unsafe`, nothing can interrupt a statement
//! from outside, so the statement itself looks at the clock, row by row.

use std::cell::Cell;
use std::fmt;
use std::time::Instant;

use diesel::serialize::{IsNull, Output, Result, ToSql};
use diesel::sql_types::Bool;
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel::{QueryResult, define_sql_function};

/// How many rows are read between two looks at the clock, which take longer than comparing a name.
const ROWS: u32 = 64;

define_sql_function! {
    /// True, until the operation on this thread has taken too long; then an error.
    #[sql_name = "oauth_clients_in_time"]
    fn in_time() -> Bool;
}

thread_local! {
    static DEADLINE: Cell<Option<Instant>> = const { Cell::new(None) };
    static LEFT: Cell<u32> = const { Cell::new(0) };
}

/// Sets the deadline of the searches on this thread.
pub(super) fn set(deadline: Instant) {
    DEADLINE.set(Some(deadline));
    LEFT.set(0);
}

/// Makes the function known to a connection. SQLite would evaluate a deterministic one only once.
pub(super) fn register(conn: &SqliteConnection) -> QueryResult<()> {
    in_time_utils::register_nondeterministic_impl(conn, || Verdict { in_time: look() })
}

fn look() -> bool {
    if let Some(left) = LEFT.get().checked_sub(1) {
        LEFT.set(left);
        return true;
    }
    LEFT.set(ROWS - 1);
    DEADLINE
        .get()
        .is_none_or(|deadline| Instant::now() < deadline)
}

#[derive(Debug)]
struct Verdict {
    in_time: bool,
}

impl ToSql<Bool, Sqlite> for Verdict {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> Result {
        if !self.in_time {
            return Err(Box::new(TooLong));
        }
        out.set_value(1_i32);
        Ok(IsNull::No)
    }
}

/// The message is known to [`Fault`](crate::repository::diesel::error::Fault).
#[derive(Debug)]
struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the search took too long, and was cut off: it reads all clients or audit entries of \
             the tenant, which are too many for this machine",
        )
    }
}

impl std::error::Error for TooLong {}
