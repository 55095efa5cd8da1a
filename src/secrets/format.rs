use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRng;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

use super::{Error, ErrorKind, Plaintext};
use crate::domain::Id;
use crate::error::BuildError;

/// The format of issued secrets: `tocs_01arz3ndektsv4rrffq69g5fav…`.
///
/// | part | characters | |
/// |---|---|---|
/// | prefix | 0–24 | `tocs_` by default, for people and secret scanners |
/// | lookup id | 26 | the id of the secret's record, in lower case |
/// | random | 43 | 256 bits from the operating system, in base64url |
/// | checksum | 6 | CRC-32 of everything before it, big-endian, in base64url |
///
/// All characters are `A`–`Z`, `a`–`z`, `0`–`9`, `-` or `_`, which form encoding (RFC 6749 §2.3.1)
/// does not change.
///
/// The lookup id names the one hash to verify against, so a guess never costs more than one. It is
/// no secret. [`SecretFormat::lookup_id`] parses a secret from its end, so secrets issued with
/// another prefix remain valid.
#[derive(Clone, Debug)]
pub struct SecretFormat {
    prefix: Cow<'static, str>,
}

const ID: usize = Id::LENGTH;
const RANDOM: usize = 43;
const CHECKSUM: usize = 6;

impl SecretFormat {
    /// The maximum length of a prefix, in characters.
    pub const MAX_PREFIX_LENGTH: usize = 24;

    /// The length of a secret without a prefix, in characters.
    const MIN_LENGTH: usize = ID + RANDOM + CHECKSUM;

    /// The maximum length of a secret, in characters.
    pub const MAX_LENGTH: usize = Self::MAX_PREFIX_LENGTH + Self::MIN_LENGTH;

    /// Creates a format with your own prefix, which may be empty.
    ///
    /// # Errors
    ///
    /// [`BuildErrorKind::Setting`](crate::BuildErrorKind::Setting) if the prefix is longer than 24
    /// characters or contains any other than `A`–`Z`, `a`–`z`, `0`–`9`, `-` and `_`.
    pub fn new(prefix: impl Into<String>) -> Result<Self, BuildError> {
        let prefix = prefix.into();
        if prefix.len() > Self::MAX_PREFIX_LENGTH || !prefix.bytes().all(is_allowed) {
            return Err(BuildError::setting(
                "a secret's prefix must be at most 24 letters, digits, '-' and '_'",
            ));
        }
        Ok(Self {
            prefix: prefix.into(),
        })
    }

    /// Generates the secret of the record `id`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Other`] if the system's random source fails.
    pub fn generate(&self, id: Id) -> Result<Plaintext, Error> {
        // Directly from the system: a user-space generator's state would be shared by forked
        // processes and restored snapshots.
        let mut random = Zeroizing::new([0; 32]);
        SysRng
            .try_fill_bytes(&mut *random)
            .map_err(|error| Error::new(ErrorKind::Other).with_source(error))?;
        let random = Zeroizing::new(URL_SAFE_NO_PAD.encode(random.as_slice()));

        // The exact capacity: growing a string leaves copies behind.
        let mut text = String::with_capacity(self.prefix.len() + Self::MIN_LENGTH);
        text.push_str(&self.prefix);
        text.push_str(&id.to_string().to_ascii_lowercase());
        text.push_str(&random);
        let checksum = checksum(&text);
        text.push_str(&checksum);
        Ok(Plaintext::new(text))
    }

    /// The id of the record to verify `presented` against, or `None` if it is not in the format of
    /// issued secrets: its length, a character or its checksum is wrong.
    ///
    /// A malformed secret may be refused at once, without a hash. That reveals nothing: the format
    /// is public, and the result depends only on what was presented, never on what is stored. The
    /// checksum catches typing errors and truncated pastes, not attacks.
    pub fn lookup_id(presented: &Plaintext) -> Option<Id> {
        let text = presented.expose();
        let fits = (Self::MIN_LENGTH..=Self::MAX_LENGTH).contains(&text.len());
        if !fits || !text.bytes().all(is_allowed) {
            return None;
        }
        let (text, sum) = text.split_at_checked(text.len() - CHECKSUM)?;
        if sum != checksum(text).as_str() {
            return None;
        }
        let (text, _) = text.split_at_checked(text.len() - RANDOM)?;
        let (_, id) = text.split_at_checked(text.len() - ID)?;
        let lower_case = !id.bytes().any(|byte| byte.is_ascii_uppercase());
        lower_case.then(|| Id::parse(&id.to_ascii_uppercase()))?
    }
}

