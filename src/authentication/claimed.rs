use std::fmt;

use crate::domain::ClientId;
use crate::secrets::{Plaintext, SecretFormat};

/// Replaces the rest of an overlong value.
const CUT: &str = "...";

/// A claimed `client_id`, made safe for logs: characters that no `client_id` has are escaped, and
/// overlong values truncated. A valid `client_id` is unchanged.
pub(super) struct Claimed(Box<str>);

impl Claimed {
    /// `None` if the value contains an issued secret, sent in the wrong field.
    pub(super) fn new(claimed: &str) -> Option<Self> {
        let mut words =
            claimed.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_'));
        let is_secret = |word: &str| SecretFormat::lookup_id(&Plaintext::new(word)).is_some();
        if claimed.is_empty() || words.any(is_secret) {
            return None;
        }
        let mut shown = String::with_capacity(claimed.len().min(ClientId::MAX_LENGTH));
        for c in claimed.chars() {
            let before = shown.len();
            match c.is_ascii_graphic() {
                true => shown.push(c),
                false => shown.extend(c.escape_unicode()),
            }
            if shown.len() > ClientId::MAX_LENGTH {
                shown.truncate(before);
                shown.push_str(CUT);
                break;
            }
        }
        Some(Self(shown.into()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Redacted: errors are printed in many places.
impl fmt::Debug for Claimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Claimed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Id, Timestamp};

    fn text(claimed: &str) -> Option<String> {
        Claimed::new(claimed).map(|claimed| claimed.as_str().to_owned())
    }

    #[test]
    fn a_client_id_is_shown_as_it_is() {
        let longest = "a".repeat(ClientId::MAX_LENGTH);
        for id in [
            "app-1",
            "https://app.example.com/c?x=\"y\"",
            "a\\b",
            &longest,
        ] {
            assert!(ClientId::parse(id).is_some());
            assert_eq!(text(id).as_deref(), Some(id));
        }
    }

    #[test]
    fn whatever_else_is_one_short_line_of_ascii() {
        assert_eq!(text(""), None);
        assert_eq!(text("a b\r\n").as_deref(), Some("a\\u{20}b\\u{d}\\u{a}"));
        for bad in [
            "\u{1b}[31m".repeat(50),
            "\u{202e}💥".repeat(200),
            "x".repeat(10_000),
        ] {
            let shown = text(&bad).unwrap();
            assert!(shown.len() <= ClientId::MAX_LENGTH + CUT.len(), "{shown}");
            assert!(shown.bytes().all(|byte| byte.is_ascii_graphic()), "{shown}");
            assert!(shown.ends_with(CUT), "{shown}");
        }
    }

    #[test]
    fn a_secret_in_the_wrong_place_is_not_shown() {
        let id = Id::generate(Timestamp::from_micros(1_776_249_000_000_000));
        let secret = SecretFormat::default().generate(id).unwrap();
        let secret = secret.expose();
        for claimed in [
            secret.to_owned(),
            format!("app-1:{secret}"),
            format!("Bearer {secret}\n"),
            format!("{}/{secret}", "x".repeat(200)),
        ] {
            assert_eq!(text(&claimed), None);
        }
    }
}
