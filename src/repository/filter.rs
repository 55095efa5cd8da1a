use std::ops::RangeInclusive;

use super::fold::fold_name;
use crate::domain::{
    AuthMethod, Client, ClientId, ClientOrigin, ClientStatus, GrantType, Id, SecretRecord,
    SecretStatus, Timestamp,
};

/// Which clients a list shows: those that meet every criterion that is set.
///
/// A later version may have more criteria. [`matcher`](Self::matcher) applies them all; for a
/// repository that filters in its queries, the conformance suite shows what is missing.
#[non_exhaustive]
#[derive(Clone, Debug, Default)]
pub struct ClientFilter {
    /// Only clients whose name contains this text, regardless of case and of Unicode normalization;
    /// every character is literal. Both sides are compared in one form: decomposed (NFD), each
    /// character as the lower case of the upper case of its lower case in Unicode, without the dot
    /// (U+0307) on an `i`, and composed again (NFC). The same in every repository.
    pub name: Option<String>,
    /// Only clients with this status.
    pub status: Option<ClientStatus>,
    /// Only clients with these `id`s; empty for any.
    pub ids: Vec<Id>,
    /// Only clients with these `client_id`s; empty for any.
    pub client_ids: Vec<ClientId>,
    /// Only clients with this redirect URI, character for character.
    pub redirect_uri: Option<String>,
    /// Only clients with this grant type.
    pub grant_type: Option<GrantType>,
    /// Only clients with this scope, character for character.
    pub scope: Option<String>,
    /// Only clients with this auth method.
    pub client_auth_method: Option<AuthMethod>,
    /// Only confidential clients, or only public ones.
    pub is_confidential: Option<bool>,
    /// Only clients with an http(s) redirect URI on this host, without its port and character for
    /// character: registered URIs have it in lower case.
    pub redirect_host: Option<String>,
    /// Only clients that came to be like this.
    pub origin: Option<ClientOrigin>,
    /// Only clients that were last used before this time, or were created before it and never used.
    pub unused_since: Option<Timestamp>,
    /// Only clients with an active secret that expires within these times.
    pub secret_expires: Option<RangeInclusive<Timestamp>>,
    /// Only deleted clients that are not purged, instead of only those that are not deleted.
    pub deleted: bool,
}

impl ClientFilter {
    /// Creates a filter that matches all clients of the tenant.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only clients whose name contains this text, as in [`name`](Self::name).
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Only clients with this status.
    #[must_use]
    pub fn with_status(mut self, status: ClientStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Only clients with these `id`s; empty for any.
    #[must_use]
    pub fn with_ids(mut self, ids: impl IntoIterator<Item = Id>) -> Self {
        self.ids = ids.into_iter().collect();
        self
    }

    /// Only clients with these `client_id`s; empty for any.
    #[must_use]
    pub fn with_client_ids(mut self, ids: impl IntoIterator<Item = ClientId>) -> Self {
        self.client_ids = ids.into_iter().collect();
        self
    }

    /// Only clients with this redirect URI.
    #[must_use]
    pub fn with_redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(uri.into());
        self
    }

    /// Only clients with this grant type.
    #[must_use]
    pub fn with_grant_type(mut self, grant_type: GrantType) -> Self {
        self.grant_type = Some(grant_type);
        self
    }

    /// Only clients with this scope.
    #[must_use]
    pub fn with_scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Only clients with this auth method.
    #[must_use]
    pub fn with_client_auth_method(mut self, method: AuthMethod) -> Self {
        self.client_auth_method = Some(method);
        self
    }

    /// Only confidential clients, or only public ones.
    #[must_use]
    pub fn with_is_confidential(mut self, is_confidential: bool) -> Self {
        self.is_confidential = Some(is_confidential);
        self
    }

    /// Only clients with an http(s) redirect URI on this host, as in
    /// [`redirect_host`](Self::redirect_host).
    #[must_use]
    pub fn with_redirect_host(mut self, host: impl Into<String>) -> Self {
        self.redirect_host = Some(host.into());
        self
    }

    /// Only clients that came to be like this.
    #[must_use]
    pub fn with_origin(mut self, origin: ClientOrigin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Only clients that were last used before this time, or were created before it and never used.
    #[must_use]
    pub fn with_unused_since(mut self, time: Timestamp) -> Self {
        self.unused_since = Some(time);
        self
    }

    /// Only clients with an active secret that expires within these times.
    #[must_use]
    pub fn with_secret_expires(mut self, times: RangeInclusive<Timestamp>) -> Self {
        self.secret_expires = Some(times);
        self
    }

    /// Only deleted clients, instead of only those that are not deleted.
    #[must_use]
    pub fn with_deleted(mut self, deleted: bool) -> Self {
        self.deleted = deleted;
        self
    }

    /// Returns a predicate for clients of the tenant and their secrets; it matches deleted clients
    /// only if the filter is for [those](Self::deleted). Call this once per list, as it prepares
    /// the search text.
    pub fn matcher(&self) -> impl Fn(&Client, &[SecretRecord]) -> bool + use<> {
        let filter = self.clone();
        let part = self.name.as_deref().map(fold_name);
        move |client, secrets| {
            let metadata = &client.metadata;
            client.deleted_at.is_some() == filter.deleted
                && is(&filter.status, |status| client.status == *status)
                && (filter.ids.is_empty() || filter.ids.contains(&client.id))
                && (filter.client_ids.is_empty() || filter.client_ids.contains(&client.client_id))
                && is(&filter.redirect_uri, |uri| {
                    metadata.redirect_uris.contains(uri)
                })
                && is(&filter.grant_type, |grant| {
                    metadata.grant_types.contains(grant)
                })
                && is(&filter.scope, |scope| metadata.scopes.contains(scope))
                && is(&filter.client_auth_method, |method| {
                    metadata.client_auth_methods.contains(method)
                })
                && is(&filter.is_confidential, |kind| {
                    metadata.is_confidential == *kind
                })
                && is(&filter.redirect_host, |host| {
                    metadata.redirect_uris.iter().any(|uri| is_on(uri, host))
                })
                && is(&filter.origin, |origin| client.origin == *origin)
                && is(&filter.unused_since, |time| {
                    client.last_used_at.unwrap_or(client.created_at) < *time
                })
                && is(&filter.secret_expires, |times| {
                    secrets.iter().any(|secret| {
                        let expires = secret.expires_at.is_some_and(|at| times.contains(&at));
                        secret.status == SecretStatus::Active && expires
                    })
                })
                && is(&part, |part| fold_name(&metadata.name).contains(part))
        }
    }
}

/// Whether a criterion is met, or not set.
pub(super) fn is<T>(criterion: &Option<T>, met: impl FnOnce(&T) -> bool) -> bool {
    criterion.as_ref().is_none_or(met)
}

/// Whether an http(s) URI is on that host, at any port.
fn is_on(uri: &str, host: &str) -> bool {
    let rest = ["https://", "http://"]
        .iter()
        .find_map(|scheme| uri.strip_prefix(scheme));
    rest.and_then(|rest| rest.strip_prefix(host))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ':', '?']))
}
