use std::path::Path;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};
use tower_oauth_clients::repository::SqliteRepository;

use super::Plan;
use super::driver::{Driver, Row};
use super::growth::{self, Growth};
use super::hop::Hop;
use super::lists::{self, Dialect};
use super::measure::{Side, Watch, median, report};
use super::operations::{Repository, round};
use super::reaper;
use super::search;
use super::sql::{NUMBERS, Value, WIDTH};

const PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
    PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";

pub async fn run(plan: Plan) {
    println!("\nSQLite");
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let [ours, theirs, behind] =
        ["repository", "rusqlite", "behind"].map(|name| folder.path().join(name));
    // One file each, so that they never wait for each other.
    let mut repository = Repository(open(&ours).await);
    open(&theirs).await;
    open(&behind).await;
    let mut inline = Rusqlite::open(&theirs);
    let mut hopping = Hop::start(Rusqlite::open(&behind));

    let mut side = Side::new("repository");
    let mut drivers = [Side::new("rusqlite"), Side::new("rusqlite behind a hop")];
    let mut hops = Vec::new();
    for _ in 0..plan.rounds {
        round(plan, &mut side, &mut repository).await;
        round(plan, &mut drivers[0], &mut inline).await;
        round(plan, &mut drivers[1], &mut hopping).await;
        let watch = Watch::start();
        for _ in 0..plan.reads {
            hopping.run(|_| ()).await;
        }
        hops.push(watch.each(plan.reads));
    }
    report(&side, &drivers);
    if !hops.is_empty() {
        println!(
            "  a hop to a thread with a queue and back, with nothing to do there: {:.1?}",
            median(hops)
        );
    }

    let execute = |statements: &[String]| {
        let conn = Rusqlite::open(&ours).0;
        // In KiB: a million rows don't fit into the default.
        conn.execute_batch("PRAGMA cache_size = -1000000").unwrap();
        conn.execute_batch(&statements.join(";")).unwrap();
    };
    let mut growth = Growth::default();
    for (size, loads) in growth::steps(plan, &Dialect::SQLITE) {
        for load in loads {
            execute(&load);
        }
        growth.measure(plan, size, &repository.0).await;
    }
    if !plan.reads_a_list() {
        return;
    }
    execute(&lists::load(0..plan.searched, &Dialect::SQLITE));
    if plan.list_rounds > 0 {
        search::measure(plan, &repository.0).await;
    }
    execute(&lists::load(plan.searched..plan.listed, &Dialect::SQLITE));
    if plan.list_rounds > 0 {
        lists::measure(plan, &repository.0).await;
    }
    if plan.reaps {
        execute(&reaper::prepare());
        reaper::measure(plan.quick, &repository.0).await;
    }
    let index = async |repository: &SqliteRepository| repository.index_names().await.unwrap();
    search::with_index(plan, &mut repository, index).await;
}

async fn open(path: &Path) -> SqliteRepository {
    let repository = SqliteRepository::open(path).await.unwrap();
    repository.migrate().await.unwrap();
    repository
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Number(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// A connection that is used on the caller's thread.
pub struct Rusqlite(Connection);

impl Rusqlite {
    pub fn open(path: &Path) -> Self {
        let conn = Connection::open(path).unwrap();
        conn.execute_batch(PRAGMAS).unwrap();
        Self(conn)
    }

    fn execute(&self, sql: &str, values: &[Value<'_>]) -> u64 {
        let mut statement = self.0.prepare_cached(sql).unwrap();
        statement.execute(params_from_iter(values)).unwrap() as u64
    }

    fn clients(&self, sql: &str, values: &[Value<'_>]) -> Vec<Row> {
        let mut statement = self.0.prepare_cached(sql).unwrap();
        let rows = statement.query_map(params_from_iter(values), |row| {
            let mut texts = Vec::with_capacity(WIDTH);
            let mut numbers = Vec::with_capacity(NUMBERS.len());
            for column in 0..WIDTH {
                if NUMBERS.contains(&column) {
                    numbers.push(row.get(column)?);
                } else {
                    texts.push(row.get(column)?);
                }
            }
            Ok((texts, numbers))
        });
        rows.unwrap().map(Result::unwrap).collect()
    }

    fn texts(&self, sql: &str, values: &[Value<'_>]) -> Vec<String> {
        let mut statement = self.0.prepare_cached(sql).unwrap();
        let rows = statement.query_map(params_from_iter(values), |row| row.get(0));
        rows.unwrap().map(Result::unwrap).collect()
    }
}

impl Driver for Rusqlite {
    async fn control(&mut self, sql: &'static str) {
        Self::execute(self, sql, &[]);
    }

    async fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> u64 {
        Self::execute(self, sql, values)
    }

    async fn clients(&mut self, sql: &'static str, values: &[Value<'_>]) -> Vec<Row> {
        Self::clients(self, sql, values)
    }

    async fn texts(&mut self, sql: &'static str, values: &[Value<'_>]) -> Vec<String> {
        Self::texts(self, sql, values)
    }
}
