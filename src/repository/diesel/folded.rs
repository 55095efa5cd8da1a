use crate::repository::fold_name;

/// Stands before the folded form of a name that is not ASCII. Versions of this crate that folded in
/// another way wrote it without, and so does a host of such a version that still runs: that is how
/// their rows are found. A search never finds the mark: a letter of upper case is in no folded text,
/// and it is not one of those that SQLite's `LIKE` takes for their lower case.
pub(super) const MARK: char = 'Ⅱ';

/// What is stored of a name for searches.
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
