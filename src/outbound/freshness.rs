//! How long a response may be used: the part of RFC 9111 that a private cache of small documents
//! needs.

use std::time::Duration;

use http::header::{AGE, CACHE_CONTROL, DATE, EXPIRES, HeaderMap, HeaderName};
use jiff::fmt::rfc2822::DateTimeParser;

use crate::domain::Timestamp;

/// How long a response may be used that doesn't say it.
const UNSAID: Duration = Duration::from_secs(300);

static DATES: DateTimeParser = DateTimeParser::new();

/// The bounds of how long a response is used, whatever it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) floor: Duration,
    pub(super) ceiling: Duration,
    /// Whether a response is kept for the floor that says it must not be stored.
    pub(super) keeps_unstorable: bool,
}

impl Bounds {
    /// How long a response that came at `now` may be used, `None` if it must not be stored.
    pub(super) fn lifetime(&self, headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
        let said = Said::read(headers);
        if said.is_unstorable {
            return self.keeps_unstorable.then_some(self.floor);
        }
        let fresh = if said.must_validate {
            Duration::ZERO
        } else if let Some(seconds) = said.max_age {
            Duration::from_secs(seconds)
        } else if headers.contains_key(EXPIRES) {
            until_expiry(headers, now)
        } else {
            UNSAID
        };
        let age = single(headers, AGE).and_then(seconds).unwrap_or(0);
        let fresh = fresh.saturating_sub(Duration::from_secs(age));
        Some(fresh.clamp(self.floor, self.ceiling))
    }
}

/// Whether a response says how long it may be used.
pub(super) fn is_said(headers: &HeaderMap) -> bool {
    headers.contains_key(CACHE_CONTROL) || headers.contains_key(EXPIRES)
}

/// What `Cache-Control` says (RFC 9111 §5.2.2). `s-maxage` is for shared caches.
#[derive(Default)]
struct Said {
    max_age: Option<u64>,
    must_validate: bool,
    is_unstorable: bool,
}

impl Said {
    fn read(headers: &HeaderMap) -> Self {
        let mut said = Self::default();
        for value in headers.get_all(CACHE_CONTROL) {
            let Ok(text) = value.to_str() else {
                said.must_validate = true;
                continue;
            };
            for directive in text.split(',') {
                said.note(directive.trim());
            }
        }
        said
    }

    fn note(&mut self, directive: &str) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        let name = name.trim().to_ascii_lowercase();
        match &*name {
            "no-store" | "private" => self.is_unstorable = true,
            "no-cache" => self.must_validate = true,
            // An unreadable value means stale, and of several the shortest counts (§4.2.1).
            "max-age" => {
                let seconds = seconds(value.trim().trim_matches('"')).unwrap_or(0);
                self.max_age = Some(self.max_age.map_or(seconds, |other| other.min(seconds)));
            }
            _ => {}
        }
    }
}

/// RFC 9111 §5.3: an invalid `Expires`, such as `0`, is in the past.
fn until_expiry(headers: &HeaderMap, now: Timestamp) -> Duration {
    let Some(expires) = single(headers, EXPIRES).and_then(date) else {
        return Duration::ZERO;
    };
    let from = single(headers, DATE).and_then(date);
    let from = from.unwrap_or(now.as_seconds());
    Duration::from_secs(u64::try_from(expires.saturating_sub(from)).unwrap_or(0))
}

fn date(text: &str) -> Option<i64> {
    let date = DATES.parse_timestamp(text).ok()?;
    Some(date.as_second())
}

fn single(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    let is_single = values.next().is_none();
    is_single.then(|| first.to_str().ok())?
}

/// RFC 9111 §1.2.2: more than can be counted is a long time.
fn seconds(digits: &str) -> Option<u64> {
    let are_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    are_digits.then(|| digits.parse().unwrap_or(1 << 31))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const BOUNDS: Bounds = Bounds {
        floor: Duration::from_secs(60),
        ceiling: Duration::from_secs(86_400),
        keeps_unstorable: false,
    };

    fn lifetime(headers: &[(&'static str, &str)]) -> Option<u64> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        let now = Timestamp::parse("2026-11-30T12:00:00Z").unwrap();
        BOUNDS.lifetime(&map, now).map(|time| time.as_secs())
    }

    #[test]
    fn a_response_says_how_long_it_is_fresh() {
        for (control, expected) in [
            ("max-age=300", Some(300)),
            ("public, MAX-AGE=\"300\"", Some(300)),
            ("max-age=31536000", Some(86_400)),
            ("max-age=99999999999999999999999", Some(86_400)),
            ("max-age=1", Some(60)),
            ("max-age=-1", Some(60)),
            ("max-age=x", Some(60)),
            ("max-age", Some(60)),
            ("max-age=600, max-age=900", Some(600)),
            ("s-maxage=10, max-age=900", Some(900)),
            ("s-maxage=10", Some(300)),
            ("no-cache", Some(60)),
            ("no-cache, max-age=900", Some(60)),
            ("no-store", None),
            ("max-age=900, private", None),
            ("Private=\"x\"", None),
            ("public", Some(300)),
            ("", Some(300)),
        ] {
            assert_eq!(
                lifetime(&[("cache-control", control)]),
                expected,
                "{control}"
            );
        }
        assert_eq!(lifetime(&[]), Some(300));
    }

    #[test]
    fn older_headers_count_if_there_is_no_max_age() {
        let date = ("date", "Mon, 30 Nov 2026 11:00:00 GMT");
        let expires = ("expires", "Mon, 30 Nov 2026 12:10:00 GMT");
        assert_eq!(lifetime(&[expires]), Some(600));
        assert_eq!(lifetime(&[date, expires]), Some(4_200));
        assert_eq!(
            lifetime(&[date, expires, ("cache-control", "max-age=90")]),
            Some(90)
        );
        for past in ["Thu, 01 Jan 1970 00:00:00 GMT", "0", "-1", "soon"] {
            assert_eq!(lifetime(&[("expires", past)]), Some(60), "{past}");
        }
        assert_eq!(lifetime(&[expires, expires]), Some(60));
    }

    #[test]
    fn the_time_on_the_way_counts() {
        let fresh = ("cache-control", "max-age=900");
        assert_eq!(lifetime(&[fresh, ("age", "300")]), Some(600));
        assert_eq!(lifetime(&[fresh, ("age", "9000")]), Some(60));
        assert_eq!(lifetime(&[fresh, ("age", "x")]), Some(900));
    }

    #[test]
    fn a_host_may_keep_what_must_not_be_stored() {
        let bounds = Bounds {
            keeps_unstorable: true,
            ..BOUNDS
        };
        let mut headers = HeaderMap::new();
        headers.insert(
            "cache-control",
            HeaderValue::from_static("no-store, max-age=900"),
        );
        let kept = bounds.lifetime(&headers, Timestamp::from_micros(0));
        assert_eq!(kept, Some(BOUNDS.floor));
    }
}
