//! What SQLite's index of names is asked for.

use std::fmt::Write;

/// How many parts of a text are asked for: more of them find hardly fewer names.
const MOST: usize = 32;

/// A query for FTS5 that finds all names with the text, and few others: each name that contains
/// every three characters that follow each other in it. `None` for a text of fewer characters.
pub(super) fn trigrams(text: &str) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut parts: Vec<&[char]> = Vec::new();
    for part in characters.windows(3) {
        if parts.len() < MOST && !parts.contains(&part) {
            parts.push(part);
        }
    }
    let mut query = String::new();
    for part in &parts {
        let quoted: String = part.iter().collect();
        let and = if query.is_empty() { "" } else { " AND " };
        // Writing to a string can't fail.
        let _ = write!(query, "{and}\"{}\"", quoted.replace('"', "\"\""));
    }
    (!query.is_empty()).then_some(query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_its_parts() {
        assert_eq!(trigrams(""), None);
        assert_eq!(trigrams("ab"), None);
        assert_eq!(trigrams("äb%").as_deref(), Some("\"äb%\""));
        assert_eq!(
            trigrams("a\"b!").as_deref(),
            Some("\"a\"\"b\" AND \"\"\"b!\"")
        );
        assert_eq!(trigrams("aaaaa").as_deref(), Some("\"aaa\""));
        let long: String = ('a'..='z').chain('0'..='9').chain('α'..='ω').collect();
        assert_eq!(trigrams(&long).unwrap().matches(" AND ").count(), MOST - 1);
    }
}
