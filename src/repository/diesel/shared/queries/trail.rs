use diesel::helper_types::IntoBoxed;
use diesel::prelude::*;
use diesel::query_source::Alias;
use diesel_async::RunQueryDsl;

use super::filter::Criterion;
use super::{Backend, Connection, timed};
use crate::domain::{AuditEntry, ClientId, Id, Page, Slice, TenantId};
use crate::repository::AuditFilter;
use crate::repository::diesel::error::Result;
use crate::repository::diesel::limited::Limited;
use crate::repository::diesel::rows::AuditRow;
use crate::repository::diesel::schema::oauth_client_audit_logs::{self, dsl};
use crate::repository::diesel::schema::{COUNTED_LOGS, CountedLogs};
use crate::repository::diesel::{page, pattern};

type Counted<'a> = IntoBoxed<'a, Alias<CountedLogs>, Backend>;

/// The entries in a list of a tenant's audit trail.
#[derive(Clone, Debug)]
pub(in super::super) struct Trail {
    tenant: String,
    action: Option<String>,
    operator: Option<Operator>,
    target: Option<Target>,
    /// The least id from that time on: ids are in the index that the list is sorted by, and times
    /// are not.
    from: Option<String>,
    /// The least id that is too late.
    to: Option<String>,
}

/// An operator, and the pattern that it alone matches: for MySQL, texts that differ only in spaces
/// at the end are equal, but not alike.
#[derive(Clone, Debug)]
struct Operator {
    id: String,
    pattern: String,
}

#[derive(Clone, Debug)]
struct Target {
    client: String,
    /// The same, if it may be a secret's id.
    secret: Option<String>,
}

/// Restricts a list to the entries of a trail; `$column` is a macro that names a column.
macro_rules! restrict {
    ($trail:expr, $source:ty, $list:expr, $column:ident) => {{
        let trail = $trail;
        let all: Criterion<'_, $source> = Box::new($column!(tenant_id).eq(&trail.tenant));
        let mut list = $list.into_boxed().filter(timed!(all, trail.searches()));
        if let Some(id) = &trail.from {
            list = list.filter($column!(id).ge(id));
        }
        if let Some(id) = &trail.to {
            list = list.filter($column!(id).lt(id));
        }
        if let Some(action) = &trail.action {
            list = list.filter($column!(action).eq(action));
        }
        if let Some(Operator { id, pattern }) = &trail.operator {
            list = list.filter($column!(operator_id).eq(id));
            list = list.filter($column!(operator_id).like(pattern).escape('!'));
        }
        if let Some(Target { client, secret }) = &trail.target {
            let no_secret: Criterion<'_, $source> = Box::new($column!(secret_id).is_null());
            let client: Criterion<'_, $source> = Box::new($column!(client_id).eq(client));
            let mut target: Criterion<'_, $source> = Box::new(no_secret.and(client));
            if let Some(secret) = secret {
                let secret: Criterion<'_, $source> =
                    Box::new($column!(secret_id).assume_not_null().eq(secret));
                target = Box::new(target.or(secret));
            }
            list = list.filter(target);
        }
        list
    }};
}

macro_rules! listed {
    ($column:ident) => {
        dsl::$column
    };
}

macro_rules! counted {
    ($column:ident) => {
        COUNTED_LOGS.field(dsl::$column)
    };
}

impl Trail {
    /// Returns `None` if nothing can match.
    pub(in super::super) fn new(tenant: &TenantId, filter: &AuditFilter) -> Option<Self> {
        let operator = filter.operator_id.as_deref().map(|id| {
            Some(Operator {
                id: id.to_owned(),
                pattern: pattern::exactly(id)?,
            })
        });
        let target = filter.target_id.as_deref().map(|id| {
            Some(Target {
                client: ClientId::parse(id)?.as_str().to_owned(),
                secret: Id::parse(id).map(|id| id.to_string()),
            })
        });
        let least = |time| Id::least_at(time).to_string();
        Some(Self {
            tenant: tenant.as_str().to_owned(),
            action: filter.action.as_ref().map(|one| one.as_str().to_owned()),
            operator: lift(operator)?,
            target: lift(target)?,
            from: filter.from.map(least),
            to: filter.to.map(least),
        })
    }

    /// Whether it has to read entries that don't match, which no index finds.
    pub(in super::super) fn searches(&self) -> bool {
        self.action.is_some() || self.operator.is_some() || self.target.is_some()
    }

    /// The same entries, for the subquery that counts.
    fn counted(&self) -> Counted<'_> {
        restrict!(self, Alias<CountedLogs>, COUNTED_LOGS, counted)
    }

    fn query(&self) -> oauth_client_audit_logs::BoxedQuery<'_, Backend> {
        restrict!(
            self,
            oauth_client_audit_logs::table,
            oauth_client_audit_logs::table,
            listed
        )
    }
}

/// `None` if there is a value that can't match.
fn lift<T>(value: Option<Option<T>>) -> Option<Option<T>> {
    match value {
        Some(value) => value.map(Some),
        None => Some(None),
    }
}

pub(in super::super) async fn tenant_audit_entries(
    conn: &mut Connection,
    trail: &Trail,
    page: Page,
) -> Result<Slice<AuditEntry>> {
    let list = trail.query().order(dsl::id.desc());
    let rows = match page {
        Page::Number { number, size } => {
            let total = trail.counted().count().single_value();
            let list = list.select((AuditRow::as_select(), total));
            let rows: Vec<(AuditRow, Option<i64>)> =
                Limited::to_page(list, page).load(conn).await?;
            match page::counted(rows, number, size) {
                Some(rows) => rows,
                None => page::past_the_end(trail.query().count().get_result(conn).await?),
            }
        }
        Page::After { id, size } => {
            let list = list.select(AuditRow::as_select());
            let list = match id {
                Some(id) => list.filter(dsl::id.lt(id.to_string())),
                None => list,
            };
            page::keyset(Limited::to_page(list, page).load(conn).await?, size)
        }
    };
    page::try_map(rows, AuditRow::into_entry)
}
