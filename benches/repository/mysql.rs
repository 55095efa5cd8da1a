use std::collections::HashMap;

use diesel_async::AsyncMysqlConnection;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod, bb8,
};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Params, Statement};
use tower_oauth_clients::domain::Client;
use tower_oauth_clients::repository::{ClientUpdate, MysqlRepository, SecretRotation, Write};
use url::Url;

use super::driver::{Driver, Row};
use super::growth::{self, Growth};
use super::lists::{self, Dialect};
use super::measure::{Side, report};
use super::operations::{Operations, Repository, round};
use super::reaper;
use super::sample::Sample;
use super::search;
use super::sql::{NUMBERS, Value, WIDTH};
use super::{Plan, server};

type Pool = bb8::Pool<AsyncMysqlConnection>;

pub async fn run(plan: Plan) {
    let Some(server) = server("TEST_MYSQL_URL") else {
        return;
    };
    println!("\nMySQL");
    let mut admin = Conn::from_url(&server).await.unwrap();
    let name = format!("bench_{}", std::process::id());
    let create = format!("CREATE DATABASE {name}");
    admin.query_drop(create).await.unwrap();
    let mut url = Url::parse(&server).unwrap();
    url.set_path(&name);
    compare(plan, url.as_str()).await;
    let remove = format!("DROP DATABASE {name}");
    admin.query_drop(remove).await.unwrap();
}

async fn compare(plan: Plan, url: &str) {
    let repository = MysqlRepository::connect(url).await.unwrap();
    repository.migrate().await.unwrap();
    let mut repository = Repository(repository);
    let mut driver = MysqlAsync::connect(url).await;
    let mut leased = Leased(MysqlAsync::connect(url).await, pool(url).await);

    let mut side = Side::new("repository");
    let mut drivers = [Side::new("mysql_async"), Side::new("mysql_async, leased")];
    for _ in 0..plan.rounds {
        round(plan, &mut side, &mut repository).await;
        round(plan, &mut drivers[0], &mut driver).await;
        round(plan, &mut drivers[1], &mut leased).await;
    }
    report(&side, &drivers);
    if let Some(synchronized) = MysqlAsync::synchronized(url).await {
        compare_waits(plan, synchronized, &mut driver).await;
    }

    let execute = async |driver: &mut MysqlAsync, statements: &[String]| {
        for statement in statements {
            driver.conn.query_drop(statement).await.unwrap();
        }
        let analyze = "ANALYZE TABLE oauth_clients, oauth_client_secrets";
        driver.conn.query_drop(analyze).await.unwrap();
    };
    let mut growth = Growth::default();
    for (size, loads) in growth::steps(plan, &Dialect::MYSQL) {
        for load in loads {
            execute(&mut driver, &load).await;
        }
        growth.measure(plan, size, &repository.0).await;
    }
    if !plan.reads_a_list() {
        return;
    }
    let load = lists::load(0..plan.searched, &Dialect::MYSQL);
    execute(&mut driver, &load).await;
    if plan.list_rounds > 0 {
        search::measure(plan, &repository.0).await;
    }
    let load = lists::load(plan.searched..plan.listed, &Dialect::MYSQL);
    execute(&mut driver, &load).await;
    if plan.list_rounds > 0 {
        lists::measure(plan, &repository.0).await;
    }
    if plan.reaps {
        execute(&mut driver, &reaper::prepare()).await;
        reaper::measure(plan.quick, &repository.0).await;
    }
    let index = async |repository: &MysqlRepository| repository.index_names().await.unwrap();
    search::with_index(plan, &mut repository, index).await;
}

/// What it costs on a node of a Galera cluster to wait for what the others have committed.
async fn compare_waits(plan: Plan, mut synchronized: MysqlAsync, driver: &mut MysqlAsync) {
    let mut sides = ["with wsrep_sync_wait", "without"].map(Side::new);
    for _ in 0..plan.rounds {
        round(plan, &mut sides[0], &mut synchronized).await;
        round(plan, &mut sides[1], driver).await;
    }
    println!("  mysql_async {}:", sides[0].name);
    report(&sides[0], &sides[1..]);
}

/// The kind of pool that the repository creates.
async fn pool(url: &str) -> Pool {
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::Fast;
    let manager = AsyncDieselConnectionManager::new_with_config(url, config);
    bb8::Pool::builder().build(manager).await.unwrap()
}

struct MysqlAsync {
    conn: Conn,
    statements: HashMap<&'static str, Statement>,
}

impl MysqlAsync {
    async fn connect(url: &str) -> Self {
        Self {
            conn: Conn::from_url(url).await.unwrap(),
            statements: HashMap::new(),
        }
    }

    /// A connection to a node of a Galera cluster that waits as those of the repository do.
    async fn synchronized(url: &str) -> Option<Self> {
        let mut driver = Self::connect(url).await;
        let on = "SHOW VARIABLES WHERE variable_name = 'wsrep_on' AND value = 'ON'";
        let row: Option<(String, String)> = driver.conn.query_first(on).await.unwrap();
        row?;
        let wait = "SET SESSION wsrep_sync_wait = 7";
        driver.conn.query_drop(wait).await.unwrap();
        Some(driver)
    }

    async fn prepared(&mut self, sql: &'static str) -> Statement {
        if let Some(statement) = self.statements.get(sql) {
            return statement.clone();
        }
        let statement = self.conn.prep(sql).await.unwrap();
        self.statements.insert(sql, statement.clone());
        statement
    }
}

fn params(values: &[Value<'_>]) -> Params {
    let values = values.iter().map(|value| match value {
        Value::Null => mysql_async::Value::NULL,
        Value::Number(number) => mysql_async::Value::Int(*number),
        Value::Text(text) => mysql_async::Value::Bytes(text.as_bytes().to_vec()),
    });
    // An empty list is not accepted for a statement without values.
    match values.len() {
        0 => Params::Empty,
        _ => Params::Positional(values.collect()),
    }
}

impl Driver for MysqlAsync {
    async fn control(&mut self, sql: &'static str) {
        self.conn.query_drop(sql).await.unwrap();
    }

    async fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> u64 {
        let statement = self.prepared(sql).await;
        let done = self.conn.exec_drop(statement, params(values)).await;
        done.unwrap();
        self.conn.affected_rows()
    }

    async fn clients(&mut self, sql: &'static str, values: &[Value<'_>]) -> Vec<Row> {
        let statement = self.prepared(sql).await;
        let rows: Result<Vec<mysql_async::Row>, _> =
            self.conn.exec(statement, params(values)).await;
        let rows = rows.unwrap().into_iter().map(|mut row| {
            let mut texts = Vec::with_capacity(WIDTH);
            let mut numbers = Vec::with_capacity(NUMBERS.len());
            for column in 0..WIDTH {
                if NUMBERS.contains(&column) {
                    numbers.push(row.take(column).unwrap());
                } else {
                    texts.push(row.take(column).unwrap());
                }
            }
            (texts, numbers)
        });
        rows.collect()
    }

    async fn texts(&mut self, sql: &'static str, values: &[Value<'_>]) -> Vec<String> {
        let statement = self.prepared(sql).await;
        self.conn.exec(statement, params(values)).await.unwrap()
    }
}

/// Takes a connection from a pool for each operation, and returns it.
struct Leased(MysqlAsync, Pool);

leased!(Leased);
