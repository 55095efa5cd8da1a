//! The servers, databases and the proxy that other tests use.

use std::time::Duration;

use mysql_async::prelude::Queryable;
use support::servers::{Database, Kind, Proxy, Server, execute, mysql, postgres};

const KINDS: [Kind; 2] = [Kind::Postgres, Kind::Mysql];

async fn database(kind: Kind) -> Database {
    match kind {
        Kind::Postgres => Database::postgres().await,
        Kind::Mysql => Database::mysql().await,
    }
}

/// Whether a new connection works.
async fn works(url: &str) -> bool {
    execute(url, &["SELECT 1"]).await.is_ok()
}

#[tokio::test]
async fn a_database_is_new_and_goes_from_under_a_session() {
    for kind in KINDS {
        let (one, other) = (database(kind).await, database(kind).await);
        for database in [&one, &other] {
            database.execute(&["CREATE TABLE t (a INT)"]).await;
        }
        let url = one.url().to_owned();
        // Each holds a lock on the table.
        let session: Box<dyn std::any::Any> = match kind {
            Kind::Postgres => {
                let client = postgres(&url).await.unwrap();
                let statements = "BEGIN; INSERT INTO t VALUES (1)";
                client.batch_execute(statements).await.unwrap();
                Box::new(client)
            }
            Kind::Mysql => {
                let mut client = mysql(&url).await.unwrap();
                client.query_drop("BEGIN").await.unwrap();
                let insert = "INSERT INTO t VALUES (1)";
                client.query_drop(insert).await.unwrap();
                Box::new(client)
            }
        };
        assert_eq!(databases(other.url(), one.name()).await, 1, "{kind:?}");
        let name = one.name().to_owned();
        drop(one);
        assert_eq!(databases(other.url(), &name).await, 0, "{kind:?}");
        other.execute(&["SELECT a FROM t"]).await;
        drop(session);
    }
}

/// The number of databases with this name.
async fn databases(url: &str, name: &str) -> i64 {
    let count =
        format!("SELECT count(*) FROM information_schema.schemata WHERE schema_name = '{name}'");
    match Kind::of(url) {
        Kind::Postgres => {
            let client = postgres(url).await.unwrap();
            client.query_one(&count, &[]).await.unwrap().get(0)
        }
        Kind::Mysql => {
            let mut client = mysql(url).await.unwrap();
            client.query_first(&count).await.unwrap().unwrap()
        }
    }
}

#[tokio::test]
async fn a_database_s_sessions_have_the_settings_asked_for() {
    let database = Database::postgres().await;
    let url = database.url_with(&[
        ("default_transaction_isolation", "repeatable read"),
        ("work_mem", "1234kB"),
    ]);
    let client = postgres(&url).await.unwrap();
    for (name, value) in [
        ("transaction_isolation", "repeatable read"),
        ("search_path", database.name()),
        ("work_mem", "1234kB"),
    ] {
        let row = client.query_one(&format!("SHOW {name}"), &[]).await;
        assert_eq!(row.unwrap().get::<_, String>(0), value);
    }
}

#[tokio::test]
async fn a_server_of_ones_own_keeps_what_was_committed_when_it_is_killed() {
    for (kind, argument) in [
        (Kind::Postgres, "-cmax_connections=17"),
        (Kind::Mysql, "--max-connections=17"),
    ] {
        let own = Server::of(kind).with_arguments(&[argument]);
        let mut server = own.start().await;
        let url = server.url();
        let statements = ["CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)"];
        execute(&url, &statements).await.unwrap();
        server.kill();
        assert!(!works(&url).await, "{kind:?}");
        server.restart().await;
        assert_eq!(server.url(), url);
        execute(&url, &["DROP TABLE t"]).await.unwrap();
        assert_eq!(max_connections(&url).await, "17", "{kind:?}");
        drop(server);
        assert!(!works(&url).await, "{kind:?}");
    }
}

async fn max_connections(url: &str) -> String {
    match Kind::of(url) {
        Kind::Postgres => {
            let client = postgres(url).await.unwrap();
            let row = client.query_one("SHOW max_connections", &[]).await;
            row.unwrap().get(0)
        }
        Kind::Mysql => {
            let mut client = mysql(url).await.unwrap();
            let value = client.query_first("SELECT @@max_connections").await;
            value.unwrap().unwrap()
        }
    }
}

