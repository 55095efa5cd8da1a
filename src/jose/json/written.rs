use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The value of a member of an object, as it is written.
///
/// `object` must have been read before: members that are repeated, and what follows the object, are
/// not seen here.
pub(crate) fn written<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    let mut json = serde_json::Deserializer::from_str(object);
    json.deserialize_map(Member(name)).ok().flatten()
}

/// The same JSON without the white space between its tokens.
pub(crate) fn compact(json: &str) -> String {
    let (mut in_text, mut escaped) = (false, false);
    let is_kept = |c: &char| {
        let space = !in_text && c.is_ascii_whitespace();
        in_text ^= *c == '"' && !escaped;
        escaped = in_text && *c == '\\' && !escaped;
        !space
    };
    json.chars().filter(is_kept).collect()
}

/// Finds the member of this name.
struct Member<'n>(&'n str);

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Option<&'de str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(name) = members.next_key::<Cow<'_, str>>()? {
            if name == self.0 {
                found = Some(members.next_value::<&RawValue>()?.get());
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_found_as_it_is_written() {
        for (object, expected) in [
            (r#"{"a":1}"#, Some("1")),
            (
                r#" { "b" : [1] , "a" : { "x" : 1.50 } } "#,
                Some(r#"{ "x" : 1.50 }"#),
            ),
            (r#"{"\u0061":-0}"#, Some("-0")),
            (r#"{"a":"\u0061"}"#, Some(r#""\u0061""#)),
            (r#"{"b":{"a":1}}"#, None),
            ("{}", None),
            ("[]", None),
            ("", None),
        ] {
            assert_eq!(written(object, "a"), expected, "{object}");
        }
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(50_000), "]".repeat(50_000));
        assert_eq!(written(&deep, "a").unwrap().len(), 100_000);
        assert_eq!(written(&deep, "b"), None);
    }

    #[test]
    fn only_white_space_between_tokens_is_left_out() {
        for (json, expected) in [
            ("{ }", "{}"),
            ("{\n\t\"a\" :\r [ 1 , 2 ] }", r#"{"a":[1,2]}"#),
            (r#"{"a b": " x \" y " }"#, r#"{"a b":" x \" y "}"#),
            (r#"[ "\\" , " " ]"#, r#"["\\"," "]"#),
            (r#"[ "\\\"" , " " ]"#, r#"["\\\""," "]"#),
            (r#"[ "é\u0020" ]"#, r#"["é\u0020"]"#),
        ] {
            assert_eq!(compact(json), expected, "{json}");
        }
    }
}
