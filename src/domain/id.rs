use std::fmt;

use serde::{Serialize, Serializer};
use ulid::Ulid;

use super::Timestamp;
use super::text::serialize_as_str;

/// A ULID that identifies a client record, a secret or an audit entry. Sorts by age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(Ulid);

impl Id {
    /// The length of the text form, in bytes.
    pub const LENGTH: usize = 26;

    /// Generates an id at `now`. It starts with the microseconds, so that ids sort by age, and ends
    /// with 70 random bits.
    pub fn generate(now: Timestamp) -> Self {
        Self::at(now, rand::random::<u128>() >> 58)
    }

    /// The least id that is generated at a time: those of earlier times are below it.
    #[cfg(any(feature = "cimd", feature = "diesel", test))]
    pub(crate) fn least_at(time: Timestamp) -> Self {
        Self::at(time, 0)
    }

    fn at(time: Timestamp, random: u128) -> Self {
        // A ULID has milliseconds and 80 more bits, of which the first 10 hold the microseconds.
        let micros = u128::from(time.as_micros().unsigned_abs() % 1_000);
        Self(Ulid::from_parts(time.as_millis(), micros << 70 | random))
    }

    /// The id of what has no record, from a hash of what identifies it.
    #[cfg(feature = "cimd")]
    pub(crate) fn from_hash(hash: [u8; 16]) -> Self {
        Self(Ulid(u128::from_be_bytes(hash)))
    }

    /// Parses the canonical form: 26 upper-case characters of Crockford's Base32.
    ///
    /// Returns `None` for anything else, including other spellings of a valid ULID: an id has only
    /// one spelling, whatever the collation of the database that compares it.
    pub fn parse(text: &str) -> Option<Self> {
        let ulid = Ulid::from_string(text).ok()?;
        (ulid.array_to_str(&mut [0; Self::LENGTH]) == text).then_some(Self(ulid))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.array_to_str(&mut [0; Self::LENGTH]))
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.array_to_str(&mut [0; Self::LENGTH]))
    }
}

/// The public `client_id` of a client (RFC 6749 §2.2): unique across tenants, case-sensitive, and
/// not a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(String);

impl ClientId {
    /// The longest `client_id`, in bytes: it may be the URL of a metadata document.
    pub const MAX_LENGTH: usize = 256;

    /// What [`parse`](Self::parse) accepts, as a violation says it.
    pub(crate) const MUST: &str = "must be 1 to 256 visible ASCII characters";

    /// Accepts 1 to 256 visible ASCII characters.
    ///
    /// The RFC's `VSCHAR` includes the space, which is left out, as some databases ignore it at the
    /// end of a string.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=Self::MAX_LENGTH).contains(&text.len());
        (fits && text.bytes().all(|byte| byte.is_ascii_graphic())).then(|| Self(text.to_owned()))
    }

    /// Generates a `client_id`: the prefix and the id in lower case.
    pub(crate) fn generate(prefix: &str, id: Id) -> Self {
        Self(format!("{prefix}{}", id.to_string().to_ascii_lowercase()))
    }

    /// The name in the audit trail of what is no client and has this id.
    #[cfg(feature = "registration")]
    pub(crate) fn of(id: Id) -> Self {
        Self(id.to_string())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

serialize_as_str!(ClientId);

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The tenant that owns a client. Every read and write is limited to one tenant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantId(String);

impl TenantId {
    /// The longest tenant id, in bytes.
    pub const MAX_LENGTH: usize = 128;

    /// Accepts 1 to 128 bytes without control characters and without white space at either end.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=Self::MAX_LENGTH).contains(&text.len());
        let plain = text.trim() == text && !text.contains(char::is_control);
        (fits && plain).then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

serialize_as_str!(TenantId);

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let id = Id::parse("01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap();
        assert_eq!(id.to_string(), "01ARZ3NDEKTSV4RRFFQ69G5FAV");
        for other in [
            "01arz3ndektsv4rrffq69g5fav",
            "OIARZ3NDEKTSV4RRFFQ69G5FAV",
            "",
            "01ARZ'--",
        ] {
            assert_eq!(Id::parse(other), None, "{other}");
        }
    }

    #[test]
    fn ids_sort_by_age_to_the_microsecond() {
        let moments = (1_776_249_000_000_000..1_776_249_000_003_000).step_by(7);
        let ids: Vec<_> = moments
            .map(|at| Id::generate(Timestamp::from_micros(at)))
            .collect();
        assert!(ids.is_sorted());
        let moment = Timestamp::from_micros(1_776_249_000_000_999);
        let (before, at) = (
            Timestamp::from_micros(moment.as_micros() - 1),
            Id::least_at(moment),
        );
        assert!(Id::generate(before) < at && at <= Id::generate(moment));
    }

    /// An example of the reference implementation, `ulid/javascript`.
    #[test]
    fn an_id_begins_with_its_milliseconds() {
        let ulid = "01ARYZ6S41TSV4RRFFQ69G5FAV";
        let id = Id::generate(Timestamp::from_micros(1_469_918_176_385_000)).to_string();
        assert_eq!(id[..10], ulid[..10]);
    }

    #[test]
    fn a_tenant_has_no_blanks_around_it() {
        assert!(TenantId::parse("tenant_a").is_some());
        for bad in ["", " ", "tenant_a ", "\ttenant_a", "a\0b"] {
            assert_eq!(TenantId::parse(bad), None, "{bad:?}");
        }
    }
}
