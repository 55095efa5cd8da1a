use std::fmt;

/// Declares an enum whose values are words on the wire and in storage: one list generates the type,
/// `ALL`, `as_str`, `parse` and `Serialize`, so that they can't differ. Words may be added at any
/// time.
macro_rules! words {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $( $(#[$doc:meta])* $variant:ident = $word:literal, )+ }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name { $( $(#[$doc])* $variant, )+ }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word used on the wire and in storage.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Parses a word. Case-sensitive.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        $crate::domain::text::serialize_as_str!($name);
    };
}

/// The same for stored words. Hosts with different versions may share one storage, so a value may
/// also be a word that only a newer version knows.
macro_rules! stored_words {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $( $(#[$doc:meta])* $variant:ident = $word:literal, )+ }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$doc])* $variant, )+
            /// A word that a newer version has stored. It is shown and kept as it is, but this
            /// version neither accepts it in requests nor grants anything for it.
            Unknown($crate::domain::Word),
        }

        impl $name {
            /// Every value that this version knows, in declaration order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word used on the wire and in storage.
            pub fn as_str(&self) -> &str {
                match self { $(Self::$variant => $word,)+ Self::Unknown(word) => word.as_str() }
            }

            /// Parses a word that this version knows. Case-sensitive.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }

            /// Parses a stored word, also one from a newer version. For repositories; words in
            /// requests are [`parse`](Self::parse)d.
            ///
            /// Returns `None` for a word that no version stores.
            pub fn stored(word: &str) -> Option<Self> {
                Self::parse(word).or_else(|| $crate::domain::Word::new(word).map(Self::Unknown))
            }

            /// The word as one of a fixed set.
            #[allow(dead_code, reason = "some are for one feature only")]
            pub(crate) fn word(&self) -> &'static str {
                match self { $(Self::$variant => $word,)+ Self::Unknown(_) => "unknown" }
            }
        }

        $crate::domain::text::serialize_as_str!($name);

        impl $crate::domain::text::Text for $name {
            fn stored(text: std::borrow::Cow<'_, str>) -> Option<Self> {
                Self::stored(&text)
            }

            fn as_str(&self) -> &str {
                self.as_str()
            }
        }

        const _: () = {
            $(assert!($crate::domain::Word::fits($word), "older versions could not read it");)+
        };
    };
}

pub(crate) use {stored_words, words};

/// A word that this version does not know.
///
/// Words are not interned, so unknown words in the storage take no permanent memory. The type is as
/// small as possible, as every client has several of the enums that may contain one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Word(Box<str>);

impl Word {
    /// The maximum length of a stored word, in bytes.
    pub const MAX_LENGTH: usize = 64;

    pub(crate) fn new(text: &str) -> Option<Self> {
        Self::fits(text).then(|| Self(text.into()))
    }

    /// Visible ASCII without characters that JSON would escape.
    #[allow(
        clippy::indexing_slicing,
        reason = "it is bounded, and a constant needs it"
    )]
    pub(crate) const fn fits(text: &str) -> bool {
        let bytes = text.as_bytes();
        let mut index = 0;
        while index < bytes.len() {
            let byte = bytes[index];
            if !byte.is_ascii_graphic() || byte == b'"' || byte == b'\\' {
                return false;
            }
            index += 1;
        }
        index > 0 && index <= Self::MAX_LENGTH
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ClientStatus, GrantType};

    #[test]
    fn a_word_of_a_newer_version_is_kept_and_never_accepted() {
        let longest = "x".repeat(Word::MAX_LENGTH);
        for word in ["frozen", "urn:example:grant", "none!", &longest] {
            assert_eq!(ClientStatus::parse(word), None);
            let stored = ClientStatus::stored(word).unwrap();
            assert_eq!((stored.as_str(), stored.word()), (word, "unknown"));
            assert!(!ClientStatus::ALL.contains(&stored));
            assert_eq!(format!("{stored:?}"), format!("Unknown({word:?})"));
        }
        assert_eq!(GrantType::stored("ciba!"), GrantType::stored("ciba!"));
        assert_ne!(GrantType::stored("one"), GrantType::stored("two"));
    }

    #[test]
    fn a_known_word_is_itself() {
        for grant in GrantType::ALL {
            assert_eq!(GrantType::stored(grant.as_str()), Some(grant.clone()));
            assert_eq!(grant.word(), grant.as_str());
        }
    }

    #[test]
    fn what_no_version_stores_is_no_word() {
        let too_long = "x".repeat(Word::MAX_LENGTH + 1);
        for bad in ["", " ", "a b", "a\"b", "a\\b", "a\n", "é", "\0", &too_long] {
            assert_eq!(GrantType::stored(bad), None, "{bad:?}");
        }
    }
}
