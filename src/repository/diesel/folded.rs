use crate::repository::fold_name;

/// Prefix of the folded form of a non-ASCII name. Versions of this crate that folded differently
/// wrote none, and hosts that still run them don't either: that is how their rows are found. A
/// search never matches it, because it is an upper-case letter, which folded text does not contain,
/// and SQLite's `LIKE` does not fold it.
pub(super) const MARK: char = 'Ⅱ';

/// The stored form of a name, for searches.
pub(super) fn folded(name: &str) -> String {
    let mut form = fold_name(name);
    if !name.is_ascii() {
        form.insert(0, MARK);
    }
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_search_finds_the_mark() {
        assert_eq!(folded("My App"), "my app");
        assert_eq!(folded("Café"), "Ⅱcafé");
        for letter in '\0'..='\u{1ffff}' {
            assert!(!fold_name(&letter.to_string()).contains(MARK), "{letter}");
        }
    }
}
