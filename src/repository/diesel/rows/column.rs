use std::borrow::Cow;
use std::collections::BTreeMap;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRef, FromSqlRow};
use diesel::sql_types;
use serde::Deserialize;

use super::read;
use crate::domain::Kind;
use crate::domain::text::Text;
use crate::repository::diesel::error::{Fault, Result};

/// How a field is stored in a column.
pub(in super::super) trait Column: Kind {
    /// The value that is written to the column.
    type Stored;

    /// The value that is read from it.
    type Read;

    fn write(&self, column: &'static str) -> Result<Self::Stored>;

    fn read(column: &'static str, stored: Self::Read) -> Result<Self>;

    /// The length of a text, in bytes.
    #[cfg(feature = "diesel-sqlite")]
    fn len(stored: &Self::Stored) -> usize;
}

impl<T: Text> Column for T {
    type Stored = String;
    type Read = String;

    fn write(&self, _: &'static str) -> Result<String> {
        Ok(self.as_str().to_owned())
    }

    fn read(column: &'static str, stored: String) -> Result<Self> {
        read(column, T::stored(stored.into()))
    }

    #[cfg(feature = "diesel-sqlite")]
    fn len(stored: &String) -> usize {
        stored.len()
    }
}

impl<T: Text> Column for Option<T> {
    type Stored = Option<String>;
    type Read = Option<String>;

    fn write(&self, _: &'static str) -> Result<Option<String>> {
        Ok(self.text())
    }

    fn read(column: &'static str, stored: Option<String>) -> Result<Self> {
        stored.map(|text| Column::read(column, text)).transpose()
    }

    #[cfg(feature = "diesel-sqlite")]
    fn len(stored: &Option<String>) -> usize {
        stored.as_ref().map_or(0, String::len)
    }
}

/// A list is one JSON text.
impl<T: Text> Column for Vec<T> {
    type Stored = String;
    type Read = Json;

    fn write(&self, column: &'static str) -> Result<String> {
        serde_json::to_string(self).map_err(|_| Fault::Unreadable(column))
    }

    fn read(column: &'static str, stored: Json) -> Result<Self> {
        let Some(text) = stored.0 else {
            return Ok(Self::new());
        };
        let items: Vec<Item<'_>> = read(column, serde_json::from_str(&text).ok())?;
        let items: Option<_> = items.into_iter().map(|item| T::stored(item.0)).collect();
        read(column, items)
    }

    #[cfg(feature = "diesel-sqlite")]
    fn len(stored: &String) -> usize {
        stored.len()
    }
}

/// Pairs are one JSON text.
impl Column for BTreeMap<String, String> {
    type Stored = String;
    type Read = Json;

    fn write(&self, column: &'static str) -> Result<String> {
        serde_json::to_string(self).map_err(|_| Fault::Unreadable(column))
    }

    fn read(column: &'static str, stored: Json) -> Result<Self> {
        match stored.0 {
            Some(text) => read(column, serde_json::from_str(&text).ok()),
            None => Ok(Self::new()),
        }
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

    fn read(_: &'static str, stored: i64) -> Result<Self> {
        Ok(stored != 0)
    }

    #[cfg(feature = "diesel-sqlite")]
    fn len(_: &i64) -> usize {
        0
    }
}

/// The JSON text of a list or of pairs, which is not copied if it is empty, like most.
#[derive(Debug, FromSqlRow)]
pub(in super::super) struct Json(Option<String>);

impl<DB> FromSql<sql_types::Text, DB> for Json
where
    DB: Backend,
    for<'a> &'a str: FromSqlRef<'a, sql_types::Text, DB>,
{
    fn from_sql(mut value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <&str as FromSqlRef<'_, _, DB>>::from_sql(&mut value)?;
        Ok(Self(
            (!matches!(text, "[]" | "{}")).then(|| text.to_owned()),
        ))
    }
}

/// An item of a list, which is borrowed unless it has escapes.
#[derive(Deserialize)]
struct Item<'a>(#[serde(borrow)] Cow<'a, str>);
