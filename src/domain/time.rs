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

impl std::ops::Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_add(micros))
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
    fn never_leaves_what_rfc_3339_can_write() {
        let last = Timestamp::from_micros(i64::MAX) + Duration::MAX;
        assert_eq!(last.to_string(), "9999-12-30T22:00:00Z");
        assert_eq!(
            Timestamp::from_micros(-1).to_string(),
            "1970-01-01T00:00:00Z"
        );
    }
}
