use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use super::{Error, ErrorKind};
use crate::domain::Timestamp;
use crate::error::Source;

/// A copy.
#[derive(Debug)]
pub(crate) struct Found<T>(pub(super) Arc<Kept<T>>);

#[derive(Debug)]
pub(super) struct Kept<T> {
    pub(super) value: Arc<T>,
    pub(super) first_at: Timestamp,
    pub(super) changed_at: Timestamp,
    pub(super) fetched_at: Timestamp,
    /// `None` if it must not be stored.
    pub(super) lifetime: Option<Duration>,
    pub(super) etag: Option<HeaderValue>,
    pub(super) last_modified: Option<HeaderValue>,
}

/// Why there is no copy.
#[derive(Debug)]
pub(crate) struct Trouble<T> {
    pub(crate) kind: TroubleKind,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) source: Arc<dyn std::error::Error + Send + Sync>,
    /// The last copy, which is not fresh any more.
    pub(crate) stale: Option<Found<T>>,
    /// Whether the last word of the server was that nothing valid is there.
    pub(crate) is_withdrawn: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TroubleKind {
    /// The URL may not be fetched.
    Refused,
    /// There was no response, or one that says nothing about what is there.
    Unavailable,
    /// What is there is not valid, or nothing is there any more.
    Invalid,
}

impl<T> Clone for Found<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Clone for Trouble<T> {
    fn clone(&self) -> Self {
        Self {
            kind: self.kind,
            retry_after: self.retry_after,
            source: Arc::clone(&self.source),
            stale: self.stale.clone(),
            is_withdrawn: self.is_withdrawn,
        }
    }
}

impl<T> Found<T> {
    pub(crate) fn value(&self) -> &Arc<T> {
        &self.0.value
    }

    /// When this process first saw it, unless that was forgotten.
    pub(crate) fn first_at(&self) -> Timestamp {
        self.0.first_at
    }

    /// When it last changed.
    pub(crate) fn changed_at(&self) -> Timestamp {
        self.0.changed_at
    }

    /// When it was last fetched, or found to be the same.
    pub(crate) fn fetched_at(&self) -> Timestamp {
        self.0.fetched_at
    }

    /// Whether it is younger than that.
    pub(crate) fn is_younger(&self, age: Duration, now: Timestamp) -> bool {
        // A copy from the future was made by a wrong clock.
        self.0.fetched_at <= now && now < self.0.fetched_at + age
    }

    /// Whether it has not been stale for that long.
    pub(crate) fn was_fresh_within(&self, time: Duration, now: Timestamp) -> bool {
        let lifetime = self.0.lifetime.unwrap_or_default();
        self.is_younger(lifetime.saturating_add(time), now)
    }

    #[cfg(test)]
    pub(crate) fn lifetime(&self) -> Option<Duration> {
        self.0.lifetime
    }
}

impl<T> Trouble<T> {
    pub(super) fn new(kind: TroubleKind, source: Source, stale: Option<Found<T>>) -> Self {
        Self {
            kind,
            retry_after: None,
            source: source.into(),
            stale,
            is_withdrawn: kind == TroubleKind::Invalid,
        }
    }

    /// There is no runtime, or it ended.
    pub(super) fn lost(stale: Option<Found<T>>) -> Self {
        let reason = "there is no runtime to fetch it with".into();
        Self::new(TroubleKind::Unavailable, reason, stale)
    }

    pub(super) fn of(error: Error, stale: Option<Found<T>>) -> Self {
        let kind = match error.kind() {
            ErrorKind::Refused => TroubleKind::Refused,
            ErrorKind::Unusable => TroubleKind::Invalid,
            ErrorKind::Unavailable | ErrorKind::Busy => TroubleKind::Unavailable,
        };
        let retry_after = error.retry_after();
        let stale = stale.filter(|_| kind == TroubleKind::Unavailable);
        Self::new(kind, error.into(), stale).with_retry_after(retry_after)
    }

    pub(super) fn with_retry_after(self, retry_after: Option<Duration>) -> Self {
        Self {
            retry_after,
            ..self
        }
    }

    /// After a withdrawal, no older copy will do.
    pub(super) fn after_withdrawal(mut self, is_withdrawn: bool) -> Self {
        if is_withdrawn {
            self.is_withdrawn = true;
            self.stale = None;
        }
        self
    }

    /// Whether the URL is to blame, and not how many others are fetched.
    pub(super) fn is_of_url(&self) -> bool {
        let busy = self.source.downcast_ref::<Error>();
        busy.is_none_or(|error| !matches!(error.kind(), ErrorKind::Busy | ErrorKind::Refused))
    }
}
