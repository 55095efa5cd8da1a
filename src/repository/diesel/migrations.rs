//! The migrations of each database, oldest first. A released one never changes.

#![allow(dead_code, reason = "each list is for one feature")]

/// Pairs of the name of a migration and its statements, from `migrations/<database>/<name>.sql`.
macro_rules! migrations {
    ($database:literal: $($name:literal,)+) => {
        &[$((
            $name,
            include_str!(concat!("migrations/", $database, "/", $name, ".sql")),
        ),)+]
    };
}

/// Its name and its statements.
pub(super) type Migration = (&'static str, &'static str);

type Migrations = &'static [Migration];

/// MySQL commits DDL immediately, so an interrupted migration is run again and skips what already
/// exists.
pub(super) const MYSQL: Migrations = migrations! { "mysql":
    "0001_clients",
    "0002_secrets",
    "0003_audit_logs",
    "0004_assertions",
    "0005_purge",
    "0006_metadata",
    "0007_registrations",
    "0008_client_ids",
    "0009_documents",
};

pub(super) const POSTGRES: Migrations = migrations! { "postgres":
    "0001_clients",
    "0002_assertions",
    "0003_purge",
    "0004_metadata",
    "0005_registrations",
    "0006_documents",
};

pub(super) const SQLITE: Migrations = migrations! { "sqlite":
    "0001_clients",
    "0002_assertions",
    "0003_purge",
    "0004_metadata",
    "0005_registrations",
    "0006_documents",
};
