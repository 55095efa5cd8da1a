use std::borrow::Cow;
use std::collections::BTreeMap;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRef, FromSqlRow};
use diesel::sql_types;
use serde::Deserialize;

use crate::domain::text::Text;
use crate::domain::{ClientId, Id, Kind, TenantId};
use crate::repository::diesel::error::{Fault, Result};

/// How a field is stored in a column.
pub(in super::super) trait Column: Kind {
    /// The value that is written to the column.
    type Stored;

    /// The value that is read from it.
    type Read;

    fn write(&self, column: &'static str) -> Result<Self::Stored>;

    fn read(column: &'static str, read: Self::Read) -> Result<Self>;

    /// The length of a text, in bytes.
    #[cfg(feature = "diesel-sqlite")]
    fn len(stored: &Self::Stored) -> usize;
}

impl<T: Text> Column for T {
    type Stored = String;
    type Read = Parsed<Self>;

    fn write(&self, _: &'static str) -> Result<String> {
        Ok(self.as_str().to_owned())
    }

    fn read(column: &'static str, read: Parsed<Self>) -> Result<Self> {
        read.or_unreadable(column)
    }

    #[cfg(feature = "diesel-sqlite")]
    fn len(stored: &String) -> usize {
        stored.len()
    }
}

impl<T: Text> Column for Option<T> {
    type Stored = Option<String>;
    type Read = Option<Parsed<T>>;

    fn write(&self, _: &'static str) -> Result<Option<String>> {
        Ok(self.text())
    }

    fn read(column: &'static str, read: Option<Parsed<T>>) -> Result<Self> {
        read.map(|read| read.or_unreadable(column)).transpose()
    }

    #[cfg(feature = "diesel-sqlite")]
    fn len(stored: &Option<String>) -> usize {
        stored.as_ref().map_or(0, String::len)
    }
}

/// A list is one JSON text.
impl<T: Text> Column for Vec<T> {
    type Stored = String;
    type Read = Parsed<Self>;

    fn write(&self, column: &'static str) -> Result<String> {
        serde_json::to_string(self).map_err(|_| Fault::Unreadable(column))
    }

    fn read(column: &'static str, read: Parsed<Self>) -> Result<Self> {
        read.or_unreadable(column)
    }

    #[cfg(feature = "diesel-sqlite")]
    fn len(stored: &String) -> usize {
        stored.len()
    }
}

/// Pairs are one JSON text.
impl Column for BTreeMap<String, String> {
    type Stored = String;
    type Read = Parsed<Self>;

    fn write(&self, column: &'static str) -> Result<String> {
        serde_json::to_string(self).map_err(|_| Fault::Unreadable(column))
    }

    fn read(column: &'static str, read: Parsed<Self>) -> Result<Self> {
        read.or_unreadable(column)
    }

    #[cfg(feature = "diesel-sqlite")]
    fn len(stored: &String) -> usize {
        stored.len()
    }
}

impl Column for bool {
    type Stored = i64;
    type Read = i64;

    fn write(&self, _: &'static str) -> Result<i64> {
        Ok(i64::from(*self))
    }

    fn read(_: &'static str, read: i64) -> Result<Self> {
        Ok(read != 0)
    }

    #[cfg(feature = "diesel-sqlite")]
    fn len(_: &i64) -> usize {
        0
    }
}

/// A value that was parsed from the text in the row, without a copy of it; `None` if it can't be.
#[derive(Debug, FromSqlRow)]
pub(in super::super) struct Parsed<T>(Option<T>);

impl<T> Parsed<T> {
    /// The value, or an error that names the column but not the text.
    pub(in super::super) fn or_unreadable(self, column: &'static str) -> Result<T> {
        self.0.ok_or(Fault::Unreadable(column))
    }
}

impl<T, DB> FromSql<sql_types::Text, DB> for Parsed<T>
where
    T: Parse,
    DB: Backend,
    for<'a> &'a str: FromSqlRef<'a, sql_types::Text, DB>,
{
    fn from_sql(mut value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <&str as FromSqlRef<'_, _, DB>>::from_sql(&mut value)?;
        Ok(Self(T::parse(text)))
    }
}

/// A value that is stored as a text.
pub(in super::super) trait Parse: Sized {
    fn parse(text: &str) -> Option<Self>;
}

impl<T: Text> Parse for T {
    fn parse(text: &str) -> Option<Self> {
        T::stored(text.into())
    }
}

impl<T: Text> Parse for Vec<T> {
    fn parse(text: &str) -> Option<Self> {
        if text == "[]" {
            return Some(Self::new());
        }
        let items: Vec<Item<'_>> = serde_json::from_str(text).ok()?;
        items.into_iter().map(|item| T::stored(item.0)).collect()
    }
}

impl Parse for BTreeMap<String, String> {
    fn parse(text: &str) -> Option<Self> {
        if text == "{}" {
            return Some(Self::new());
        }
        serde_json::from_str(text).ok()
    }
}

/// An identifier, which has a constructor of that name.
macro_rules! identifiers {
    ($($name:ident),+) => {
        $(impl Parse for $name {
            fn parse(text: &str) -> Option<Self> {
                Self::parse(text)
            }
        })+
    };
}

identifiers!(ClientId, Id, TenantId);

/// An item of a list, which is borrowed unless it has escapes.
#[derive(Deserialize)]
struct Item<'a>(#[serde(borrow)] Cow<'a, str>);
