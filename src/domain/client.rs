use std::collections::BTreeMap;

use super::{
    AuthMethod, ClientId, ClientOrigin, ClientStatus, FapiProfile, GrantType, Id, TenantId,
    Timestamp,
};

/// The metadata of a client (RFC 7591 §2), as registered.
///
/// A [`Draft`](super::Draft) becomes one by passing every rule; a repository returns what was
/// stored. Strings are kept byte for byte.
///
/// Later versions may add fields; [`new`](Self::new) sets them all.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientMetadata {
    /// The name shown to users.
    pub name: String,
    /// The redirect URIs, compared as strings (RFC 9700 §4.1.3).
    pub redirect_uris: Vec<String>,
    /// The scopes that it may request.
    pub scopes: Vec<String>,
    /// The grants that it may use.
    pub grant_types: Vec<GrantType>,
    /// How it may authenticate.
    pub client_auth_methods: Vec<AuthMethod>,
    /// The security profile that it follows.
    pub fapi_profile: Option<FapiProfile>,
    /// Whether it can keep a credential (RFC 6749 §2.1).
    pub is_confidential: bool,
    /// Its public keys: a JWK Set (RFC 7517 §5) as text.
    pub jwks: Option<String>,
    /// The URL of its public keys.
    pub jwks_uri: Option<String>,
    /// The URL of its logo.
    pub logo_url: Option<String>,
    /// The URL of its privacy policy.
    pub privacy_policy: Option<String>,
    /// The URL of its terms of service.
    pub terms_url: Option<String>,
    /// The URL of its home page.
    pub website: Option<String>,
    /// What it is, for administrators.
    pub description: Option<String>,
    /// How to reach the people responsible for it, typically email addresses.
    pub contacts: Vec<String>,
    /// Where the user may be sent after logging out (OpenID Connect RP-Initiated Logout 1.0 §3.1).
    pub post_logout_redirect_uris: Vec<String>,
    /// The origins whose pages may call the host's endpoints, besides those of the redirect URIs.
    pub allowed_cors_origins: Vec<String>,
    /// What the host keeps with the client, by key. It means nothing to this crate.
    pub metadata: BTreeMap<String, String>,
}

impl ClientMetadata {
    /// Creates the metadata that a [`Draft`](super::Draft) with this name and these redirect URIs
    /// registers: a confidential client with a secret and the authorization code grant, and nothing
    /// else (RFC 7591 §2). Nothing is validated.
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
            description: None,
            contacts: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            allowed_cors_origins: Vec::new(),
            metadata: BTreeMap::new(),
        }
    }

    /// Whether the client can use a secret: it is confidential and has a method that presents one.
    pub fn uses_secret(&self) -> bool {
        self.is_confidential
            && self
                .client_auth_methods
                .iter()
                .any(|method| method.uses_secret())
    }

    /// Whether the client may be able to use a secret, perhaps only in a newer version.
    pub(crate) fn may_use_secret(&self) -> bool {
        let unknown = |method: &AuthMethod| matches!(method, AuthMethod::Unknown(_));
        self.uses_secret() || (self.is_confidential && self.client_auth_methods.iter().any(unknown))
    }
}

/// The version of a client: 1 when it is created, incremented by each change of it or its secrets.
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

/// A stored client.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The id of the record.
    pub id: Id,
    /// The tenant that owns it.
    pub tenant_id: TenantId,
    /// Its `client_id` at the token endpoint.
    pub client_id: ClientId,
    /// The registered metadata.
    pub metadata: ClientMetadata,
    /// Whether it may be used.
    pub status: ClientStatus,
    /// How it came to be.
    pub origin: ClientOrigin,
    /// The last four characters of its newest active secret.
    pub secret_last_four: Option<String>,
    /// The version of this state.
    pub version: Version,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it or one of its secrets last changed.
    pub updated_at: Timestamp,
    /// When it last authenticated, to about an hour.
    pub last_used_at: Option<Timestamp>,
    /// When it was deleted, if it was.
    pub deleted_at: Option<Timestamp>,
}

impl Client {
    /// Creates an active client of the first version, created by an administrator at `now`, without
    /// a secret. A repository then sets the fields from its storage.
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
            origin: ClientOrigin::Administrator,
            secret_last_four: None,
            version: Version::FIRST,
            created_at: now,
            updated_at: now,
            last_used_at: None,
            deleted_at: None,
        }
    }
}
