//! Failures that prevent a decision: the caller is not blamed for them, and they are not counted.

use std::sync::Arc;

use tokio::task::JoinSet;
use tower_oauth_clients::authentication::{ClientAuthenticator, ErrorKind};
use tower_oauth_clients::domain::SecretHash;
use tower_oauth_clients::repository::{MysqlRepository, PostgresRepository};
use tower_oauth_clients::secrets::{self, HashPool, Plaintext, SecretHasher};

use crate::costs::{import, long_ago};
use support::place::Place;
use support::presented::Sent;
use support::servers::{Kind, Proxy};
use support::world::{Counting, Host, Member};
use support::{App, Repository, Store, cheap_pool};

/// More than any budget of failures.
const OFTEN: usize = 150;

async fn send(host: &ClientAuthenticator, sent: &Sent) -> Result<(), ErrorKind> {
    let peer = Some([192, 0, 2, 1].into());
    let done = host.authenticate(&sent.head, &sent.form, peer).await;
    done.map(drop).map_err(|error| {
        let (kind, status) = (error.kind(), error.to_response().status());
        assert!(status == kind_status(kind), "{kind:?}: {status}");
        kind
    })
}

fn kind_status(kind: ErrorKind) -> u16 {
    match kind {
        ErrorKind::InvalidClient => 401,
        ErrorKind::Unavailable => 503,
        ErrorKind::Internal => 500,
        other => panic!("neither a refusal nor an outage: {other:?}"),
    }
}

/// Every kind of caller: known and unknown, right and wrong, with a secret and with a name only.
async fn everyone(app: &App) -> Vec<(&'static str, Sent)> {
    let member = Member::confidential(app).await;
    let guess = member.guessed(app).await;
    let public = Member::public(app).await;
    vec![
        ("the right secret", member.basic()),
        ("a guess", guess.post()),
        ("a malformed secret", member.with("hunter2").basic()),
        (
            "an unknown client",
            Sent::basic("app-absent", &member.secret),
        ),
        ("a public client", Sent::form(&[("client_id", &public.id)])),
        (
            "an unknown public client",
            Sent::form(&[("client_id", "app-absent")]),
        ),
    ]
}

#[tokio::test]
async fn a_table_that_is_missing_is_nobody_s_fault() {
    for store in Store::DATABASES {
        let app = App::new(store).await;
        let host = Host::new(&app).authenticator;
        let everyone = everyone(&app).await;
        let remembered = Member::confidential(&app).await.basic();
        assert_eq!(send(&host, &remembered).await, Ok(()));
        for table in ["oauth_clients", "oauth_client_secrets"] {
            let away = format!("ALTER TABLE {table} RENAME TO {table}_away");
            app.place.execute(&[&away]).await;
            for (who, sent) in everyone.iter().chain([&("remembered", remembered.clone())]) {
                let place = format!("{store:?}, {table}: {who}");
                for _ in 0..OFTEN / everyone.len() {
                    let refused = send(&host, sent).await;
                    assert_eq!(refused, Err(ErrorKind::Internal), "{place}");
                }
            }
            let back = format!("ALTER TABLE {table}_away RENAME TO {table}");
            app.place.execute(&[&back]).await;
        }
        assert_eq!(send(&host, &remembered).await, Ok(()), "{store:?}");
        let refused = Err(ErrorKind::InvalidClient);
        let outcomes = [Ok(()), refused, refused, refused, Ok(()), refused];
        for ((who, sent), outcome) in everyone.iter().zip(outcomes) {
            assert_eq!(send(&host, sent).await, outcome, "{store:?}: {who}");
        }
    }
}

#[tokio::test]
async fn a_server_that_is_gone_is_nobody_s_fault() {
    for store in Store::SERVERS {
        let app = App::new(store).await;
        let Place::Database(database) = &app.place else {
            panic!("no server's: {store:?}");
        };
        let proxy = Proxy::before(database.url());
        let behind = match Kind::of(proxy.url()) {
            Kind::Postgres => {
                Repository::Postgres(PostgresRepository::connect(proxy.url()).await.unwrap())
            }
            Kind::Mysql => Repository::Mysql(MysqlRepository::connect(proxy.url()).await.unwrap()),
        };
        let host = behind.authenticator().with_hash_pool(cheap_pool()).build();
        let host = host.unwrap();
        let everyone = everyone(&app).await;
        proxy.refuse();
        proxy.cut();
        // Concurrently, since each waits for a connection until the pool's timeout.
        let mut tasks = JoinSet::new();
        for (who, sent) in everyone.clone() {
            let host = host.clone();
            tasks.spawn(async move { (who, send(&host, &sent).await) });
        }
        for (who, refused) in tasks.join_all().await {
            assert_eq!(refused, Err(ErrorKind::Unavailable), "{store:?}: {who}");
        }
        proxy.accept();
        assert_eq!(send(&host, &everyone[0].1).await, Ok(()), "{store:?}");
    }
}

/// Fails to verify one hash, like a hasher that calls another machine.
struct Failing(Arc<Counting>);

const LOST: &str = "$elsewhere$1";

impl SecretHasher for Failing {
    fn hash(&self, plaintext: &Plaintext) -> Result<SecretHash, secrets::Error> {
        self.0.hash(plaintext)
    }

    fn verify(&self, presented: &Plaintext, hash: &SecretHash) -> Result<bool, secrets::Error> {
        match hash.expose() {
            LOST => {
                Err(secrets::Error::new(secrets::ErrorKind::Other).with_source("it is not there"))
            }
            _ => self.0.verify(presented, hash),
        }
    }

    fn needs_rehash(&self, hash: &SecretHash) -> bool {
        self.0.needs_rehash(hash)
    }
}

/// Only an unreadable stored hash gets the response of a wrong secret.
#[tokio::test]
async fn a_hasher_that_fails_is_nobody_s_fault() {
    for app in App::each().await {
        let pool = HashPool::builder(Failing(Counting::new(8))).with_threads(2);
        let host = app.repository.authenticator();
        let host = host.with_hash_pool(pool.build().unwrap()).build().unwrap();
        let member = Member::confidential(&app).await;
        import(&app, &member, long_ago(), SecretHash::new(LOST)).await;
        for _ in 0..OFTEN {
            let failed = send(&host, &member.with("hunter2").basic()).await;
            assert_eq!(failed, Err(ErrorKind::Internal), "{:?}", app.store);
        }
        assert_eq!(send(&host, &member.basic()).await, Ok(()));
    }
}
