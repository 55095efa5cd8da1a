use std::collections::BTreeSet;

use super::redirect_uri::Listed;
use super::{GrantType, redirect_uri};
use crate::error::BuildError;
use crate::jose;

/// What clients may register: limits, and what the host supports.
///
/// The defaults are safe. Each `insecure_` method documents its risk.
#[derive(Clone, Debug)]
pub struct Policy {
    pub(crate) name_length: usize,
    pub(crate) redirect_uris: usize,
    pub(crate) optional_redirect_uris: bool,
    pub(crate) redirect_uri_length: usize,
    pub(crate) scopes: usize,
    pub(crate) scope_length: usize,
    pub(crate) url_length: usize,
    pub(crate) jwks: jose::Limits,
    pub(crate) allowed_grant_types: Vec<GrantType>,
    pub(crate) allowed_scopes: Option<BTreeSet<String>>,
    pub(crate) localhost: bool,
    pub(crate) dotless_schemes: bool,
    pub(crate) private_jwks_hosts: bool,
    pub(super) listed: Listed,
    pub(crate) strict_members: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            name_length: 128,
            redirect_uris: 100,
            optional_redirect_uris: false,
            redirect_uri_length: 2048,
            scopes: 128,
            scope_length: 128,
            url_length: 2048,
            jwks: jose::Limits::default(),
            allowed_grant_types: GrantType::ALL.to_vec(),
            allowed_scopes: None,
            localhost: true,
            dotless_schemes: false,
            private_jwks_hosts: false,
            listed: Listed::default(),
            strict_members: false,
        }
    }
}

impl Policy {
    /// Sets the maximum length of a name, in code points. 128 by default.
    #[must_use]
    pub fn with_max_name_length(mut self, code_points: usize) -> Self {
        self.name_length = code_points;
        self
    }

    /// Sets the maximum number of redirect URIs. 100 by default.
    #[must_use]
    pub fn with_max_redirect_uris(mut self, items: usize) -> Self {
        self.redirect_uris = items;
        self
    }

    /// Accepts clients without redirect URIs if none of their grants redirects (RFC 7591 §2), such
    /// as a service with `client_credentials` alone. By default, every client needs at least one.
    ///
    /// An import may leave them out in any case.
    #[must_use]
    pub fn with_optional_redirect_uris(mut self) -> Self {
        self.optional_redirect_uris = true;
        self
    }

    /// Sets the maximum number of scopes. 128 by default.
    #[must_use]
    pub fn with_max_scopes(mut self, items: usize) -> Self {
        self.scopes = items;
        self
    }

    /// Sets the maximum number of keys in a `jwks`. 16 by default: an assertion may be tried with
    /// each.
    #[must_use]
    pub fn with_max_jwks_keys(mut self, keys: usize) -> Self {
        self.jwks.keys = keys;
        self
    }

    /// Sets the grants that the host's token endpoint supports. All of [`GrantType::ALL`] by
    /// default.
    #[must_use]
    pub fn with_allowed_grant_types(
        mut self,
        grant_types: impl IntoIterator<Item = GrantType>,
    ) -> Self {
        self.allowed_grant_types = grant_types.into_iter().collect();
        self
    }

    /// Sets the scopes that the host supports. Any by default.
    #[must_use]
    pub fn with_allowed_scopes<T: Into<String>>(
        mut self,
        scopes: impl IntoIterator<Item = T>,
    ) -> Self {
        self.allowed_scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// Refuses `http://localhost` redirect URIs, as the device's resolver decides what the name
    /// means (RFC 8252 §8.3). `127.0.0.1` and `[::1]` stay allowed.
    #[must_use]
    pub fn without_localhost(mut self) -> Self {
        self.localhost = false;
        self
    }

    /// Accepts private-use redirect URI schemes without a dot (`myapp:/cb`): any other app on the
    /// device may claim the same one (RFC 8252 §7.1, §8.4).
    #[must_use]
    pub fn with_insecure_dotless_schemes(mut self) -> Self {
        self.dotless_schemes = true;
        self
    }

    /// Accepts these redirect URIs of native apps in public clients, exactly as they are here. They
    /// may have an authority, and a scheme without a dot:
    /// `cursor://anysphere.cursor-mcp/oauth/callback`.
    ///
    /// [`ClientManagerBuilder::build`](crate::manager::ClientManagerBuilder::build) fails if one
    /// has a fragment, or a scheme that isn't for private use, such as `https` or `javascript`.
    #[must_use]
    pub fn with_private_use_uris<T: Into<String>>(
        mut self,
        uris: impl IntoIterator<Item = T>,
    ) -> Self {
        self.listed.uris.extend(uris.into_iter().map(Into::into));
        self
    }

    /// Accepts every redirect URI with one of these private-use schemes in public clients, also
    /// with an authority: `com.example.app://callback`, `tauri://localhost`. For a scheme without a dot,
    /// prefer [`with_private_use_uris`](Self::with_private_use_uris): any other app on the device
    /// may claim the same one (RFC 8252 §7.1, §8.4).
    ///
    /// [`ClientManagerBuilder::build`](crate::manager::ClientManagerBuilder::build) fails if one
    /// isn't for private use, such as `https` or `javascript`.
    #[must_use]
    pub fn with_private_use_schemes<T: Into<String>>(
        mut self,
        schemes: impl IntoIterator<Item = T>,
    ) -> Self {
        let schemes = schemes.into_iter().map(Into::into);
        self.listed.schemes.extend(schemes);
        self
    }

    /// Accepts `http` redirect URIs on these hosts, with any port: names, exactly as they are here,
    /// and `*.localhost` for every name below `localhost`. Anyone on the network between the
    /// user and the host can read the codes that are sent there: list hosts of developers only.
    ///
    /// [`ClientManagerBuilder::build`](crate::manager::ClientManagerBuilder::build) fails if one is
    /// no host name, or another wildcard.
    #[must_use]
    pub fn with_insecure_http_hosts<T: Into<String>>(
        mut self,
        hosts: impl IntoIterator<Item = T>,
    ) -> Self {
        self.listed.hosts.extend(hosts.into_iter().map(Into::into));
        self
    }

    /// Refuses members of a request's body that are not known, and names each of them. By default,
    /// they are ignored.
    ///
    /// A change may still contain the members that only responses have, so that what was read can
    /// be sent back. A creation may not: it would suggest that they can be chosen.
    #[must_use]
    pub fn with_strict_members(mut self) -> Self {
        self.strict_members = true;
        self
    }

    /// Whether the lists contain only what may be in them.
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        redirect_uri::check_lists(self)
    }

    /// Accepts a `jwks_uri` on a private network. Fetching it later then allows server-side request
    /// forgery.
    #[must_use]
    pub fn with_insecure_private_jwks_hosts(mut self) -> Self {
        self.private_jwks_hosts = true;
        self
    }
}
