use super::fold::fold_name;
use crate::domain::{AuthMethod, Client, ClientId, ClientStatus, GrantType, Id};

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

    /// Only deleted clients, instead of only those that are not deleted.
    #[must_use]
    pub fn with_deleted(mut self, deleted: bool) -> Self {
        self.deleted = deleted;
        self
    }

    /// Returns a predicate for clients of the tenant; it matches deleted ones only if the filter is
    /// for [those](Self::deleted). Call this once per list, as it prepares the search text.
    pub fn matcher(&self) -> impl Fn(&Client) -> bool + use<> {
        let filter = self.clone();
        let part = self.name.as_deref().map(fold_name);
        move |client| {
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
                && is(&part, |part| fold_name(&metadata.name).contains(part))
        }
    }
}

/// Whether a criterion is met, or not set.
fn is<T>(criterion: &Option<T>, met: impl FnOnce(&T) -> bool) -> bool {
    criterion.as_ref().is_none_or(met)
}
