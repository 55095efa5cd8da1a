use diesel::ConnectionError;
use diesel_async::AsyncPgConnection;
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Config, Error, NoTls, Socket};

use super::sqlstate::{Coded, coded};
use crate::repository::diesel::cause::{CONFUSED, is_confusion};
use crate::repository::diesel::refusal::Refusal;

pub(super) async fn establish(url: &str) -> Result<AsyncPgConnection, Refusal> {
    let config: Config = url.parse().map_err(|error| refusal(&error))?;
    match coded(&config) {
        Some(config) => connect(&config, Coded).await,
        None => connect(&config, NoTls).await,
    }
}

async fn connect<T>(config: &Config, tls: T) -> Result<AsyncPgConnection, Refusal>
where
    T: MakeTlsConnect<Socket, Stream: Send + 'static>,
{
    let connected = config.connect(tls).await;
    let (client, connection) = connected.map_err(|error| refusal(&error))?;
    AsyncPgConnection::try_from_client_and_connection(client, connection)
        .await
        .map_err(|error| match error {
            ConnectionError::CouldntSetupConfiguration(error) if is_confusion(&error) => {
                CONFUSED.into()
            }
            _ => "the connection was lost at once".into(),
        })
}

fn refusal(error: &Error) -> Refusal {
    let Some(code) = error.code() else {
        // Without its sources, which quote values.
        return Refusal::of_system(error).unwrap_or_else(|| error.to_string().into());
    };
    let text = if [
        SqlState::INVALID_PASSWORD,
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
    ]
    .contains(code)
    {
        "the server refuses the user, the password, or the way to connect"
    } else if *code == SqlState::INVALID_CATALOG_NAME {
        "there is no such database"
    } else if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        "the user may not connect to the database"
    } else if *code == SqlState::TOO_MANY_CONNECTIONS {
        "there are too many connections"
    } else if code.code().starts_with("57P") {
        "the server is starting or stopping"
    } else {
        "the server refuses it"
    };
    format!("{text} (SQLSTATE {})", code.code()).into()
}
