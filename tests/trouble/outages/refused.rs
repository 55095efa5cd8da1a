//! No connection can be opened: the log tells the reason, and reveals nothing of the URL.

use std::error::Error as StdError;

use tower_oauth_clients::repository::{Error, ErrorKind, MysqlRepository, PostgresRepository};
use url::Url;

use super::KINDS;
use super::contention::{Session, waiting};
use support::hosts::{Host, Repository, assert_unavailable};
use support::servers::{Kind, Server, execute};

const PASSWORD: &str = "open-sesame";

/// A server with a user `keeper`, who may open one connection at a time.
async fn server(kind: Kind) -> Server {
    let server = Server::of(kind).start().await;
    let statements = match kind {
        Kind::Postgres => {
            let rules = "host all postgres all trust\nhost all all all scram-sha-256\n";
            std::fs::write(server.folder().join("data/pg_hba.conf"), rules).unwrap();
            vec![
                format!("CREATE ROLE keeper LOGIN PASSWORD '{PASSWORD}' CONNECTION LIMIT 1"),
                "GRANT ALL ON SCHEMA public TO keeper".to_owned(),
                "SELECT pg_reload_conf()".to_owned(),
            ]
        }
        Kind::Mysql => vec![
            format!("CREATE USER keeper IDENTIFIED BY '{PASSWORD}'"),
            "GRANT ALL ON oauth_clients.* TO keeper WITH MAX_USER_CONNECTIONS 1".to_owned(),
        ],
    };
    for statement in &statements {
        execute(&server.url(), &[statement]).await.unwrap();
    }
    server
}

fn url_with(url: &str, change: impl FnOnce(&mut Url)) -> String {
    let mut url = Url::parse(url).unwrap();
    url.set_username("keeper").unwrap();
    url.set_password(Some(PASSWORD)).unwrap();
    change(&mut url);
    url.into()
}

async fn connect(url: &str) -> Result<Repository, Error> {
    Ok(match Kind::of(url) {
        Kind::Postgres => Repository::Postgres(PostgresRepository::connect(url).await?),
        Kind::Mysql => Repository::Mysql(MysqlRepository::connect(url).await?),
    })
}

/// The parts of an error that may be logged.
fn chain(error: &Error) -> String {
    let mut text = format!("{error}: {error:?}");
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}\n{error}: {error:?}");
        source = error.source();
    }
    text
}

async fn assert_refused(url: String, reason: &str) {
    let Err(error) = connect(&url).await else {
        panic!("{url} connects");
    };
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_tells(&chain(&error), reason, &url);
}

fn assert_tells(chain: &str, reason: &str, url: &str) {
    assert!(chain.contains(reason), "{url}: {chain}");
    let url = Url::parse(url).unwrap();
    let port = url.port().map(|port| port.to_string());
    for part in [
        "keeper",
        PASSWORD,
        "wrong",
        "127.0.0.1",
        "localhost",
        &port.unwrap(),
        url.path().trim_start_matches('/'),
    ] {
        assert!(!chain.contains(part), "{part}: {chain}");
    }
}

#[tokio::test]
async fn connect_says_why_and_nothing_of_the_url() {
    let [one, other] = KINDS;
    tokio::join!(connect_to(one), connect_to(other));
}

async fn connect_to(kind: Kind) {
    let server = server(kind).await;
    let with = |change: fn(&mut Url)| url_with(&server.url(), change);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let nowhere = url_with(&server.url(), |url| url.set_port(Some(port)).unwrap());
    let wrong = with(|url| url.set_password(Some("wrong")).unwrap());
    let missing = with(|url| url.set_path("no_such_vault"));
    let (user, database, many) = match kind {
        Kind::Postgres => ("SQLSTATE 28P01", "SQLSTATE 3D000", "SQLSTATE 53300"),
        Kind::Mysql => ("error 1045", "error 1044", "error 1226"),
    };
    tokio::join!(
        assert_refused(wrong, user),
        assert_refused(missing, database),
        assert_refused(nowhere, "refused"),
    );
    let mut held = Session::open(&with(|_| ())).await;
    held.execute("SELECT 1").await;
    assert_refused(with(|_| ()), many).await;
    if kind == Kind::Mysql {
        // A user who may see every database learns that this one does not exist.
        let mut url = Url::parse(&server.url()).unwrap();
        url.set_path("no_such_vault");
        assert_refused(url.into(), "error 1049").await;
    }
}

#[tokio::test]
async fn what_the_server_can_t_do_is_said() {
    for kind in KINDS {
        let server = server(kind).await;
        let (url, reason) = match kind {
            Kind::Postgres => ("?sslmode=require", "TLS"),
            Kind::Mysql => ("?require_ssl=true", "TLS"),
        };
        let url = url_with(&format!("{}{url}", server.url()), |_| ());
        assert_refused(url, reason).await;
    }
}

/// The second operation would need a second connection.
#[tokio::test]
async fn so_does_an_operation_that_finds_no_connection() {
    for kind in KINDS {
        let server = server(kind).await;
        let url = url_with(&server.url(), |_| ());
        let repository = connect(&url).await.unwrap();
        repository.migrate().await.unwrap();
        let host = Host::over(&repository);
        let client_id = host.client().await;

        let mut held = Session::open(&server.url()).await;
        held.hold(&client_id).await;
        let waits = host.clone();
        let renaming = tokio::spawn(async move { waits.rename(&client_id, "Renamed").await });
        waiting(&server.url(), "UPDATE").await;
        let Err(error) = repository.migrate().await else {
            panic!("{kind:?}: there is a second connection");
        };
        let reason = match kind {
            Kind::Postgres => "SQLSTATE 53300",
            Kind::Mysql => "error 1226",
        };
        assert_tells(&chain(&error), reason, &url);
        let created = host.create().await;
        assert_unavailable(&created, "too many connections");
        held.execute("COMMIT").await;
        assert_eq!(renaming.await.unwrap().status, 200, "{kind:?}");
    }
}
