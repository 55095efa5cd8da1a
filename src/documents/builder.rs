use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::ClientResolver;
use super::blocks::Blocks;
use super::document::Offer;
use super::notes::Notes;
use super::pinned::{Pin, Pinned, PinnedText};
use super::resolver::{Inner, Times, UrlRules};
use super::trust::SharedTrust;
use crate::domain::{AuthMethod, ClientEvents, ClientId, Clock, GrantType, Policy, SystemClock};
use crate::error::BuildError;
use crate::outbound::{Copies, CopyRules, LoopbackFetcher, SharedFetch};
use crate::registration::{Ceiling, Settings};
use crate::repository::DocumentSource;

const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

const AN_HOUR: Duration = Duration::from_secs(60 * 60);

const LENGTHS: RangeInclusive<usize> = 1_024..=64 * 1_024;

const COPIES: RangeInclusive<usize> = 10..=100_000;

/// Builder of a [`ClientResolver`]. Every setting has a safe default.
#[must_use]
pub struct ClientResolverBuilder {
    repository: DocumentSource,
    fetch: SharedFetch,
    trust: SharedTrust,
    policy: Policy,
    private_use_uris: Vec<String>,
    settings: Settings,
    ceiling: Ceiling,
    requires_name: bool,
    pinned: Vec<PinnedText>,
    query: bool,
    copies: CopyRules,
    stale_if_error: Duration,
    clock: Arc<dyn Clock>,
    listener: Option<Arc<dyn ClientEvents>>,
    /// The issuer, if documents on loopback are accepted.
    loopback: Option<String>,
}

impl ClientResolverBuilder {
    pub(super) fn new(repository: DocumentSource, fetch: SharedFetch, trust: SharedTrust) -> Self {
        Self {
            repository,
            fetch,
            trust,
            policy: Policy::default(),
            private_use_uris: Vec::new(),
            settings: Settings::default(),
            ceiling: Ceiling {
                methods: vec![AuthMethod::None],
                ..Ceiling::default()
            },
            requires_name: false,
            pinned: Vec::new(),
            query: false,
            copies: CopyRules {
                accept: "application/json, application/cimd+json",
                max_length: 5 * 1_024,
                capacity: 1_000,
                floor: Duration::from_secs(60),
                ceiling: A_DAY,
                keeps_unstorable: false,
            },
            stale_if_error: AN_HOUR,
            clock: Arc::new(SystemClock),
            listener: None,
            loopback: None,
        }
    }

    /// Sets the rules for clients: those of the manager, as a rule. What they allow for
    /// administrators to be trusted with does not apply.
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets the grants that a client may have, all of which the policy allows. `authorization_code`
    /// and `refresh_token` by default: no stranger should get one that needs no user.
    pub fn with_grant_types(mut self, grant_types: impl IntoIterator<Item = GrantType>) -> Self {
        self.ceiling.grant_types = grant_types.into_iter().collect();
        self
    }

    /// Sets the authentication methods that a client may have: `none`, `private_key_jwt`, or both.
    /// `none` by default. With `private_key_jwt`, the token endpoint must verify assertions.
    pub fn with_client_auth_methods(
        mut self,
        methods: impl IntoIterator<Item = AuthMethod>,
    ) -> Self {
        self.ceiling.methods = methods.into_iter().collect();
        self
    }

    /// Sets the scopes that a client has, all of which the policy allows. None by default.
    pub fn with_scopes<T: Into<String>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.ceiling.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Accepts only documents all of whose redirect URIs are on these hosts, or are private-use
    /// URIs that the policy lists exactly. Any host by default.
    pub fn with_redirect_hosts<T: Into<String>>(
        mut self,
        hosts: impl IntoIterator<Item = T>,
    ) -> Self {
        self.ceiling.redirect_hosts = Some(hosts.into_iter().map(Into::into).collect());
        self
    }

    /// Accepts these redirect URIs of native apps in public clients, exactly as they are here,
    /// besides those of the [policy](Policy::with_private_use_uris).
    pub fn with_private_use_uris<T: Into<String>>(
        mut self,
        uris: impl IntoIterator<Item = T>,
    ) -> Self {
        self.private_use_uris
            .extend(uris.into_iter().map(Into::into));
        self
    }

    /// Refuses documents without a `client_name`, which MCP requires. By default, the host of the
    /// document stands for it.
    pub fn with_required_name(mut self) -> Self {
        self.requires_name = true;
        self
    }

    /// Accepts a query in the URL of a document, which the draft discourages (§3).
    pub fn with_queries(mut self) -> Self {
        self.query = true;
        self
    }

    /// Pins the document at a URL: it is this one, always or while it can't be fetched. It must
    /// follow the rules of all others, and the tenant must trust its host.
    pub fn with_pinned_document(
        mut self,
        url: impl Into<String>,
        document: impl Into<String>,
        pin: Pin,
    ) -> Self {
        self.pinned.push(PinnedText {
            url: url.into(),
            text: document.into(),
            pin,
        });
        self
    }

    /// Sets the longest document, in bytes: 5 KiB by default (§8.7 of the draft), 1 to 64 KiB.
    pub fn with_max_document_length(mut self, bytes: usize) -> Self {
        self.copies.max_length = bytes;
        self
    }

