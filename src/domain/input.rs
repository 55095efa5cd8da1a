use std::fmt;

use super::{Client, ClientMetadata};

/// The value of one field in a request.
///
/// A value of a wrong type is kept as such, so that it is reported with all other violations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Input<T> {
    #[default]
    Absent,
    Null,
    Mistyped,
    Value(T),
}

impl<T> Input<T> {
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The same without the value, for `Debug`.
    fn outline(&self) -> Input<()> {
        match self {
            Self::Absent => Input::Absent,
            Self::Null => Input::Null,
            Self::Mistyped => Input::Mistyped,
            Self::Value(_) => Input::Value(()),
        }
    }

    fn or(self, current: impl FnOnce() -> Option<T>) -> Self {
        match self {
            Self::Absent => current().map_or(Self::Absent, Self::Value),
            said => said,
        }
    }
}

/// A list as received; `None` is an item that is not a string.
pub(crate) type Items = Vec<Option<String>>;

/// All fields of a client in a request, not validated.
#[derive(Clone, Default)]
pub(crate) struct Fields {
    pub(crate) name: Input<String>,
    pub(crate) redirect_uris: Input<Items>,
    pub(crate) scopes: Input<Items>,
    pub(crate) grant_types: Input<Items>,
    pub(crate) client_auth_methods: Input<Items>,
    pub(crate) fapi_profile: Input<String>,
    pub(crate) is_confidential: Input<bool>,
    pub(crate) jwks: Input<String>,
    pub(crate) jwks_uri: Input<String>,
    pub(crate) logo_url: Input<String>,
    pub(crate) privacy_policy: Input<String>,
    pub(crate) terms_url: Input<String>,
    pub(crate) website: Input<String>,
    pub(crate) status: Input<String>,
}

impl Fields {
    /// These fields, with absent ones taken from `client`: the state that an update asks for.
    ///
    /// The auth methods of a public client don't suit a confidential one and vice versa, so
    /// changing only `is_confidential` resets them to the default.
    pub(crate) fn over(self, client: &Client) -> Self {
        let ClientMetadata {
            name,
            redirect_uris,
            scopes,
            grant_types,
            client_auth_methods,
            fapi_profile,
            is_confidential,
            jwks,
            jwks_uri,
            logo_url,
            privacy_policy,
            terms_url,
            website,
        } = &client.metadata;
        let kind_changes =
            matches!(self.is_confidential, Input::Value(asked) if asked != *is_confidential);
        let methods =
            || (!kind_changes).then(|| items(client_auth_methods.iter().map(|m| m.as_str())));
        Self {
            name: self.name.or(|| Some(name.clone())),
            redirect_uris: self.redirect_uris.or(|| Some(items(redirect_uris))),
            scopes: self.scopes.or(|| Some(items(scopes))),
            grant_types: self
                .grant_types
                .or(|| Some(items(grant_types.iter().map(|g| g.as_str())))),
            client_auth_methods: self.client_auth_methods.or(methods),
            fapi_profile: self
                .fapi_profile
                .or(|| fapi_profile.as_ref().map(|p| p.as_str().to_owned())),
            is_confidential: self.is_confidential.or(|| Some(*is_confidential)),
            jwks: self.jwks.or(|| jwks.clone()),
            jwks_uri: self.jwks_uri.or(|| jwks_uri.clone()),
            logo_url: self.logo_url.or(|| logo_url.clone()),
            privacy_policy: self.privacy_policy.or(|| privacy_policy.clone()),
            terms_url: self.terms_url.or(|| terms_url.clone()),
            website: self.website.or(|| website.clone()),
            status: self.status.or(|| Some(client.status.as_str().to_owned())),
        }
    }
}

/// Prints every value except `jwks`, which is not validated yet and may contain a private key.
impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            redirect_uris,
            scopes,
            grant_types,
            client_auth_methods,
            fapi_profile,
            is_confidential,
            jwks,
            jwks_uri,
            logo_url,
            privacy_policy,
            terms_url,
            website,
            status,
        } = self;
        f.debug_struct("Fields")
            .field("name", name)
            .field("redirect_uris", redirect_uris)
            .field("scopes", scopes)
            .field("grant_types", grant_types)
            .field("client_auth_methods", client_auth_methods)
            .field("fapi_profile", fapi_profile)
            .field("is_confidential", is_confidential)
            .field("jwks", &jwks.outline())
            .field("jwks_uri", jwks_uri)
            .field("logo_url", logo_url)
            .field("privacy_policy", privacy_policy)
            .field("terms_url", terms_url)
            .field("website", website)
            .field("status", status)
            .finish()
    }
}

/// A list in which every item is a string.
pub(crate) fn items<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Items {
    texts.into_iter().map(|text| Some(text.into())).collect()
}
