use std::collections::BTreeMap;

use super::fields::Fields;
use super::input::{Input, items};
use super::{AuthMethod, ClientStatus, FapiProfile, GrantType};

/// A client to register. It is only validated by the manager.
///
/// # Examples
///
/// ```
/// use tower_oauth_clients::domain::{Draft, GrantType};
///
/// let draft = Draft::new("My Application", ["https://app.example.com/callback"])
///     .with_grant_types([GrantType::AuthorizationCode, GrantType::RefreshToken])
///     .with_scopes(["openid", "profile"]);
/// # let _ = draft;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Draft(pub(crate) Fields);

impl Draft {
    /// Creates a draft of a confidential client with the authorization code grant, and everything
    /// else at its default (RFC 7591 §2). The redirect URIs may be empty for other grants, where
    /// the [`Policy`](super::Policy) allows it.
    pub fn new<T: Into<String>>(
        name: impl Into<String>,
        redirect_uris: impl IntoIterator<Item = T>,
    ) -> Self {
        Self(Fields {
            name: Input::Value(name.into()),
            redirect_uris: Input::Value(items(redirect_uris)),
            ..Fields::default()
        })
    }
}

/// A change to a client. Fields that are not set stay as they are.
///
/// # Examples
///
/// ```
/// use tower_oauth_clients::domain::{ClientStatus, Patch};
///
/// let patch = Patch::new().with_status(ClientStatus::Suspended).with_website(None);
/// # let _ = patch;
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Patch(pub(crate) Fields);

impl Patch {
    /// Creates an empty patch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the name.
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.0.name = Input::Value(name.into());
        self
    }

    /// Replaces the redirect URIs.
    pub fn with_redirect_uris<T: Into<String>>(
        mut self,
        uris: impl IntoIterator<Item = T>,
    ) -> Self {
        self.0.redirect_uris = Input::Value(items(uris));
        self
    }

    /// Sets the status.
    pub fn with_status(mut self, status: ClientStatus) -> Self {
        self.0.status = Input::Value(status.as_str().to_owned());
        self
    }
}

/// The setters that a draft and a patch share.
macro_rules! setters {
    ($type:ident) => {
        impl $type {
            /// Sets the scopes.
            pub fn with_scopes<T: Into<String>>(
                mut self,
                scopes: impl IntoIterator<Item = T>,
            ) -> Self {
                self.0.scopes = Input::Value(items(scopes));
                self
            }

            /// Sets the grant types.
            pub fn with_grant_types(
                mut self,
                grant_types: impl IntoIterator<Item = GrantType>,
            ) -> Self {
                let words = grant_types.into_iter().map(|grant| grant.as_str().to_owned());
                self.0.grant_types = Input::Value(items(words));
                self
            }

            /// Sets the auth methods.
            pub fn with_client_auth_methods(
                mut self,
                methods: impl IntoIterator<Item = AuthMethod>,
            ) -> Self {
                let words = methods.into_iter().map(|method| method.as_str().to_owned());
                self.0.client_auth_methods = Input::Value(items(words));
                self
            }

            /// Sets whether the client can keep a credential (RFC 6749 §2.1).
            pub fn with_is_confidential(mut self, is_confidential: bool) -> Self {
                self.0.is_confidential = Input::Value(is_confidential);
                self
            }

            /// Sets the ways to reach the people responsible, at most 10.
            pub fn with_contacts<T: Into<String>>(
                mut self,
                contacts: impl IntoIterator<Item = T>,
            ) -> Self {
                self.0.contacts = Input::Value(items(contacts));
                self
            }

            /// Sets where the user may be sent after logging out.
            pub fn with_post_logout_redirect_uris<T: Into<String>>(
                mut self,
                uris: impl IntoIterator<Item = T>,
            ) -> Self {
                self.0.post_logout_redirect_uris = Input::Value(items(uris));
                self
            }

            /// Sets the origins whose pages may call the host's endpoints, besides those of the
            /// redirect URIs.
            pub fn with_allowed_cors_origins<T: Into<String>>(
                mut self,
                origins: impl IntoIterator<Item = T>,
            ) -> Self {
                self.0.allowed_cors_origins = Input::Value(items(origins));
                self
            }

            /// Sets what the host keeps with the client: at most 50 pairs, of a key of 1 to 64
            /// characters and a value of at most 512.
            pub fn with_metadata<K: Into<String>, V: Into<String>>(
                mut self,
                pairs: impl IntoIterator<Item = (K, V)>,
            ) -> Self {
                let pairs = pairs.into_iter().map(|(key, value)| (key.into(), value.into()));
                self.0.metadata = Input::Value(pairs.collect::<BTreeMap<_, _>>().into());
                self
            }

            /// Sets or removes the security profile.
            pub fn with_fapi_profile(mut self, profile: Option<FapiProfile>) -> Self {
                self.0.fapi_profile =
                    profile.map_or(Input::Null, |profile| Input::Value(profile.as_str().into()));
                self
            }
        }

        setters! { $type:
            /// Sets or removes the public keys, a JWK Set as text.
            with_jwks jwks,
            /// Sets or removes the URL of the public keys.
            with_jwks_uri jwks_uri,
            /// Sets or removes the URL of the logo.
            with_logo_url logo_url,
            /// Sets or removes the URL of the privacy policy.
            with_privacy_policy privacy_policy,
            /// Sets or removes the URL of the terms of service.
            with_terms_url terms_url,
            /// Sets or removes the URL of the home page.
            with_website website,
            /// Sets or removes the description, at most 1024 characters.
            with_description description,
        }
    };
    ($type:ident: $($(#[$doc:meta])* $method:ident $field:ident,)+) => {
        impl $type {
            $(
                $(#[$doc])*
                pub fn $method(mut self, text: Option<&str>) -> Self {
                    self.0.$field = text.map_or(Input::Null, |text| Input::Value(text.to_owned()));
                    self
                }
            )+
        }
    };
}

setters!(Draft);
setters!(Patch);
