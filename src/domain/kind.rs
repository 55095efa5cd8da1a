use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::input::{Items, items};
use super::pairs::Pairs;
use super::text::Text;

/// The type of a client's field. It determines how the field is received in requests, moved in
/// files and stored.
pub(crate) trait Kind: Serialize + Clone + PartialEq {
    /// Its form in requests, not validated.
    type Raw: Clone + PartialEq;

    /// Its form in files: the same, but with words as strings, which may be unknown.
    type Text: Kind + DeserializeOwned;

    fn text(&self) -> Self::Text;

    /// The value to validate; `None` if it is not set.
    fn raw(text: Self::Text) -> Option<Self::Raw>;

    /// Reads a stored value, also one from a newer version.
    fn stored(text: Self::Text) -> Option<Self>;

    /// What a received value makes of this one; most replace it.
    fn merged(&self, received: Self::Raw) -> Self::Raw {
        received
    }

    /// Whether it has no value, and is left out of files.
    fn is_unset(&self) -> bool {
        false
    }
}

/// A required text or word.
impl<T: Text> Kind for T {
    type Raw = String;
    type Text = String;

    fn text(&self) -> String {
        self.as_str().to_owned()
    }

    fn raw(text: String) -> Option<String> {
        Some(text)
    }

    fn stored(text: String) -> Option<Self> {
        T::stored(text.into())
    }
}

/// An optional text or word.
impl<T: Text> Kind for Option<T> {
    type Raw = String;
    type Text = Option<String>;

    fn text(&self) -> Option<String> {
        self.as_ref().map(|value| value.as_str().to_owned())
    }

    fn raw(text: Option<String>) -> Option<String> {
        text
    }

    fn stored(text: Option<String>) -> Option<Self> {
        match text {
            Some(text) => T::stored(text.into()).map(Some),
            None => Some(None),
        }
    }

    fn is_unset(&self) -> bool {
        self.is_none()
    }
}

/// A list of texts or words.
impl<T: Text> Kind for Vec<T> {
    type Raw = Items;
    type Text = Vec<String>;

    fn text(&self) -> Vec<String> {
        self.iter().map(|value| value.as_str().to_owned()).collect()
    }

    fn raw(texts: Vec<String>) -> Option<Items> {
        Some(items(texts))
    }

    fn stored(texts: Vec<String>) -> Option<Self> {
        texts
            .into_iter()
            .map(|text| T::stored(text.into()))
            .collect()
    }
}

impl Kind for bool {
    type Raw = Self;
    type Text = Self;

    fn text(&self) -> Self {
        *self
    }

    fn raw(flag: Self) -> Option<Self> {
        Some(flag)
    }

    fn stored(flag: Self) -> Option<Self> {
        Some(flag)
    }
}

impl Kind for BTreeMap<String, String> {
    type Raw = Pairs;
    type Text = Self;

    fn text(&self) -> Self {
        self.clone()
    }

    fn raw(text: Self) -> Option<Pairs> {
        Some(text.into())
    }

    fn stored(text: Self) -> Option<Self> {
        Some(text)
    }

    fn merged(&self, received: Pairs) -> Pairs {
        received.over(self)
    }

    fn is_unset(&self) -> bool {
        self.is_empty()
    }
}
