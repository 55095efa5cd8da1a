//! The texts of the page.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use tower_oauth_clients::domain::Action;

use super::root;

/// The texts of a language: the module is JSON but for its first and last line.
fn words(name: &str) -> BTreeMap<String, String> {
    let path = root().join("src/console/page").join(name);
    let source = fs::read_to_string(path).unwrap();
    let (start, end) = (source.find('{').unwrap(), source.rfind('}').unwrap());
    serde_json::from_str(&source[start..=end]).unwrap()
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    let parts = text.split('{').skip(1);
    parts.map(|part| part.split('}').next().unwrap()).collect()
}

#[test]
fn both_languages_say_the_same() {
    let (english, chinese) = (words("en.js"), words("zh.js"));
    assert!(english.len() > 300, "{}", english.len());
    assert_eq!(
        english.keys().collect::<Vec<_>>(),
        chinese.keys().collect::<Vec<_>>()
    );
    for (key, text) in &english {
        let translated = &chinese[key];
        assert_eq!(placeholders(text), placeholders(translated), "{key}");
        assert!(!text.is_empty() && !translated.is_empty(), "{key}");
        assert!(text.is_ascii() || text.contains('…'), "{key}: {text}");
    }
}

/// A text that is asked for by its whole key is there.
#[test]
fn every_text_that_is_used_is_there() {
    let english = words("en.js");
    let mut asked = 0;
    for file in fs::read_dir(root().join("src/console/page")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|end| end != "js") {
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        for start in ["(t('", " t('", "[t('", "${t('"] {
            for part in source.split(start).skip(1) {
                let key = part.split('\'').next().unwrap();
                assert!(english.contains_key(key), "{}: {key}", path.display());
                asked += 1;
            }
        }
    }
    assert!(asked > 200, "{asked}");
}

/// The filter of the audit trail offers the actions that have a text.
#[test]
fn every_action_of_the_audit_trail_has_a_text() {
    let actions: BTreeSet<_> = Action::ALL.iter().map(|action| action.as_str()).collect();
    for language in ["en.js", "zh.js"] {
        let words = words(language);
        let told = words.keys().filter_map(|key| key.strip_prefix("action."));
        assert_eq!(told.collect::<BTreeSet<_>>(), actions, "{language}");
    }
}
