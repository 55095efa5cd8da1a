use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::domain::Timestamp;

/// The members of a JSON object, each name once. Only the wanted ones keep their value.
pub(crate) struct Object<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

/// A value, as far as a token's header or claims need it.
#[derive(Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Text(Cow<'a, str>),
    /// An array of texts and nothing else.
    Texts(Vec<Cow<'a, str>>),
    Number(f64),
    Other,
}

/// The members that are numbers wherever they come; of another type, they break the object. They
/// are asked for by type: a build with serde_json's `arbitrary_precision` shows them as maps
/// otherwise.
const NUMBERS: [&str; 3] = ["exp", "nbf", "iat"];

/// 9999-12-31T23:59:59Z; no token lives longer.
const LAST_SECOND: f64 = 253_402_300_799.0;

impl<'a> Object<'a> {
    /// Reads the whole of `json`; `None` when it is not one object with distinct names. The error
    /// of the parser is dropped, since it may quote what it read.
    pub(crate) fn read(json: &'a [u8], wanted: &[&str]) -> Option<Self> {
        let mut json = serde_json::Deserializer::from_str(str::from_utf8(json).ok()?);
        let object = json.deserialize_map(Members(wanted)).ok()?;
        json.end().ok()?;
        Some(object)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value<'a>> {
        let found = self.0.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value)
    }

    /// The text under `name`.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The `NumericDate` (RFC 7519 §2) under `name`, which is one of [`NUMBERS`].
    ///
    /// # Errors
    ///
    /// It is no date that we can reckon with.
    pub(crate) fn date(&self, name: &str) -> Result<Option<Timestamp>, &'static str> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Number(seconds)) if (0.0..=LAST_SECOND).contains(seconds) => {
                Ok(Some(Timestamp::from_micros((seconds * 1e6) as i64)))
            }
            Some(_) => Err("a date out of range"),
        }
    }
}

struct Members<'w>(&'w [&'w str]);

impl<'de> Visitor<'de> for Members<'_> {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
        let mut members = Vec::with_capacity(self.0.len());
        while let Some(Name(name)) = map.next_key()? {
            let value = if !self.0.contains(&&*name) {
                map.next_value::<IgnoredAny>()?;
                Value::Other
            } else if NUMBERS.contains(&&*name) {
                Value::Number(map.next_value()?)
            } else {
                map.next_value()?
            };
            members.push((name, value));
        }
        members.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let twice = |pair: &[(Cow<'_, str>, _)]| matches!(pair, [(a, _), (b, _)] if a == b);
        if members.windows(2).any(twice) {
            return Err(de::Error::custom("a member comes twice"));
        }
        Ok(Object(members))
    }
}

struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Value<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value<'de>, A::Error> {
        let mut texts = Some(Vec::new());
        while let Some(item) = items.next_element()? {
            match (&mut texts, item) {
                (Some(texts), Value::Text(text)) => texts.push(text),
                _ => texts = None,
            }
        }
        Ok(texts.map_or(Value::Other, Value::Texts))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Other)
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value<'de>, E> {
        Ok(Value::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value<'de>, E> {
        Ok(Value::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Value<'de>, E> {
        Ok(Value::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value<'de>, E> {
        Ok(Value::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<Object<'_>> {
        Object::read(json.as_bytes(), &["a", "exp"])
    }

    #[test]
    fn values_keep_their_type() {
        fn value(json: &str) -> Value<'_> {
            read(json).unwrap().0.pop().unwrap().1
        }
        let text = |text| Cow::Borrowed(text);
        assert_eq!(value(r#"{"a":"x"}"#), Value::Text(text("x")));
        assert_eq!(value(r#"{"a":"\u0061"}"#), Value::Text(text("a")));
        assert_eq!(value(r#"{"\u0061":"x"}"#), Value::Text(text("x")));
        let list = Value::Texts(vec![text("x"), text("y")]);
        assert_eq!(value(r#"{"a":["x","y"]}"#), list);
        let others = [
            "1",
            "-1",
            "1.5",
            "null",
            "true",
            r#"["x",1]"#,
            r#"[["x"]]"#,
            r#"{"a":"x"}"#,
        ];
        for other in others {
            let json = format!(r#"{{"a":{other}}}"#);
            assert_eq!(value(&json), Value::Other, "{other}");
        }
        assert_eq!(value(r#"{"exp":1}"#), Value::Number(1.0));
        assert_eq!(value(r#"{"exp":1.5e3}"#), Value::Number(1500.0));
        assert_eq!(value(r#"{"unwanted":"x"}"#), Value::Other);
    }

    #[test]
    fn anything_but_one_object_with_distinct_names_is_refused() {
        let cases = [
            "",
            "null",
            "[]",
            r#"["x"]"#,
            r#"{"a":"x"} y"#,
            "\u{feff}{}",
            r#"{"a":"x","a":"x"}"#,
            r#"{"a":"x","\u0061":"y"}"#,
            r#"{"b":1,"c":2,"b":3}"#,
            r#"{"exp":"1"}"#,
            r#"{"exp":null}"#,
            r#"{"exp":[1]}"#,
            r#"{"exp":1e999}"#,
            r#"{"a":"\ud800"}"#,
        ];
        for json in cases {
            assert!(read(json).is_none(), "{json}");
        }
        assert!(Object::read(b"{\"a\":\"\xff\"}", &[]).is_none());
        let deep = format!(r#"{{"a":{}1{}}}"#, "[".repeat(4000), "]".repeat(4000));
        assert!(read(&deep).is_none());
    }
}
