use std::error::Error as StdError;
use std::fmt;

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::repository::{Error, ErrorKind};

pub(super) type Result<T, E = Fault> = std::result::Result<T, E>;

/// Why an operation did not succeed.
#[derive(Debug)]
pub(super) enum Fault {
    /// The contract says no.
    Refused(ErrorKind),
    /// A column holds, or would hold, what can't be read.
    Unreadable(&'static str),
    /// The database is set up so that the contract can't be kept.
    #[cfg(feature = "diesel-mysql")]
    Unsuited(&'static str),
    /// There can be no connection.
    #[cfg(feature = "diesel-sqlite")]
    Connection(Box<dyn StdError + Send + Sync>),
    /// There is no connection now, or no time left.
    Unavailable(Box<dyn StdError + Send + Sync>),
    /// The task that ran the operation did not come to its end.
    #[cfg(feature = "_diesel_pool")]
    Task(Box<dyn StdError + Send + Sync>),
    /// The database says no.
    Database(DieselError),
    /// The database says no, and nothing was done that may not be done again.
    Repeatable(DieselError),
}

/// What a database's refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// Somebody else is in the way: the whole transaction may start again.
    Contention,
    /// The connection is gone, and what became of the transaction is not known.
    Lost,
    /// The statement was stopped from elsewhere, or took longer than the database allows.
    Stopped,
    /// The database takes no writes now.
    Unwritable,
    /// A key is taken.
    Duplicate,
    /// A table or column is not there.
    Unmigrated,
    Other,
}

/// How databases say that a transaction must start again, where Diesel has no kind for it: SQLite,
/// PostgreSQL and MySQL alike, each of them with its lock timeout, MariaDB.
const CONTENTION: [&str; 5] = [
    "is locked",
    "deadlock",
    "due to lock timeout",
    "lock wait timeout",
    "record has changed since last read",
];

/// How MySQL says that there is no connection any more: its driver (twice), the server (twice). And
/// PostgreSQL, when it sends its last word. And Galera, whose node is cut off from the others: another
/// connection may lead to a better one.
const LOST: [&str; 6] = [
    "input/output error:",
    "driver error:",
    "connection was killed",
    "server shutdown in progress",
    "terminating connection",
    "wsrep has not yet prepared node",
];

/// How PostgreSQL and MySQL say that they forgot what was prepared: somebody reset the connection, or
/// it is another one. It is of no use to whoever remembers.
const FORGOTTEN: [&str; 2] = ["prepared statement \"", "unknown prepared statement"];

/// How PostgreSQL and MariaDB say that a statement was stopped.
const STOPPED: [&str; 2] = [
    "canceling statement due to",
    "query execution was interrupted",
];

/// How databases say that they take no writes: full disks (PostgreSQL; SQLite and MariaDB; MySQL)
/// replicas (MySQL and MariaDB; MySQL), and files (SQLite: that may not be written any more; for which
/// there is no handle left).
const UNWRITABLE: [&str; 7] = [
    "no space left on device",
    "is full",
    "disk full",
    "-read-only option",
    "read-only mode",
    "attempt to write a readonly database",
    "unable to open database file",
];

/// The same for a table or column that is not there: SQLite (twice), PostgreSQL, MySQL (twice).
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
            DatabaseErrorKind::ReadOnlyTransaction => Cause::Unwritable,
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                Cause::Lost
            }
            _ => {
                let message = information.message().to_lowercase();
                let says = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
                if says(&CONTENTION) {
                    Cause::Contention
                } else if says(&LOST) || says(&FORGOTTEN) {
                    Cause::Lost
                } else if says(&STOPPED) {
                    Cause::Stopped
                } else if says(&UNWRITABLE) {
                    Cause::Unwritable
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

impl Fault {
    fn cause(&self) -> Option<Cause> {
        match self {
            Self::Database(error) | Self::Repeatable(error) => Some(classify(error)),
            _ => None,
        }
    }

    /// Whether the same operation may succeed when it starts again.
    pub(super) fn is_contention(&self) -> bool {
        self.cause() == Some(Cause::Contention)
    }

    /// Whether the connection was lost: before the operation, in its middle, or at its commit.
    #[cfg(feature = "_diesel_pool")]
    pub(super) fn is_lost_connection(&self) -> bool {
        self.cause() == Some(Cause::Lost)
    }

    /// Whether the connection was lost before anything was done that may not be done again.
    #[cfg(feature = "_diesel_pool")]
    pub(super) fn may_run_elsewhere(&self) -> bool {
        matches!(self, Self::Repeatable(error) if classify(error) == Cause::Lost)
    }

    /// Whether the database gave an answer that one in good order gives.
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
                return Self::new(ErrorKind::Other, Unreadable(column));
            }
            #[cfg(feature = "diesel-mysql")]
            Fault::Unsuited(reason) => return Self::new(ErrorKind::Other, reason),
            #[cfg(feature = "diesel-sqlite")]
            Fault::Connection(source) => return Self::new(ErrorKind::Other, source),
            #[cfg(feature = "_diesel_pool")]
            Fault::Task(source) => return Self::new(ErrorKind::Other, source),
            Fault::Unavailable(source) => return Self::new(ErrorKind::Unavailable, source),
            Fault::Database(error) | Fault::Repeatable(error) => error,
        };
        match classify(&error) {
            Cause::Contention | Cause::Lost | Cause::Stopped | Cause::Unwritable => {
                Self::new(ErrorKind::Unavailable, error)
            }
            // Without the cause: some databases quote the value.
            Cause::Duplicate => ErrorKind::Conflict.into(),
            Cause::Unmigrated => Self::new(ErrorKind::Other, Unmigrated(error)),
            Cause::Other => Self::new(ErrorKind::Other, error),
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

#[derive(Debug)]
struct Unmigrated(DieselError);

impl fmt::Display for Unmigrated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the tables are missing or older than this version: call migrate() first")
    }
}

impl StdError for Unmigrated {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0)
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
            (Unknown, "prepared statement \"s1\" does not exist"),
            (Unknown, "attempt to write a readonly database"),
            (Unknown, "unable to open database file"),
            (SerializationFailure, ""),
            (ClosedConnection, ""),
        ] {
            assert_eq!(kind(of, message), ErrorKind::Unavailable, "{message}");
        }
        assert_eq!(kind(Unknown, "disk I/O error"), ErrorKind::Other);
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
