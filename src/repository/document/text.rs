//! How values are written as strings. Errors do not contain the value.

use std::fmt::Display;
use std::net::IpAddr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::{
    Action, ClientId, ClientOrigin, ClientStatus, Id, SecretHash, SecretStatus, TenantId, Timestamp,
};

/// The error message for a value that can't be read.
pub(super) const UNREADABLE: &str = "a value that no version stores";

pub(super) trait Text: Sized {
    fn text(&self) -> impl Display;
    fn read(text: &str) -> Option<Self>;
}

macro_rules! texts {
    ($($type:ident: $text:ident, $read:expr;)+) => {
        $(impl Text for $type {
            fn text(&self) -> impl Display {
                self.$text()
            }

            fn read(text: &str) -> Option<Self> {
                $read(text)
            }
        })+
    };
}

texts! {
    Action: as_str, Self::stored;
    ClientId: as_str, Self::parse;
    ClientOrigin: as_str, Self::stored;
    ClientStatus: as_str, Self::stored;
    Id: to_string, Self::parse;
    IpAddr: to_string, |text: &str| text.parse().ok();
    // Only the document of a secret contains it.
    SecretHash: expose, |text| Some(Self::new(text));
    SecretStatus: as_str, Self::stored;
    TenantId: as_str, Self::parse;
    Timestamp: precise, Self::parse_precise;
}

pub(super) fn serialize<T: Text, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&value.text())
}

pub(super) fn deserialize<'de, T: Text, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    Owned::deserialize(from).map(|owned| owned.0)
}

/// The same for optional values.
pub(super) mod optional {
    use super::*;

    pub(in super::super) fn serialize<T: Text, S: Serializer>(
        value: &Option<T>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(Borrowed).serialize(to)
    }

    pub(in super::super) fn deserialize<'de, T: Text, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<T>, D::Error> {
        Ok(Option::<Owned<T>>::deserialize(from)?.map(|owned| owned.0))
    }
}

struct Borrowed<'a, T>(&'a T);

impl<T: Text> Serialize for Borrowed<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        serialize(self.0, to)
    }
}

struct Owned<T>(T);

impl<'de, T: Text> Deserialize<'de> for Owned<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let value = T::read(&text).map(Self);
        value.ok_or_else(|| D::Error::custom(UNREADABLE))
    }
}
