use diesel::QueryResult;
use diesel::result::Error as DieselError;
use diesel_async::{AsyncMysqlConnection, SimpleAsyncConnection};
use mysql_async::{Conn, DriverError, Error, Opts, OptsBuilder};

use super::settings::{SYNCHRONIZED, is_cluster};
use crate::repository::diesel::refusal::Refusal;

pub(super) async fn establish(url: &str) -> Result<AsyncMysqlConnection, Refusal> {
    let options = Opts::from_url(url).map_err(|_| "its URL can't be read")?;
    let options = OptsBuilder::from_opts(options)
        // Diesel caches prepared statements, and a second cache would evict them.
        .stmt_cache_size(0)
        .client_found_rows(true);
    let connection = Conn::new(options).await;
    let connection = connection.map_err(|error| refusal(&error))?;
    prepare(connection)
        .await
        .map_err(|_| "the connection was lost at once".into())
}

/// Sets up a new connection.
async fn prepare(connection: Conn) -> QueryResult<AsyncMysqlConnection> {
    let connection = AsyncMysqlConnection::try_from(connection).await;
    let mut connection = connection.map_err(|_| DieselError::BrokenTransactionManager)?;
    if is_cluster(&mut connection).await? {
        connection.batch_execute(SYNCHRONIZED).await?;
    }
    Ok(connection)
}

fn refusal(error: &Error) -> Refusal {
    let code = match error {
        Error::Server(error) => error.code,
        Error::Driver(DriverError::ConnectionClosed) => {
            return "the server closed the connection".into();
        }
        Error::Driver(DriverError::NoClientSslFlagFromServer) => {
            return "the server does not speak TLS".into();
        }
        error => {
            let system = Refusal::of_system(error);
            return system.unwrap_or_else(|| "the server is not understood".into());
        }
    };
    let text = match code {
        1045 | 1698 => "the server refuses the user or the password",
        1044 | 1142 => "the user may not use the database",
        1049 => "there is no such database",
        1040 | 1203 | 1226 => "there are too many connections",
        1129 | 1130 => "the server refuses this host",
        1053 => "the server is stopping",
        1047 => "the server is cut off from its cluster",
        _ => "the server refuses it",
    };
    format!("{text} (error {code})").into()
}
