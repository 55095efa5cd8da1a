use std::fmt;
use std::net::IpAddr;

use super::word::stored_words;
use super::{AuthMethod, Client, ClientStatus, GrantType, Id, TenantId, Timestamp};

stored_words! {
    /// Whether an administrator has to decide on a client that registered itself.
    pub enum RegistrationState {
        /// It may be used: no decision was necessary, or it was approved.
        Approved = "approved",
        /// It is inactive until an administrator approves it.
        Pending = "pending",
        /// An administrator refused it. It stays inactive.
        Denied = "denied",
    }
}

impl RegistrationState {
    /// Whether a client of that status stays only as long as it is used, or decided on. Words of a
    /// newer version are a reason to keep it.
    pub(crate) fn depends_on_use(&self, status: &ClientStatus) -> bool {
        matches!(self, Self::Approved | Self::Pending | Self::Denied)
            && matches!(status, ClientStatus::Active | ClientStatus::Inactive)
    }
}

/// The stored hash of a registration access token or of an initial access token, never the token
/// itself: SHA-256, in lower-case hexadecimal. The tokens have 256 random bits, so that a fast hash
/// is enough.
///
/// It can't be printed or compared; [`TokenHash::expose`] is for the repository that stores it.
#[derive(Clone)]
pub struct TokenHash(String);

impl TokenHash {
    /// Wraps a hash as it is stored.
    pub fn new(hash: impl Into<String>) -> Self {
        Self(hash.into())
    }

    /// The hash as it is stored. Keep it out of logs, errors and responses.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash([redacted])")
    }
}

/// What may be registered with an initial access token, besides what the host allows to all. `None`
/// sets no bound.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegistrationBounds {
    /// The grants that a client may have.
    pub grant_types: Option<Vec<GrantType>>,
    /// The authentication methods that a client may have.
    pub client_auth_methods: Option<Vec<AuthMethod>>,
    /// The scopes that a client may have.
    pub scopes: Option<Vec<String>>,
    /// The hosts of its redirect URIs, in lower case. Of the private-use URIs, only those on the
    /// exact list of the server's host remain.
    pub redirect_hosts: Option<Vec<String>>,
    /// Whether a client needs no approval even where the host asks for one.
    pub is_approved: bool,
}

/// What is stored of a registration beside the client (RFC 7591 §2).
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Registration {
    /// Whether an administrator has to decide.
    pub state: RegistrationState,
    /// The hash of the registration access token (RFC 7592 §3), if clients may manage their
    /// registration.
    pub token_hash: Option<TokenHash>,
    /// The initial access token that it was registered with, if any.
    pub initial_access_token_id: Option<Id>,
    /// The bounds of that token when it was used, within which every update stays, too.
    pub bounds: RegistrationBounds,
    /// The address that registered it.
    pub ip: Option<IpAddr>,
    /// The `application_type` that it sent (OpenID Connect Registration §2).
    pub application_type: Option<String>,
    /// The `software_id` that it sent. Every installation of a program has the same.
    pub software_id: Option<String>,
    /// The `software_version` that it sent.
    pub software_version: Option<String>,
    /// The verified `software_statement` that it sent (RFC 7591 §2.3).
    pub software_statement: Option<String>,
}

impl Registration {
    /// Creates the record of a registration in that state, without a token and of unknown software.
    pub fn new(state: RegistrationState) -> Self {
        Self {
            state,
            token_hash: None,
            initial_access_token_id: None,
            bounds: RegistrationBounds::default(),
            ip: None,
            application_type: None,
            software_id: None,
            software_version: None,
            software_statement: None,
        }
    }
}

/// A client that registered itself.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct RegisteredClient {
    /// The client. It is not deleted.
    pub client: Client,
    /// Its registration.
    pub registration: Registration,
}

impl RegisteredClient {
    /// Creates one from storage.
    pub fn new(client: Client, registration: Registration) -> Self {
        Self {
            client,
            registration,
        }
    }

    /// When it was last used, or created if it never was.
    pub fn used_at(&self) -> Timestamp {
        self.client.last_used_at.unwrap_or(self.client.created_at)
    }

    /// Whether it has not been [used](Self::used_at) since before that time, and nobody keeps it
    /// for another reason: it is not suspended. A pending client is unused since it registered.
    pub fn is_unused_since(&self, time: Timestamp) -> bool {
        let state = &self.registration.state;
        state.depends_on_use(&self.client.status) && self.used_at() < time
    }
}

/// A token with which clients may register where registration is protected (RFC 7591 §3).
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct InitialAccessToken {
    /// The id of the token, which is also the lookup id in the plaintext.
    pub id: Id,
    /// The tenant in which it registers clients.
    pub tenant_id: TenantId,
    /// The hash of the plaintext.
    pub hash: TokenHash,
    /// An operator's description.
    pub description: Option<String>,
    /// How many more clients it may register; `None` for any number.
    pub uses_left: Option<u32>,
    /// What may be registered with it.
    pub bounds: RegistrationBounds,
    /// The operator who issued it.
    pub created_by: String,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

impl InitialAccessToken {
    /// Creates a token for any number of clients, issued at `now`, that does not expire.
    pub fn new(
        id: Id,
        tenant_id: TenantId,
        hash: TokenHash,
        created_by: impl Into<String>,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            tenant_id,
            hash,
            description: None,
            uses_left: None,
            bounds: RegistrationBounds::default(),
            created_by: created_by.into(),
            created_at: now,
            expires_at: None,
            revoked_at: None,
        }
    }

    /// Whether it may register a client at `now`.
    pub fn registers_at(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none()
            && self.uses_left != Some(0)
            && self.expires_at.is_none_or(|end| now < end)
    }
}
