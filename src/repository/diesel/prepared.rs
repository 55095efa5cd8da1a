use std::sync::OnceLock;

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryBuilder, QueryFragment, QueryId};

/// A statement whose text is always the same: it is rendered once, and prepared once for each
/// connection.
///
/// Diesel renders a statement each time, which costs a third of a point read on PostgreSQL, and
/// prepares every `UPDATE` anew, since what it sets may differ from time to time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prepared<S> {
    pub(super) statement: S,
    pub(super) text: &'static OnceLock<String>,
}

/// Prepares the statement that this place in the code builds.
macro_rules! prepared {
    ($statement:expr $(,)?) => {{
        static TEXT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
        $crate::repository::diesel::prepared::Prepared {
            statement: $statement,
            text: &TEXT,
        }
    }};
}

pub(super) use prepared;

impl<DB, S> QueryFragment<DB> for Prepared<S>
where
    DB: Backend<QueryBuilder: Default>,
    S: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.statement.walk_ast(pass)
    }

    fn to_sql(&self, out: &mut DB::QueryBuilder, backend: &DB) -> QueryResult<()> {
        if let Some(text) = self.text.get() {
            out.push_sql(text);
            return Ok(());
        }
        let mut rendered = DB::QueryBuilder::default();
        self.statement.to_sql(&mut rendered, backend)?;
        out.push_sql(self.text.get_or_init(|| rendered.finish()));
        Ok(())
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<S: QueryId> QueryId for Prepared<S> {
    type QueryId = S::QueryId;

    const HAS_STATIC_QUERY_ID: bool = S::HAS_STATIC_QUERY_ID;
}

impl<S: Query> Query for Prepared<S> {
    type SqlType = S::SqlType;
}
