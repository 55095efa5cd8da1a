use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Serialize, Serializer};

/// A time in UTC, in whole microseconds since the Unix epoch.
///
/// `Display` and `Serialize` write RFC 3339 with second precision and a `Z`, as on the wire. Stored
/// [documents](crate::repository::Document) contain the microseconds, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 9999-12-30T22:00:00Z: the last time whose year has four digits in every time zone.
    const LAST: i64 = 253_402_207_200 * 1_000_000;

    /// The time `micros` microseconds after the epoch, clamped to the years 1970 to 9999.
    pub fn from_micros(micros: i64) -> Self {
        Self(micros.clamp(0, Self::LAST))
    }

    /// Microseconds since the epoch.
    pub fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch.
    pub fn as_seconds(self) -> i64 {
        self.0 / 1_000_000
    }

    /// RFC 3339 in UTC, with microseconds if there are any, as stored in a document.
    pub(crate) fn precise(self) -> impl fmt::Display {
        // Within the supported years, this can't fail.
        jiff::Timestamp::from_microsecond(self.0).unwrap_or_default()
    }

    /// Parses RFC 3339, if the time is in range.
    pub(crate) fn parse_precise(text: &str) -> Option<Self> {
        let micros = text.parse::<jiff::Timestamp>().ok()?.as_microsecond();
        let moment = Self::from_micros(micros);
        (moment.0 == micros).then_some(moment)
    }

    /// Parses RFC 3339 §5.6, if the time is in range.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        // The parser also reads other forms of ISO 8601.
        is_rfc_3339(text).then(|| Self::parse_precise(text))?
    }

    /// Whole milliseconds since the epoch.
    pub(crate) fn as_millis(self) -> u64 {
        (self.0 / 1_000).unsigned_abs()
    }
}

/// Correct clocks differ by less than this.
const FAR: Duration = Duration::from_secs(24 * 60 * 60);

impl Timestamp {
    /// Whether a wrong clock wrote this time, if `now` is from a correct one.
    pub(crate) fn is_far_ahead_of(self, now: Self) -> bool {
        self > now.far_ahead()
    }

    /// The latest time that is not far ahead of this one.
    pub(crate) fn far_ahead(self) -> Self {
        self + FAR
    }
}

/// Whether a text has the form of `date-time` in RFC 3339 §5.6.
fn is_rfc_3339(text: &str) -> bool {
    let has_form = |part: &[u8], form: &[u8]| {
        let fits = |(byte, form): (&u8, &u8)| match form {
            b'0' => byte.is_ascii_digit(),
            _ => byte.eq_ignore_ascii_case(form),
        };
        part.len() == form.len() && part.iter().zip(form).all(fits)
    };
    let form = b"0000-00-00T00:00:00";
    let Some((start, rest)) = text.as_bytes().split_at_checked(form.len()) else {
        return false;
    };
    let zone = match rest.strip_prefix(b".") {
        Some(fraction) => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit());
            match digits.count() {
                0 => return false,
                end => fraction.get(end..).unwrap_or_default(),
            }
        }
        None => rest,
    };
    has_form(start, form)
        && [&b"Z"[..], b"+00:00", b"-00:00"]
            .iter()
            .any(|form| has_form(zone, form))
}

impl std::ops::Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_add(micros))
    }
}

impl std::ops::Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_sub(micros))
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        Self(0) + time.duration_since(UNIX_EPOCH).unwrap_or_default()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = jiff::Timestamp::from_second(self.as_seconds()).map_err(|_| fmt::Error)?;
        seconds.fmt(f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// A source of time, which tests can replace.
pub trait Clock: Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> Timestamp;
}

/// The system clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        SystemTime::now().into()
    }
}

impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_in_utc_with_seconds() {
        let moment = Timestamp::from_micros(1_776_249_000_999_999);
        assert_eq!(moment.to_string(), "2026-04-15T10:30:00Z");
    }

    #[test]
    fn only_rfc_3339_is_read() {
        for good in [
            "2026-04-15T10:30:00Z",
            "2026-04-15t12:30:00.000+02:00",
            "2026-04-15T10:30:00.0z",
            "2026-04-15T10:30:00-00:00",
        ] {
            let read = Timestamp::parse(good).map(Timestamp::as_seconds);
            assert_eq!(read, Some(1_776_249_000), "{good}");
        }
        for bad in [
            "",
            "2026-04-15",
            "2026-04-15T10:30Z",
            "2026-04-15 10:30:00Z",
            "2026-04-15T10:30:00",
            "2026-04-15T10:30:00.Z",
            "2026-04-15T10:30:00+02",
            "2026-04-15T10:30:00+02:00[Europe/Berlin]",
            "2026-04-31T10:30:00Z",
            "20260415T103000Z",
            "1776249000",
            " 2026-04-15T10:30:00Z",
            "2026-04-15T10:30:00Z\n",
        ] {
            assert_eq!(Timestamp::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn never_leaves_what_rfc_3339_can_write() {
        let last = Timestamp::from_micros(i64::MAX) + Duration::MAX;
        assert_eq!(last.to_string(), "9999-12-30T22:00:00Z");
        assert_eq!(
            Timestamp::from_micros(-1).to_string(),
            "1970-01-01T00:00:00Z"
        );
    }
}
