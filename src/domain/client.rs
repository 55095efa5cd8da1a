use super::{AuthMethod, ClientId, ClientStatus, FapiProfile, GrantType, Id, TenantId, Timestamp};

/// The metadata of a client (RFC 7591 §2), as registered.
///
/// A [`Draft`](super::Draft) becomes one by passing every rule; a repository gives back what it
/// was given. Texts are kept byte for byte.
///
/// It has more fields in every version that registers more; [`new`](Self::new) sets them all.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientMetadata {
    /// What people call it.
    pub name: String,
    /// Where authorization responses may go, compared as text (RFC 9700 §4.1.3).
    pub redirect_uris: Vec<String>,
    /// The scopes that it may ask for.
    pub scopes: Vec<String>,
    /// The grants that it may use.
    pub grant_types: Vec<GrantType>,
    /// How it may authenticate.
    pub client_auth_methods: Vec<AuthMethod>,
    /// The security profile that it keeps to.
    pub fapi_profile: Option<FapiProfile>,
    /// Whether it can keep a credential (RFC 6749 §2.1).
    pub is_confidential: bool,
    /// Its public keys: a JWK Set (RFC 7517 §5) as text.
    pub jwks: Option<String>,
    /// Where its public keys are.
    pub jwks_uri: Option<String>,
    /// Its logo, for people.
    pub logo_url: Option<String>,
    /// Its privacy policy, for people.
    pub privacy_policy: Option<String>,
    /// Its terms of service, for people.
    pub terms_url: Option<String>,
    /// Its home page, for people.
    pub website: Option<String>,
}

impl ClientMetadata {
    /// What a [`Draft`](super::Draft) of the same name and redirect URIs registers: a confidential client
    /// with a secret and the authorization code grant, and nothing else (RFC 7591 §2). Checks nothing.
    pub fn new<T: Into<String>>(
        name: impl Into<String>,
        redirect_uris: impl IntoIterator<Item = T>,
    ) -> Self {
        Self {
            name: name.into(),
            redirect_uris: redirect_uris.into_iter().map(Into::into).collect(),
            scopes: Vec::new(),
            grant_types: vec![GrantType::AuthorizationCode],
            client_auth_methods: vec![AuthMethod::ClientSecretBasic],
            fapi_profile: None,
            is_confidential: true,
            jwks: None,
            jwks_uri: None,
            logo_url: None,
            privacy_policy: None,
            terms_url: None,
            website: None,
        }
    }

    /// Whether a secret is of any use to it: confidential, with a method that presents one.
    pub fn uses_secret(&self) -> bool {
        self.is_confidential
            && self
                .client_auth_methods
                .iter()
                .any(|method| method.uses_secret())
    }

    /// Whether a secret may be of use to it, if a newer version knows how.
    pub(crate) fn may_use_secret(&self) -> bool {
        let unknown = |method: &AuthMethod| matches!(method, AuthMethod::Unknown(_));
        self.uses_secret() || (self.is_confidential && self.client_auth_methods.iter().any(unknown))
    }

    /// The distinct origins of the http(s) redirect URIs, in their order.
    pub fn cors_origins(&self) -> Vec<&str> {
        let mut origins = Vec::with_capacity(self.redirect_uris.len());
        for origin in self.redirect_uris.iter().filter_map(|uri| origin(uri)) {
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        }
        origins
    }
}

/// A registered URI is in canonical form, so its origin (RFC 6454 §6.2) is how it begins.
fn origin(uri: &str) -> Option<&str> {
    let (scheme, rest) = uri.split_once("://")?;
    let host = rest.find(['/', '?']).unwrap_or(rest.len());
    matches!(scheme, "http" | "https").then(|| uri.get(..scheme.len() + 3 + host))?
}

/// Which state of a client: 1 when it is created, one more with each change of it or its secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(i64);

impl Version {
    /// The version of a new client.
    pub const FIRST: Self = Self(1);

    /// Wraps a stored number.
    pub fn from_i64(number: i64) -> Self {
        Self(number)
    }

    /// The number to store.
    pub fn as_i64(self) -> i64 {
        self.0
    }

    /// The version after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// A client as it is stored.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The identity of the record.
    pub id: Id,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// What it calls itself at the token endpoint.
    pub client_id: ClientId,
    /// What was registered.
    pub metadata: ClientMetadata,
    /// Whether it may be used.
    pub status: ClientStatus,
    /// The last four characters of its newest active secret.
    pub secret_last_four: Option<String>,
    /// Which state this is.
    pub version: Version,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it, or a secret of it, was last changed.
    pub updated_at: Timestamp,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
}

impl Client {
    /// An active client of the first version, created at `now`, that has no secret. A repository sets
    /// what it has stored otherwise.
    pub fn new(
        id: Id,
        tenant_id: TenantId,
        client_id: ClientId,
        metadata: ClientMetadata,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            tenant_id,
            client_id,
            metadata,
            status: ClientStatus::Active,
            secret_last_four: None,
            version: Version::FIRST,
            created_at: now,
            updated_at: now,
            deleted_at: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_how_a_web_uri_begins() {
        for (uri, expected) in [
            ("https://app.example.com", Some("https://app.example.com")),
            (
                "https://app.example.com:8443/cb?x=/",
                Some("https://app.example.com:8443"),
            ),
            ("http://[::1]:9?x", Some("http://[::1]:9")),
            ("com.example.app:/cb", None),
        ] {
            assert_eq!(origin(uri), expected);
        }
    }
}
