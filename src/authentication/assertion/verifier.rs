use std::sync::Arc;

use super::claims::Rules;
use super::key_source::SharedKeySource;
use super::keys::KeyCache;
use super::replay::SharedReplayStore;
use super::{AssertionVerifierBuilder, Error, ErrorKind, Freshness};
use crate::domain::{Client, ClientId, Timestamp};
use crate::jose::json::Object;
use crate::jose::{Algorithms, Header, Jws};

/// The maximum length of an assertion, in bytes. A longer one is not decoded at all.
const MAX_LENGTH: usize = 8 * 1024;

/// The accepted `typ` values (RFC 7519 §5.1, RFC 10070 §4).
const TYPES: [&str; 3] = [
    "JWT",
    "client-authentication+jwt",
    "application/client-authentication+jwt",
];

/// Verifies client assertions; the [module](super) lists what it accepts.
///
/// Clones are cheap and share their caches.
#[derive(Clone, Debug)]
pub struct AssertionVerifier {
    rules: Arc<Rules>,
    keys: KeyCache,
    source: Option<SharedKeySource>,
    replays: SharedReplayStore,
}

impl AssertionVerifier {
    /// Creates a builder for the verifier of an authorization server with exactly this issuer
    /// identifier (RFC 8414 §2).
    pub fn builder(issuer: impl Into<String>) -> AssertionVerifierBuilder {
        AssertionVerifierBuilder::new(issuer.into())
    }

    pub(super) fn new(
        rules: Rules,
        replays: SharedReplayStore,
        source: Option<SharedKeySource>,
    ) -> Self {
        Self {
            rules: Arc::new(rules),
            keys: KeyCache::new(),
            source,
            replays,
        }
    }

    /// The client that an assertion claims to be from: its `iss` and `sub`, if they are equal.
    /// Nothing is verified, so use it only to find the client to [`verify`](Self::verify) with.
    pub fn client_id(assertion: &str) -> Option<ClientId> {
        let jws = read(assertion).ok()?;
        let claims = Object::of_token(&jws.claims, &["iss", "sub"])?;
        let subject = claims.text("sub")?;
        (claims.text("iss") == Some(subject)).then(|| ClientId::parse(subject))?
    }

    /// Verifies that `assertion` authenticates `client` at `now`. An assertion is accepted once.
    ///
    /// Does not check whether the client is active or registered this method.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`] but `Configuration`. The reason is for the host only.
    pub async fn verify(
        &self,
        client: &Client,
        assertion: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        let jws = read(assertion)?;
        let header = Header::read(&jws.header, &TYPES);
        let header = header.ok_or_else(|| malformed("unacceptable header"))?;
        let allowed = match &client.metadata.fapi_profile {
            None => Algorithms::PUBLIC,
            // The algorithms of an unknown profile, stored by a newer version, are unknown.
            Some(profile) => profile.algorithms().ok_or(ErrorKind::Algorithm)?,
        };
        if !allowed.contains(header.algorithm) {
            return Err(ErrorKind::Algorithm.into());
        }
        let presented = self.rules.judge(&jws.claims, client, now)?;
        self.verify_signature(client, &header, &jws).await?;
        let (jti, until) = (&presented.jti, presented.until);
        let id = &client.client_id;
        match self.replays.remember(id, jti, until, now).await? {
            true => Ok(()),
            false => Err(ErrorKind::Replayed.into()),
        }
    }

    async fn verify_signature(
        &self,
        client: &Client,
        header: &Header<'_>,
        jws: &Jws<'_>,
    ) -> Result<(), Error> {
        let verify = |jwks: &str| self.keys.read(client.id, jwks)?.verify(header, jws);
        if let Some(jwks) = &client.metadata.jwks {
            return verify(jwks);
        }
        let source = self.source.as_ref();
        let source = source.filter(|_| client.metadata.jwks_uri.is_some());
        let source = source.ok_or(ErrorKind::NoKey)?;
        match verify(&source.jwks(client, Freshness::Cached).await?) {
            Err(error) if error.kind() == ErrorKind::NoKey => {
                let fetched = source.jwks(client, Freshness::Fetched).await;
                let verified = fetched.and_then(|jwks| verify(&jwks));
                verified.map_err(Error::after_fetching)
            }
            verified => verified,
        }
    }
}

fn read(assertion: &str) -> Result<Jws<'_>, Error> {
    if assertion.len() > MAX_LENGTH {
        return Err(malformed("too long"));
    }
    Jws::read(assertion).map_err(malformed)
}

fn malformed(reason: &'static str) -> Error {
    Error::new(ErrorKind::Malformed).with_source(reason)
}
