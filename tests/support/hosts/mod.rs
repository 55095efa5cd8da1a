//! The service on a database server, as a host runs it: with the repository's own pool or the
//! host's.

pub mod behind;
pub mod worker;

use std::time::Duration;

use bytes::Bytes;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod, bb8, deadpool,
};
use diesel_async::{AsyncMysqlConnection, AsyncPgConnection};
use http::{Method, Request, StatusCode};
use http_body_util::Full;
use serde_json::Value;
use tower::ServiceExt;
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::adapters::tower::ManagementService;
use tower_oauth_clients::domain::SystemClock;
use tower_oauth_clients::handlers::Handlers;
use tower_oauth_clients::repository::{MysqlRepository, PostgresRepository};

use crate::servers::Kind;
use crate::{Answer, CLIENTS, admin, authorizer, base, cheap_pool, request};

#[derive(Clone)]
pub enum Repository {
    Postgres(PostgresRepository),
    Mysql(MysqlRepository),
}

/// A kind of pool, and its connection timeout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pool {
    Bb8(Duration),
    /// Without a timeout: a caller waits until it gives up.
    Deadpool,
}

/// A pool that is shared with a repository, in order to take connections from it.
pub enum Connections {
    PostgresBb8(bb8::Pool<AsyncPgConnection>),
    PostgresDeadpool(deadpool::Pool<AsyncPgConnection>),
    MysqlBb8(bb8::Pool<AsyncMysqlConnection>),
    MysqlDeadpool(deadpool::Pool<AsyncMysqlConnection>),
}

fn manager<C>(url: &str) -> AsyncDieselConnectionManager<C>
where
    C: diesel_async::AsyncConnection + 'static,
{
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::Fast;
    AsyncDieselConnectionManager::new_with_config(url, config)
}

impl Connections {
    pub async fn new(url: &str, pool: Pool, size: u8) -> Self {
        match (Kind::of(url), pool) {
            (Kind::Postgres, Pool::Bb8(wait)) => {
                let pool = bb8::Pool::builder().max_size(size.into());
                let pool = pool.connection_timeout(wait).build(manager(url)).await;
                Self::PostgresBb8(pool.unwrap())
            }
            (Kind::Mysql, Pool::Bb8(wait)) => {
                let pool = bb8::Pool::builder().max_size(size.into());
                let pool = pool.connection_timeout(wait).build(manager(url)).await;
                Self::MysqlBb8(pool.unwrap())
            }
            (Kind::Postgres, Pool::Deadpool) => {
                let pool = deadpool::Pool::builder(manager(url)).max_size(size.into());
                Self::PostgresDeadpool(pool.build().unwrap())
            }
            (Kind::Mysql, Pool::Deadpool) => {
                let pool = deadpool::Pool::builder(manager(url)).max_size(size.into());
                Self::MysqlDeadpool(pool.build().unwrap())
            }
        }
    }

    pub fn repository(&self) -> Repository {
        match self {
            Self::PostgresBb8(pool) => {
                Repository::Postgres(PostgresRepository::from_bb8(pool.clone()))
            }
            Self::PostgresDeadpool(pool) => {
                Repository::Postgres(PostgresRepository::from_deadpool(pool.clone()))
            }
            Self::MysqlBb8(pool) => Repository::Mysql(MysqlRepository::from_bb8(pool.clone())),
            Self::MysqlDeadpool(pool) => {
                Repository::Mysql(MysqlRepository::from_deadpool(pool.clone()))
            }
        }
    }

    /// Takes this many connections at the same time, and opens missing ones.
    pub async fn lease(&self, number: u8) -> Vec<Box<dyn Send + '_>> {
        let mut leases: Vec<Box<dyn Send + '_>> = Vec::new();
        for _ in 0..number {
            leases.push(match self {
                Self::PostgresBb8(pool) => Box::new(pool.get().await.unwrap()),
                Self::PostgresDeadpool(pool) => Box::new(pool.get().await.unwrap()),
                Self::MysqlBb8(pool) => Box::new(pool.get().await.unwrap()),
                Self::MysqlDeadpool(pool) => Box::new(pool.get().await.unwrap()),
            });
        }
        leases
    }
}

impl Repository {
    /// With the repository's own pool.
    pub async fn connect(url: &str) -> Self {
        match Kind::of(url) {
            Kind::Postgres => Self::Postgres(PostgresRepository::connect(url).await.unwrap()),
            Kind::Mysql => Self::Mysql(MysqlRepository::connect(url).await.unwrap()),
        }
    }

    pub async fn migrate(&self) -> tower_oauth_clients::repository::Result<usize> {
        match self {
            Self::Postgres(repository) => repository.migrate().await,
            Self::Mysql(repository) => repository.migrate().await,
        }
    }

    pub fn with_timeout(self, timeout: Duration) -> Self {
        match self {
            Self::Postgres(repository) => Self::Postgres(repository.with_timeout(timeout)),
            Self::Mysql(repository) => Self::Mysql(repository.with_timeout(timeout)),
        }
    }

    pub fn manager(&self) -> ClientManager {
        let builder = match self {
            Self::Postgres(repository) => ClientManager::builder(repository.clone()),
            Self::Mysql(repository) => ClientManager::builder(repository.clone()),
        };
        builder.with_hash_pool(cheap_pool()).build().unwrap()
    }
}

/// A service with an administrator's token.
#[derive(Clone)]
pub struct Host {
    pub manager: ClientManager,
    pub handlers: Handlers,
    token: String,
}

impl Host {
    pub fn over(repository: &Repository) -> Self {
        let manager = repository.manager();
        Self {
            handlers: Handlers::new(manager.clone(), authorizer(SystemClock)),
            manager,
            token: admin("tenant_a"),
        }
    }

    /// With the repository's own pool, after migrating.
    pub async fn connect(url: &str) -> Self {
        let repository = Repository::connect(url).await;
        repository.migrate().await.unwrap();
        Self::over(&repository)
    }

    pub async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        let service = ManagementService::new(self.handlers.clone());
        let Ok(response) = service.oneshot(request).await;
        Answer::read(response).await
    }

    /// Sends a request as an administrator of `tenant_a`.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.send(request(&self.token, method, path, body)).await
    }

    pub async fn create(&self) -> Answer {
        self.call(Method::POST, CLIENTS, Some(&base())).await
    }

    /// Creates a client with required fields only.
    pub async fn client(&self) -> String {
        let created = self.create().await;
        assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
        created.data()["client_id"].as_str().unwrap().to_owned()
    }

    pub async fn get(&self, client_id: &str) -> Answer {
        self.call(Method::GET, &format!("{CLIENTS}/{client_id}"), None)
            .await
    }

    pub async fn rename(&self, client_id: &str, name: &str) -> Answer {
        let body = serde_json::json!({ "name": name });
        let path = format!("{CLIENTS}/{client_id}");
        self.call(Method::PUT, &path, Some(&body)).await
    }
}

/// Asserts the response of every request while the database is unavailable.
pub fn assert_unavailable(answer: &Answer, place: &str) {
    assert_eq!(
        answer.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{place}: {answer:?}"
    );
    assert_eq!(answer.header("retry-after"), Some("1"), "{place}");
    assert_eq!(
        answer.header("content-type"),
        Some("application/json"),
        "{place}"
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{place}");
    let body = answer.json();
    assert_eq!(body["code"], 503_001, "{place}");
    assert_eq!(
        body["message"], "the storage is not available, try again later",
        "{place}"
    );
    let fields: Vec<_> = body.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["code", "message", "timestamp"], "{place}");
}
