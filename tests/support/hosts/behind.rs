//! The stored records, read directly from the database.

use mysql_async::Row;
use mysql_async::prelude::Queryable;
use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

use crate::servers::{Kind, mysql, postgres};

const TABLES: [&str; 3] = [
    "oauth_clients",
    "oauth_client_secrets",
    "oauth_client_audit_logs",
];

/// Invariants, each as a query for violations.
const RULES: [(&str, &str); 5] = [
    (
        "one audit entry for each version",
        "SELECT c.client_id FROM oauth_clients c WHERE c.version <> (
             SELECT count(*) FROM oauth_client_audit_logs a WHERE a.client_id = c.client_id)",
    ),
    (
        "no audit entry without a client",
        "SELECT client_id FROM oauth_client_audit_logs WHERE client_id NOT IN
             (SELECT client_id FROM oauth_clients)",
    ),
    (
        "no secret without a client",
        "SELECT id FROM oauth_client_secrets WHERE client_id NOT IN
             (SELECT client_id FROM oauth_clients)",
    ),
    (
        "at most two active secrets, and none of a deleted client",
        "SELECT c.client_id FROM oauth_clients c
         JOIN oauth_client_secrets s ON s.client_id = c.client_id AND s.status = 'active'
         GROUP BY c.client_id, c.deleted_at
         HAVING count(*) > 2 OR c.deleted_at IS NOT NULL",
    ),
    (
        "the last four of the newest active secret",
        "SELECT c.client_id FROM oauth_clients c WHERE COALESCE(c.secret_last_four, '') <>
             COALESCE((SELECT s.last_four FROM oauth_client_secrets s
                 WHERE s.client_id = c.client_id AND s.status = 'active'
                 ORDER BY s.id DESC LIMIT 1), '')",
    ),
];

/// A database session beside those of the service.
pub enum Behind {
    Postgres(tokio_postgres::Client),
    Mysql(mysql_async::Conn),
}

impl Behind {
    pub async fn open(url: &str) -> Self {
        match Kind::of(url) {
            Kind::Postgres => Self::Postgres(postgres(url).await.unwrap()),
            Kind::Mysql => Self::Mysql(mysql(url).await.unwrap()),
        }
    }

    /// The rows that a query returns, as text.
    pub async fn rows(&mut self, query: &str) -> Vec<String> {
        match self {
            Self::Postgres(client) => {
                let messages = client.simple_query(query).await.unwrap();
                let rows = messages.iter().filter_map(|message| match message {
                    SimpleQueryMessage::Row(row) => Some(row),
                    _ => None,
                });
                let text = |row: &SimpleQueryRow| {
                    let columns = (0..row.len()).map(|at| row.get(at).unwrap_or("NULL"));
                    columns.collect::<Vec<_>>().join(" ")
                };
                rows.map(text).collect()
            }
            Self::Mysql(connection) => {
                let rows: Vec<Row> = connection.query(query).await.unwrap();
                let text = |row: Row| {
                    let columns = row.unwrap().into_iter().map(|value| match value {
                        mysql_async::Value::Bytes(bytes) => String::from_utf8(bytes).unwrap(),
                        other => other.as_sql(true),
                    });
                    columns.collect::<Vec<_>>().join(" ")
                };
                rows.into_iter().map(text).collect()
            }
        }
    }

    /// All stored records.
    pub async fn dump(&mut self) -> Vec<String> {
        let mut all = Vec::new();
        for table in TABLES {
            let rows = format!("SELECT * FROM {table} ORDER BY 1, 2, 3");
            all.extend(self.rows(&rows).await);
        }
        all
    }

    /// The number of audit entries.
    pub async fn entries(&mut self) -> usize {
        let count = "SELECT count(*) FROM oauth_client_audit_logs";
        self.rows(count).await.first().unwrap().parse().unwrap()
    }

    /// Asserts that no operation is stored partially.
    pub async fn assert_whole(&mut self, place: &str) {
        for (rule, query) in RULES {
            let broken = self.rows(query).await;
            assert!(broken.is_empty(), "{place}: not {rule}: {broken:?}");
        }
    }
}

pub async fn rows(url: &str, query: &str) -> Vec<String> {
    Behind::open(url).await.rows(query).await
}

pub async fn dump(url: &str) -> Vec<String> {
    Behind::open(url).await.dump().await
}

pub async fn assert_whole(url: &str, place: &str) {
    Behind::open(url).await.assert_whole(place).await;
}
