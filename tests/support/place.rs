//! Reading and changing a database without the repository.

use std::path::PathBuf;

use mysql_async::prelude::Queryable;
use rusqlite::types::ValueRef;
use tempfile::TempDir;
use tokio_postgres::SimpleQueryMessage;

use super::servers::{Database, Error, Kind, finish, mysql, postgres};

pub const TABLES: [&str; 8] = [
    "oauth_clients",
    "oauth_client_secrets",
    "oauth_client_audit_logs",
    "oauth_client_assertions",
    "oauth_client_registrations",
    "oauth_initial_access_tokens",
    "oauth_client_documents",
    "oauth_client_document_blocks",
];

/// A table of the digits `d`, for generating many rows, in SQL that every database accepts.
pub const DIGITS: &str = "(SELECT 0 AS d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 \
    UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)";

/// A row, each value in the database's text format.
pub type Row = Vec<Option<Vec<u8>>>;

/// The database of a repository, which is deleted on drop.
#[derive(Debug)]
pub enum Place {
    Memory,
    Folder(TempDir),
    Database(Database),
}

impl Place {
    /// The path of the SQLite file.
    pub fn file(&self) -> PathBuf {
        match self {
            Self::Folder(folder) => folder.path().join("clients.db"),
            other => panic!("no file: {other:?}"),
        }
    }

    /// All stored bytes: of every file, or of every value if a server has the files. Empty for
    /// memory.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Memory => Vec::new(),
            Self::Folder(folder) => {
                let files = std::fs::read_dir(folder.path()).unwrap();
                let read = |file: std::io::Result<std::fs::DirEntry>| file.unwrap().path();
                files
                    .flat_map(|file| std::fs::read(read(file)).unwrap())
                    .collect()
            }
            Self::Database(_) => {
                let rows = finish(self.rows());
                let values = rows.into_iter().flatten().flatten();
                values
                    .flat_map(|value| [value, b"\n".to_vec()].concat())
                    .collect()
            }
        }
    }

    /// Every row of every table, in a stable order. Empty for memory.
    pub async fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for table in TABLES {
            rows.extend(
                self.query(&format!("SELECT * FROM {table} ORDER BY 1, 2, 3"))
                    .await,
            );
        }
        rows
    }

    pub async fn query(&self, query: &str) -> Vec<Row> {
        match self {
            Self::Memory => Vec::new(),
            Self::Folder(_) => self.query_sqlite(query).unwrap(),
            Self::Database(database) => match database.kind() {
                Kind::Postgres => query_postgres(database.url(), query).await.unwrap(),
                Kind::Mysql => query_mysql(database.url(), query).await.unwrap(),
            },
        }
    }

    /// Runs the statements one after the other.
    pub async fn execute(&self, statements: &[&str]) {
        match self {
            Self::Memory => panic!("memory runs no statements"),
            Self::Folder(_) => {
                let database = rusqlite::Connection::open(self.file()).unwrap();
                database.execute_batch(&statements.join(";\n")).unwrap();
            }
            Self::Database(database) => database.execute(statements).await,
        }
    }

    fn query_sqlite(&self, query: &str) -> rusqlite::Result<Vec<Row>> {
        let database = rusqlite::Connection::open(self.file())?;
        let mut query = database.prepare(query)?;
        let columns = query.column_count();
        let rows = query.query_map([], |row| {
            let value = |column| {
                Ok(match row.get_ref(column)? {
                    ValueRef::Null => None,
                    ValueRef::Integer(number) => Some(number.to_string().into_bytes()),
                    ValueRef::Real(number) => Some(number.to_string().into_bytes()),
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(bytes.to_vec()),
                })
            };
            (0..columns).map(value).collect()
        })?;
        rows.collect()
    }
}

async fn query_postgres(url: &str, query: &str) -> Result<Vec<Row>, Error> {
    let messages = postgres(url).await?.simple_query(query).await?;
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let values = rows.map(|row| {
        let value = |column| row.get(column).map(|text: &str| text.as_bytes().to_vec());
        (0..row.len()).map(value).collect()
    });
    Ok(values.collect())
}

async fn query_mysql(url: &str, query: &str) -> Result<Vec<Row>, Error> {
    let mut connection = mysql(url).await?;
    let rows: Vec<mysql_async::Row> = connection.query(query).await?;
    connection.disconnect().await?;
    let values = rows.into_iter().map(|row| {
        let value = |value| match value {
            mysql_async::Value::NULL => None,
            mysql_async::Value::Bytes(bytes) => Some(bytes),
            other => panic!("not as text: {other:?}"),
        };
        row.unwrap().into_iter().map(value).collect()
    });
    Ok(values.collect())
}
