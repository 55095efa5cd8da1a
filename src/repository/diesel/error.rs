use std::error::Error as StdError;
use std::fmt;

use diesel::result::Error as DieselError;

use super::cause::{CONFUSED, Cause, UNMIGRATED_ADVICE};
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

impl Fault {
    /// Another host had the lock of the migrations for as long as an operation may take.
    #[cfg(feature = "diesel-pool")]
    pub(super) fn locked_out() -> Self {
        let why = "another host migrates, and has not finished in the time of `with_timeout`";
        Self::Unavailable(why.into())
    }

    fn cause(&self) -> Option<Cause> {
        match self {
            Self::Database(error) | Self::Repeatable(error) => Some(Cause::of(error)),
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

    /// The same fault on a replica, where tables and columns may be on their way.
    #[cfg(feature = "diesel-pool")]
    pub(super) fn of_replica(self) -> Self {
        const BEHIND: &str = "the replica lacks tables or columns: it is behind, it is another \
            database, or its tables are older than this version";

        match self {
            Self::Database(error) if Cause::of(&error) == Cause::Unmigrated => {
                Self::Unavailable(Box::new(Explained(BEHIND, error)))
            }
            other => other,
        }
    }

    /// Whether the connection was lost before anything was done that must not be repeated.
    #[cfg(feature = "diesel-pool")]
    pub(super) fn may_run_elsewhere(&self) -> bool {
        matches!(self, Self::Repeatable(error) if Cause::of(error) == Cause::Lost)
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
        match Cause::of(&error) {
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
    use diesel::result::DatabaseErrorKind;

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
