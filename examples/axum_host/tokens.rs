//! The tokens that the host issued, in a SQLite file.
//!
//! It stores what administrators may see of each token. A host that issues opaque tokens needs
//! another column, for their SHA-256; the tokens themselves are not stored.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Row, params};
use tower_oauth_clients::domain::{
    Client, ClientEvent, ClientEventKind, ClientEvents, Clock, Id, Operator, RevokedTokens,
    SystemClock, Timestamp, TokenPage, TokenRecord, TokenSlice, TokenStats, TokenType,
};
use tower_oauth_clients::manager::tokens::{Error, ErrorKind, Result, TokenStore};

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS tokens (
        id TEXT PRIMARY KEY,
        client TEXT NOT NULL,
        token_type TEXT NOT NULL,
        scope TEXT,
        user_id TEXT,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS tokens_of_client ON tokens (client, created_at, id);
";

/// Cheap to clone; all clones share one connection.
#[derive(Clone)]
pub(crate) struct Tokens(Arc<Mutex<Connection>>);

/// Creates the file, if it is missing, readable only by its owner. Errors are ignored, as SQLite
/// reports them, too.
fn make_private(path: &Path) {
    let mut file = std::fs::OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    drop(file.open(path));
}

impl Tokens {
    pub(crate) fn open(path: &Path) -> rusqlite::Result<Self> {
        make_private(path);
        let connection = Connection::open(path)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Records an access token and a refresh token, as a token endpoint does when it issues them.
    pub(crate) async fn issue(&self, client: &Client) -> Result<()> {
        let (client, scope) = (client.id, client.metadata.scopes.join(" "));
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            let now = SystemClock.now();
            for (token_type, hours) in [(TokenType::AccessToken, 1), (TokenType::RefreshToken, 720)]
            {
                transaction.execute(
                    "INSERT INTO tokens VALUES (?1, ?2, ?3, nullif(?4, ''), ?5, ?6, ?7)",
                    params![
                        Id::generate(now).to_string(),
                        client.to_string(),
                        token_type.as_str(),
                        scope,
                        "demo-user",
                        now.as_micros(),
                        (now + Duration::from_secs(hours * 3600)).as_micros(),
                    ],
                )?;
            }
            transaction.commit()
        })
        .await
    }

    async fn end(&self, client: Id, grace: Duration) -> Result<RevokedTokens> {
        self.run(move |connection| {
            let (client, end) = (client.to_string(), SystemClock.now() + grace);
            let transaction = connection.transaction()?;
            let revoke = |token_type: TokenType| {
                let ended = transaction.execute(
                    "UPDATE tokens SET expires_at = ?3
                     WHERE client = ?1 AND token_type = ?2 AND expires_at > ?3",
                    params![client, token_type.as_str(), end.as_micros()],
                )?;
                Ok::<_, rusqlite::Error>(ended as u64)
            };
            let revoked = RevokedTokens {
                access_tokens: revoke(TokenType::AccessToken)?,
                refresh_tokens: revoke(TokenType::RefreshToken)?,
            };
            transaction.commit()?;
            Ok(revoked)
        })
        .await
    }

    /// SQLite blocks, so it runs on blocking threads.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        let shared = Arc::clone(&self.0);
        let work = move || work(&mut shared.lock().unwrap_or_else(PoisonError::into_inner));
        let done = tokio::task::spawn_blocking(work).await;
        let done = done.map_err(|error| Error::new(ErrorKind::Other).with_source(error))?;
        done.map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy) => {
                Error::new(ErrorKind::Unavailable).with_source(error)
            }
            _ => Error::new(ErrorKind::Other).with_source(error),
        })
    }
}

impl TokenStore for Tokens {
    async fn stats(&self, client: &Client) -> Result<TokenStats> {
        let client = client.id.to_string();
        self.run(move |connection| {
            connection.query_row(
                "SELECT count(*) FILTER (WHERE token_type = 'access_token' AND expires_at > ?2),
                        count(*) FILTER (WHERE token_type = 'refresh_token' AND expires_at > ?2),
                        max(created_at)
                 FROM tokens WHERE client = ?1",
                params![client, SystemClock.now().as_micros()],
                |row| {
                    Ok(TokenStats {
                        active_tokens: row.get::<_, u32>(0)?.into(),
                        active_refresh_tokens: row.get::<_, u32>(1)?.into(),
                        last_request_at: row.get::<_, Option<i64>>(2)?.map(Timestamp::from_micros),
                    })
                },
            )
        })
        .await
    }

    async fn tokens(&self, client: &Client, page: TokenPage) -> Result<TokenSlice> {
        let client = client.id.to_string();
        self.run(move |connection| {
            let now = SystemClock.now().as_micros();
            // Both statements see the same tokens.
            let transaction = connection.transaction()?;
            let total: u32 = transaction.query_row(
                "SELECT count(*) FROM tokens WHERE client = ?1 AND expires_at > ?2",
                params![client, now],
                |row| row.get(0),
            )?;
            let mut statement = transaction.prepare(
                "SELECT token_type, scope, user_id, created_at, expires_at FROM tokens
                 WHERE client = ?1 AND expires_at > ?2
                 ORDER BY created_at DESC, id DESC LIMIT ?3 OFFSET ?4",
            )?;
            let offset = page.offset().cast_signed();
            let rows = statement.query_map(params![client, now, page.size, offset], read)?;
            Ok(TokenSlice {
                items: rows.collect::<rusqlite::Result<_>>()?,
                total: total.into(),
            })
        })
        .await
    }

    async fn revoke(
        &self,
        client: &Client,
        grace: Duration,
        operator: &Operator,
    ) -> Result<RevokedTokens> {
        let revoked = self.end(client.id, grace).await?;
        tracing::info!(client_id = %client.client_id, by = operator.id, ?revoked, "revoked");
        Ok(revoked)
    }
}

impl ClientEvents for Tokens {
    fn on_event(&self, event: &ClientEvent) {
        use ClientEventKind::{BecamePublic, Deleted, Inactivated, Suspended};

        if let Deleted | Suspended | Inactivated | BecamePublic = event.kind {
            let (tokens, event) = (self.clone(), event.clone());
            tokio::spawn(async move {
                match tokens.end(event.id, Duration::ZERO).await {
                    Ok(revoked) => tracing::info!(kind = ?event.kind, ?revoked, "revoked"),
                    Err(error) => tracing::error!("tokens of {}: {error}", event.client_id),
                }
            });
        }
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<TokenRecord> {
    Ok(TokenRecord {
        token_type: TokenType::parse(&row.get::<_, String>(0)?)
            .ok_or(rusqlite::Error::InvalidQuery)?,
        scope: row.get(1)?,
        user_id: row.get(2)?,
        created_at: Timestamp::from_micros(row.get(3)?),
        expires_at: Some(Timestamp::from_micros(row.get(4)?)),
    })
}
