//! Checks that no comment is too wide or contains a phrase that is hard to understand.

use std::fs;
use std::path::Path;

use crate::layering::sources;

const WIDEST: usize = 100;

/// Inverted sentences and home-made idioms. Write "an error if", "each of them" or the subject.
const PHRASES: [&str; 14] = [
    "Those that ",
    "That which ",
    "That what ",
    "What no ",
    "What most ",
    "What nobody ",
    "What nothing ",
    "Whoever ",
    "Whom ",
    "So many ",
    "as good as",
    "of today's kind",
    "stands against",
    "be had for",
];

#[test]
fn comments_are_plain() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let files = ["src", "examples", "tests", "benches"].map(|folder| sources(&root.join(folder)));
    let files = files.concat();
    assert!(files.len() > 200, "{} files only", files.len());
    let faults = files.iter().flat_map(|file| {
        let path = file.strip_prefix(&root).unwrap().to_str().unwrap();
        faults(path, &fs::read_to_string(file).unwrap())
    });
    let mut faults: Vec<_> = faults.collect();
    faults.sort();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// The faults of the comments in one file. Code in doc comments is skipped.
fn faults(path: &str, source: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let (mut before, mut is_code) = ("", false);
    for (line, number) in source.lines().zip(1..) {
        let Some(comment) = line.trim_start().strip_prefix("//") else {
            (before, is_code) = ("", false);
            continue;
        };
        let text = comment.trim_start_matches(['/', '!']).trim();
        let is_fence = text.starts_with("```");
        is_code ^= is_fence;
        if is_code || is_fence {
            before = "";
            continue;
        }
        let width = line.chars().count();
        // A row of a table can't be broken.
        if width > WIDEST && !line.contains("://") && !text.starts_with('|') {
            faults.push(format!("{path}:{number}: {width} columns"));
        }
        if text.ends_with(" …") || text.starts_with("… ") {
            faults.push(format!("{path}:{number}: split by …"));
        }
        // A phrase may begin in the line before.
        let joined = format!("{before} {text} ");
        for phrase in PHRASES {
            let mut found = joined.match_indices(phrase);
            if found.any(|(start, _)| start + phrase.trim_end().len() > before.len() + 1) {
                faults.push(format!("{path}:{number}: {phrase:?}"));
            }
        }
        before = text;
    }
    faults
}

#[test]
fn a_plain_comment_has_no_fault() {
    let wide = "x".repeat(100);
    for source in [
        "// The secrets that failed, and those that did not.",
        "/// Whether it is as good\n\n/// as before.",
        "let text = \"Whoever asks\"; // \"as good as\" would be a fault\n",
        &format!("    //{}", &wide[..94]),
        &format!("//! https://example.com/{wide}"),
        &format!("//! | {wide} | a row |"),
        &format!("/// ```\n/// Whoever {wide}\n/// ```\n/// A sentence."),
        &format!("let {wide} = 1;"),
        "/// `the text …`, and so on …, in the middle.",
    ] {
        assert_eq!(faults("a.rs", source), [""; 0], "{source}");
    }
}

#[test]
fn a_riddle_or_a_wide_comment_is_a_fault() {
    let wide = "ü".repeat(98);
    for (source, fault) in [
        (&*format!("//{wide}\n// {wide}"), "a.rs:2: 101 columns"),
        ("fn f() {\n    // Whoever asks.", "a.rs:2: \"Whoever \""),
        (
            "//! It ends. Those\n//! that stay",
            "a.rs:2: \"Those that \"",
        ),
        ("/// - Whom it tells", "a.rs:1: \"Whom \""),
        ("/// It is as good\n/// as new.", "a.rs:2: \"as good as\""),
        (
            "/// ```\n/// So many \n/// ```\n/// So many more",
            "a.rs:4: \"So many \"",
        ),
        ("/// Rounds, …", "a.rs:1: split by …"),
        ("/// … and lists.", "a.rs:1: split by …"),
    ] {
        assert_eq!(faults("a.rs", source), [fault], "{source}");
    }
}
