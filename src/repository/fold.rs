use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// The combining class of marks above a letter.
const ABOVE: u8 = 230;

/// The form of a name that searches compare: case-folded, and the same for canonically equivalent
/// strings of Unicode (NFC).
///
/// Characters are folded one by one, so that the form of a substring is a substring of the form;
/// lower-casing a whole string depends on where a sigma stands. Lower, upper and lower case again,
/// so that all cases of a letter match: `ς` with `σ`, `ß` with `ss`, `ı` with `i`. The lower case
/// of `İ` is an `i` with a second dot, which nobody types, so it is removed.
pub(crate) fn fold_name(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    let mut on_i = false;
    name.nfd()
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .filter(|c| {
            let second_dot = on_i && *c == '\u{307}';
            match canonical_combining_class(*c) {
                0 => on_i = *c == 'i',
                ABOVE => on_i = second_dot,
                _ => {}
            }
            !second_dot
        })
        .nfc()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The planes with letters, and the compatibility ideographs.
    fn letters() -> impl Iterator<Item = char> {
        ('\0'..='\u{1ffff}').chain('\u{2f800}'..='\u{2fa1f}')
    }

    #[test]
    fn all_cases_of_a_letter_have_one_form() {
        for letter in letters() {
            let form = fold_name(&letter.to_string());
            let (lower, upper) = (letter.to_lowercase(), letter.to_uppercase());
            assert_eq!(fold_name(&lower.to_string()), form, "{letter}");
            assert_eq!(fold_name(&upper.to_string()), form, "{letter}");
            assert_eq!(fold_name(&form), form, "{letter}");
        }
    }

    #[test]
    fn every_way_to_write_a_letter_has_one_form() {
        for letter in letters() {
            let form = fold_name(&letter.to_string());
            let composed: String = letter.nfc().collect();
            let decomposed: String = letter.nfd().collect();
            assert_eq!(fold_name(&composed), form, "{letter}");
            assert_eq!(fold_name(&decomposed), form, "{letter}");
        }
        // Marks in a different order, and one that becomes a letter.
        assert_eq!(fold_name("q\u{307}\u{323}"), fold_name("q\u{323}\u{307}"));
        assert_eq!(fold_name("ᾳ\u{301}"), fold_name("ΆΙ"));
    }

    #[test]
    fn a_part_of_a_name_is_a_part_of_its_form() {
        for (name, part) in [
            ("ΟΔΟΣΑ", "ΟΔΟΣ"),
            ("οδος", "ΟΔΟΣ"),
            ("Straße", "STRASSE"),
            ("CAFÉ", "café"),
            ("Cafe\u{301} Roma", "CAFÉ"),
            ("Café Roma", "cafe\u{301}"),
            ("İstanbul", "istanbul"),
            ("I\u{307}stanbul", "İSTANBUL"),
            ("istanbul", "İST"),
            ("Işık", "ışik"),
            ("Ị\u{307}", "ị"),
            ("한국", "\u{1112}\u{1161}\u{11ab}"),
        ] {
            assert!(fold_name(name).contains(&fold_name(part)), "{part}");
        }
        for (name, part) in [
            ("Über", "uber"),
            ("i\u{301}", "i"),
            ("j\u{307}", "j\u{301}"),
        ] {
            assert!(!fold_name(name).contains(&fold_name(part)), "{part}");
        }
    }
}
