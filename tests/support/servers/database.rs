use mysql_async::prelude::Queryable;
use url::Url;

use super::{Error, Kind, execute, finish, mysql, mysql_url, postgres, postgres_url};

/// An empty database, which is deleted on drop.
///
/// On PostgreSQL it is a schema in which its sessions start: dropping a database takes a checkpoint
/// and many times as long.
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
        let create = format!("CREATE SCHEMA {name}");
        execute(server, &[&create])
            .await
            .unwrap_or_else(|error| panic!("{create}: {error}"));
        let mut database = Self {
            server: server.to_owned(),
            url: server.to_owned(),
            name,
        };
        database.url = match database.kind() {
            Kind::Postgres => database.url_with(&[]),
            Kind::Mysql => database.url_on(server),
        };
        database
    }

    /// The URL on another server of the same cluster.
    pub fn url_on(&self, server: &str) -> String {
        let mut url = Url::parse(server).unwrap();
        url.set_path(&self.name);
        url.into()
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

    /// The URL with additional settings for each session of PostgreSQL.
    pub fn url_with(&self, settings: &[(&str, &str)]) -> String {
        let own = [
            ("search_path", &*self.name),
            ("application_name", &*self.name),
        ];
        let options: Vec<String> = own
            .iter()
            .chain(settings)
            .map(|(name, value)| format!("-c {name}={}", value.replace(' ', "\\ ")))
            .collect();
        let options = options.join(" ");
        // A `+` does not mean a space here.
        let options: String = url::form_urlencoded::byte_serialize(options.as_bytes()).collect();
        let mut url = Url::parse(&self.server).unwrap();
        let given = url.query().map(|query| format!("{query}&"));
        let query = format!("{}options={options}", given.unwrap_or_default());
        url.set_query(Some(&query.replace('+', "%20")));
        url.into()
    }

    pub async fn execute(&self, statements: &[&str]) {
        execute(&self.url, statements)
            .await
            .unwrap_or_else(|error| panic!("{statements:?}: {error}"));
    }
}

impl Drop for Database {
    /// Deletes the database even while sessions use it. An error is ignored, since its server may
    /// be gone.
    fn drop(&mut self) {
        let _ = finish(async {
            match self.kind() {
                Kind::Postgres => self.drop_from_postgres().await,
                Kind::Mysql => self.drop_from_mysql().await,
            }
        });
    }
}

// Open sessions would block the deletion, and pools open new ones: hence the repetition.
impl Database {
    async fn drop_from_postgres(&self) -> Result<(), Error> {
        let client = postgres(&self.server).await?;
        let end = format!(
            "SET lock_timeout = '1s';
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE application_name = '{}'",
            self.name
        );
        let drop = format!("DROP SCHEMA IF EXISTS {} CASCADE", self.name);
        for _ in 0..5 {
            client.batch_execute(&end).await?;
            if client.batch_execute(&drop).await.is_ok() {
                break;
            }
        }
        Ok(())
    }

    async fn drop_from_mysql(&self) -> Result<(), Error> {
        let mut connection = mysql(&self.server).await?;
        connection.query_drop("SET lock_wait_timeout = 1").await?;
        let sessions = format!(
            "SELECT id FROM information_schema.processlist WHERE db = '{}'",
            self.name
        );
        let drop = format!("DROP SCHEMA IF EXISTS {}", self.name);
        for _ in 0..5 {
            for session in connection.query::<u64, _>(&sessions).await? {
                // It may have ended already.
                let _ = connection.query_drop(format!("KILL {session}")).await;
            }
            if connection.query_drop(&drop).await.is_ok() {
                break;
            }
        }
        Ok(connection.disconnect().await?)
    }
}
