use diesel::dsl::AsSelect;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};

use super::filter::Criterion;
use super::{Backend, NAMES_INDEXES};

/// A list of the rows of a table, by their ids, the newest first.
///
/// MySQL and MariaDB get the index by its name. Otherwise they read a page in the middle of a list
/// from the top of the list, since they think that `LIMIT` ends that soon.
pub(in super::super) struct Ordered<'a, R: Selectable<Backend>, T> {
    columns: AsSelect<R, Backend>,
    table: T,
    index: Option<&'static str>,
    condition: Criterion<'a, T>,
}

impl<'a, R, T> Ordered<'a, R, T>
where
    R: Selectable<Backend>,
    T: Table + Default,
    AsSelect<R, Backend>: SelectableExpression<T>,
{
    /// The rows that meet the condition. `index` is the one that has them in this order.
    pub(super) fn new(index: Option<&'static str>, condition: Criterion<'a, T>) -> Self {
        Self {
            columns: R::as_select(),
            table: T::default(),
            index: index.filter(|_| NAMES_INDEXES),
            condition,
        }
    }
}

impl<R, T> QueryFragment<Backend> for Ordered<'_, R, T>
where
    R: Selectable<Backend>,
    T: QueryFragment<Backend>,
    AsSelect<R, Backend>: QueryFragment<Backend>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        pass.push_sql("SELECT ");
        self.columns.walk_ast(pass.reborrow())?;
        pass.push_sql(" FROM ");
        self.table.walk_ast(pass.reborrow())?;
        if let Some(index) = self.index {
            pass.push_sql(" FORCE INDEX (");
            pass.push_identifier(index)?;
            pass.push_sql(")");
        }
        pass.push_sql(" WHERE ");
        self.condition.walk_ast(pass.reborrow())?;
        pass.push_sql(" ORDER BY ");
        self.table.walk_ast(pass.reborrow())?;
        pass.push_sql(".");
        pass.push_identifier("id")?;
        pass.push_sql(" DESC");
        Ok(())
    }
}

/// Identified by its text.
impl<R: Selectable<Backend>, T> QueryId for Ordered<'_, R, T> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<R: Selectable<Backend>, T> Query for Ordered<'_, R, T>
where
    AsSelect<R, Backend>: Expression,
{
    type SqlType = <AsSelect<R, Backend> as Expression>::SqlType;
}