    /// Sets how many copies are kept: 1,000 by default, 10 to 100,000. Of one host, at most a tenth
    /// is kept.
    pub fn with_max_copies(mut self, copies: usize) -> Self {
        self.copies.capacity = copies;
        self
    }

    /// Sets how long a copy is used at least and at most, whatever the response says: a minute and
    /// a day by default, at least a second and at most a day.
    pub fn with_freshness(mut self, least: Duration, most: Duration) -> Self {
        self.copies.floor = least;
        self.copies.ceiling = most;
        self
    }

    /// Keeps also what must not be stored (`no-store`, `private`), for the least time. It is public
    /// all the same, and a flood of requests for it costs less.
    pub fn with_unstorable_kept(mut self) -> Self {
        self.copies.keeps_unstorable = true;
        self
    }

    /// Sets for how long an older copy will do if the host can't be reached and the tenant lists
    /// it: an hour by default, which is the most.
    pub fn with_stale_if_error(mut self, time: Duration) -> Self {
        self.stale_if_error = time;
        self
    }

    /// Sets the clock.
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets the listener that is notified when a document has
    /// [changed](crate::domain::ClientEventKind::MetadataChanged): once for all hosts on the same
    /// storage, when one of them notes it. The call is made within a Tokio task.
    pub fn with_events(mut self, listener: impl ClientEvents) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// Accepts documents at `http://localhost`, `http://127.0.0.1` and `http://[::1]`, too, with
    /// any port (appendix A of the draft), if the tenant trusts that host. For development only:
    /// whatever program on this device listens there is the client. `issuer` is that of the
    /// authorization server, which must be on loopback, too.
    pub fn with_insecure_loopback_documents(mut self, issuer: impl Into<String>) -> Self {
        self.loopback = Some(issuer.into());
        self
    }

    /// Builds the resolver.
    ///
    /// # Errors
    ///
    /// [`BuildErrorKind::Setting`](crate::BuildErrorKind::Setting) if a ceiling has no grant or no
    /// method, has a method with a secret, or exceeds the policy; if a private-use URI is none; if
    /// a pinned document is not valid; if a bound is out of range; or if documents on loopback are
    /// accepted and the issuer is elsewhere.
    pub fn build(self) -> Result<ClientResolver, BuildError> {
        self.ceiling.check(&self.policy)?;
        self.check()?;
        let policy = self.policy.for_registrants(&self.private_use_uris);
        policy.check()?;
        let offer = Offer {
            settings: self.settings,
            ceiling: self.ceiling,
            policy,
            requires_name: self.requires_name,
        };
        let rules = UrlRules {
            max_length: ClientId::MAX_LENGTH,
            query: self.query,
        };
        let pinned = Pinned::read(self.pinned, &offer, rules.max_length)?;
        let copies = |fetch: SharedFetch| {
            let (offer, clock) = (offer.clone(), Arc::clone(&self.clock));
            Copies::new(fetch, clock, self.copies, move |url, response| {
                offer.read_response(url, response)
            })
        };
        let loopback = self.loopback.as_ref();
        Ok(ClientResolver(Arc::new(Inner {
            blocks: Blocks::new(self.repository.clone(), Arc::clone(&self.clock)),
            notes: Notes::new(self.repository.clone(), self.listener),
            repository: self.repository,
            loopback: loopback.map(|_| copies(Arc::new(LoopbackFetcher))),
            copies: copies(Arc::clone(&self.fetch)),
            trust: self.trust,
            pinned,
            built_at: self.clock.now(),
            rules,
            times: Times {
                stale_if_error: self.stale_if_error,
                ceiling: self.copies.ceiling,
            },
            clock: self.clock,
        })))
    }

    fn check(&self) -> Result<(), BuildError> {
        let copies = &self.copies;
        let is_on_loopback = |issuer: &String| {
            let url = Url::parse(issuer).ok();
            url.is_some_and(|url| LoopbackFetcher::address(&url).is_some())
        };
        let fault = if self.ceiling.methods.iter().any(AuthMethod::uses_secret) {
            "a document has no secret to authenticate with"
        } else if !LENGTHS.contains(&copies.max_length) {
            "a document has 1 to 64 KiB"
        } else if !COPIES.contains(&copies.capacity) {
            "10 to 100,000 documents can be kept"
        } else if copies.floor < Duration::from_secs(1)
            || copies.ceiling > A_DAY
            || copies.floor > copies.ceiling
        {
            "documents are kept for a second to a day"
        } else if self.stale_if_error > AN_HOUR {
            "an older copy will do for an hour at most"
        } else if self
            .loopback
            .as_ref()
            .is_some_and(|issuer| !is_on_loopback(issuer))
        {
            "documents on loopback are for an issuer on loopback only"
        } else {
            return Ok(());
        };
        Err(BuildError::setting(fault))
    }
}

impl fmt::Debug for ClientResolverBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientResolverBuilder")
            .field("settings", &self.settings)
            .field("ceiling", &self.ceiling)
            .field("copies", &self.copies)
            .finish_non_exhaustive()
    }
}
