//! What users agreed to: codes, and the tokens that came of them. In memory, so a restart ends all.
//!
//! A grant has one refresh token, which each use replaces. If a replaced one comes back, it or its
//! replacement was stolen, so the grant ends (RFC 9700 §4.14.2). One that was never issued ends
//! nothing.

mod endings;
mod kept;
mod terms;
mod token_text;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tower_oauth_clients::domain::{Client, ClientId, Clock, GrantType, Timestamp};

use self::kept::Kept;
use self::token_text::{Digest256, GrantId, Kind, Mint};
use crate::refusal::Refusal;
use crate::{pkce, scopes};

pub(crate) use self::terms::{Agreed, Redemption, Renewal, Requested, Tokens};
pub(crate) use self::token_text::digest;

/// How long a code may be used (RFC 6749 §4.1.2).
const CODE: Duration = Duration::from_secs(60);

/// How long an access token may be used.
const ACCESS: Duration = Duration::from_secs(10 * 60);

/// How long a refresh token may be left unused.
const REFRESH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Access tokens of one grant that may be in use at once: a new one doesn't end requests that are
/// on their way with the old one.
const ACCESS_TOKENS: usize = 4;

/// Beyond, those that end first make room. A server with a login would bound them for each user.
const MAX_CODES: usize = 10_000;
const MAX_GRANTS: usize = 10_000;

/// All grants. Cheap to clone; clones share them.
#[derive(Clone)]
pub(crate) struct Grants {
    clock: Arc<dyn Clock>,
    mint: Arc<Mint>,
    state: Arc<Mutex<State>>,
}

struct State {
    codes: Kept<Digest256, Code>,
    grants: Kept<GrantId, Grant>,
}

struct Code {
    agreed: Agreed,
    requested: Requested,
    /// The grant, once the code was used.
    used: Option<GrantId>,
}

struct Grant {
    agreed: Agreed,
    access: VecDeque<AccessToken>,
    refresh: Option<Digest256>,
}

struct AccessToken {
    digest: Digest256,
    scopes: Vec<String>,
    ends: Timestamp,
}

impl Grants {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let state = State {
            codes: Kept::new(MAX_CODES),
            grants: Kept::new(MAX_GRANTS),
        };
        Self {
            clock,
            mint: Arc::new(Mint::new()),
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// Makes a code.
    pub(crate) fn agree(&self, agreed: Agreed, requested: Requested) -> String {
        let (now, secret) = (self.clock.now(), rand::random::<[u8; 32]>());
        let code = base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, secret);
        let stored = Code {
            agreed,
            requested,
            used: None,
        };
        let mut state = self.state();
        let key = digest(code.as_bytes());
        state.codes.insert(key, stored, now + CODE, now);
        code
    }

    /// Exchanges a code for tokens.
    pub(crate) fn redeem(
        &self,
        client: &Client,
        redemption: &Redemption<'_>,
    ) -> Result<Tokens, Refusal> {
        let (now, mut state) = (self.clock.now(), self.state());
        let State { codes, grants } = &mut *state;
        let key = digest(redemption.code.as_bytes());
        let code = codes.get_mut(&key, now);
        // The code of another client is unknown, too, and stays good for its own.
        let code = code.filter(|code| code.agreed.client_id == client.client_id);
        let code = code.ok_or(Refusal(
            "invalid_grant",
            "the code is unknown or has expired",
        ))?;
        let id = rand::random();
        if let Some(used) = code.used.replace(id) {
            grants.remove(&used);
            return Err(Refusal("invalid_grant", "the code was used before"));
        }
        if redemption.redirect_uri != Some(&code.requested.redirect_uri) {
            let other = "redirect_uri is not that of the authorization request";
            return Err(Refusal("invalid_grant", other));
        }
        if !pkce::verifies(redemption.verifier, &code.requested.challenge) {
            let other = "code_verifier is not that of the authorization request";
            return Err(Refusal("invalid_grant", other));
        }
        check_resource(&redemption.resources, &code.agreed)?;
        if !client.allows_redirect_uri(&code.requested.redirect_uri) {
            let gone = "the client has this redirect_uri no longer";
            return Err(Refusal("invalid_grant", gone));
        }
        let mut grant = Grant {
            agreed: code.agreed.clone(),
            access: VecDeque::new(),
            refresh: None,
        };
        let scopes = still_allowed(client, &grant.agreed.scopes)?;
        let may_refresh = may_refresh(client);
        let tokens = grant.issue(&self.mint, &id, scopes, may_refresh, now);
        grants.insert(id, grant, now + ends_after(may_refresh), now);
        // If it comes back, it was stolen, and what it gave must still end (RFC 6749 §4.1.2).
        codes.set_end(key, now + ACCESS);
        Ok(tokens)
    }

