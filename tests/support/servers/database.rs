use mysql_async::prelude::Queryable;
use url::Url;

use super::{Error, Kind, execute, finish, mysql, mysql_url, postgres_url};

/// An empty database, which goes when this does.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
    url: String,
}

impl Database {
    pub async fn postgres() -> Self {
        Self::on(&postgres_url()).await
    }

    pub async fn mysql() -> Self {
        Self::on(&mysql_url()).await
    }

    /// A database on the server with this URL.
    pub async fn on(server: &str) -> Self {
        let name = format!("test_{:032x}", rand::random::<u128>());
        let create = format!("CREATE DATABASE {name}");
        execute(server, &[&create])
            .await
            .unwrap_or_else(|error| panic!("{create}: {error}"));
        let mut url = Url::parse(server).unwrap();
        url.set_path(&name);
        Self {
            server: server.to_owned(),
            name,
            url: url.into(),
        }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn kind(&self) -> Kind {
        Kind::of(&self.url)
    }

    /// The URL with settings for each session of PostgreSQL.
    pub fn url_with(&self, settings: &[(&str, &str)]) -> String {
        let options: Vec<String> = settings
            .iter()
            .map(|(name, value)| format!("-c {name}={}", value.replace(' ', "\\ ")))
            .collect();
        let options = options.join(" ");
        // A form's `+` is no space here.
        let options: String = url::form_urlencoded::byte_serialize(options.as_bytes()).collect();
        format!("{}?options={}", self.url, options.replace('+', "%20"))
    }

    pub async fn execute(&self, statements: &[&str]) {
        execute(&self.url, statements)
            .await
            .unwrap_or_else(|error| panic!("{statements:?}: {error}"));
    }
}

impl Drop for Database {
    /// Goes also from under those who still use it. That it does not is no failure: its server may
    /// be gone before it.
    fn drop(&mut self) {
        let _ = finish(async {
            match self.kind() {
                Kind::Postgres => {
                    let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
                    execute(&self.server, &[&drop]).await
                }
                Kind::Mysql => self.drop_from_mysql().await,
            }
        });
    }
}

impl Database {
    /// What is open in a session would hold it for ever, and a pool opens new ones.
    async fn drop_from_mysql(&self) -> Result<(), Error> {
        let mut connection = mysql(&self.server).await?;
        connection.query_drop("SET lock_wait_timeout = 1").await?;
        let sessions = format!(
            "SELECT id FROM information_schema.processlist WHERE db = '{}'",
            self.name
        );
        let drop = format!("DROP DATABASE IF EXISTS {}", self.name);
        for _ in 0..5 {
            for session in connection.query::<u64, _>(&sessions).await? {
                // It may be gone by now.
                let _ = connection.query_drop(format!("KILL {session}")).await;
            }
            if connection.query_drop(&drop).await.is_ok() {
                break;
            }
        }
        Ok(connection.disconnect().await?)
    }
}
