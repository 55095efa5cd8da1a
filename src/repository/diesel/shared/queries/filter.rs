use diesel::helper_types::IntoBoxed;
use diesel::prelude::*;
use diesel::query_source::Alias;
use diesel::sql_types::Bool;

use super::ordered::Ordered;
use super::{Asked, Backend, WALKS_LISTS, by_value, indexed, position, timed};
use crate::domain::{ClientOrigin, ClientStatus, SecretStatus, TenantId, Timestamp};
use crate::repository::diesel::pattern;
use crate::repository::diesel::rows::ClientRow;
use crate::repository::diesel::schema::oauth_clients::{self, dsl};
use crate::repository::diesel::schema::{
    COUNTED_CLIENTS, CountedClients, Deleted, Unindexed, oauth_client_secrets as secrets,
};
use crate::repository::{ClientFilter, fold_name};

/// A part of a condition. Without a type of its own, the types of the whole take minutes to check.
pub(super) type Criterion<'a, S> = Box<dyn BoxableExpression<S, Backend, SqlType = Bool> + 'a>;

type Counted<'a> = IntoBoxed<'a, Alias<CountedClients>, Backend>;

/// The clients in a list.
#[derive(Clone, Debug)]
pub(in super::super) struct Filter {
    tenant: String,
    name: Option<Name>,
    /// What an index of names is asked for, before anything else.
    asked: Option<Asked>,
    status: Option<ClientStatus>,
    ids: Vec<String>,
    client_ids: Vec<String>,
    redirect_uri: Option<String>,
    grant_type: Option<String>,
    scope: Option<Scope>,
    client_auth_method: Option<String>,
    is_confidential: Option<i64>,
    hosts: Option<[String; 8]>,
    origin: Option<ClientOrigin>,
    unused_since: Option<i64>,
    secret_expires: Option<(i64, i64)>,
    deleted: bool,
}

/// The condition of the clients of a filter; `$column` is a macro that names a column.
macro_rules! condition {
    ($filter:expr, $source:ty, $column:ident) => {{
        let filter = $filter;
        let mut all: Criterion<'_, $source> = if WALKS_LISTS && filter.is_found_otherwise() {
            Box::new(Unindexed::new($column!(tenant_id)).eq(&filter.tenant))
        } else {
            Box::new($column!(tenant_id).eq(&filter.tenant))
        };
        if let Some(asked) = &filter.asked {
            all = Box::new(all.and($column!(client_id).eq_any(indexed(&filter.tenant, asked))));
        }
        let all: Criterion<'_, $source> = if filter.deleted {
            Box::new(all.and(Deleted::new($column!(deleted_at))))
        } else {
            Box::new(all.and($column!(deleted_at).is_null()))
        };
        let mut all: Criterion<'_, $source> = timed!(all, filter.searches());
        if let Some(status) = &filter.status {
            all = Box::new(all.and($column!(status).eq(status.as_str())));
        }
        if let Some(Name { pattern, .. }) = &filter.name {
            all = Box::new(all.and(by_value!($column!(name_folded).like(pattern).escape('!'))));
        }
        if !filter.ids.is_empty() {
            all = Box::new(all.and($column!(id).eq_any(&filter.ids)));
        }
        if !filter.client_ids.is_empty() {
            all = Box::new(all.and($column!(client_id).eq_any(&filter.client_ids)));
        }
        if let Some(is_confidential) = filter.is_confidential {
            all = Box::new(all.and($column!(is_confidential).eq(is_confidential)));
        }
        if let Some(item) = &filter.redirect_uri {
            all = Box::new(all.and(position($column!(redirect_uris), item).gt(0)));
        }
        if let Some(item) = &filter.grant_type {
            all = Box::new(all.and(position($column!(grant_types), item).gt(0)));
        }
        if let Some(Scope { part, alone }) = &filter.scope {
            let is_in: Criterion<'_, $source> = Box::new(position($column!(scopes), part).gt(0));
            let is_all: Criterion<'_, $source> = Box::new($column!(scopes).eq(alone));
            all = Box::new(all.and(is_in.or(is_all)));
        }
        if let Some(item) = &filter.client_auth_method {
            all = Box::new(all.and(position($column!(client_auth_methods), item).gt(0)));
        }
        if let Some(starts) = &filter.hosts {
            let mut any: Criterion<'_, $source> = Box::new(false.into_sql::<Bool>());
            for start in starts {
                let has: Criterion<'_, $source> =
                    Box::new(position($column!(redirect_uris), start).gt(0));
                any = Box::new(any.or(has));
            }
            all = Box::new(all.and(any));
        }
        if let Some(origin) = &filter.origin {
            all = Box::new(all.and($column!(origin).eq(origin.as_str())));
        }
        if let Some(time) = filter.unused_since {
            let used: Criterion<'_, $source> =
                Box::new($column!(last_used_at).assume_not_null().lt(time));
            let never: Criterion<'_, $source> = Box::new($column!(last_used_at).is_null());
            let old: Criterion<'_, $source> = Box::new($column!(created_at).lt(time));
            let unused: Criterion<'_, $source> = Box::new(never.and(old));
            all = Box::new(all.and(used.or(unused)));
        }
        if let Some((first, last)) = filter.secret_expires {
            let secrets = secrets::table
                .filter(secrets::tenant_id.eq(&filter.tenant))
                .filter(secrets::status.eq(SecretStatus::Active.as_str()))
                .filter(secrets::expires_at.assume_not_null().between(first, last))
                .select(secrets::client_id);
            all = Box::new(all.and($column!(client_id).eq_any(secrets)));
        }
        all
    }};
}

