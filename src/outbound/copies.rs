use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ETAG, HeaderMap, LAST_MODIFIED};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::failures::Failures;
use super::found::{Found, Kept, Trouble, TroubleKind};
use super::freshness::{Bounds, is_said};
use super::shelf::Shelf;
use super::{FetchRequest, SharedFetch};
use crate::domain::{Clock, Timestamp};
use crate::error::Source;

/// The longest validator that is kept, in bytes.
const MAX_VALIDATOR: usize = 512;

/// How copies are made and kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CopyRules {
    pub(crate) accept: &'static str,
    pub(crate) max_length: usize,
    /// The number of copies.
    pub(crate) capacity: usize,
    pub(crate) floor: Duration,
    pub(crate) ceiling: Duration,
    pub(crate) keeps_unstorable: bool,
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) url: &'a str,
    pub(crate) host: &'a str,
    /// Whether a stored client needs it.
    pub(crate) is_known: bool,
}

impl<'a> Target<'a> {
    pub(crate) fn new(url: &'a str, host: &'a str) -> Self {
        Self {
            url,
            host,
            is_known: false,
        }
    }

    #[cfg(feature = "jwt")]
    pub(crate) fn known_if(self, is_known: bool) -> Self {
        Self { is_known, ..self }
    }
}

/// Copies of what was fetched, for as long as HTTP allows within bounds. All who want the same URL
/// share one fetch, which runs on if they leave.
pub(crate) struct Copies<T>(Arc<Inner<T>>);

/// Reads a response, or says why it is not valid.
type Read<T> = dyn Fn(&str, &Response<Bytes>) -> Result<T, Source> + Send + Sync;

struct Inner<T> {
    fetch: SharedFetch,
    clock: Arc<dyn Clock>,
    rules: CopyRules,
    read: Box<Read<T>>,
    state: Mutex<State<T>>,
}

struct State<T> {
    kept: Shelf<Found<T>>,
    failures: Failures,
    flights: HashMap<Arc<str>, watch::Receiver<Option<Outcome<T>>>>,
}

type Outcome<T> = Result<Found<T>, Trouble<T>>;

impl<T: PartialEq + Send + Sync + 'static> Copies<T> {
    pub(crate) fn new(
        fetch: SharedFetch,
        clock: Arc<dyn Clock>,
        rules: CopyRules,
        read: impl Fn(&str, &Response<Bytes>) -> Result<T, Source> + Send + Sync + 'static,
    ) -> Self {
        let state = State {
            kept: Shelf::new(rules.capacity),
            failures: Failures::new(rules.capacity),
            flights: HashMap::new(),
        };
        Self(Arc::new(Inner {
            fetch,
            clock,
            rules,
            read: Box::new(read),
            state: Mutex::new(state),
        }))
    }

    /// The copy of a URL, if it is fresh.
    pub(crate) fn fresh(&self, url: &str) -> Option<Found<T>> {
        let now = self.0.clock.now();
        let mut state = self.0.state();
        let kept = state.kept.get(url)?;
        kept.was_fresh_within(Duration::ZERO, now)
            .then(|| kept.clone())
    }

    /// The fresh copy of a URL. It is fetched if there is none.
    pub(crate) async fn get(&self, target: Target<'_>) -> Outcome<T> {
        self.get_if(target, |kept, now| {
            kept.was_fresh_within(Duration::ZERO, now)
        })
        .await
    }

    /// A copy that is younger than that.
    #[cfg(feature = "jwt")]
    pub(crate) async fn get_younger(&self, target: Target<'_>, age: Duration) -> Outcome<T> {
        self.get_if(target, |kept, now| kept.is_younger(age, now))
            .await
    }

    async fn get_if(
        &self,
        target: Target<'_>,
        will_do: impl Fn(&Found<T>, Timestamp) -> bool,
    ) -> Outcome<T> {
        let outcome = self.try_if(target, will_do).await;
        outcome.map_err(|trouble| {
            let is_withdrawn = self.0.state().failures.is_withdrawn(target.url);
            trouble.after_withdrawal(is_withdrawn)
        })
    }

    async fn try_if(
        &self,
        target: Target<'_>,
        will_do: impl Fn(&Found<T>, Timestamp) -> bool,
    ) -> Outcome<T> {
        let url = target.url;
        let mut flight = {
            let now = self.0.clock.now();
            let mut state = self.0.state();
            let kept = state.kept.get(url).cloned();
            if let Some(kept) = kept.as_ref().filter(|kept| will_do(kept, now)) {
                return Ok(kept.clone());
            }
            match state.flights.get(url) {
                Some(flight) => flight.clone(),
                None => {
                    if let Some(wait) = state.failures.wait(url, now) {
                        let reason = "it failed a moment ago".into();
                        let trouble = Trouble::new(TroubleKind::Unavailable, reason, kept);
                        return Err(trouble.with_retry_after(Some(wait)));
                    }
                    self.take_off(&mut state, target, kept)?
                }
            }
        };
        let landed = flight.wait_for(Option::is_some).await;
        let outcome = landed.ok().and_then(|outcome| outcome.clone());
        outcome.unwrap_or_else(|| Err(Trouble::lost(None)))
    }

    /// Starts a fetch in a task of its own, so that nobody who leaves ends it for the others.
    fn take_off(
        &self,
        state: &mut State<T>,
        target: Target<'_>,
        kept: Option<Found<T>>,
    ) -> Result<watch::Receiver<Option<Outcome<T>>>, Trouble<T>> {
        let Ok(runtime) = Handle::try_current() else {
            return Err(Trouble::lost(kept));
        };
        let (sender, flight) = watch::channel(None);
        let (url, host): (Arc<str>, Box<str>) = (target.url.into(), target.host.into());
        let is_known = target.is_known || kept.is_some();
        state.flights.insert(Arc::clone(&url), flight.clone());
        let landing = Landing {
            inner: Arc::clone(&self.0),
            url,
        };
        runtime.spawn(async move {
            let inner = &landing.inner;
            let fetched = inner.fetch(&landing.url, kept, is_known).await;
            let outcome = inner.settle(&landing.url, &host, fetched);
            drop(landing);
            sender.send_replace(Some(outcome));
        });
        Ok(flight)
    }
}