    /// Exchanges a refresh token for new tokens.
    pub(crate) fn renew(&self, client: &Client, renewal: &Renewal<'_>) -> Result<Tokens, Refusal> {
        let (now, mut state) = (self.clock.now(), self.state());
        let unknown = Refusal("invalid_grant", "the refresh token is unknown or has ended");
        let (id, digest) = self
            .mint
            .read(Kind::Refresh, renewal.token)
            .ok_or(unknown)?;
        let grant = state.grants.get_mut(&id, now);
        let grant = grant.filter(|grant| grant.agreed.client_id == client.client_id);
        let grant = grant.ok_or(unknown)?;
        if grant.refresh != Some(digest) {
            state.grants.remove(&id);
            let replaced = "the refresh token was used before, so all tokens of its grant end";
            return Err(Refusal("invalid_grant", replaced));
        }
        check_resource(&renewal.resources, &grant.agreed)?;
        let agreed = &grant.agreed.scopes;
        let is_agreed = |scope: &&str| agreed.iter().any(|known| known == scope);
        if !renewal.scopes.iter().all(is_agreed) {
            return Err(Refusal(
                "invalid_scope",
                "the user did not agree to this scope",
            ));
        }
        let scopes = match renewal.scopes.is_empty() {
            true => agreed.clone(),
            false => renewal
                .scopes
                .iter()
                .map(|scope| (*scope).to_owned())
                .collect(),
        };
        let scopes = still_allowed(client, &scopes)?;
        let tokens = grant.issue(&self.mint, &id, scopes, true, now);
        state.grants.set_end(id, now + REFRESH);
        Ok(tokens)
    }

    /// What an access token is good for.
    pub(crate) fn find(&self, token: &str) -> Option<Agreed> {
        let (now, mut state) = (self.clock.now(), self.state());
        let (id, digest) = self.mint.read(Kind::Access, token)?;
        let grant = state.grants.get_mut(&id, now)?;
        let mut tokens = grant.access.iter();
        let token = tokens.find(|token| token.digest == digest && token.ends > now)?;
        Some(Agreed {
            scopes: token.scopes.clone(),
            ..grant.agreed.clone()
        })
    }

    /// Ends everything that a client has.
    fn end(&self, client_id: &ClientId) {
        let mut state = self.state();
        state
            .codes
            .retain(|code| code.agreed.client_id != *client_id);
        state
            .grants
            .retain(|grant| grant.agreed.client_id != *client_id);
    }

    /// A panic leaves nothing half-done here.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Grant {
    fn issue(
        &mut self,
        mint: &Mint,
        id: &GrantId,
        scopes: Vec<String>,
        may_refresh: bool,
        now: Timestamp,
    ) -> Tokens {
        let (access, digest) = mint.issue(Kind::Access, id);
        self.access.truncate(ACCESS_TOKENS - 1);
        self.access.push_front(AccessToken {
            digest,
            scopes: scopes.clone(),
            ends: now + ACCESS,
        });
        let refresh = may_refresh.then(|| {
            let (refresh, digest) = mint.issue(Kind::Refresh, id);
            self.refresh = Some(digest);
            refresh
        });
        Tokens {
            access,
            refresh,
            lifetime: ACCESS,
            scopes,
        }
    }
}

/// The scopes that the client may still have: an administrator may have taken some away.
fn still_allowed(client: &Client, scopes: &[String]) -> Result<Vec<String>, Refusal> {
    let allowed = scopes::within(&client.metadata.scopes, scopes);
    if allowed.is_empty() && !scopes.is_empty() {
        let gone = "the client may have none of these scopes any more";
        return Err(Refusal("invalid_scope", gone));
    }
    Ok(allowed)
}

/// Whether a client gets a refresh token, which the consent page says, too.
pub(crate) fn may_refresh(client: &Client) -> bool {
    let grants = &client.metadata.grant_types;
    grants.contains(&GrantType::RefreshToken)
}

fn ends_after(may_refresh: bool) -> Duration {
    if may_refresh { REFRESH } else { ACCESS }
}

/// Tokens are for the resource that the user saw. Naming it again is optional.
fn check_resource(resources: &[&str], agreed: &Agreed) -> Result<(), Refusal> {
    match resources.iter().all(|named| *named == agreed.resource) {
        true => Ok(()),
        false => Err(Refusal(
            "invalid_target",
            "resource is not that of the authorization",
        )),
    }
}
