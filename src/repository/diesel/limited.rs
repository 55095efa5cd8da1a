use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType};

use super::page;
use crate::domain::Page;

/// The usual numbers of rows: common page sizes, and one more row to see whether others follow.
const USUAL: [i64; 8] = [10, 11, 20, 21, 50, 51, 100, 101];

/// A list, limited to one page.
///
/// A `LIMIT` as a bind parameter is unknown to the query planner: PostgreSQL then plans each page
/// anew, because it expects a tenth of the list, and SQLite even parses the text again. Both take
/// longer than reading a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limited<L> {
    list: L,
    rows: i64,
    skipped: Option<i64>,
    /// Whether the number of rows is in the text: each distinct text is a statement that every
    /// connection keeps.
    is_usual: bool,
}

impl<L> Limited<L> {
    pub(super) fn to_page(list: L, page: Page) -> Self {
        let rows = page::limit(page);
        Self {
            list,
            rows,
            is_usual: USUAL.contains(&rows),
            skipped: match page {
                Page::Number { number, size } => Some(page::offset(number, size)),
                Page::After { .. } => None,
            },
        }
    }

    /// The first rows, of which a host always asks for the same number.
    #[cfg(feature = "registration")]
    pub(super) fn first(list: L, rows: i64) -> Self {
        Self {
            list,
            rows,
            is_usual: true,
            skipped: None,
        }
    }
}

impl<DB, L> QueryFragment<DB> for Limited<L>
where
    DB: Backend + HasSqlType<BigInt>,
    L: QueryFragment<DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.list.walk_ast(pass.reborrow())?;
        pass.push_sql(" LIMIT ");
        if self.is_usual {
            pass.push_sql(&self.rows.to_string());
        } else {
            pass.push_bind_param::<BigInt, _>(&self.rows)?;
        }
        if let Some(skipped) = &self.skipped {
            pass.push_sql(" OFFSET ");
            pass.push_bind_param::<BigInt, _>(skipped)?;
        }
        Ok(())
    }
}

/// Identified by its text.
impl<L> QueryId for Limited<L> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<L: Query> Query for Limited<L> {
    type SqlType = L::SqlType;
}

#[cfg(feature = "diesel-sqlite")]
impl<L, Conn> diesel::RunQueryDsl<Conn> for Limited<L> {}