#[tokio::test]
async fn a_server_on_a_small_disk_fills_up() {
    for (kind, rows) in [
        (Kind::Postgres, "generate_series(1, 1000000)"),
        (Kind::Mysql, "seq_1_to_1000000"),
    ] {
        let own = Server::of(kind).with_disk(160);
        let Some(server) = own.try_start().await else {
            return;
        };
        let url = server.url();
        let create = ["CREATE TABLE t (a TEXT)", "INSERT INTO t VALUES ('x')"];
        execute(&url, &create).await.unwrap();
        let fill = format!("INSERT INTO t SELECT repeat('x', 500) FROM {rows}");
        let error = execute(&url, &[&fill]).await.unwrap_err();
        let text = format!("{error:?}");
        let full = text.contains("disk space") || text.contains("is full");
        assert!(full, "{kind:?}: {text}");
        execute(&url, &["SELECT a FROM t"]).await.unwrap();
    }
}

#[tokio::test]
async fn the_proxy_counts_round_trips() {
    let database = Database::postgres().await;
    let proxy = Proxy::before(database.url());
    let client = postgres(proxy.url()).await.unwrap();
    for statement in ["SELECT 1", "SELECT repeat('x', 1000000)"] {
        let before = proxy.round_trips();
        client.simple_query(statement).await.unwrap();
        assert_eq!(proxy.round_trips(), before + 1, "{statement}");
    }
    assert_eq!(proxy.messages(), proxy.round_trips());

    let database = Database::mysql().await;
    let proxy = Proxy::before(database.url());
    let mut client = mysql(proxy.url()).await.unwrap();
    for statement in ["SELECT 1", "SELECT repeat('x', 1000000)"] {
        let before = proxy.round_trips();
        client.query_drop(statement).await.unwrap();
        assert_eq!(proxy.round_trips(), before + 1, "{statement}");
    }
    assert_eq!((proxy.connections(), proxy.accepted()), (1, 1));
}

#[tokio::test]
async fn the_proxy_cuts() {
    let database = Database::postgres().await;
    let direct = postgres(database.url()).await.unwrap();
    direct
        .batch_execute("CREATE TABLE t (a INT)")
        .await
        .unwrap();
    let rows = async || {
        let row = direct.query_one("SELECT count(*) FROM t", &[]).await;
        row.unwrap().get::<_, i64>(0)
    };
    let proxy = Proxy::before(database.url());
    let insert = "INSERT INTO t VALUES (1)";

    let client = postgres(proxy.url()).await.unwrap();
    client.batch_execute(insert).await.unwrap();
    proxy.cut();
    assert_eq!(proxy.connections(), 0);
    client.batch_execute(insert).await.unwrap_err();
    assert_eq!(rows().await, 1);

    // The second statement is executed, and its response is lost.
    let client = postgres(proxy.url()).await.unwrap();
    proxy.cut_after(2);
    client.batch_execute(insert).await.unwrap();
    assert!(proxy.is_to_cut());
    client.batch_execute(insert).await.unwrap_err();
    assert!(!proxy.is_to_cut());
    assert_eq!(rows().await, 3);

    // The second statement is not delivered.
    let client = postgres(proxy.url()).await.unwrap();
    proxy.cut_instead_of(1);
    client.batch_execute(insert).await.unwrap();
    client.batch_execute(insert).await.unwrap_err();
    assert_eq!(rows().await, 4);
    assert!(works(proxy.url()).await);
}

#[tokio::test]
async fn the_proxy_stalls_and_resumes() {
    for kind in KINDS {
        let database = database(kind).await;
        let proxy = Proxy::before(database.url());
        proxy.stall();
        let url = proxy.url().to_owned();
        let call = tokio::spawn(async move { works(&url).await });
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!call.is_finished(), "{kind:?}");
        proxy.resume();
        assert!(call.await.unwrap(), "{kind:?}");
    }
}

#[tokio::test]
async fn the_proxy_refuses_and_accepts() {
    for kind in KINDS {
        let database = database(kind).await;
        let proxy = Proxy::before(database.url());
        assert!(works(proxy.url()).await, "{kind:?}");
        let accepted = proxy.accepted();
        proxy.refuse();
        assert!(!works(proxy.url()).await, "{kind:?}");
        assert_eq!(proxy.accepted(), accepted, "{kind:?}");
        proxy.accept();
        assert!(works(proxy.url()).await, "{kind:?}");
    }
}
