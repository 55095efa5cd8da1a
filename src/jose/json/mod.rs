//! Strict JSON (RFC 8259): a single value, and no duplicate members.

mod reader;
#[cfg(test)]
mod tests;
mod written;

use std::borrow::Cow;
use std::collections::BTreeMap;

use reader::{Keep, Reader};
pub(crate) use written::{compact, written};

/// A value.
#[derive(Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    /// A number, if one was requested.
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Object<'a>),
    /// A value that is not kept: an unrequested number, or a skipped value.
    Other,
}

impl Value<'_> {
    /// The string, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The strings of a list that contains nothing else.
    pub(crate) fn texts(&self) -> Option<impl Iterator<Item = &str> + Clone> {
        match self {
            Self::List(list) if list.iter().all(|item| item.text().is_some()) => {
                Some(list.iter().filter_map(Self::text))
            }
            _ => None,
        }
    }
}

/// An object without duplicate members.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Object<'a>(BTreeMap<Cow<'a, str>, Value<'a>>);

impl<'a> Object<'a> {
    /// Parses a text that consists of one object. Keeps the values of the `wanted` members,
    /// including lists but not nested objects. The members in `numbers` must be numbers.
    ///
    /// # Errors
    ///
    /// Any [`Fault`] but `Deep`.
    pub(crate) fn read(
        text: &'a str,
        wanted: &dyn Fn(&str) -> bool,
        numbers: &[&str],
    ) -> Result<Self, Fault> {
        Self::read_with(text, wanted, numbers, &[])
    }

    /// Like [`read`](Self::read), and keeps the members of the `objects`, too, if they are objects.
    ///
    /// # Errors
    ///
    /// Any [`Fault`] but `Deep`.
    pub(crate) fn read_with(
        text: &'a str,
        wanted: &dyn Fn(&str) -> bool,
        numbers: &[&str],
        objects: &[&str],
    ) -> Result<Self, Fault> {
        let keep = Keep::Only {
            wanted,
            numbers,
            objects,
        };
        match Reader::run(text, keep, usize::MAX, |reader, json| reader.object(json))? {
            Value::Object(object) => Ok(object),
            _ => Err(Fault::Type),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.0.get(name)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The string under `name`.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.text()
    }
}

impl<'a> IntoIterator for Object<'a> {
    type Item = (Cow<'a, str>, Value<'a>);
    type IntoIter = std::collections::btree_map::IntoIter<Cow<'a, str>, Value<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Why a text was refused. It contains no part of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Not JSON from here on.
    Syntax { line: usize, column: usize },
    /// A value is of another type than requested.
    Type,
    /// A member is duplicated.
    Repeated,
    /// Objects and arrays are nested too deeply.
    Deep,
}

/// Parses a text that consists of one value, with objects and arrays nested at most `depth` levels
/// deep. Values above 127 have no effect.
///
/// # Errors
///
/// Any [`Fault`] but `Type`.
pub(crate) fn read(text: &str, depth: usize) -> Result<Value<'_>, Fault> {
    Reader::run(text, Keep::All, depth, |reader, json| reader.value(json))
}

/// Parses a text that consists of one value, without keeping the contents of objects.
///
/// # Errors
///
/// [`Fault::Syntax`] if it is not JSON.
pub(crate) fn read_list(text: &str) -> Result<Value<'_>, Fault> {
    Reader::run(text, Keep::Nothing, usize::MAX, |reader, json| {
        reader.value(json)
    })
}
