use std::fmt;

/// A hash of what the users of a client agree to: its name, its redirect URIs and its keys. Its
/// text is a SHA-256 in lower-case hexadecimal, as
/// [`ClientFacts::metadata_hash`](super::Client::facts) is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct MetadataHash([u8; 32]);

impl MetadataHash {
    #[cfg(feature = "registration")]
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Parses its text: 64 digits in lower case.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        let mut bytes = [0; 32];
        let (pairs, []) = digits.as_chunks::<2>() else {
            return None;
        };
        if pairs.len() != bytes.len() {
            return None;
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Self(bytes))
    }
}

fn digit(text: u8) -> Option<u8> {
    match text {
        b'0'..=b'9' => Some(text - b'0'),
        b'a'..=b'f' => Some(text - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for MetadataHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for MetadataHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MetadataHash({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_has_one_text() {
        let text = "0123456789abcdef".repeat(4);
        let hash = MetadataHash::parse(&text).unwrap();
        assert_eq!(hash.to_string(), text);
        for other in [
            "",
            &text[1..],
            &format!("{text}00"),
            &text.to_uppercase(),
            &text.replace('0', "g"),
            &"é".repeat(32),
        ] {
            assert_eq!(MetadataHash::parse(other), None, "{other}");
        }
    }
}
