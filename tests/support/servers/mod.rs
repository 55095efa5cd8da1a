//! PostgreSQL and MySQL for tests: an empty database, a separate server, a cluster, and a proxy or
//! a pooler in front of any.

mod cluster;
mod database;
mod own;
#[cfg(unix)]
mod pooler;
mod proxy;

use mysql_async::prelude::Queryable;
use url::Url;

pub use self::cluster::Cluster;
pub use self::database::Database;
pub use self::own::{Folder, Own, Server};
#[cfg(unix)]
pub use self::pooler::Pooler;
pub use self::proxy::Proxy;

/// The server that all tests share.
pub fn postgres_url() -> String {
    from_env("TEST_POSTGRES_URL")
}

/// The server that all tests share.
pub fn mysql_url() -> String {
    from_env("TEST_MYSQL_URL")
}

fn from_env(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("run tests/run, or set {name}"))
}

/// The database system, as in a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Postgres,
    Mysql,
}

impl Kind {
    pub fn of(url: &str) -> Self {
        match Url::parse(url).unwrap().scheme() {
            "postgres" | "postgresql" => Self::Postgres,
            "mysql" => Self::Mysql,
            other => panic!("no database that is tested: {other}"),
        }
    }
}

/// Runs the statements one after the other on a new connection.
pub async fn execute(url: &str, statements: &[&str]) -> Result<(), Error> {
    match Kind::of(url) {
        Kind::Postgres => {
            let client = postgres(url).await?;
            for statement in statements {
                client.batch_execute(statement).await?;
            }
        }
        Kind::Mysql => {
            let mut connection = mysql(url).await?;
            for statement in statements {
                connection.query_drop(*statement).await?;
            }
            connection.disconnect().await?;
        }
    }
    Ok(())
}

pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// A direct connection, beside those of the service.
pub async fn postgres(url: &str) -> Result<tokio_postgres::Client, Error> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// A direct connection, beside those of the service.
pub async fn mysql(url: &str) -> Result<mysql_async::Conn, Error> {
    Ok(mysql_async::Conn::from_url(url).await?)
}

/// Runs a future to completion in code that can't await: in a `Drop`, within a runtime.
pub fn finish<F>(future: F) -> F::Output
where
    F: Future<Output: Send> + Send,
{
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(future)
        });
        thread.join().unwrap()
    })
}

/// A port outside of the range that the system assigns, so that it is still free when a server
/// restarts.
fn free_port() -> u16 {
    loop {
        let port = rand::random_range(10_000..30_000);
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
