//! Invisible characters, and those that are not for plain text.

use std::ops::RangeInclusive;

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// `Default_Ignorable_Code_Point` (UAX 44, `DerivedCoreProperties.txt`): invisible.
const IGNORABLE: [RangeInclusive<char>; 17] = [
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{202a}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fff8}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e0fff}',
];

/// `Deprecated` (UAX 44, `PropList.txt`), unless also ignorable.
const DEPRECATED: [RangeInclusive<char>; 6] = [
    '\u{149}'..='\u{149}',
    '\u{673}'..='\u{673}',
    '\u{f77}'..='\u{f77}',
    '\u{f79}'..='\u{f79}',
    '\u{17a3}'..='\u{17a4}',
    '\u{2329}'..='\u{232a}',
];

/// Interlinear annotations and the object replacement character (The Unicode Standard §23.8).
const NOT_PLAIN: RangeInclusive<char> = '\u{fff9}'..='\u{fffc}';

const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';
const EMOJI_STYLE: char = '\u{fe0f}';
const KEYCAP: char = '\u{20e3}';

/// Whether the text contains a character that is deprecated, not for plain text, unassigned, or
/// invisible without affecting how its neighbours look.
pub(super) fn is_in(text: &str) -> bool {
    let mut before = None;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let after = rest.clone().next();
        if is_never_welcome(c) || (is_ignorable(c) && !is_at_home(before, c, after)) {
            return true;
        }
        before = Some(c);
    }
    false
}

/// Noncharacters are unassigned, too.
fn is_never_welcome(c: char) -> bool {
    c.general_category() == GeneralCategory::Unassigned
        || is_within(&DEPRECATED, c)
        || NOT_PLAIN.contains(&c)
}

/// Whether the character is invisible.
pub(super) fn is_ignorable(c: char) -> bool {
    is_within(&IGNORABLE, c)
}

fn is_within(ranges: &[RangeInclusive<char>], c: char) -> bool {
    ranges.iter().any(|range| range.contains(&c))
}

/// Whether an invisible character is in a place where it affects how its neighbours look.
fn is_at_home(before: Option<char>, c: char, after: Option<char>) -> bool {
    let Some(before) = before else {
        return false;
    };
    match c {
        NON_JOINER | JOINER if is_virama(before) => true,
        NON_JOINER => is_letter(before) && after.is_some_and(is_letter),
        JOINER => {
            let joins = |is: fn(char) -> bool| is(before) && after.is_some_and(is);
            joins(is_letter)
                || ((is_pictograph(before) || before == EMOJI_STYLE)
                    && after.is_some_and(is_pictograph))
        }
        EMOJI_STYLE => {
            let is_key = before.is_ascii_digit() || matches!(before, '#' | '*');
            is_pictograph(before) || (is_key && after == Some(KEYCAP))
        }
        // Variants of Mongolian letters, and of ideographs (UTS 37).
        '\u{180b}'..='\u{180f}' => matches!(before, '\u{1820}'..='\u{18aa}'),
        '\u{e0100}'..='\u{e01ef}' => is_ideograph(before),
        _ => false,
    }
}

fn is_letter(c: char) -> bool {
    let group = c.general_category_group();
    !is_ignorable(c)
        && matches!(
            group,
            GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark
        )
}

/// Signs that remove the vowel of a letter; a joiner after one selects its form.
fn is_virama(c: char) -> bool {
    matches!(
        c,
        '\u{94d}'
            | '\u{9cd}'
            | '\u{a4d}'
            | '\u{acd}'
            | '\u{b4d}'
            | '\u{bcd}'
            | '\u{c4d}'
            | '\u{ccd}'
            | '\u{d4d}'
            | '\u{dca}'
    )
}

/// Characters that may be drawn as an emoji: symbols, skin tones and a few punctuation marks.
fn is_pictograph(c: char) -> bool {
    let is_symbol = c.general_category() == GeneralCategory::OtherSymbol;
    let is_arrow = matches!(c, '\u{2190}'..='\u{21ff}');
    let is_tone = matches!(c, '\u{1f3fb}'..='\u{1f3ff}');
    let is_mark = matches!(c, '\u{203c}' | '\u{2049}' | '\u{3030}' | '\u{303d}');
    is_symbol || is_arrow || is_tone || is_mark
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_or_not_text_is_found() {
        for c in [
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{17b4}',
            '\u{180e}',
            '\u{200b}',
            '\u{200e}',
            '\u{200f}',
            '\u{2060}',
            '\u{2064}',
            '\u{206a}',
            '\u{3164}',
            '\u{fe00}',
            '\u{fe0e}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{1d173}',
            '\u{e0001}',
            '\u{e0061}',
            '\u{e007f}',
            '\u{e0100}',
            '\u{149}',
            '\u{673}',
            '\u{f77}',
            '\u{17a3}',
            '\u{2329}',
            '\u{fff9}',
            '\u{fffa}',
            '\u{fffb}',
            '\u{fffc}',
            '\u{fdd0}',
            '\u{ffff}',
            '\u{1fffe}',
            '\u{10ffff}',
            '\u{378}',
            '\u{2065}',
            '\u{fff0}',
            '\u{e0fff}',
        ] {
            for text in [
                format!("Pay{c}Pal"),
                format!("{c}PayPal"),
                format!("PayPal{c}"),
            ] {
                assert!(is_in(&text), "{:?}", c.escape_unicode());
            }
        }
        for joiner in [NON_JOINER, JOINER] {
            for text in [
                format!("{joiner}PayPal"),
                format!("PayPal{joiner}"),
                format!("Pay {joiner}Pal"),
                format!("Pay{joiner}{joiner}Pal"),
                format!("Pay{joiner}\u{301}\u{200b}Pal"),
                format!("1{joiner}2"),
            ] {
                assert!(is_in(&text), "{text:?}");
            }
        }
        assert!(is_in("Pay1\u{fe0f}Pal") && is_in("👩\u{200c}👧") && is_in("👩\u{200d}Pal"));
    }

    #[test]
    fn what_scripts_and_emoji_need_is_at_home() {
        for text in [
            "",
            "  PayPal\u{a0}",
            "می\u{200c}خواهم",
            "क्\u{200d}ष",
            "അവന്\u{200d}",
            "ශ්\u{200d}රී",
            "👩‍👩‍👧",
            "👩🏽‍💻",
            "🏳️‍🌈",
            "🧔‍♂️",
            "❤️‍🔥",
            "1️⃣ #️⃣",
            "©️ ‼️ ↔️",
            "葛\u{e0100}城",
            "ᠭ\u{180b}ᠠ",
            "\u{600}١",
            "\u{fffd}",
            "\u{e000}",
        ] {
            assert!(!is_in(text), "{text:?}");
        }
    }
}
