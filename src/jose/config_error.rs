use std::error::Error as StdError;
use std::fmt;

/// The kind of a [`ConfigError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConfigErrorKind {
    /// The text is neither a PEM with one public key nor a JWK Set.
    Malformed,
    /// The text is too long.
    TooLarge,
    /// There are more keys than a token may be tried against.
    TooManyKeys,
    /// The key type or curve is not used by any supported algorithm.
    UnsupportedKey,
    /// The key is too weak for any of its algorithms.
    WeakKey,
    /// A private or symmetric key in place of a public one. Consider it leaked.
    NotPublic,
    /// No key supports any of the allowed algorithms.
    NoUsableKey,
    /// More than 60 seconds of leeway.
    LeewayTooLong,
}

/// Why keys or settings were refused. It contains no part of a key.
#[derive(Debug)]
pub struct ConfigError {
    kind: ConfigErrorKind,
    source: Option<jsonwebtoken::errors::Error>,
}

impl ConfigError {
    pub(super) fn caused(kind: ConfigErrorKind, source: jsonwebtoken::errors::Error) -> Self {
        Self {
            kind,
            source: Some(source),
        }
    }

    /// The kind of error.
    pub fn kind(&self) -> ConfigErrorKind {
        self.kind
    }
}

impl From<ConfigErrorKind> for ConfigError {
    fn from(kind: ConfigErrorKind) -> Self {
        Self { kind, source: None }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ConfigErrorKind::Malformed => "the key material is malformed",
            ConfigErrorKind::TooLarge => "the key material is too large",
            ConfigErrorKind::TooManyKeys => "there are too many keys",
            ConfigErrorKind::UnsupportedKey => "the kind of key is not supported",
            ConfigErrorKind::WeakKey => "the key is too weak",
            ConfigErrorKind::NotPublic => "the key material holds a key that is not public",
            ConfigErrorKind::NoUsableKey => "no key serves an allowed algorithm",
            ConfigErrorKind::LeewayTooLong => "the leeway is longer than 60 seconds",
        })
    }
}

impl StdError for ConfigError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
