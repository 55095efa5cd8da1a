//! The database accepts no writes.

use super::writes::{WRITES, client_before, write};
use support::base;
use support::hosts::behind::{assert_whole, dump};
use support::hosts::{Host, assert_unavailable};
use support::servers::{Database, Server, execute};

/// Reads work, writes are refused, and nothing is stored.
async fn reads_only(writing: &Host, url: &str, reading: &Host) {
    for kind_of_write in WRITES {
        let (client_id, secret_id) = client_before(writing, kind_of_write).await;
        let before = dump(url).await;
        let answer = write(reading, kind_of_write, &client_id, &secret_id).await;
        assert_unavailable(&answer, kind_of_write);
        assert_eq!(dump(url).await, before, "{kind_of_write}");
        let read = reading.get(&client_id).await;
        assert_eq!(read.data()["name"], base()["name"], "{kind_of_write}");
        let list = support::CLIENTS.to_owned() + "?name=my";
        let list = reading.call(http::Method::GET, &list, None).await;
        assert_eq!(list.status, 200, "{kind_of_write}");
    }
    assert_whole(url, "read only").await;
}

#[tokio::test]
async fn postgres_with_read_only_transactions() {
    let database = Database::postgres().await;
    let writing = Host::connect(database.url()).await;
    let url = database.url_with(&[("default_transaction_read_only", "on")]);
    // All migrations are applied, so there is nothing to write.
    let reading = Host::connect(&url).await;
    reads_only(&writing, database.url(), &reading).await;
}

#[tokio::test]
async fn mariadb_that_is_read_only_for_all_but_its_administrators() {
    let server = Server::mysql().start().await;
    let url = server.url();
    let writing = Host::connect(&url).await;
    execute(
        &url,
        &[
            "CREATE USER app",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON oauth_clients.* TO app",
            "SET GLOBAL read_only = 1",
        ],
    )
    .await
    .unwrap();
    let reading = url.replace("//tests@", "//app@");
    let reading = Host::connect(&reading).await;
    reads_only(&writing, &url, &reading).await;
    execute(&url, &["SET GLOBAL read_only = 0"]).await.unwrap();
    reading.client().await;
}