/// Ends a flight, also one that panics.
struct Landing<T> {
    inner: Arc<Inner<T>>,
    url: Arc<str>,
}

impl<T> Drop for Landing<T> {
    fn drop(&mut self) {
        self.inner.state().flights.remove(&self.url);
    }
}

impl<T> Inner<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: PartialEq> Inner<T> {
    async fn fetch(&self, url: &str, kept: Option<Found<T>>, is_known: bool) -> Outcome<T> {
        let validators = kept.as_ref().map(|kept| &*kept.0);
        let request = FetchRequest {
            url,
            accept: self.rules.accept,
            max_length: self.rules.max_length,
            etag: validators.and_then(|kept| kept.etag.as_ref()),
            last_modified: validators.and_then(|kept| kept.last_modified.as_ref()),
            is_known,
        };
        let is_conditional = request.etag.is_some() || request.last_modified.is_some();
        let response = match self.fetch.get(&request).await {
            Ok(response) => response,
            Err(error) => return Err(Trouble::of(error, kept)),
        };
        let now = self.clock.now();
        let status = response.status();
        match (status, kept) {
            (StatusCode::OK, kept) => match (self.read)(url, &response) {
                Ok(value) => Ok(self.keep(value, response.headers(), kept, now)),
                Err(reason) => Err(Trouble::new(TroubleKind::Invalid, reason, None)),
            },
            (StatusCode::NOT_MODIFIED, Some(kept)) if is_conditional => {
                Ok(self.renew(&kept.0, response.headers(), now))
            }
            (_, kept) => {
                let reason = format!("the status is {}", status.as_u16()).into();
                let kind = kind_of(status);
                let stale = kept.filter(|_| kind == TroubleKind::Unavailable);
                let trouble = Trouble::new(kind, reason, stale);
                Err(trouble.with_retry_after(Some(Duration::from_secs(10))))
            }
        }
    }

    fn keep(
        &self,
        value: T,
        headers: &HeaderMap,
        old: Option<Found<T>>,
        now: Timestamp,
    ) -> Found<T> {
        let same = old.as_ref().filter(|old| *old.0.value == value);
        let changed_at = same.map_or(now, |same| same.0.changed_at);
        let first_at = old.as_ref().map_or(now, |old| old.0.first_at);
        Found(Arc::new(Kept {
            value: same.map_or_else(|| Arc::new(value), |same| Arc::clone(&same.0.value)),
            first_at,
            changed_at,
            fetched_at: now,
            lifetime: self.bounds().lifetime(headers, now),
            etag: validator(headers, ETAG),
            last_modified: validator(headers, LAST_MODIFIED),
        }))
    }

    /// RFC 9111 §4.3.4: what the response doesn't say is as before.
    fn renew(&self, old: &Kept<T>, headers: &HeaderMap, now: Timestamp) -> Found<T> {
        let lifetime = match is_said(headers) {
            true => self.bounds().lifetime(headers, now),
            false => old.lifetime,
        };
        Found(Arc::new(Kept {
            value: Arc::clone(&old.value),
            first_at: old.first_at,
            changed_at: old.changed_at,
            fetched_at: now,
            lifetime,
            etag: validator(headers, ETAG).or_else(|| old.etag.clone()),
            last_modified: validator(headers, LAST_MODIFIED).or_else(|| old.last_modified.clone()),
        }))
    }

    /// Notes what came of a fetch. An error is only a reason to pause.
    fn settle(&self, url: &Arc<str>, host: &str, fetched: Outcome<T>) -> Outcome<T> {
        let now = self.clock.now();
        let mut state = self.state();
        match &fetched {
            Ok(found) => {
                state.failures.forget(url);
                match found.0.lifetime {
                    Some(_) => state.kept.insert(url, host, found.clone()),
                    None => state.kept.remove(url),
                }
            }
            Err(trouble) if trouble.is_of_url() => {
                let is_withdrawn = trouble.kind == TroubleKind::Invalid;
                state.failures.note(url, host, now, is_withdrawn);
                if is_withdrawn {
                    state.kept.remove(url);
                }
            }
            Err(_) => {}
        }
        fetched
    }

    fn bounds(&self) -> Bounds {
        Bounds {
            floor: self.rules.floor,
            ceiling: self.rules.ceiling,
            keeps_unstorable: self.rules.keeps_unstorable,
        }
    }
}

/// A redirect, a challenge or a fault of the server says nothing about what would be there
/// otherwise; every other status does.
fn kind_of(status: StatusCode) -> TroubleKind {
    match status.as_u16() {
        300..=399 | 403 | 408 | 425 | 429 | 500.. => TroubleKind::Unavailable,
        _ => TroubleKind::Invalid,
    }
}

fn validator(headers: &HeaderMap, name: HeaderName) -> Option<HeaderValue> {
    let value = headers.get(name)?;
    (value.len() <= MAX_VALIDATOR).then(|| value.clone())
}
