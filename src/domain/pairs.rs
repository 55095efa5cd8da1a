use std::collections::BTreeMap;

use super::input::Input;
use super::name::is_control;
use super::violation::{Violation, Violations};

/// The maximum number of pairs.
pub(crate) const MAX_PAIRS: usize = 50;

/// The maximum length of a key, in characters.
pub(crate) const MAX_KEY_LENGTH: usize = 64;

/// The maximum length of a value, in characters.
pub(crate) const MAX_VALUE_LENGTH: usize = 512;

/// Pairs of strings as received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pairs {
    pub(crate) values: BTreeMap<String, Input<String>>,
    /// Whether they change those that are stored, instead of replacing them: `null` then removes
    /// one (RFC 7396 §2).
    pub(crate) is_patch: bool,
}

impl From<BTreeMap<String, String>> for Pairs {
    fn from(pairs: BTreeMap<String, String>) -> Self {
        let values = pairs.into_iter();
        Self {
            values: values
                .map(|(key, value)| (key, Input::Value(value)))
                .collect(),
            is_patch: false,
        }
    }
}

impl Pairs {
    /// What becomes of the stored pairs.
    pub(super) fn over(self, stored: &BTreeMap<String, String>) -> Self {
        if !self.is_patch {
            return self;
        }
        let mut result = Self::from(stored.clone());
        for (key, value) in self.values {
            match value {
                Input::Null => result.values.remove(&key),
                value => result.values.insert(key, value),
            };
        }
        result
    }

    /// Checks the pairs.
    pub(super) fn check(
        self,
        path: &'static str,
        faults: &mut Violations,
    ) -> Option<BTreeMap<String, String>> {
        let count = self.values.len();
        if count > MAX_PAIRS {
            let message = format!("must hold at most {MAX_PAIRS} pairs, not {count}");
            faults.push(Violation::new(path, message));
            return None;
        }
        let mut checked = BTreeMap::new();
        let mut sound = true;
        for (index, (key, value)) in self.values.into_iter().enumerate() {
            let fault = match &value {
                _ if !fits(&key, 1, MAX_KEY_LENGTH) => Some(format!(
                    "must have a key of 1 to {MAX_KEY_LENGTH} characters without control characters"
                )),
                Input::Value(value) if fits(value, 0, MAX_VALUE_LENGTH) => None,
                Input::Value(_) => Some(format!(
                    "must be at most {MAX_VALUE_LENGTH} characters without control characters"
                )),
                _ => Some("must be a string".to_owned()),
            };
            match (value, fault) {
                (Input::Value(value), None) => {
                    checked.insert(key, value);
                }
                (_, fault) => {
                    let path = match is_word(&key) {
                        true => format!("{path}.{key}"),
                        false => format!("{path}[{index}]"),
                    };
                    faults.push(Violation::new(path, fault.unwrap_or_default()));
                    sound = false;
                }
            }
        }
        sound.then_some(checked)
    }
}

fn fits(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.chars().count()) && !text.chars().any(is_control)
}

/// Whether a key can be part of a message. Another pair is named by its place in the order of keys.
fn is_word(key: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    fits(key, 1, MAX_KEY_LENGTH) && key.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, Input<&str>)], is_patch: bool) -> Pairs {
        let values = pairs.iter().map(|(key, value)| {
            let value = match value {
                Input::Value(text) => Input::Value((*text).to_owned()),
                Input::Null => Input::Null,
                _ => Input::Mistyped,
            };
            ((*key).to_owned(), value)
        });
        Pairs {
            values: values.collect(),
            is_patch,
        }
    }

    fn checked(pairs: Pairs) -> Result<BTreeMap<String, String>, String> {
        let mut faults = Violations::default();
        let checked = pairs.check("metadata", &mut faults);
        faults.into_result().map_err(|faults| faults.to_string())?;
        Ok(checked.unwrap())
    }

    #[test]
    fn a_patch_changes_single_pairs_and_anything_else_replaces_all() {
        let stored = checked(pairs(
            &[("a", Input::Value("1")), ("b", Input::Value("2"))],
            false,
        ));
        let stored = stored.unwrap();
        let received = [
            ("a", Input::Null),
            ("c", Input::Value("")),
            ("d", Input::Null),
        ];
        let patched = checked(pairs(&received, true).over(&stored)).unwrap();
        assert_eq!(format!("{patched:?}"), r#"{"b": "2", "c": ""}"#);
        let replaced = pairs(&[("c", Input::Value("3"))], false).over(&stored);
        assert_eq!(format!("{:?}", checked(replaced).unwrap()), r#"{"c": "3"}"#);
        assert_eq!(
            checked(pairs(&received, false).over(&stored)).unwrap_err(),
            "metadata.a: must be a string; metadata.d: must be a string"
        );
    }

    #[test]
    fn keys_and_values_have_limits() {
        let (key, value) = ("ñ".repeat(64), "ñ".repeat(512));
        assert!(checked(pairs(&[(&key, Input::Value(&value))], false)).is_ok());
        let (long_key, long_value) = ("k".repeat(65), "v".repeat(513));
        let key_fault = "must have a key of 1 to 64 characters without control characters";
        let value_fault = "must be at most 512 characters without control characters";
        for (key, value, expected) in [
            ("", "", format!("metadata[0]: {key_fault}")),
            (&long_key, "", format!("metadata[0]: {key_fault}")),
            ("a\nb", "", format!("metadata[0]: {key_fault}")),
            ("a: b", "\0", format!("metadata[0]: {value_fault}")),
            ("a", &long_value, format!("metadata.a: {value_fault}")),
        ] {
            let fault = checked(pairs(&[(key, Input::Value(value))], false)).unwrap_err();
            assert_eq!(fault, expected);
        }
        let fifty: BTreeMap<_, _> = (0..50).map(|n| (n.to_string(), String::new())).collect();
        let mut more = fifty.clone();
        more.insert("50".into(), String::new());
        assert!(checked(fifty.into()).is_ok());
        let fault = checked(more.into()).unwrap_err();
        assert_eq!(fault, "metadata: must hold at most 50 pairs, not 51");
    }
}
