use std::ops::RangeInclusive;
use std::time::Duration;

use super::claims::Rules;
use super::key_source::SharedKeySource;
use super::replay::SharedReplayStore;
use super::{AssertionVerifier, KeySource, MemoryReplayStore, ReplayStore};
use crate::error::BuildError;

/// FAPI 2.0 §5.3.2.1: a clock skew of 10 seconds must be accepted, one of more than 60 must not.
const LEEWAY: RangeInclusive<Duration> = Duration::from_secs(10)..=Duration::from_secs(60);

const LIFETIME: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(3600);

/// Builder of an [`AssertionVerifier`].
#[derive(Clone, Debug)]
#[must_use = "nothing is built before `build`"]
pub struct AssertionVerifierBuilder {
    rules: Rules,
    replays: Option<SharedReplayStore>,
    source: Option<SharedKeySource>,
}

impl AssertionVerifierBuilder {
    pub(super) fn new(issuer: String) -> Self {
        Self {
            rules: Rules {
                issuer,
                insecure_audiences: Vec::new(),
                max_lifetime: Duration::from_secs(300),
                leeway: Duration::from_secs(30),
            },
            replays: None,
            source: None,
        }
    }

    /// Sets where used assertions are recorded. Defaults to a [`MemoryReplayStore`], which is
    /// enough for a single process; processes that share a database take a clone of their
    /// repository.
    pub fn with_replay_store(mut self, store: impl ReplayStore) -> Self {
        self.replays = Some(SharedReplayStore::new(store));
        self
    }

    /// Sets where the keys of clients with a `jwks_uri` come from. Without it, no such client can
    /// be verified.
    pub fn with_key_source(mut self, source: impl KeySource) -> Self {
        self.source = Some(SharedKeySource::new(source));
        self
    }

    /// Sets the longest lifetime: how far `exp` may be ahead of now and of `iat`. 5 minutes by
    /// default, 1 second to 1 hour. Each assertion is remembered that long.
    pub fn with_max_lifetime(mut self, lifetime: Duration) -> Self {
        self.rules.max_lifetime = lifetime;
        self
    }

    /// Sets the clock skew that is accepted: 30 seconds by default, 10 to 60 seconds.
    pub fn with_leeway(mut self, leeway: Duration) -> Self {
        self.rules.leeway = leeway;
        self
    }

    /// Also accepts this URL as `aud`, such as the token endpoint's, for clients that predate RFC
    /// 10070, and an `aud` array that contains it or the issuer. Call it once for each URL.
    ///
    /// Another authorization server that the client uses can then trick it into signing an
    /// assertion that authenticates it here: audience injection, CVE-2025-27370. Clients with the
    /// profile [`Fapi2`](crate::domain::FapiProfile::Fapi2) are held to the issuer all the same.
    pub fn with_insecure_audience(mut self, url: impl Into<String>) -> Self {
        self.rules.insecure_audiences.push(url.into());
        self
    }

    /// Builds the verifier.
    ///
    /// # Errors
    ///
    /// [`BuildErrorKind::Setting`](crate::BuildErrorKind::Setting) if the issuer or an audience is
    /// empty, or if the lifetime or the leeway is out of range.
    pub fn build(self) -> Result<AssertionVerifier, BuildError> {
        let rules = self.rules;
        let refused = |reason| Err(BuildError::setting(reason));
        if rules.issuer.is_empty() || rules.insecure_audiences.iter().any(String::is_empty) {
            return refused("an audience is empty");
        }
        if !LIFETIME.contains(&rules.max_lifetime) {
            return refused("the lifetime is not from 1 second to 1 hour");
        }
        if !LEEWAY.contains(&rules.leeway) {
            return refused("the leeway is not from 10 to 60 seconds");
        }
        let replays = self.replays;
        let replays =
            replays.unwrap_or_else(|| SharedReplayStore::new(MemoryReplayStore::default()));
        Ok(AssertionVerifier::new(rules, replays, self.source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::BuildErrorKind;

    #[test]
    fn settings_outside_their_bounds_are_refused() {
        let new = || AssertionVerifier::builder("https://id.example.com");
        let seconds = Duration::from_secs;
        let refused = [
            AssertionVerifier::builder(""),
            new().with_insecure_audience(""),
            new().with_max_lifetime(Duration::ZERO),
            new().with_max_lifetime(seconds(3601)),
            new().with_leeway(seconds(9)),
            new().with_leeway(seconds(61)),
        ];
        for builder in refused {
            let shown = format!("{builder:?}");
            let error = builder.build().unwrap_err();
            assert_eq!(error.kind(), BuildErrorKind::Setting, "{shown}");
        }
        let accepted = [
            new().with_max_lifetime(seconds(1)).with_leeway(seconds(10)),
            new()
                .with_max_lifetime(seconds(3600))
                .with_leeway(seconds(60)),
        ];
        for builder in accepted {
            assert!(builder.build().is_ok());
        }
    }
}
