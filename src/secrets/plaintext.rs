use std::fmt;

use zeroize::Zeroizing;

/// A plaintext client secret. It is never stored, and wiped on drop.
///
/// It can't be printed, compared, copied or serialized; [`Plaintext::expose`] is for the one
/// response that shows it, and for the hasher.
pub struct Plaintext(Zeroizing<String>);

impl Plaintext {
    /// Takes ownership of a secret.
    ///
    /// A `String` is moved, not copied, so no other copy remains.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The secret. Keep it out of logs, errors and storage.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The last four characters, for people to tell secrets apart; empty if there are fewer.
    ///
    /// In an issued secret they belong to the checksum: 20 bits that are of no use against the 256
    /// random ones.
    pub fn last_four(&self) -> &str {
        let start = self.0.len().checked_sub(4);
        start.and_then(|at| self.0.get(at..)).unwrap_or_default()
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plaintext([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_not_printed() {
        let plaintext = Plaintext::new("hunter2hunter2");
        assert_eq!(format!("{plaintext:?}"), "Plaintext([redacted])");
    }

    #[test]
    fn last_four_never_shows_a_short_secret() {
        assert_eq!(Plaintext::new("hunter2").last_four(), "ter2");
        assert_eq!(Plaintext::new("abc").last_four(), "");
        assert_eq!(Plaintext::new("a€€").last_four(), "");
    }
}
