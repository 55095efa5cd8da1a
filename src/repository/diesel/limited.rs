use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType};

use super::page;
use crate::domain::Page;

/// What pages are asked for, and one row more for those that only say whether others follow.
const USUAL: [i64; 8] = [10, 11, 20, 21, 50, 51, 100, 101];

/// As many rows of a list as a page needs.
///
/// What comes apart from the text is not known to who plans it: PostgreSQL then plans a page anew
/// each time, since a tenth of the list is what it expects, and SQLite even reads the text again.
/// Both take longer than a page does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limited<L> {
    list: L,
    rows: i64,
    skipped: Option<i64>,
}

impl<L> Limited<L> {
    pub(super) fn to_page(list: L, page: Page) -> Self {
        Self {
            list,
            rows: page::limit(page),
            skipped: match page {
                Page::Number { number, size } => Some(page::offset(number, size)),
                Page::After { .. } => None,
            },
        }
    }

    /// Whether the number is one of a few: each makes statements that every connection keeps.
    fn is_usual(&self) -> bool {
        USUAL.contains(&self.rows)
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
        if self.is_usual() {
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

/// Known by its text.
impl<L> QueryId for Limited<L> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<L: Query> Query for Limited<L> {
    type SqlType = L::SqlType;
}

#[cfg(feature = "diesel-sqlite")]
impl<L, Conn> diesel::RunQueryDsl<Conn> for Limited<L> {}
