use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::BigInt;

/// The number of rows of a list, which may have a limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted<L>(pub(super) L);

impl<DB: Backend, L: QueryFragment<DB>> QueryFragment<DB> for Counted<L> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        pass.push_sql("SELECT COUNT(*) FROM (");
        self.0.walk_ast(pass.reborrow())?;
        pass.push_sql(") AS counted");
        Ok(())
    }
}

/// Identified by its text.
impl<L> QueryId for Counted<L> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<L: Query> Query for Counted<L> {
    type SqlType = BigInt;
}
