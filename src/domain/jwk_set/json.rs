//! JSON, read strictly: no member twice, no deeper than agreed, nothing after the end.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A value, as far as a key set needs to know it.
#[derive(Debug, PartialEq)]
pub(super) enum Value<'a> {
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Object<'a>),
    /// A number, a boolean or `null`.
    Other,
}

pub(super) type Object<'a> = HashMap<Cow<'a, str>, Value<'a>>;

/// Why a text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Syntax,
    Repeated,
    Deep,
}

/// Reads the one value that `text` holds, with at most `depth` objects and arrays inside one
/// another.
pub(super) fn read(text: &str, depth: usize) -> Result<Value<'_>, Fault> {
    let fault = Cell::new(Fault::Syntax);
    let reader = Reader {
        depth,
        fault: &fault,
    };
    let mut json = serde_json::Deserializer::from_str(text);
    reader
        .deserialize(&mut json)
        .and_then(|value| json.end().map(|()| value))
        .map_err(|_| fault.get())
}

#[derive(Clone, Copy)]
struct Reader<'f> {
    /// Levels left.
    depth: usize,
    /// What to report: serde's own error would carry the text it stumbled over.
    fault: &'f Cell<Fault>,
}

impl Reader<'_> {
    fn fail<E: Error>(self, fault: Fault) -> E {
        self.fault.set(fault);
        E::custom("refused")
    }

    /// The reader of what is one level further in.
    fn inner<E: Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, ..self }),
            None => Err(self.fail(Fault::Deep)),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Value<'de>, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
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

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value<'de>, A::Error> {
        let inner = self.inner()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value<'de>, A::Error> {
        let inner = self.inner()?;
        let mut object = Object::new();
        while let Some(name) = members.next_key_seed(inner)? {
            let Value::Text(name) = name else {
                return Err(self.fail(Fault::Syntax));
            };
            if object
                .insert(name, members.next_value_seed(inner)?)
                .is_some()
            {
                return Err(self.fail(Fault::Repeated));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_one_value_is_refused() {
        for text in [
            "",
            " ",
            "nul",
            "{",
            "[1,]",
            "{,}",
            "{'a':1}",
            "{a:1}",
            "01",
            "\"\\ud800\"",
            "\"\n\"",
            "{} {}",
            "{} x",
            "{},",
            "\u{feff}{}",
            "/**/{}",
            "NaN",
        ] {
            assert_eq!(read(text, 16), Err(Fault::Syntax), "{text:?}");
        }
    }

    #[test]
    fn a_member_is_not_repeated_at_any_level() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":{},"b":0,"a":[]}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"":1,"":2}"#,
            r#"[{"x":[{"a":1,"a":1}]}]"#,
        ] {
            assert_eq!(read(text, 16), Err(Fault::Repeated), "{text}");
        }
        for text in [
            r#"{"a":1,"A":1}"#,
            r#"[{"a":1},{"a":1}]"#,
            r#"{"a":{"a":1}}"#,
        ] {
            assert!(read(text, 16).is_ok(), "{text}");
        }
    }

    #[test]
    fn depth_counts_every_object_and_array() {
        assert_eq!(read("1", 0), Ok(Value::Other));
        assert_eq!(read("[]", 0), Err(Fault::Deep));
        assert!(read(r#"[{"a":[0,"x",null]}]"#, 3).is_ok());
        assert_eq!(read(r#"[{"a":[{}]}]"#, 3), Err(Fault::Deep));
        assert_eq!(read(&"[".repeat(1 << 20), 16), Err(Fault::Deep));
        assert_eq!(read(&r#"{"a":"#.repeat(1 << 20), 16), Err(Fault::Deep));
        assert!(read(&"[".repeat(1 << 20), usize::MAX).is_err());
    }

    #[test]
    fn text_is_decoded() {
        assert_eq!(read(r#""kt\u0079""#, 0), Ok(Value::Text("kty".into())));
    }
}
