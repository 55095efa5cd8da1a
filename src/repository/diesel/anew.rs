use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};

/// A condition whose statement is prepared anew each time, so that PostgreSQL plans it for its
/// values.
///
/// A rare text is found by an index, and a common one on the way through the list. After five
/// times, PostgreSQL would choose one plan for both, and each is slow for the other. It would also
/// use the index for one letter, of which the index knows nothing. The price is one more round
/// trip.
#[derive(Clone, Copy, Debug)]
pub(super) struct Anew<C>(pub(super) C);

impl<C, DB> QueryFragment<DB> for Anew<C>
where
    DB: Backend,
    C: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        pass.unsafe_to_cache_prepared();
        self.0.walk_ast(pass)
    }
}

impl<C> QueryId for Anew<C> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C: Expression> Expression for Anew<C> {
    type SqlType = C::SqlType;
}

impl<C: AppearsOnTable<S>, S> AppearsOnTable<S> for Anew<C> {}

impl<C: SelectableExpression<S>, S> SelectableExpression<S> for Anew<C> {}

impl<C: ValidGrouping<()>> ValidGrouping<()> for Anew<C> {
    type IsAggregate = is_aggregate::No;
}
