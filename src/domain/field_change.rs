use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Kind;

/// What an update did to one field of a client.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The name of the field, as in requests.
    pub field: String,
    /// The value before, as JSON; `None` if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<Value>,
    /// The value since, as JSON; `None` if there is none. If both are `None`, the field changed,
    /// but its values are not recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<Value>,
}

impl FieldChange {
    /// Creates a change from one value to another.
    pub fn new(field: impl Into<String>, old: Option<Value>, new: Option<Value>) -> Self {
        Self {
            field: field.into(),
            old,
            new,
        }
    }

    /// A change of a field whose values are not recorded.
    pub fn unrecorded(field: impl Into<String>) -> Self {
        Self::new(field, None, None)
    }

    pub(super) fn between<K: Kind>(field: &str, old: &K, new: &K) -> Self {
        let value = |kind: &K| serde_json::to_value(kind).ok();
        let value = |kind| value(kind).filter(|value| !value.is_null());
        Self::new(field, value(old), value(new))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_version_may_record_more() {
        let stored = r#"[{"field":"color","old":{"r":1},"why":"x"},{"field":"jwks"}]"#;
        let read: Vec<FieldChange> = serde_json::from_str(stored).unwrap();
        let [color, jwks] = &read[..] else { panic!() };
        assert_eq!(color.old, Some(serde_json::json!({"r": 1})));
        assert_eq!(
            (&color.new, jwks),
            (&None, &FieldChange::unrecorded("jwks"))
        );
    }
}
