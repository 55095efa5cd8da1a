use std::collections::HashMap;

use bytes::BytesMut;
use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod, bb8,
};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{NoTls, Statement};
use tower_oauth_clients::domain::Client;
use tower_oauth_clients::repository::{ClientUpdate, PostgresRepository, SecretRotation, Write};
use url::Url;

use super::driver::{Driver, Row};
use super::growth::{self, Growth};
use super::hosts;
use super::lists::{self, Dialect};
use super::measure::{Side, report};
use super::operations::{Operations, Repository, round};
use super::pipeline::Pipeline;
use super::pooler;
use super::reaper;
use super::sample::Sample;
use super::search;
use super::sql::{NUMBERS, Value, WIDTH};
use super::{Plan, server};

type Pool = bb8::Pool<AsyncPgConnection>;

pub async fn run(plan: Plan) {
    let Some(server) = server("TEST_POSTGRES_URL") else {
        return;
    };
    println!("\nPostgreSQL");
    let admin = connect(&server).await;
    let name = format!("bench_{}", std::process::id());
    let create = format!("CREATE SCHEMA {name}");
    admin.batch_execute(&create).await.unwrap();
    let mut url = Url::parse(&server).unwrap();
    let option = format!("-c search_path={name}");
    // `%20`, since the driver does not decode a plus sign as a space.
    let option = option.replace(' ', "%20").replace('=', "%3D");
    let query = match url.query() {
        Some(query) => format!("{query}&options={option}"),
        None => format!("options={option}"),
    };
    url.set_query(Some(&query));
    compare(plan, url.as_str()).await;
    if plan.rounds > 0 {
        hosts::compare(plan, url.as_str()).await;
        pooler::compare(plan, url.as_str(), &name).await;
    }
    let remove = format!("DROP SCHEMA {name} CASCADE");
    admin.batch_execute(&remove).await.unwrap();
}

async fn compare(plan: Plan, url: &str) {
    let repository = PostgresRepository::connect(url).await.unwrap();
    repository.migrate().await.unwrap();
    let mut repository = Repository(repository);
    let mut driver = TokioPostgres::connect(url).await;
    let mut leased = Leased(TokioPostgres::connect(url).await, pool(url).await);
    let mut pipeline = Pipeline(TokioPostgres::connect(url).await);

    let mut side = Side::new("repository");
    let mut drivers = [
        Side::new("tokio-postgres"),
        Side::new("tokio-postgres, leased"),
        Side::new("tokio-postgres, pipelined"),
    ];
    for _ in 0..plan.rounds {
        // In place of autovacuum, which runs at unpredictable times.
        driver.conn.batch_execute("ANALYZE").await.unwrap();
        round(plan, &mut side, &mut repository).await;
        round(plan, &mut drivers[0], &mut driver).await;
        round(plan, &mut drivers[1], &mut leased).await;
        round(plan, &mut drivers[2], &mut pipeline).await;
    }
    report(&side, &drivers);

    let execute = async |statements: &[String]| {
        driver
            .conn
            .batch_execute(&statements.join(";"))
            .await
            .unwrap();
        driver.conn.batch_execute("VACUUM ANALYZE").await.unwrap();
    };
    let mut growth = Growth::default();
    for (size, loads) in growth::steps(plan, &Dialect::POSTGRES) {
        for load in loads {
            execute(&load).await;
        }
        growth.measure(plan, size, &repository.0).await;
    }
    if !plan.reads_a_list() {
        return;
    }
    execute(&lists::load(0..plan.searched, &Dialect::POSTGRES)).await;
    if plan.list_rounds > 0 {
        search::measure(plan, &repository.0).await;
    }
    execute(&lists::load(plan.searched..plan.listed, &Dialect::POSTGRES)).await;
    if plan.list_rounds > 0 {
        lists::measure(plan, &repository.0).await;
    }
    if plan.reaps {
        execute(&reaper::prepare()).await;
        reaper::measure(plan.quick, &repository.0).await;
    }
    let index = async |repository: &PostgresRepository| repository.index_names().await.unwrap();
    search::with_index(plan, &mut repository, index).await;
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// The kind of pool that the repository creates.
async fn pool(url: &str) -> Pool {
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::Fast;
    let manager = AsyncDieselConnectionManager::new_with_config(url, config);
    bb8::Pool::builder().build(manager).await.unwrap()
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Number(number) => number.to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::INT8 || *kind == Type::TEXT
    }

    to_sql_checked!();
}

pub struct TokioPostgres {
    pub conn: tokio_postgres::Client,
    statements: HashMap<&'static str, Statement>,
}

impl TokioPostgres {
    pub async fn connect(url: &str) -> Self {
        Self {
            conn: connect(url).await,
            statements: HashMap::new(),
        }
    }

    /// The prepared statement, with numbered placeholders.
    pub async fn prepared(&mut self, sql: &'static str) -> Statement {
        if let Some(statement) = self.statements.get(sql) {
            return statement.clone();
        }
        let mut parts = sql.split('?');
        let mut numbered = parts.next().unwrap().to_owned();
        for (index, part) in parts.enumerate() {
            numbered += &format!("${}{part}", index + 1);
        }
        let statement = self.conn.prepare(&numbered).await.unwrap();
        self.statements.insert(sql, statement.clone());
        statement
    }
}

pub fn params<'a>(values: &'a [Value<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    values.iter().map(|value| value as _).collect()
}

impl Driver for TokioPostgres {
    async fn control(&mut self, sql: &'static str) {
        self.conn.batch_execute(sql).await.unwrap();
    }

    async fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> u64 {
        let statement = self.prepared(sql).await;
        let done = self.conn.execute(&statement, &params(values)).await;
        done.unwrap()
    }

    async fn clients(&mut self, sql: &'static str, values: &[Value<'_>]) -> Vec<Row> {
        let statement = self.prepared(sql).await;
        let rows = self.conn.query(&statement, &params(values)).await.unwrap();
        let rows = rows.iter().map(|row| {
            let mut texts = Vec::with_capacity(WIDTH);
            let mut numbers = Vec::with_capacity(NUMBERS.len());
            for column in 0..WIDTH {
                if NUMBERS.contains(&column) {
                    numbers.push(row.get(column));
                } else {
                    texts.push(row.get(column));
                }
            }
            (texts, numbers)
        });
        rows.collect()
    }

    async fn texts(&mut self, sql: &'static str, values: &[Value<'_>]) -> Vec<String> {
        let statement = self.prepared(sql).await;
        let rows = self.conn.query(&statement, &params(values)).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}

/// Takes a connection from a pool for each operation, and returns it.
struct Leased(TokioPostgres, Pool);

leased!(Leased);
