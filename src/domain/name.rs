use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::violation::Fault;
use super::{Policy, unseen};

/// More marks than this on one character hide the text around them (UTS 39 §5.4).
const MAX_STACKED_MARKS: usize = 4;

/// Checks a client's name: any script is allowed, and it is stored as is.
///
/// Users read the name to decide which client to trust (RFC 7591 §5), so characters that could make
/// it look empty or like another text are refused: UTS 39 §3.1, with joiners where a script needs
/// them. Spaces are allowed, also at the ends.
pub(super) fn check(name: &str, policy: &Policy) -> Result<(), Fault> {
    if !(1..=policy.name_length).contains(&name.chars().count()) {
        return Err(format!("must be 1 to {} characters long", policy.name_length).into());
    }
    if name.chars().any(is_control) {
        return Err("must not contain control characters".into());
    }
    if !name.chars().any(is_visible) {
        return Err("must contain a visible character".into());
    }
    if unseen::is_in(name) {
        return Err("must not contain invisible, deprecated or unassigned characters".into());
    }
    if has_stacked_marks(name) {
        return Err("must not stack more than 4 combining marks".into());
    }
    Ok(())
}

/// The start of a name, without characters that only affect the one after it.
pub(crate) fn cut(name: &str, characters: usize) -> &str {
    match name.char_indices().nth(characters) {
        None => name,
        Some((end, _)) => {
            let kept = name.get(..end).unwrap_or_default();
            kept.trim_end_matches(unseen::is_ignorable)
        }
    }
}

pub(super) fn is_control(c: char) -> bool {
    let breaks_line = matches!(c, '\u{2028}' | '\u{2029}');
    let reorders = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || breaks_line || reorders
}

fn is_visible(c: char) -> bool {
    // Letters by category, but blank in every font.
    let blank_letter = matches!(
        c,
        '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}'
    );
    let blank_category = matches!(
        c.general_category(),
        GeneralCategory::SpaceSeparator
            | GeneralCategory::Format
            | GeneralCategory::PrivateUse
            | GeneralCategory::Unassigned
    );
    !blank_letter && !blank_category && !is_mark(c)
}

fn is_mark(c: char) -> bool {
    matches!(
        c.general_category(),
        GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark
    )
}

fn has_stacked_marks(name: &str) -> bool {
    let mut run = 0;
    name.chars().any(|c| {
        if is_mark(c) {
            run += 1;
        } else if c.general_category() != GeneralCategory::Format {
            run = 0;
        }
        run > MAX_STACKED_MARKS
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_script_is_welcome() {
        let policy = Policy::default();
        let at_the_limit = "ñ".repeat(128);
        for good in [
            "a",
            "Ünïcode",
            "日本語",
            "مثال",
            "👩‍👩‍👧",
            "x'); DROP TABLE--",
            "  My app\u{a0}",
            "می\u{200c}خواهم",
            "a\u{301}\u{301}\u{301}\u{301}b",
            &at_the_limit,
        ] {
            assert!(check(good, &policy).is_ok(), "{good}");
        }
    }

    #[test]
    fn marks_are_counted_across_joiners_and_from_each_character_anew() {
        let marks = |each: &str, times: usize| format!("a{}", each.repeat(times));
        assert!(!has_stacked_marks(&marks("\u{301}", 4).repeat(3)));
        assert!(has_stacked_marks(&marks("\u{301}", 5)));
        assert!(!has_stacked_marks(&marks("\u{301}\u{200d}", 4)));
        assert!(has_stacked_marks(&marks("\u{301}\u{200d}", 5)));
    }

    #[test]
    fn what_misleads_is_refused() {
        let policy = Policy::default();
        let too_long = "n".repeat(129);
        let zalgo = format!("a{}", "\u{301}".repeat(5));
        let joined = format!("a{}", "\u{301}\u{301}\u{200d}".repeat(3));
        for bad in [
            "",
            " ",
            "a\nb",
            "a\u{85}b",
            "a\0",
            "\u{202e}evil",
            "\u{200b}\u{200b}",
            "\u{3164}",
            "\u{301}",
            "a\u{2028}b",
            &too_long,
            &zalgo,
            &joined,
            "Pay\u{200b}Pal",
            "Pay\u{e0061}Pal",
            "PayPal\u{378}",
        ] {
            assert!(check(bad, &policy).is_err(), "{bad:?}");
        }
    }
}
