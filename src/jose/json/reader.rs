use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Fault, Object, Value};

type Json<'de> = serde_json::Deserializer<serde_json::de::StrRead<'de>>;

/// Which members of objects are kept.
#[derive(Clone, Copy)]
pub(super) enum Keep<'r> {
    /// All members, including those of nested objects.
    All,
    /// The wanted members, without the contents of nested objects. `numbers` are requested by type,
    /// because with serde_json's `arbitrary_precision` they would otherwise appear as objects. Of
    /// the `objects`, all members are kept, without the contents of objects in them.
    Only {
        wanted: &'r dyn Fn(&str) -> bool,
        numbers: &'r [&'r str],
        objects: &'r [&'r str],
    },
    /// Nothing.
    Nothing,
}

/// The visitor that parses all values.
#[derive(Clone, Copy)]
pub(super) struct Reader<'r> {
    keep: Keep<'r>,
    /// How many more levels may be nested.
    depth: usize,
    /// The fault to report: serde's own error would quote the text.
    fault: &'r Cell<Option<Fault>>,
}

impl Reader<'_> {
    /// Parses the whole of `text` with `read`.
    pub(super) fn run<'de>(
        text: &'de str,
        keep: Keep<'_>,
        depth: usize,
        read: impl FnOnce(Reader<'_>, &mut Json<'de>) -> serde_json::Result<Value<'de>>,
    ) -> Result<Value<'de>, Fault> {
        let fault = Cell::new(None);
        let reader = Reader {
            keep,
            depth,
            fault: &fault,
        };
        let mut json = serde_json::Deserializer::from_str(text);
        let value = read(reader, &mut json).and_then(|value| json.end().map(|()| value));
        value.map_err(|error| match fault.get() {
            Some(fault) => fault,
            None if error.is_data() => Fault::Type,
            None => Fault::Syntax {
                line: error.line(),
                column: error.column(),
            },
        })
    }

    pub(super) fn value<'de>(self, json: &mut Json<'de>) -> serde_json::Result<Value<'de>> {
        json.deserialize_any(self)
    }

    pub(super) fn object<'de>(self, json: &mut Json<'de>) -> serde_json::Result<Value<'de>> {
        json.deserialize_map(self)
    }

    fn fail<E: Error>(self, fault: Fault) -> E {
        self.fault.set(Some(fault));
        E::custom("refused")
    }

    /// The reader for the next nesting level.
    fn inner<E: Error>(self) -> Result<Self, E> {
        let keep = match self.keep {
            Keep::All => Keep::All,
            Keep::Only { .. } | Keep::Nothing => Keep::Nothing,
        };
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self {
                keep,
                depth,
                ..self
            }),
            None => Err(self.fail(Fault::Deep)),
        }
    }

    /// Reads the value of the member `name`.
    fn member<'de, A: MapAccess<'de>>(
        self,
        name: &str,
        members: &mut A,
        inner: Self,
    ) -> Result<Value<'de>, A::Error> {
        match self.keep {
            Keep::Only { wanted, .. } if !wanted(name) => {
                members.next_value::<IgnoredAny>()?;
                Ok(Value::Other)
            }
            Keep::Only { numbers, .. } if numbers.contains(&name) => {
                members.next_value().map(Value::Number)
            }
            Keep::Only { objects, .. } if objects.contains(&name) => {
                let keep = Keep::Only {
                    wanted: &|_| true,
                    numbers: &[],
                    objects: &[],
                };
                members.next_value_seed(Self { keep, ..inner })
            }
            _ => members.next_value_seed(inner),
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
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(value))
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
        if matches!(self.keep, Keep::Nothing) {
            while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Value::Other);
        }
        let mut object = Object::default();
        while let Some(name) = members.next_key_seed(inner)? {
            let Value::Text(name) = name else {
                return Err(self.fail(Fault::Type));
            };
            let value = self.member(&name, &mut members, inner)?;
            if object.0.insert(name, value).is_some() {
                return Err(self.fail(Fault::Repeated));
            }
        }
        Ok(Value::Object(object))
    }
}
