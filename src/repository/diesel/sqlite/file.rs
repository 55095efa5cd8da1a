//! The path of a database file, and why it can't be opened.

use std::error::Error as StdError;
use std::fmt;
use std::path::{self, Path};

use crate::repository::diesel::error::{Fault, Result};

/// The absolute path, which SQLite takes literally: a relative one may look like a URI or like the
/// name of an in-memory database, and changes its meaning with the working directory.
pub(super) fn locate(path: &Path) -> Result<String> {
    let refuse = |reason| Fault::Connection(Box::new(OpenError::new(path, reason)));
    if path.as_os_str() == ":memory:" {
        return Err(refuse("a database in memory is one connection's own"));
    }
    if path.as_os_str().is_empty() {
        return Err(refuse("the path is empty"));
    }
    let absolute = path::absolute(path).map_err(|error| {
        let error = OpenError::new(path, "the path can't be made absolute").caused_by(error);
        Fault::Connection(Box::new(error))
    })?;
    match absolute.to_str() {
        Some(text) if text.contains('\0') => Err(refuse("the path contains a NUL")),
        Some(text) => Ok(text.to_owned()),
        None => Err(refuse("the path is not valid UTF-8")),
    }
}

/// SQLite only says that it can't. The file itself is not opened to find out more: closing it would
/// release the locks of other connections in this process.
pub(super) fn explain(path: &str, error: impl StdError + Send + Sync + 'static) -> Fault {
    let path = Path::new(path);
    let folder = path.parent().unwrap_or(path);
    let reason = if path.is_dir() {
        "it is a folder"
    } else if !folder.exists() {
        "its folder does not exist, or can't be entered"
    } else if !folder.is_dir() {
        "what should be its folder is a file"
    } else {
        "it must be a SQLite database or new, and this process must be allowed to write it and \
         its folder"
    };
    Fault::Connection(Box::new(OpenError::new(path, reason).caused_by(error)))
}

/// A reason of our own, unknown to SQLite.
pub(super) fn refuse(path: &str, reason: &'static str) -> Box<dyn StdError + Send + Sync> {
    Box::new(OpenError::new(Path::new(path), reason))
}

/// Why a database file can't be opened. It shows the path, which comes from the host.
#[derive(Debug)]
struct OpenError {
    path: path::PathBuf,
    reason: &'static str,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl OpenError {
    fn new(path: &Path, reason: &'static str) -> Self {
        Self {
            path: path.to_owned(),
            reason,
            source: None,
        }
    }

    fn caused_by(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, reason, .. } = self;
        write!(f, "can't open the database file {path:?}: {reason}")
    }
}

impl StdError for OpenError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
