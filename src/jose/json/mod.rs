//! JSON, read strictly (RFC 8259): one value and nothing after it, and no member twice.

mod reader;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;

use reader::{Keep, Reader};

/// A value.
#[derive(Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    /// A number, where one was asked for.
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Object<'a>),
    /// What is not kept: a number that was not asked for, and what was to be passed over.
    Other,
}

impl Value<'_> {
    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The texts of a list that holds nothing else.
    pub(crate) fn texts(&self) -> Option<impl Iterator<Item = &str> + Clone> {
        match self {
            Self::List(list) if list.iter().all(|item| item.text().is_some()) => {
                Some(list.iter().filter_map(Self::text))
            }
            _ => None,
        }
    }
}

/// The members of an object, each name once.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Object<'a>(BTreeMap<Cow<'a, str>, Value<'a>>);

impl<'a> Object<'a> {
    /// Reads the one object that `text` holds. It keeps the values of the `wanted` members, lists
    /// among them, but no object inside. Those that are `numbers` must be.
    ///
    /// # Errors
    ///
    /// Any [`Fault`] but `Deep`.
    pub(crate) fn read(
        text: &'a str,
        wanted: &dyn Fn(&str) -> bool,
        numbers: &[&str],
    ) -> Result<Self, Fault> {
        let keep = Keep::Only { wanted, numbers };
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

    /// The text under `name`.
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

/// Why a text was refused. It holds nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not JSON from there on.
    Syntax { line: usize, column: usize },
    /// It holds a value of another type than was asked for.
    Type,
    /// A member comes twice.
    Repeated,
    /// Objects and arrays are further inside one another than agreed.
    Deep,
}

/// Reads the one value that `text` holds, all of it, with at most `depth` objects and arrays
/// inside one another. More than 127 has no effect.
///
/// # Errors
///
/// Any [`Fault`] but `Type`.
pub(crate) fn read(text: &str, depth: usize) -> Result<Value<'_>, Fault> {
    Reader::run(text, Keep::All, depth, |reader, json| reader.value(json))
}

/// Reads the one value that `text` holds, of whose objects nothing is kept.
///
/// # Errors
///
/// [`Fault::Syntax`].
pub(crate) fn read_list(text: &str) -> Result<Value<'_>, Fault> {
    Reader::run(text, Keep::Nothing, usize::MAX, |reader, json| {
        reader.value(json)
    })
}
