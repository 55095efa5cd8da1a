//! Why there is no connection, in messages of this crate: those of servers and drivers may quote
//! parts of the URL, and come in any language.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::io;

/// Why there is no connection.
#[derive(Clone, Debug)]
pub(super) struct Refusal(Cow<'static, str>);

impl Refusal {
    /// The operating system's error, if there is one: it quotes no values.
    pub(super) fn of_system(error: &(dyn StdError + 'static)) -> Option<Self> {
        let mut found = None;
        let mut cause = Some(error);
        while let Some(error) = cause {
            found = error.downcast_ref::<io::Error>().or(found);
            cause = error.source();
        }
        found.map(|error| match error.raw_os_error() {
            Some(_) => error.to_string().into(),
            None => error.kind().to_string().into(),
        })
    }
}

impl From<&'static str> for Refusal {
    fn from(text: &'static str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Refusal {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no connection to the database: {}", self.0)
    }
}

impl StdError for Refusal {}
