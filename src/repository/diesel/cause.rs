//! What an error of a database means. Diesel has kinds for a few, and drops the numbers of the
//! others, so they are told apart by their messages. These are in English (`mysql/settings.rs`) or
//! begin with a SQLSTATE (`postgres/sqlstate.rs`); on other connections to PostgreSQL than its own,
//! they are known in English only.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// The meaning of a database error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
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
    /// The database currently accepts no writes, or its resources are exhausted.
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
pub(super) const UNMIGRATED_ADVICE: &str =
    "the tables are missing or older than this version: call migrate() first";

/// Messages for a missing table or column: SQLite (2), PostgreSQL, MySQL (2).
const UNMIGRATED: [&str; 5] = [
    "no such table",
    "no such column",
    "does not exist",
    "doesn't exist",
    "unknown column",
];

/// What precedes the SQLSTATE at the beginning of a message, where it is followed by a colon.
pub(super) const SQLSTATE: &str = "SQLSTATE ";

impl Cause {
    pub(super) fn of(error: &DieselError) -> Self {
        match error {
            DieselError::DatabaseError(kind, information) => match kind {
                DatabaseErrorKind::UniqueViolation => Self::Duplicate,
                DatabaseErrorKind::SerializationFailure => Self::Contention,
                DatabaseErrorKind::ReadOnlyTransaction => Self::Replica,
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                    Self::Lost
                }
                _ => Self::of_message(information.message()),
            },
            DieselError::RollbackErrorOnCommit { commit_error, .. } => Self::of(commit_error),
            DieselError::BrokenTransactionManager => Self::Lost,
            _ => Self::Other,
        }
    }

    fn of_message(message: &str) -> Self {
        let text = message.to_lowercase();
        let says = |texts: &[&str]| texts.iter().any(|part| text.contains(part));
        // PgBouncer, which is always English, also passes on a SQLSTATE of PostgreSQL here.
        if says(&TURNED_AWAY) {
            return Self::TurnedAway;
        }
        let code = message
            .strip_prefix(SQLSTATE)
            .and_then(|rest| rest.get(..5));
        if let Some(cause) = code.and_then(Self::of_sqlstate) {
            return cause;
        }
        if says(&CONTENTION) {
            Self::Contention
        } else if says(&LOST) {
            Self::Lost
        } else if is_about_statement(&text) {
            Self::Confused
        } else if says(&STOPPED) {
            Self::Stopped
        } else if says(&UNWRITABLE) {
            Self::Unwritable
        } else if says(&REPLICA) {
            Self::Replica
        } else if says(&UNMIGRATED) {
            Self::Unmigrated
        } else {
            Self::Other
        }
    }

    /// By the [table of PostgreSQL](https://www.postgresql.org/docs/current/errcodes-appendix.html).
    /// `None` for those of PgBouncer (08P01) and of general faults, whose messages say more.
    fn of_sqlstate(code: &str) -> Option<Self> {
        let (class, _) = code.split_at_checked(2)?;
        Some(match (class, code) {
            (_, "40001" | "40P01" | "55P03") => Self::Contention,
            (_, "57014") => Self::Stopped,
            // The server, or one of its timeouts, ends the connection.
            ("57", _) | (_, "25P03" | "25P04") => Self::Lost,
            (_, "26000" | "42P05") => Self::Confused,
            ("53", _) => Self::Unwritable,
            (_, "25006") => Self::Replica,
            // Tables, columns, types, functions and schemas.
            (_, "42P01" | "42703" | "42704" | "42883" | "3F000") => Self::Unmigrated,
            ("08" | "58" | "XX", _) => return None,
            _ => Self::Other,
        })
    }
}

/// Whether prepared statements are forgotten or confused.
#[cfg(feature = "diesel-postgres")]
pub(super) fn is_confusion(error: &DieselError) -> bool {
    Cause::of(error) == Cause::Confused
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_name_is_not_always_a_statement() {
        for message in [
            "relation \"oauth_clients\" does not exist",
            "permission denied for user 's1'",
            "column \"s\" is of type text",
        ] {
            assert!(!is_about_statement(message), "{message}");
        }
    }

    #[test]
    fn a_code_counts_more_than_words() {
        for (message, cause) in [
            ("SQLSTATE 40P01: Verklemmung entdeckt", Cause::Contention),
            ("SQLSTATE 57014: deadlock detected", Cause::Stopped),
            ("SQLSTATE 57P01: Verbindung wird abgebrochen", Cause::Lost),
            ("SQLSTATE 53100: kein Platz", Cause::Unwritable),
            (
                "SQLSTATE 26000: vorbereitete Anweisung fehlt",
                Cause::Confused,
            ),
            ("SQLSTATE 42P01: Relation fehlt", Cause::Unmigrated),
            (
                "SQLSTATE 22001: value too long: \"disk is full\"",
                Cause::Other,
            ),
            ("SQLSTATE 08P01: query_wait_timeout", Cause::TurnedAway),
            (
                "SQLSTATE 57P03: failing (server_login_retry)",
                Cause::TurnedAway,
            ),
            ("SQLSTATE 08P01: server conn crashed?", Cause::Lost),
            ("SQLSTATE", Cause::Other),
            ("SQLSTATE 40P0é: deadlock detected", Cause::Contention),
        ] {
            assert_eq!(Cause::of_message(message), cause, "{message}");
        }
    }
}