impl Default for SecretFormat {
    fn default() -> Self {
        Self {
            prefix: Cow::Borrowed("tocs_"),
        }
    }
}

fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn checksum(text: &str) -> Zeroizing<String> {
    let sum = crc32fast::hash(text.as_bytes());
    Zeroizing::new(URL_SAFE_NO_PAD.encode(sum.to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Clock, SystemClock};
    use crate::error::BuildErrorKind;

    fn id() -> Id {
        Id::generate(SystemClock.now())
    }

    fn read(text: impl Into<String>) -> Option<Id> {
        SecretFormat::lookup_id(&Plaintext::new(text))
    }

    #[test]
    fn an_issued_secret_has_its_parts() {
        let id = id();
        let secret = SecretFormat::default().generate(id).unwrap();
        let text = secret.expose();
        assert_eq!(text.len(), 80);
        assert_eq!(text[..5], *"tocs_");
        assert_eq!(text[5..31].to_ascii_uppercase(), id.to_string());
        assert_eq!(URL_SAFE_NO_PAD.decode(&text[31..74]).unwrap().len(), 32);
        assert_eq!(secret.last_four(), &text[76..]);
    }

    #[test]
    fn no_two_secrets_share_their_random_part() {
        let (format, id) = (SecretFormat::default(), id());
        let [one, other] = [(), ()].map(|()| format.generate(id).unwrap());
        assert_ne!(one.expose()[31..74], other.expose()[31..74]);
    }

    /// Pins the format: secrets issued by an earlier version must stay readable.
    #[test]
    fn a_secret_of_old_is_readable() {
        let text = format!("old-01arz3ndektsv4rrffq69g5fav{}", "A".repeat(43));
        assert_eq!(
            read(text + "CXKh0w").map(|id| id.to_string()).as_deref(),
            Some("01ARZ3NDEKTSV4RRFFQ69G5FAV")
        );
    }

    #[test]
    fn another_spelling_of_the_id_is_malformed() {
        for id in ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "o1arz3ndektsv4rrffq69g5fav"] {
            let text = format!("tocs_{id}{}", "A".repeat(43));
            let sum = checksum(&text);
            assert_eq!(read(text + &sum), None);
        }
    }

    #[test]
    fn what_is_too_long_is_malformed_whatever_its_checksum() {
        let secret = SecretFormat::new("p".repeat(24)).unwrap();
        let secret = secret.generate(id()).unwrap();
        assert!(SecretFormat::lookup_id(&secret).is_some());

        let text = format!("p{}", &secret.expose()[..93]);
        let sum = checksum(&text);
        assert_eq!(read(text + &sum), None);
        assert_eq!(read("A".repeat(100_000)), None);
    }

    #[test]
    fn a_prefix_is_short_and_plain() {
        assert!(SecretFormat::new("").is_ok());
        for bad in ["with space", "dot.", "é", "0123456789012345678901234"] {
            let error = SecretFormat::new(bad).unwrap_err();
            assert_eq!(error.kind(), BuildErrorKind::Setting);
        }
    }

    proptest! {
        #[test]
        fn what_was_issued_is_read_back(prefix in "[A-Za-z0-9_-]{0,24}") {
            let id = id();
            let secret = SecretFormat::new(prefix).unwrap().generate(id).unwrap();
            prop_assert_eq!(SecretFormat::lookup_id(&secret), Some(id));
        }

        #[test]
        fn one_changed_character_is_malformed(at: prop::sample::Index, to in "[A-Za-z0-9_-]|.") {
            let secret = SecretFormat::default().generate(id()).unwrap();
            let text = secret.expose();
            let at = at.index(text.len());
            prop_assume!(text[at..=at] != *to);
            let changed = format!("{}{to}{}", &text[..at], &text[at + 1..]);
            prop_assert_eq!(read(changed), None);
        }

        #[test]
        fn anything_is_read_without_a_panic(text: String) {
            prop_assert_eq!(read(text), None);
        }
    }
}
