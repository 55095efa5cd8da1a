use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::domain::{Fields, Input, Items, Violation};

/// Reads the body of a create or an update: one JSON object (RFC 8259 §4), nothing after it, and
/// no member twice. What it does not know it ignores.
///
/// # Errors
///
/// One violation of `body`. A known member of a wrong type is no error here: it is reported
/// later, with every other fault.
pub(crate) fn read_fields(body: &[u8]) -> Result<Fields, Violation> {
    let text = std::str::from_utf8(body).map_err(|_| Violation::new("body", "must be UTF-8"))?;
    let Body(fields) = serde_json::from_str(text).map_err(|error| {
        let message = if error.is_data() {
            "must be one JSON object without duplicate members".into()
        } else {
            let (line, column) = (error.line(), error.column());
            format!("must be valid JSON: it is not at line {line}, column {column}")
        };
        Violation::new("body", message)
    })?;
    Ok(fields)
}

struct Body(Fields);

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(BodyVisitor)
    }
}

struct BodyVisitor;

impl<'de> Visitor<'de> for BodyVisitor {
    type Value = Body;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Body, A::Error> {
        let mut fields = Fields::default();
        let mut seen = HashSet::new();
        while let Some(Name(name)) = map.next_key()? {
            match &*name {
                "name" => fields.name = map.next_value::<Loose>()?.text(),
                "redirect_uris" => fields.redirect_uris = map.next_value::<Loose>()?.list(),
                "scopes" => fields.scopes = map.next_value::<Loose>()?.list(),
                "grant_types" => fields.grant_types = map.next_value::<Loose>()?.list(),
                "client_auth_methods" => {
                    fields.client_auth_methods = map.next_value::<Loose>()?.list_or_text();
                }
                "fapi_profile" => fields.fapi_profile = map.next_value::<Loose>()?.text(),
                "is_confidential" => fields.is_confidential = map.next_value::<Loose>()?.flag(),
                "jwks" => fields.jwks = map.next_value::<Loose>()?.text(),
                "jwks_uri" => fields.jwks_uri = map.next_value::<Loose>()?.text(),
                "logo_url" => fields.logo_url = map.next_value::<Loose>()?.text(),
                "privacy_policy" => fields.privacy_policy = map.next_value::<Loose>()?.text(),
                "terms_url" => fields.terms_url = map.next_value::<Loose>()?.text(),
                "website" => fields.website = map.next_value::<Loose>()?.text(),
                "status" => fields.status = map.next_value::<Loose>()?.text(),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            if !seen.insert(name) {
                return Err(A::Error::custom("duplicate member"));
            }
        }
        Ok(Body(fields))
    }
}

/// The name of a member, not copied unless it holds an escape.
#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// What a JSON value is to a field that takes one type only.
enum Loose {
    Null,
    Bool(bool),
    Text(String),
    List(Items),
    Other,
}

impl Loose {
    fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    fn text(self) -> Input<String> {
        match self {
            Self::Null => Input::Null,
            Self::Text(text) => Input::Value(text),
            _ => Input::Mistyped,
        }
    }

    fn list(self) -> Input<Items> {
        match self {
            Self::Null => Input::Null,
            Self::List(items) => Input::Value(items),
            _ => Input::Mistyped,
        }
    }

    /// A list, or the string holding one as JSON that answers carry, so that what was read can
    /// be sent back.
    fn list_or_text(self) -> Input<Items> {
        let Self::Text(text) = self else {
            return self.list();
        };
        match serde_json::from_str(&text) {
            Ok(Self::List(items)) => Input::Value(items),
            _ => Input::Mistyped,
        }
    }

    fn flag(self) -> Input<bool> {
        match self {
            Self::Null => Input::Null,
            Self::Bool(value) => Input::Value(value),
            _ => Input::Mistyped,
        }
    }
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor)
    }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Loose;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Loose, E> {
        Ok(Loose::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Loose, E> {
        Ok(Loose::Bool(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Loose, E> {
        Ok(Loose::Text(value.to_owned()))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Loose, E> {
        Ok(Loose::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Loose, E> {
        Ok(Loose::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Loose, E> {
        Ok(Loose::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Loose, A::Error> {
        let mut items = Items::new();
        while let Some(item) = seq.next_element::<Loose>()? {
            items.push(item.into_text());
        }
        Ok(Loose::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Loose, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Loose::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(body: &str) -> String {
        read_fields(body.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn one_object_and_nothing_else() {
        for bad in ["null", "[]", "7", r#""x""#, r#"["B",["https://a.b/c"]]"#] {
            assert_eq!(
                fault(bad),
                "body: must be one JSON object without duplicate members"
            );
        }
        for bad in [
            "",
            "{",
            "{} x",
            "{}{}",
            "\u{feff}{}",
            "{/*c*/}",
            r#"{"name":NaN}"#,
        ] {
            assert!(fault(bad).starts_with("body: must be valid JSON"), "{bad}");
        }
        assert_eq!(
            read_fields(b"\"\xff\"").unwrap_err().to_string(),
            "body: must be UTF-8"
        );
        assert!(read_fields(b" {} \n").is_ok());
    }

    #[test]
    fn no_member_twice_known_or_not_and_however_spelled() {
        for bad in [
            r#"{"name":"a","name":"b"}"#,
            r#"{"name":"a","n\u0061me":"b"}"#,
            r#"{"zz":1,"zz":1}"#,
            r#"{"name":null,"name":null}"#,
        ] {
            assert_eq!(
                fault(bad),
                "body: must be one JSON object without duplicate members"
            );
        }
    }

    #[test]
    fn a_wrong_type_is_kept_for_later() {
        let fields = read_fields(
            br#"{"name":7,"jwks":{"keys":[]},"scopes":"a","is_confidential":"true",
                 "redirect_uris":["a",null,["b"]],"zz":[[[{}]]],"status":null}"#,
        )
        .unwrap();
        assert!(matches!(fields.name, Input::Mistyped));
        assert!(matches!(fields.jwks, Input::Mistyped));
        assert!(matches!(fields.scopes, Input::Mistyped));
        assert!(matches!(fields.is_confidential, Input::Mistyped));
        assert!(matches!(fields.status, Input::Null));
        let Input::Value(items) = fields.redirect_uris else {
            panic!()
        };
        assert_eq!(items, [Some("a".to_owned()), None, None]);
    }

    #[test]
    fn auth_methods_come_as_a_list_or_as_its_text() {
        for body in [
            r#"{"client_auth_methods":["none"]}"#,
            r#"{"client_auth_methods":"[\"none\"]"}"#,
        ] {
            let Input::Value(items) = read_fields(body.as_bytes()).unwrap().client_auth_methods
            else {
                panic!("{body}")
            };
            assert_eq!(items, [Some("none".to_owned())]);
        }
        for body in [
            r#"{"client_auth_methods":"none"}"#,
            r#"{"client_auth_methods":"\"x\""}"#,
        ] {
            let fields = read_fields(body.as_bytes()).unwrap();
            assert!(
                matches!(fields.client_auth_methods, Input::Mistyped),
                "{body}"
            );
        }
    }

    #[test]
    fn deep_nesting_is_skipped_or_refused_without_recursion() {
        let deep = |depth| format!(r#"{{"zz":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
        assert!(read_fields(deep(50_000).as_bytes()).is_ok());
        assert!(read_fields(deep(50_000).replace("zz", "name").as_bytes()).is_err());
    }
}
