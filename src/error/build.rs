use std::borrow::Cow;
use std::fmt;

use super::opaque_error;

/// The kind of a [`BuildError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BuildErrorKind {
    /// A setting is out of range, or contradicts another one.
    Setting,
    /// A resource that the system should provide, such as a thread or randomness, is missing.
    System,
    /// The key material is neither a PEM with one public key nor a JWK Set.
    MalformedKeys,
    /// The key material is larger than allowed.
    OversizedKeys,
    /// There are more keys than a token may be tried against.
    TooManyKeys,
    /// The type or curve of a key is not supported.
    UnsupportedKey,
    /// A key is too weak for every algorithm it could be used with.
    WeakKey,
    /// A private or symmetric key stands where a public one belongs. Consider it leaked.
    NotPublic,
    /// No key can be used with any of the allowed algorithms.
    NoUsableKey,
}

impl BuildErrorKind {
    fn message(self) -> &'static str {
        match self {
            Self::Setting => "a setting is out of range",
            Self::System => "the system lacks a resource",
            Self::MalformedKeys => "the key material is malformed",
            Self::OversizedKeys => "the key material is too large",
            Self::TooManyKeys => "there are too many keys",
            Self::UnsupportedKey => "the kind of key is not supported",
            Self::WeakKey => "the key is too weak",
            Self::NotPublic => "the key material holds a key that is not public",
            Self::NoUsableKey => "no key serves an allowed algorithm",
        }
    }
}

opaque_error! {
    /// Why something could not be built from its settings.
    ///
    /// `Display` names the setting and its bounds. No key, pepper or other secret is part of the
    /// error.
    pub struct BuildError(pub(crate) kind: BuildErrorKind) {
        message: Option<Cow<'static, str>> = None,
    }
}

impl BuildError {
    /// A setting that is refused, in words that name it and its bounds.
    pub(crate) fn setting(message: impl Into<Cow<'static, str>>) -> Self {
        Self::because(BuildErrorKind::Setting, message)
    }

    pub(crate) fn because(kind: BuildErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            message: Some(message.into()),
            ..kind.into()
        }
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message.as_deref().unwrap_or(self.kind.message()))
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::io;

    use super::*;

    #[test]
    fn an_error_tells_its_cause_once() {
        let cause = io::Error::other("no more threads");
        let error = BuildError::because(BuildErrorKind::System, "a thread did not start");
        let error = error.with_source(cause);
        assert_eq!(error.to_string(), "a thread did not start");
        assert_eq!(error.source().unwrap().to_string(), "no more threads");
    }

    #[test]
    fn without_words_of_its_own_it_has_those_of_its_kind() {
        let error = BuildError::from(BuildErrorKind::WeakKey);
        assert_eq!(error.to_string(), "the key is too weak");
        assert!(error.source().is_none());
    }
}
