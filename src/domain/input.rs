use super::kind::Kind;

/// The value of one field in a request.
///
/// A value of a wrong type is kept as such, so that it is reported with all other violations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Input<T> {
    #[default]
    Absent,
    Null,
    Mistyped,
    Value(T),
}

impl<T> Input<T> {
    pub(crate) fn map<U>(self, map: impl FnOnce(T) -> U) -> Input<U> {
        match self {
            Self::Absent => Input::Absent,
            Self::Null => Input::Null,
            Self::Mistyped => Input::Mistyped,
            Self::Value(value) => Input::Value(map(value)),
        }
    }

    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The same without the value, for `Debug`.
    pub(super) fn outline(&self) -> Input<()> {
        match self {
            Self::Absent => Input::Absent,
            Self::Null => Input::Null,
            Self::Mistyped => Input::Mistyped,
            Self::Value(_) => Input::Value(()),
        }
    }

    /// What becomes of the stored value: it stays if none was received.
    pub(super) fn over<K: Kind<Raw = T>>(self, stored: &K) -> Self {
        match self {
            Self::Absent => K::raw(stored.text()).map_or(Self::Absent, Self::Value),
            Self::Value(received) => Self::Value(stored.merged(received)),
            received => received,
        }
    }
}

/// A list as received; `None` is an item that is not a string.
pub(crate) type Items = Vec<Option<String>>;

/// A list in which every item is a string.
pub(crate) fn items<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Items {
    texts.into_iter().map(|text| Some(text.into())).collect()
}
