use std::borrow::Cow;

/// Serializes a type as its `as_str`.
macro_rules! serialize_as_str {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }
    };
}

pub(crate) use serialize_as_str;

/// A value that is stored as a string: a string itself, or one of the `stored_words!`.
pub(crate) trait Text: serde::Serialize + Clone + PartialEq {
    /// Reads a stored value, also one from a newer version.
    fn stored(text: Cow<'_, str>) -> Option<Self>;

    fn as_str(&self) -> &str;
}

impl Text for String {
    fn stored(text: Cow<'_, str>) -> Option<Self> {
        Some(text.into_owned())
    }

    fn as_str(&self) -> &str {
        self
    }
}
