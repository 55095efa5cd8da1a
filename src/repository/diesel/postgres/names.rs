//! The index of names.

use std::time::Duration;

use diesel::dsl::sql;
use diesel::sql_types::{Bool, Nullable, Text};
use diesel::{OptionalExtension, QueryableByName, sql_query};
use diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection, TransactionManager};
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};

use super::pool::{Lease, Pool};
use super::{Connection, PostgresRepository};
use crate::repository;
use crate::repository::diesel::error::{Fault, Result};

type Manager = <Connection as AsyncConnection>::TransactionManager;

/// Whether the index is there, and complete. An interrupted build leaves one that is not.
const STATE: &str = "SELECT indisvalid AS valid FROM pg_index
    JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = to_regclass('oauth_clients') AND relname = 'oauth_clients_by_name'";

/// The schema of the extension, which may not be in the search path.
const SCHEMA: &str = "SELECT (SELECT quote_ident(nspname) FROM pg_extension
    JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'pg_trgm') AS schema";

/// The number is arbitrary, but must not change. With that of the table, since hosts may have
/// several in one database. A missing one is found later.
const LOCK: &str = "COALESCE(pg_try_advisory_xact_lock(1870225011, \
    to_regclass('oauth_clients')::oid::bigint::bit(32)::int), TRUE)";

const PAUSE: Duration = Duration::from_millis(50);

const NO_EXTENSION: &str = "an index of names needs the extension pg_trgm, which this user can't \
    create: let an administrator run CREATE EXTENSION pg_trgm in this database (its files are part \
    of PostgreSQL's additional modules, often packaged as postgresql-contrib)";

#[derive(Debug, QueryableByName)]
struct State {
    #[diesel(sql_type = Bool)]
    valid: bool,
}

#[derive(Debug, QueryableByName)]
struct Extension {
    #[diesel(sql_type = Nullable<Text>)]
    schema: Option<String>,
}

impl PostgresRepository {
    /// Makes an index that finds clients by a part of their names, unless it is there. From then
    /// on, a search for at least three characters that few names contain reads only those, instead
    /// of all clients of the tenant. Without it, searches find the same.
    ///
    /// Call it after [`migrate`](Self::migrate). It needs the extension `pg_trgm`, and creates it
    /// if it is missing, for which PostgreSQL 13 or later wants the right to create in the database
    /// (older ones want an administrator). Reads and writes go on while the index is built. If
    /// several hosts call it at once, one of them builds, and the others wait for it, as in
    /// `migrate`. It takes two connections at most. What an interrupted build has left is replaced.
    /// [Its cost](crate::guides::databases#an-index-of-names).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](crate::repository::ErrorKind::Unavailable) if the database can't
    /// be reached, or another host takes too long;
    /// [`ErrorKind::Other`](crate::repository::ErrorKind::Other) without the extension or the
    /// rights of the owner of the tables.
    pub async fn index_names(&self) -> repository::Result<()> {
        let patience = self.0.timeout();
        let patient = self.0.clone().with_timeout(Duration::MAX);
        let arguments = (patient.clone(), patience);
        patient
            .write(arguments, |conn, (pool, patience)| {
                Box::pin(index(conn, pool, *patience))
            })
            .await
    }
}

/// Holds a lock in a transaction, beside which another connection builds: an index can't be built
/// inside of one while writes go on.
async fn index(conn: &mut Connection, pool: &Pool, patience: Duration) -> Result<()> {
    if state(conn).await? == Some(true) {
        return Ok(());
    }
    let outcome = async {
        lock(conn, patience).await?;
        let mut lease = pool.lease(&Handle::current()).await?;
        let built = build(&mut lease).await;
        if built.is_err() {
            Lease::close(lease);
        }
        built
    }
    .await;
    if conn.batch_execute("ROLLBACK").await.is_err() {
        Manager::transaction_manager_status_mut(conn).set_in_error();
    }
    outcome
}

/// Waits for the lock. A build waits for all who may see what was there before it, so whoever waits
/// for one begins a transaction for each attempt, and whoever builds ends what it has read.
async fn lock(conn: &mut Connection, patience: Duration) -> Result<()> {
    let start = Instant::now();
    loop {
        conn.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED")
            .await?;
        if diesel::select(sql::<Bool>(LOCK)).get_result(conn).await? {
            // Replaces the driver's last cursor, which would see the past until it is closed.
            return Ok(conn.batch_execute("SELECT 1").await?);
        }
        conn.batch_execute("ROLLBACK").await?;
        if start.elapsed() >= patience {
            let why = "another host builds the index, and has not finished in the time of \
                `with_timeout`";
            return Err(Fault::Unavailable(why.into()));
        }
        sleep(PAUSE).await;
    }
}

async fn state(conn: &mut Connection) -> Result<Option<bool>> {
    let state: Option<State> = sql_query(STATE).get_result(conn).await.optional()?;
    Ok(state.map(|state| state.valid))
}

async fn build(conn: &mut Connection) -> Result<()> {
    match state(conn).await? {
        Some(true) => return Ok(()),
        Some(false) => {
            let drop = "DROP INDEX CONCURRENTLY IF EXISTS oauth_clients_by_name";
            conn.batch_execute(drop).await?;
        }
        None => {}
    }
    let schema = schema(conn).await?;
    // Without a list of pending entries, through which each search would have to go.
    let create = format!(
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS oauth_clients_by_name ON oauth_clients \
         USING gin (name_folded {schema}.gin_trgm_ops) WITH (fastupdate = off)"
    );
    Ok(conn.batch_execute(&create).await?)
}

async fn schema(conn: &mut Connection) -> Result<String> {
    let mut found: Extension = sql_query(SCHEMA).get_result(conn).await?;
    if found.schema.is_none() {
        let create = "CREATE EXTENSION IF NOT EXISTS pg_trgm";
        if let Err(error) = conn.batch_execute(create).await {
            let fault = Fault::from(error);
            return Err(match fault.spoils_connection() {
                true => fault,
                false => Fault::Unsuited(NO_EXTENSION),
            });
        }
        found = sql_query(SCHEMA).get_result(conn).await?;
    }
    found.schema.ok_or(Fault::Unsuited(NO_EXTENSION))
}
