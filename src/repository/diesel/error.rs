use std::error::Error as StdError;
use std::fmt;

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::repository::{Error, ErrorKind};

pub(super) type Result<T, E = Fault> = std::result::Result<T, E>;

/// Why an operation failed.
#[derive(Debug)]
pub(super) enum Fault {
    /// The repository's contract demands the failure.
    Refused(ErrorKind),
    /// A column has, or would have, an unreadable value.
    Unreadable(&'static str),
    /// The database's settings make it impossible to keep the contract.
    #[cfg(feature = "diesel-pool")]
    Unsuited(&'static str),
    /// A connection can't be opened.
    #[cfg(feature = "diesel-sqlite")]
    Connection(Box<dyn StdError + Send + Sync>),
    /// No connection is available now, or the time is up.
    Unavailable(Box<dyn StdError + Send + Sync>),
    /// The task of the operation did not complete.
    #[cfg(feature = "diesel-pool")]
    Task(Box<dyn StdError + Send + Sync>),
    /// The database returned an error.
    Database(DieselError),
    /// The database returned an error before anything was done that must not be repeated.
    Repeatable(DieselError),
}

/// The meaning of a database error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// Contention: the whole transaction may be retried.
    Contention,
    /// The connection is lost, and the outcome of the transaction is unknown.
    Lost,
    /// Prepared statements are forgotten or confused, and nothing was done.
    Confused,
    /// A pooler closed the connection, since it got none to the server in time. Nothing was done.
    TurnedAway,
    /// The statement was cancelled, or exceeded a time limit of the database.
    Stopped,
    /// The database currently accepts no writes.
    Unwritable,
    /// The same, because the server is a replica, perhaps since it has a successor.
    Replica,
    /// Duplicate key.
    Duplicate,
    /// A table or column is missing.
    Unmigrated,
    Other,
}

/// Messages of contention that Diesel has no kind for: SQLite; PostgreSQL and MySQL; the lock
/// timeouts of PostgreSQL and of MySQL; MariaDB.
const CONTENTION: [&str; 5] = [
    "is locked",
    "deadlock",
    "due to lock timeout",
    "lock wait timeout",
    "record has changed since last read",
];

/// Messages of a lost connection: MySQL's driver (2), MySQL's server (3, the last one after a reset
/// by someone else), PostgreSQL when it closes the connection, PgBouncer when PostgreSQL does (2),
/// and a Galera node that is cut off from the others, before and during a transaction (2), where
/// another connection may lead to a better node.
const LOST: [&str; 10] = [
    "input/output error:",
    "driver error:",
    "connection was killed",
    "server shutdown in progress",
    "unknown prepared statement",
    "terminating connection",
    "server conn crashed",
    "pooler is shutting down",
    "wsrep has not yet prepared node",
    "not connected to primary component",
];

/// Messages of PgBouncer that waits in vain for a connection to PostgreSQL.
const TURNED_AWAY: [&str; 3] = [
    "query_wait_timeout",
    "server_login_retry",
    "no more connections allowed",
];

/// What to do about statements that PostgreSQL forgets or confuses.
pub(super) const CONFUSED: &str = "prepared statements are lost or mixed up on the way to \
    PostgreSQL: if there is a pooler, it must pool sessions, or be PgBouncer 1.21 or later with \
    `max_prepared_statements` of at least 200; DEALLOCATE ALL and DISCARD ALL do the same";

/// The quotes of PostgreSQL's messages in all their languages.
const QUOTES: [char; 6] = ['"', '«', '»', '“', '”', '„'];

/// Whether a message is about a prepared statement. In another language than English it is known by
/// the name, which tokio-postgres gives: `s` and a number. Diesel keeps no SQLSTATE (26000, 42P05
/// and 08P01).
fn is_about_statement(message: &str) -> bool {
    let is_name = |quoted: &str| {
        let number = quoted.trim().strip_prefix('s').unwrap_or_default();
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    message.contains("prepared statement ") || message.split(QUOTES).skip(1).any(is_name)
}

/// Messages for a cancelled statement: PostgreSQL, MariaDB, and our own function in SQLite.
const STOPPED: [&str; 3] = [
    "canceling statement due to",
    "query execution was interrupted",
    "took too long, and was cut off",
];

/// Messages of databases that accept no writes: full disks (PostgreSQL; SQLite and MariaDB; MySQL)
/// and files (SQLite: no longer writable; no file handles left).
const UNWRITABLE: [&str; 5] = [
    "no space left on device",
    "is full",
    "disk full",
    "attempt to write a readonly database",
    "unable to open database file",
];

/// Messages of replicas: MySQL and MariaDB; MySQL.
const REPLICA: [&str; 2] = ["-read-only option", "read-only mode"];

/// What to do about a missing table or column.
const UNMIGRATED_ADVICE: &str =
    "the tables are missing or older than this version: call migrate() first";

/// Messages for a missing table or column: SQLite (2), PostgreSQL, MySQL (2).
const UNMIGRATED: [&str; 5] = [
    "no such table",
    "no such column",
    "does not exist",
    "doesn't exist",
    "unknown column",
];

fn classify(error: &DieselError) -> Cause {
    match error {
        DieselError::DatabaseError(kind, information) => match kind {
            DatabaseErrorKind::UniqueViolation => Cause::Duplicate,
            DatabaseErrorKind::SerializationFailure => Cause::Contention,
            DatabaseErrorKind::ReadOnlyTransaction => Cause::Replica,
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                Cause::Lost
            }
            _ => {
                let message = information.message().to_lowercase();
                let says = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
                if says(&CONTENTION) {
                    Cause::Contention
                } else if says(&LOST) {
                    Cause::Lost
                } else if is_about_statement(&message) {
                    Cause::Confused
                } else if says(&TURNED_AWAY) {
                    Cause::TurnedAway
                } else if says(&STOPPED) {
                    Cause::Stopped
                } else if says(&UNWRITABLE) {
                    Cause::Unwritable
                } else if says(&REPLICA) {
                    Cause::Replica
                } else if says(&UNMIGRATED) {
                    Cause::Unmigrated
                } else {
                    Cause::Other
                }
            }
        },
        DieselError::RollbackErrorOnCommit { commit_error, .. } => classify(commit_error),
        DieselError::BrokenTransactionManager => Cause::Lost,
        _ => Cause::Other,
    }
}

/// Whether prepared statements are forgotten or confused.
#[cfg(feature = "diesel-postgres")]
pub(super) fn is_confusion(error: &DieselError) -> bool {
    classify(error) == Cause::Confused
}

impl Fault {
    /// Another host had the lock of the migrations for as long as an operation may take.
    #[cfg(feature = "diesel-pool")]
    pub(super) fn locked_out() -> Self {
        let why = "another host migrates, and has not finished in the time of `with_timeout`";
        Self::Unavailable(why.into())
    }

