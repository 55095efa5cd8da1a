use std::sync::OnceLock;

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryBuilder, QueryFragment, QueryId};

/// A statement whose text never varies: it is rendered once, and prepared once per connection.
///
/// Diesel renders most statements each time, and prepares every `UPDATE` anew, since its `SET`
/// clause may vary.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prepared<S> {
    pub(super) statement: S,
    pub(super) text: &'static OnceLock<String>,
}

/// Prepares the statement built at this place in the code. Don't use it in a generic function: all
/// its instances would share one text.
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

impl<S> Prepared<S> {
    fn render<DB>(&self, backend: &DB) -> QueryResult<String>
    where
        DB: Backend<QueryBuilder: Default>,
        S: QueryFragment<DB>,
    {
        let mut rendered = DB::QueryBuilder::default();
        self.statement.to_sql(&mut rendered, backend)?;
        Ok(rendered.finish())
    }
}

impl<DB, S> QueryFragment<DB> for Prepared<S>
where
    DB: Backend<QueryBuilder: Default>,
    S: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.statement.walk_ast(pass)
    }

    fn to_sql(&self, out: &mut DB::QueryBuilder, backend: &DB) -> QueryResult<()> {
        let text = match self.text.get() {
            Some(text) => text,
            None => {
                let text = self.render(backend)?;
                self.text.get_or_init(|| text)
            }
        };
        debug_assert_eq!(Ok(text), self.render(backend).as_ref(), "it varies");
        out.push_sql(text);
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
