//! The common parts of all errors.
//!
//! Each module has an `Error` of its own: opaque, with a kind to match on, a message that is safe
//! to show, and a source for the host's log.

mod build;

pub use build::{BuildError, BuildErrorKind};

/// The cause of an error, of any type.
pub(crate) type Source = Box<dyn std::error::Error + Send + Sync>;

/// Declares an opaque error: who may create it, its kind, and further fields with their defaults.
/// It has no `Display`, which every error writes for itself.
macro_rules! opaque_error {
    (
        $(#[$meta:meta])*
        pub struct $error:ident($vis:vis $kind:ident: $type:ty) {
            $($(#[$field_meta:meta])* $field:ident: $field_type:ty = $default:expr,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug)]
        pub struct $error {
            $kind: $type,
            $($(#[$field_meta])* $field: $field_type,)*
            source: Option<$crate::error::Source>,
        }

        impl $error {
            /// Creates an error of this kind.
            $vis fn new($kind: $type) -> Self {
                Self {
                    $($field: $default,)*
                    $kind,
                    source: None,
                }
            }

            /// Attaches the cause, an error or a text, for the host's log. It must not contain a
            /// credential.
            #[must_use]
            $vis fn with_source(
                mut self,
                source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
            ) -> Self {
                self.source = Some(source.into());
                self
            }

            /// The kind of error.
            pub fn kind(&self) -> $type {
                self.$kind
            }
        }

        impl From<$type> for $error {
            fn from(kind: $type) -> Self {
                Self::new(kind)
            }
        }

        impl std::error::Error for $error {
            fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
                self.source.as_deref().map(|source| source as _)
            }
        }
    };
}

pub(crate) use opaque_error;
