//! A host's own transaction: a client is created together with the host's records, or not at all.

use diesel::SqliteConnection;
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{
    AsyncConnection, AsyncMysqlConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection,
};
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::domain::{
    ClientId, Draft, Operator, Page, Patch, Role, SecretStatus, TenantId,
};
use tower_oauth_clients::manager::{ErrorKind, Expected};
use tower_oauth_clients::repository::{
    ClientRepository, MysqlTransaction, PostgresTransaction, SqliteTransaction,
};

use support::place::Place;
use support::{Repository, Store};

type Error = Box<dyn std::error::Error + Send + Sync>;

const CUSTOMERS: &str = "CREATE TABLE customers (name VARCHAR(64) NOT NULL PRIMARY KEY)";

fn operator() -> Operator {
    let tenant = TenantId::parse("tenant_a").unwrap();
    Operator::new("alice", Role::Admin, tenant)
}

fn draft() -> Draft {
    Draft::new("Example Inc.", ["https://example.com/callback"])
}

fn url(place: &Place) -> String {
    match place {
        Place::Database(database) => database.url().to_owned(),
        _ => place.file().to_str().unwrap().to_owned(),
    }
}

/// The same tests for each database; a function with type parameters could not use a transaction.
macro_rules! tests {
    ($database:ident, $store:expr, $connection:ty, $transaction:ident) => {
        mod $database {
            use super::*;

            struct Host {
                manager: ClientManager,
                repository: Repository,
                conn: $connection,
                _place: Place,
            }

            impl Host {
                async fn start() -> Self {
                    let (repository, place) = Repository::open($store).await;
                    let mut conn = <$connection>::establish(&url(&place)).await.unwrap();
                    diesel::sql_query(CUSTOMERS)
                        .execute(&mut conn)
                        .await
                        .unwrap();
                    let manager = repository.manager().with_hash_pool(support::cheap_pool());
                    Self {
                        manager: manager.build().unwrap(),
                        repository,
                        conn,
                        _place: place,
                    }
                }

                /// Inserts a customer, creates a client, and inserts the customer again: the second
                /// time fails.
                async fn sign_up(&mut self, times: usize) -> Result<ClientId, Error> {
                    let manager = self.manager.clone();
                    let customer = "INSERT INTO customers (name) VALUES ('Example Inc.')";
                    self.conn
                        .transaction::<_, Error, _>(async |conn| {
                            diesel::sql_query(customer).execute(conn).await?;
                            let issued = $transaction::scope(conn, async |repository| {
                                manager
                                    .within(repository)
                                    .create(&operator(), draft())
                                    .await
                            });
                            let client = issued.await?.client;
                            for _ in 1..times {
                                diesel::sql_query(customer).execute(conn).await?;
                            }
                            Ok(client.client_id)
                        })
                        .await
                }
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn both_are_there() {
                let mut host = Host::start().await;
                let client_id = host.sign_up(1).await.unwrap();
                let client = host.manager.get(&operator(), &client_id).await.unwrap();
                assert_eq!(client.metadata.name, "Example Inc.");
                assert_eq!(host.repository.audit(client_id.as_str()).await.len(), 1);
                assert_eq!(host.repository.secrets(client_id.as_str()).await.len(), 1);
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn neither_is_there() {
                let mut host = Host::start().await;
                assert!(host.sign_up(2).await.is_err());
                let page = Page::Number {
                    number: 1,
                    size: 20,
                };
                let clients = host
                    .manager
                    .list(&operator(), &Default::default(), page)
                    .await;
                assert_eq!(clients.unwrap().total, Some(0));
                // And the next one succeeds.
                host.sign_up(1).await.unwrap();
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn every_change_sees_the_one_before() {
                let mut host = Host::start().await;
                let manager = host.manager.clone();
                let ids = host.conn.transaction::<_, Error, _>(async |conn| {
                    let work = $transaction::scope(conn, async |repository| {
                        let (operator, within) = (operator(), manager.within(repository));
                        let first = within.create(&operator, draft()).await?.client.client_id;
                        let patch = Patch::new().with_name("Renamed");
                        within
                            .update(&operator, &first, patch, &Expected::Any)
                            .await?;
                        let second = within.clone_client(&operator, &first).await?.client;
                        within.rotate_secret(&operator, &second.client_id).await?;
                        let third = within.create(&operator, draft()).await?.client.client_id;
                        within.delete(&operator, &third, &Expected::Any).await?;
                        // A refused operation does not affect the others.
                        let gone = within.rotate_secret(&operator, &third).await;
                        assert_eq!(gone.unwrap_err().kind(), ErrorKind::NotFound);
                        Ok::<_, Error>([first, second.client_id, third])
                    });
                    let ids = work.await?;
                    // The changes are not visible to others yet.
                    let seen = host.manager.get(&operator(), &ids[0]).await;
                    assert_eq!(seen.unwrap_err().kind(), ErrorKind::NotFound);
                    Ok(ids)
                });
                let [first, second, third] = ids.await.unwrap();
                let get = async |id| host.manager.get(&operator(), id).await;
                assert_eq!(get(&first).await.unwrap().metadata.name, "Renamed");
                assert_eq!(get(&second).await.unwrap().metadata.name, "Renamed (clone)");
                assert_eq!(get(&third).await.unwrap_err().kind(), ErrorKind::NotFound);
                assert_eq!(host.repository.audit(first.as_str()).await.len(), 2);
                assert_eq!(host.repository.audit(third.as_str()).await.len(), 2);
                let secrets = host.repository.secrets(second.as_str()).await;
                let states: Vec<_> = secrets.iter().map(|secret| secret.status.clone()).collect();
                assert_eq!(states, [SecretStatus::Active, SecretStatus::Retired]);
            }

            /// A transaction may read a snapshot from its start, but must not break a rule.
            #[tokio::test(flavor = "multi_thread")]
            async fn what_others_did_since_its_start_counts() {
                let mut host = Host::start().await;
                let (manager, operator) = (host.manager.clone(), operator());
                let created = manager.create(&operator, draft()).await.unwrap();
                let id = created.client.client_id;
                manager.create_secret(&operator, &id).await.unwrap();
                let secrets = host.repository.secrets(id.as_str()).await;
                let [newer, older] = [&secrets[0], &secrets[1]].map(|secret| secret.id);

                let outcome = host.conn.transaction::<_, Error, _>(async |conn| {
                    conn.batch_execute("SELECT * FROM customers; SELECT * FROM oauth_clients")
                        .await?;
                    let patch = Patch::new().with_name("Renamed");
                    let others = manager.update(&operator, &id, patch, &Expected::Any);
                    others.await?;
                    manager.delete_secret(&operator, &id, older).await?;
                    let work = $transaction::scope(conn, async |repository| {
                        let within = manager.within(repository);
                        let deleted = within.delete_secret(&operator, &id, newer).await;
                        let cloned = within.clone_client(&operator, &id).await;
                        (deleted, cloned)
                    });
                    let (deleted, cloned) = work.await;
                    assert!(deleted.is_err(), "no secret is left");
                    if let Ok(clone) = cloned {
                        assert_eq!(clone.client.metadata.name, "Renamed (clone)");
                    }
                    Ok(())
                });
                // Whether it can be committed depends on the database.
                let _ = outcome.await;
                let left = host.repository.secrets(id.as_str()).await;
                assert_eq!(left.len(), 1);
                assert_eq!(left[0].status, SecretStatus::Active);
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn a_repository_is_of_no_use_after_its_scope() {
                let mut host = Host::start().await;
                let tenant = operator().tenant;
                let kept = $transaction::scope(&mut host.conn, async |repository| repository).await;
                let id = ClientId::parse("app-1").unwrap();
                assert!(kept.get(&tenant, &id).await.is_err());
            }
        }
    };
}

tests!(
    sqlite,
    Store::Sqlite,
    SyncConnectionWrapper<SqliteConnection>,
    SqliteTransaction
);
tests!(
    postgres,
    Store::Postgres,
    AsyncPgConnection,
    PostgresTransaction
);
tests!(mysql, Store::Mysql, AsyncMysqlConnection, MysqlTransaction);

/// After a deadlock MySQL rolls back the whole transaction, savepoints included. Later statements
/// would be committed on their own.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_deadlock_nothing_is_added() {
    let (repository, place) = Repository::open(Store::Mysql).await;
    let manager = repository.manager().with_hash_pool(support::cheap_pool());
    let manager = manager.build().unwrap();
    let mut other = AsyncMysqlConnection::establish(&url(&place)).await.unwrap();
    let mut conn = AsyncMysqlConnection::establish(&url(&place)).await.unwrap();
    let operator = operator();
    let id = manager.create(&operator, draft()).await.unwrap().client;
    let id = id.client_id;

    // MySQL rolls back the transaction with fewer changes.
    let weight = "INSERT INTO weight VALUES (1);".repeat(50);
    let begin = format!(
        "CREATE TABLE weight (a INT); {CUSTOMERS}; INSERT INTO customers VALUES ('One'); BEGIN;
         {weight} UPDATE oauth_clients SET clones = clones WHERE client_id = '{id}'"
    );
    other.batch_execute(&begin).await.unwrap();
    let outcome = conn.transaction::<_, Error, _>(async |conn| {
        conn.batch_execute("UPDATE customers SET name = 'Two'")
            .await?;
        let waits = tokio::spawn(async move {
            let waits = "UPDATE customers SET name = 'Three'; COMMIT";
            other.batch_execute(waits).await.unwrap();
        });
        let work = MysqlTransaction::scope(conn, async |repository| {
            let within = manager.within(repository);
            let patch = Patch::new().with_name("Renamed");
            let ended = within.update(&operator, &id, patch, &Expected::Any).await;
            let ended = ended.map(drop).map_err(|error| error.kind());
            (ended, within.create(&operator, draft()).await.is_err())
        });
        assert_eq!(work.await, (Err(ErrorKind::Unavailable), true));
        waits.await?;
        Ok(())
    });
    assert!(outcome.await.is_err(), "it was taken back");
    let page = Page::Number {
        number: 1,
        size: 20,
    };
    let clients = manager.list(&operator, &Default::default(), page).await;
    let clients = clients.unwrap().items;
    assert_eq!(clients.len(), 1);
    assert_eq!(clients[0].metadata.name, "Example Inc.");
}
