/// The maximum length of an escaped text: more than any name, and within SQLite's limit.
const LONGEST: usize = 49_998;

/// The pattern of `LIKE … ESCAPE '!'` that finds a text anywhere, with all characters literal.
///
/// The escape is not a backslash, which MySQL would interpret twice. Returns `None` for a text that
/// no name contains.
pub(super) fn containing(text: &str) -> Option<String> {
    exactly(text).map(|pattern| format!("%{pattern}%"))
}

/// The pattern that a text alone matches, apart from its case in SQLite.
pub(super) fn exactly(text: &str) -> Option<String> {
    // A NUL ends the pattern in SQLite, and PostgreSQL does not accept one.
    if text.contains('\0') {
        return None;
    }
    let mut pattern = String::with_capacity(text.len() + 2);
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    (pattern.len() <= LONGEST).then_some(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_escaped() {
        assert_eq!(containing("100%_!\\").as_deref(), Some("%100!%!_!!\\%"));
    }

    #[test]
    fn what_no_name_contains_has_no_pattern() {
        assert_eq!(containing("a\0"), None);
        assert_eq!(containing(&"%".repeat(LONGEST / 2 + 1)), None);
    }
}
