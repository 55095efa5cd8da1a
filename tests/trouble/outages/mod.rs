//! Databases that are slow, full, read-only, locked or down: the responses meanwhile, what is
//! stored, and the recovery afterwards.

mod contention;
mod cut;
mod disk;
mod given_up;
mod gone;
mod language;
mod migrations;
mod pool;
#[cfg(unix)]
mod pooler;
mod read_only;
mod refused;
mod sqlite;
mod stalled;
mod told;
mod writes;

use std::time::Duration;

use support::hosts::Pool;
use support::servers::{Database, Kind};

const KINDS: [Kind; 2] = [Kind::Postgres, Kind::Mysql];

/// Both pools; bb8 with a short timeout.
const POOLS: [Pool; 2] = [Pool::Bb8(Duration::from_millis(700)), Pool::Deadpool];

async fn database(kind: Kind) -> Database {
    match kind {
        Kind::Postgres => Database::postgres().await,
        Kind::Mysql => Database::mysql().await,
    }
}

/// A PostgreSQL that speaks German, where it can.
fn german(database: &Database) -> String {
    database.url_with(&[("lc_messages", "C.UTF-8")])
}