    fn cause(&self) -> Option<Cause> {
        match self {
            Self::Database(error) | Self::Repeatable(error) => Some(classify(error)),
            _ => None,
        }
    }

    /// Whether a retry of the operation may succeed.
    pub(super) fn is_contention(&self) -> bool {
        self.cause() == Some(Cause::Contention)
    }

    /// Whether the connection was lost: before, during, or at the commit of the operation.
    #[cfg(feature = "diesel-pool")]
    pub(super) fn is_lost_connection(&self) -> bool {
        self.cause() == Some(Cause::Lost)
    }

    /// Whether the connection must not be used again: it is lost, or another one may lead to a
    /// better server.
    #[cfg(feature = "diesel-pool")]
    pub(super) fn spoils_connection(&self) -> bool {
        use Cause::{Confused, Lost, Replica, TurnedAway};
        matches!(self.cause(), Some(Lost | Confused | Replica | TurnedAway))
    }

    /// Whether the connection was lost before anything was done that must not be repeated.
    #[cfg(feature = "diesel-pool")]
    pub(super) fn may_run_elsewhere(&self) -> bool {
        matches!(self, Self::Repeatable(error) if classify(error) == Cause::Lost)
    }

    /// Whether a database in good order may return this error.
    #[cfg(feature = "diesel-sqlite")]
    pub(super) fn is_expected(&self) -> bool {
        !matches!(self.cause(), None | Some(Cause::Lost | Cause::Other))
    }
}

impl From<DieselError> for Fault {
    fn from(error: DieselError) -> Self {
        Self::Database(error)
    }
}

impl From<ErrorKind> for Fault {
    fn from(kind: ErrorKind) -> Self {
        Self::Refused(kind)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let error = match fault {
            Fault::Refused(kind) => return kind.into(),
            Fault::Unreadable(column) => {
                return Self::new(ErrorKind::Other).with_source(Unreadable(column));
            }
            #[cfg(feature = "diesel-pool")]
            Fault::Unsuited(reason) => return Self::new(ErrorKind::Other).with_source(reason),
            #[cfg(feature = "diesel-sqlite")]
            Fault::Connection(source) => return Self::new(ErrorKind::Other).with_source(source),
            #[cfg(feature = "diesel-pool")]
            Fault::Task(source) => return Self::new(ErrorKind::Other).with_source(source),
            Fault::Unavailable(source) => {
                return Self::new(ErrorKind::Unavailable).with_source(source);
            }
            Fault::Database(error) | Fault::Repeatable(error) => error,
        };
        match classify(&error) {
            Cause::Contention
            | Cause::Lost
            | Cause::TurnedAway
            | Cause::Stopped
            | Cause::Unwritable
            | Cause::Replica => Self::new(ErrorKind::Unavailable).with_source(error),
            Cause::Confused => Self::new(ErrorKind::Other).with_source(Explained(CONFUSED, error)),
            // Without the source: some databases quote the value.
            Cause::Duplicate => ErrorKind::Conflict.into(),
            Cause::Unmigrated => {
                Self::new(ErrorKind::Other).with_source(Explained(UNMIGRATED_ADVICE, error))
            }
            Cause::Other => Self::new(ErrorKind::Other).with_source(error),
        }
    }
}

#[derive(Debug)]
struct Unreadable(&'static str);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "what is stored in the column {} can't be read", self.0)
    }
}

