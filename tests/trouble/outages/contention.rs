//! Another session holds a lock that a write needs.

use std::time::Duration;

use mysql_async::prelude::Queryable;

use super::{POOLS, database, german};
use support::hosts::behind::{assert_whole, dump, rows};
use support::hosts::{Connections, Host, Repository, assert_unavailable};
use support::servers::{Database, Error, Kind, Server, mysql, postgres};

/// Another session.
pub enum Session {
    Postgres(tokio_postgres::Client),
    Mysql(mysql_async::Conn),
}

impl Session {
    pub async fn open(url: &str) -> Self {
        match Kind::of(url) {
            Kind::Postgres => Self::Postgres(postgres(url).await.unwrap()),
            Kind::Mysql => Self::Mysql(mysql(url).await.unwrap()),
        }
    }

    pub async fn try_execute(&mut self, statement: &str) -> Result<(), Error> {
        match self {
            Self::Postgres(client) => client.batch_execute(statement).await?,
            Self::Mysql(connection) => connection.query_drop(statement).await?,
        }
        Ok(())
    }

    pub async fn execute(&mut self, statement: &str) {
        let done = self.try_execute(statement).await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    /// Locks the row of a client until the next commit.
    pub async fn hold(&mut self, client_id: &str) {
        self.execute("BEGIN").await;
        let row = "SELECT version FROM oauth_clients WHERE client_id =";
        self.execute(&format!("{row} '{client_id}' FOR UPDATE"))
            .await;
    }
}

/// Waits until a statement that contains `part` waits for a lock. Returns its session.
pub async fn waiting(url: &str, part: &str) -> String {
    let query = match Kind::of(url) {
        // Restricted to the tables of this test, since other tests use the same database.
        Kind::Postgres => format!(
            "SELECT DISTINCT a.pid FROM pg_stat_activity AS a JOIN pg_locks AS l USING (pid)
             WHERE l.relation = to_regclass('oauth_clients')
             AND a.wait_event_type = 'Lock' AND a.query LIKE '%{part}%'"
        ),
        Kind::Mysql => format!(
            "SELECT id FROM information_schema.processlist WHERE db = DATABASE()
             AND id <> CONNECTION_ID() AND command IN ('Query', 'Execute', 'Prepare')
             AND info LIKE '%{part}%' AND info NOT LIKE '%processlist%' AND time_ms > 50"
        ),
    };
    for _ in 0..1_000 {
        if let Some(session) = rows(url, &query).await.first() {
            return session.clone();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nobody waits to {part}");
}

/// A host whose database has a short lock timeout.
async fn impatient(kind: Kind) -> (Host, String, Box<dyn std::any::Any>) {
    let (url, own): (_, Box<dyn std::any::Any>) = match kind {
        Kind::Postgres => {
            let database = Database::postgres().await;
            Host::connect(database.url()).await;
            let settings = [("lock_timeout", "200ms"), ("lc_messages", "C.UTF-8")];
            let url = database.url_with(&settings);
            (url, Box::new(database))
        }
        Kind::Mysql => {
            let patience = ["--innodb-lock-wait-timeout=1"];
            let server = Server::mysql().with_arguments(&patience).start().await;
            (server.url(), Box::new(server))
        }
    };
    (Host::connect(&url).await, url, own)
}

#[tokio::test]
async fn a_lock_that_is_not_given_up_ends_in_a_refusal() {
    for kind in [Kind::Postgres, Kind::Mysql] {
        let place = format!("{kind:?}");
        let (host, url, _own) = impatient(kind).await;
        let client_id = host.client().await;
        let mut other = Session::open(&url).await;
        other.hold(&client_id).await;
        let before = dump(&url).await;
        let (renamed, rotated) = {
            let rotate = format!("{}/{client_id}/rotate-secret", support::CLIENTS);
            tokio::join!(
                host.rename(&client_id, "Renamed"),
                host.call(http::Method::POST, &rotate, None)
            )
        };
        assert_unavailable(&renamed, &place);
        assert_unavailable(&rotated, &place);
        assert_eq!(dump(&url).await, before, "{place}");
        assert_eq!(host.get(&client_id).await.status, 200, "{place}");

        // A lock that is released in time is waited for.
        let renamed = tokio::spawn({
            let (host, client_id) = (host.clone(), client_id.clone());
            async move { host.rename(&client_id, "Renamed").await }
        });
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(!renamed.is_finished(), "{place}");
        other.execute("COMMIT").await;
        assert_eq!(renamed.await.unwrap().status, 200, "{place}");
        assert_whole(&url, &place).await;
    }
}

#[tokio::test]
async fn a_database_that_waits_for_ever_is_not_waited_for() {
    for kind in [Kind::Postgres, Kind::Mysql] {
        let place = format!("{kind:?}");
        let database = database(kind).await;
        let repository = Repository::connect(database.url()).await;
        repository.migrate().await.unwrap();
        let repository = repository.with_timeout(Duration::from_millis(500));
        let host = Host::over(&repository);
        let client_id = host.client().await;
        let mut other = Session::open(database.url()).await;
        other.hold(&client_id).await;
        let before = dump(database.url()).await;
        assert_unavailable(&host.rename(&client_id, "Renamed").await, &place);
        other.execute("COMMIT").await;
        assert_eq!(
            host.rename(&client_id, "After").await.status,
            200,
            "{place}"
        );
        assert_ne!(dump(database.url()).await, before, "{place}");
        // A single statement may be executed after the lock was released: the outcome is unknown.
        let given_up = host.get(&client_id).await.header("etag") == Some("\"2\"");
        assert!(given_up || kind == Kind::Postgres, "{place}");
        assert_whole(database.url(), &place).await;
    }
}

/// A rotation and another session wait for each other.
#[tokio::test]
async fn a_deadlock_is_survived() {
    for kind in [Kind::Postgres, Kind::Mysql] {
        let database = database(kind).await;
        let own = Host::connect(database.url()).await;
        let pool = Connections::new(database.url(), POOLS[0], 4).await;
        let mut hosts = vec![own, Host::over(&pool.repository())];
        if kind == Kind::Postgres {
            hosts.push(Host::connect(&german(&database)).await);
        }
        for (number, host) in hosts.iter().enumerate() {
            let place = format!("{kind:?} {number}");
            let client_id = host.client().await;
            let mut other = Session::open(database.url()).await;
            other.execute("BEGIN").await;
            // MySQL ends the transaction with fewer changes.
            other
                .execute("CREATE TABLE IF NOT EXISTS weight (a INT)")
                .await;
            other.execute("BEGIN").await;
            for _ in 0..30 {
                other.execute("INSERT INTO weight VALUES (1)").await;
            }
            let of_client = format!("WHERE client_id = '{client_id}'");
            let secrets = format!("UPDATE oauth_client_secrets SET description = 'x' {of_client}");
            other.execute(&secrets).await;
            let rotation = tokio::spawn({
                let (host, client_id) = (host.clone(), client_id.clone());
                let path = format!("{}/{client_id}/rotate-secret", support::CLIENTS);
                async move { host.call(http::Method::POST, &path, None).await }
            });
            waiting(database.url(), "oauth_client_secrets").await;
            let client = format!("UPDATE oauth_clients SET clones = clones {of_client}");
            // Either of them may be ended.
            let won = other.try_execute(&client).await.is_ok();
            other.execute(if won { "COMMIT" } else { "ROLLBACK" }).await;
            let answer = rotation.await.unwrap();
            assert_eq!(answer.status, 200, "{place}: {answer:?}");
            let read = host.get(&client_id).await;
            assert_eq!(read.header("etag"), Some("\"2\""), "{place}");
            assert_whole(database.url(), &place).await;
        }
    }
}

#[tokio::test]
async fn what_can_not_be_serialized_starts_again() {
    for level in ["repeatable read", "serializable"] {
        let database = Database::postgres().await;
        let url = database.url_with(&[("default_transaction_isolation", level)]);
        let host = Host::connect(&url).await;
        let client_id = host.client().await;
        let mut other = Session::open(&url).await;
        other.hold(&client_id).await;
        let renamed = tokio::spawn({
            let (host, client_id) = (host.clone(), client_id.clone());
            async move { host.rename(&client_id, "Renamed").await }
        });
        waiting(database.url(), "UPDATE").await;
        let touch = "UPDATE oauth_clients SET clones = clones + 1";
        other.execute(touch).await;
        other.execute("COMMIT").await;
        let answer = renamed.await.unwrap();
        assert_eq!(answer.status, 200, "{level}: {answer:?}");
        assert_whole(&url, level).await;
    }
}
