/// The maximum length of a pattern: more than any name, and within SQLite's limit.
const LONGEST: usize = 50_000;

/// The pattern of `LIKE … ESCAPE '!'` that finds a text anywhere, with all characters literal.
///
/// The escape is not a backslash, which MySQL would interpret twice. Returns `None` for a text that
/// no name contains.
pub(super) fn containing(text: &str) -> Option<String> {
    // A NUL ends the pattern in SQLite, and PostgreSQL does not accept one.
    if text.contains('\0') {
        return None;
    }
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
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
        assert_eq!(containing(&"%".repeat(LONGEST / 2)), None);
    }
}
