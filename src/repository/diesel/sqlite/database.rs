//! Connections to one database file.

use std::path::MAIN_SEPARATOR_STR;
use std::sync::OnceLock;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection as _, QueryableByName, RunQueryDsl, SqliteConnection};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::file::{explain, refuse};
use super::{Connection, clock, private};
use crate::repository::diesel::error::{Fault, Result};

/// How long a connection waits for a lock.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The settings of every connection. The timeout comes first, since the file may already be locked.
/// Commits are durable before they return.
const SETUP: &str = "
    PRAGMA busy_timeout = 5000;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
";

/// The characters that need no escaping in the path of a URI.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_');

/// One database file: the one that existed, or was created, when it was first opened.
pub(super) struct Database {
    path: String,
    first: OnceLock<Option<private::Identity>>,
}

impl Database {
    /// `path` must have been [located](super::file::locate).
    pub(super) fn new(path: String) -> Self {
        Self {
            path,
            first: OnceLock::new(),
        }
    }

    /// Opens a connection. Creates the file only for the first one. Blocks.
    pub(super) fn connect(&self, setup: &str) -> Result<Connection> {
        let Some(first) = self.first.get() else {
            private::make(&self.path);
            let conn = self.establish(&self.path, setup)?;
            self.first.get_or_init(|| private::identity(&self.path));
            return Ok(conn);
        };
        let conn = self.establish(&existing(&self.path), setup);
        // Checked afterwards, since it might be replaced until then.
        if private::identity(&self.path) != *first {
            let replaced = "it is not the one that was there at the start";
            return Err(Fault::Unavailable(refuse(&self.path, replaced)));
        }
        conn.map_err(|fault| match fault {
            // It could be opened before, so this may be temporary, such as a lack of file handles.
            Fault::Connection(source) => Fault::Unavailable(source),
            other => other,
        })
    }

    fn establish(&self, url: &str, setup: &str) -> Result<Connection> {
        let explain = |error| match Fault::from(error) {
            contention if contention.is_contention() => contention,
            Fault::Database(error) => explain(&self.path, error),
            other => other,
        };
        let conn = SqliteConnection::establish(url);
        let mut conn = conn.map_err(|error| super::file::explain(&self.path, error))?;
        conn.batch_execute(SETUP).map_err(explain)?;
        if !writes_ahead(&mut conn).map_err(explain)? {
            let unable = "its file system has no write-ahead mode, without which readers and the \
                          writer wait for each other";
            return Err(Fault::Connection(refuse(&self.path, unable)));
        }
        conn.batch_execute(setup).map_err(explain)?;
        clock::register(&conn).map_err(explain)?;
        Ok(Connection::new(conn))
    }
}

/// Enables write-ahead mode. If SQLite can't, it stays in another mode and says which.
fn writes_ahead(conn: &mut SqliteConnection) -> diesel::QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Mode {
        #[diesel(sql_type = Text)]
        journal_mode: String,
    }

    let mode: Mode = diesel::sql_query("PRAGMA journal_mode = WAL").get_result(conn)?;
    Ok(mode.journal_mode == "wal")
}

/// A URI that opens the file at an absolute path and never creates it
/// (<https://sqlite.org/uri.html>).
fn existing(path: &str) -> String {
    let path = path.replace(MAIN_SEPARATOR_STR, "/");
    let root = if path.starts_with('/') { "" } else { "/" };
    format!("file://{root}{}?mode=rw", utf8_percent_encode(&path, PATH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_about_the_mode_is_looked_at() {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        assert!(!writes_ahead(&mut conn).unwrap());
    }

    #[test]
    fn any_path_can_be_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "a b.db",
            "100%.db",
            "a?mode=memory",
            "a#b",
            "ü.db",
            "%41.db",
        ] {
            let path = folder.path().join(name);
            let database = Database::new(path.to_str().unwrap().to_owned());
            database.connect("").unwrap();
            database.connect("").unwrap();
        }
    }
}