impl StdError for Unreadable {}

/// An error of the database, with what to do about it.
#[derive(Debug)]
struct Explained(&'static str, DieselError);

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl StdError for Explained {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(kind: DatabaseErrorKind, message: &str) -> ErrorKind {
        let error = DieselError::DatabaseError(kind, Box::new(message.to_owned()));
        Error::from(Fault::from(error)).kind()
    }

    #[test]
    fn what_may_pass_is_unavailable() {
        use DatabaseErrorKind::{ClosedConnection, SerializationFailure, Unknown};
        for (of, message) in [
            (Unknown, "database is locked"),
            (Unknown, "deadlock detected"),
            (Unknown, "Deadlock found when trying to get lock"),
            (Unknown, "Lock wait timeout exceeded"),
            (
                Unknown,
                "WSREP has not yet prepared node for application use",
            ),
            (
                Unknown,
                "Unknown prepared statement handler (7) given to EXECUTE",
            ),
            (Unknown, "query_wait_timeout"),
            (Unknown, "attempt to write a readonly database"),
            (Unknown, "unable to open database file"),
            (Unknown, "the search took too long, and was cut off"),
            (SerializationFailure, ""),
            (ClosedConnection, ""),
        ] {
            assert_eq!(kind(of, message), ErrorKind::Unavailable, "{message}");
        }
        assert_eq!(kind(Unknown, "disk I/O error"), ErrorKind::Other);
    }

    /// A pooler may lead a statement to another one of the same name, so a retry would hide it.
    #[test]
    fn confused_statements_are_no_lost_connection() {
        for message in [
            "prepared statement \"s1\" does not exist",
            "prepared statement \"s214\" already exists",
            "bind message supplies 2 parameters, but prepared statement \"s3\" requires 1",
            "prepared statement did not exist",
            "vorbereitete Anweisung »s1« existiert nicht",
            "l'instruction préparée «\u{a0}s12\u{a0}» n'existe pas",
        ] {
            let error = Box::new(message.to_owned());
            let error = DieselError::DatabaseError(DatabaseErrorKind::Unknown, error);
            let fault = Fault::Repeatable(error);
            assert_eq!(fault.cause(), Some(Cause::Confused), "{message}");
            let error = Error::from(fault);
            assert_eq!(error.kind(), ErrorKind::Other, "{message}");
            let source = error.source().map(ToString::to_string);
            assert_eq!(source.as_deref(), Some(CONFUSED), "{message}");
        }
        for message in [
            "relation \"oauth_clients\" does not exist",
            "permission denied for user 's1'",
            "column \"s\" is of type text",
        ] {
            assert!(!is_about_statement(message), "{message}");
        }
    }

    #[test]
    fn a_taken_key_is_a_conflict_without_its_value() {
        let fault = DieselError::DatabaseError(
            DatabaseErrorKind::UniqueViolation,
            Box::new("Duplicate entry 'app-1' for key".to_owned()),
        );
        let error = Error::from(Fault::from(fault));
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert!(error.source().is_none());
    }

    #[test]
    fn missing_tables_say_what_to_do() {
        let fault = DieselError::DatabaseError(
            DatabaseErrorKind::Unknown,
            Box::new("no such table: oauth_clients".to_owned()),
        );
        let error = Error::from(Fault::from(fault));
        let source = error.source().map(ToString::to_string);
        assert!(source.is_some_and(|text| text.contains("migrate()")));
    }
}
