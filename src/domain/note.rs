//! Texts about a client for administrators; users never see them.

use super::name::is_control;
use super::violation::Fault;

/// The maximum length of a description, in characters.
pub(crate) const MAX_DESCRIPTION_LENGTH: usize = 1024;

/// The maximum number of contacts.
pub(crate) const MAX_CONTACTS: usize = 10;

/// The maximum length of a contact, in characters: an address of RFC 5321 §4.5.3.1.3 fits.
pub(crate) const MAX_CONTACT_LENGTH: usize = 254;

/// Checks a description, which may have several lines.
pub(super) fn check_description(text: &str) -> Result<(), Fault> {
    let breaks_line = |c| matches!(c, '\n' | '\r' | '\t');
    if text.chars().count() > MAX_DESCRIPTION_LENGTH {
        return Err(format!("must be at most {MAX_DESCRIPTION_LENGTH} characters long").into());
    }
    if text.chars().any(|c| is_control(c) && !breaks_line(c)) {
        return Err("must not contain control characters but line breaks and tabs".into());
    }
    Ok(())
}

/// Checks a way to reach somebody who is responsible, typically an email address (RFC 7591 §2).
pub(super) fn check_contact(text: &str) -> Result<(), Fault> {
    if !(1..=MAX_CONTACT_LENGTH).contains(&text.chars().count()) {
        return Err(format!("must be 1 to {MAX_CONTACT_LENGTH} characters long").into());
    }
    if text.chars().any(is_control) {
        return Err("must not contain control characters".into());
    }
    if text.trim().is_empty() {
        return Err("must contain a visible character".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_has_lines_and_nothing_hidden() {
        for good in ["a", "Owned by Ops.\r\n\tAsk in #ops.", &"é".repeat(1024)] {
            assert!(check_description(good).is_ok(), "{good}");
        }
        for bad in ["\0", "a\u{202e}b", "a\u{2028}b", &"a".repeat(1025)] {
            assert!(check_description(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_contact_is_one_line() {
        for good in [
            "ops@example.com",
            "+1 555 0100",
            "山田さん",
            &"a".repeat(254),
        ] {
            assert!(check_contact(good).is_ok(), "{good}");
        }
        for bad in ["", " ", "a\nb", "\u{202e}a", &"a".repeat(255)] {
            assert!(check_contact(bad).is_err(), "{bad:?}");
        }
    }
}