macro_rules! listed {
    ($column:ident) => {
        dsl::$column
    };
}

macro_rules! counted {
    ($column:ident) => {
        COUNTED_CLIENTS.field(dsl::$column)
    };
}

impl Filter {
    /// Returns `None` if nothing can match.
    pub(in super::super) fn new(tenant: &TenantId, filter: &ClientFilter) -> Option<Self> {
        let name = match filter.name.as_deref() {
            Some(name) => Some(Name::new(fold_name(name))?),
            None => None,
        };
        let ids = filter.client_ids.iter();
        Some(Self {
            tenant: tenant.as_str().to_owned(),
            name,
            asked: None,
            status: filter.status.clone(),
            ids: filter.ids.iter().map(ToString::to_string).collect(),
            client_ids: ids.map(|id| id.as_str().to_owned()).collect(),
            redirect_uri: filter.redirect_uri.as_deref().map(item),
            grant_type: filter.grant_type.as_ref().map(|grant| item(grant.as_str())),
            scope: filter.scope.as_deref().map(Scope::new),
            client_auth_method: filter
                .client_auth_method
                .as_ref()
                .map(|method| item(method.as_str())),
            is_confidential: filter.is_confidential.map(i64::from),
            hosts: filter.redirect_host.as_deref().map(starts),
            origin: filter.origin.clone(),
            unused_since: filter.unused_since.map(Timestamp::as_micros),
            secret_expires: filter
                .secret_expires
                .as_ref()
                .map(|times| (times.start().as_micros(), times.end().as_micros())),
            deleted: filter.deleted,
        })
    }

    /// Whether it may have to read many clients for a page: those that don't match, which no index
    /// finds, or all with a secret that expires, to sort them.
    pub(in super::super) fn searches(&self) -> bool {
        let reads_each = self.name.is_some()
            || self.redirect_uri.is_some()
            || self.grant_type.is_some()
            || self.scope.is_some()
            || self.client_auth_method.is_some()
            || self.is_confidential.is_some()
            || self.hosts.is_some()
            || self.origin.is_some()
            || self.unused_since.is_some()
            || self.secret_expires.is_some();
        reads_each && self.ids.is_empty() && self.client_ids.is_empty()
    }

    /// Whether something else than the order of the list finds the clients.
    fn is_found_otherwise(&self) -> bool {
        self.secret_expires.is_some() || self.asked.is_some()
    }

    /// The index that has the list in its order, if it is read so.
    fn index(&self) -> Option<&'static str> {
        let is_few = !self.ids.is_empty() || !self.client_ids.is_empty();
        if is_few || self.is_found_otherwise() || self.deleted {
            return None;
        }
        Some(match self.status {
            Some(_) => "oauth_clients_live_by_status",
            None => "oauth_clients_live",
        })
    }

    /// The tenant, and the text that an index of names may find the clients by.
    pub(super) fn sought(&self) -> Option<(&str, &str)> {
        let name = self.name.as_ref().filter(|_| self.searches())?;
        Some((&self.tenant, &name.text))
    }

    /// The same clients, found by the index.
    pub(super) fn found_by(&self, asked: Asked) -> Self {
        Self {
            asked: Some(asked),
            ..self.clone()
        }
    }

    /// The same clients, for the subquery that counts.
    pub(super) fn counted(&self) -> Counted<'_> {
        let clients = COUNTED_CLIENTS.into_boxed();
        clients.filter(condition!(self, Alias<CountedClients>, counted))
    }

    pub(super) fn query(&self) -> oauth_clients::BoxedQuery<'_, Backend> {
        let clients = oauth_clients::table.into_boxed();
        clients.filter(self.condition())
    }

    /// The clients in their order, the newest first, after `id` or from the start.
    pub(in super::super) fn ordered<'a>(
        &'a self,
        id: Option<&'a str>,
    ) -> Ordered<'a, ClientRow, oauth_clients::table> {
        let mut all = self.condition();
        if let Some(id) = id {
            all = Box::new(all.and(dsl::id.lt(id)));
        }
        Ordered::new(self.index(), all)
    }

    fn condition(&self) -> Criterion<'_, oauth_clients::table> {
        condition!(self, oauth_clients::table, listed)
    }
}

/// A part of a name.
#[derive(Clone, Debug)]
struct Name {
    text: String,
    pattern: String,
}

impl Name {
    fn new(text: String) -> Option<Self> {
        Some(Self {
            pattern: pattern::containing(&text)?,
            text,
        })
    }
}

/// How a scope stands in the text of a list.
#[derive(Clone, Debug)]
struct Scope {
    part: String,
    alone: String,
}

impl Scope {
    fn new(scope: &str) -> Self {
        let item = item(scope);
        Self {
            alone: format!("[{item}]"),
            // A comma looks like the end of an item and the start of the next one, unless another
            // item is beside it.
            part: if scope == "," {
                format!("{item},\"")
            } else {
                item
            },
        }
    }
}

/// The ways in which an http(s) URI on a host may begin, as it stands in the JSON text of a list.
/// No URI contains a quote.
fn starts(host: &str) -> [String; 8] {
    let host = item(host);
    let host = host.trim_matches('"');
    ["https", "http"]
        .map(|scheme| ["\"", "/", ":", "?"].map(|end| format!("\"{scheme}://{host}{end}")))
        .concat()
        .try_into()
        .unwrap_or_default()
}

/// An item as it stands in the JSON text of a list: no other item contains it, because a quote
/// within a text is escaped.
fn item(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
