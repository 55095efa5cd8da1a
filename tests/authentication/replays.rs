//! The databases as replay stores: an assertion that one host has seen, no other host accepts.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tower_oauth_clients::authentication::Presented;
use tower_oauth_clients::authentication::assertion::{
    AssertionVerifier, Error, ErrorKind, ReplayStore,
};
use tower_oauth_clients::domain::{ClientId, Clock, SystemClock, Timestamp};
use tower_oauth_clients::repository::{MysqlRepository, PostgresRepository, SqliteRepository};

use support::forge::{Assertion, NOW};
use support::place::{DIGITS, Place};
use support::servers::{Kind, Proxy};
use support::{App, DefaultPool, ISSUER, Repository, Store, base};

const MINUTE: i64 = 60;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros((NOW + seconds) * 1_000_000)
}

/// Two hosts with the same database.
struct Hosts([Repository; 2], Place);

impl Hosts {
    async fn of(store: Store) -> Self {
        let (first, place) = Repository::open(store).await;
        let second = match &place {
            Place::Memory => panic!("memory is one host's own"),
            Place::Folder(_) => {
                Repository::Sqlite(SqliteRepository::open(place.file()).await.unwrap())
            }
            Place::Database(database) => connect(database.url()).await,
        };
        Self([first, second], place)
    }

    /// Presents an assertion that expires one second after `now` to one of the hosts.
    async fn see(&self, host: usize, client: &str, jti: &str, now: i64) -> Result<bool, Error> {
        see(self.0[host].clone(), client, jti, now).await
    }

    async fn kept(&self) -> usize {
        let entries = "SELECT digest FROM oauth_client_assertions";
        self.1.query(entries).await.len()
    }
}

async fn connect(url: &str) -> Repository {
    match Kind::of(url) {
        Kind::Postgres => Repository::Postgres(PostgresRepository::connect(url).await.unwrap()),
        Kind::Mysql => Repository::Mysql(MysqlRepository::connect(url).await.unwrap()),
    }
}

async fn see(host: Repository, client: &str, jti: &str, now: i64) -> Result<bool, Error> {
    let client = ClientId::parse(client).unwrap();
    let (until, now) = (at(now + 1), at(now));
    match host {
        Repository::Memory(_) => panic!("memory is one host's own"),
        Repository::Sqlite(it) => it.remember(&client, jti, until, now).await,
        Repository::Postgres(it) => it.remember(&client, jti, until, now).await,
        Repository::Mysql(it) => it.remember(&client, jti, until, now).await,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_host_has_seen_is_new_to_none() {
    for store in Store::DATABASES {
        let hosts = Hosts::of(store).await;
        let long = "x".repeat(255);
        for jti in ["1", "1 ", "a", "A", "é", "e\u{301}", "", "'", "\0", &long] {
            assert!(hosts.see(0, "app-1", jti, 0).await.unwrap(), "{jti:?}");
            assert!(!hosts.see(1, "app-1", jti, 0).await.unwrap(), "{jti:?}");
            assert!(!hosts.see(0, "app-1", jti, 5).await.unwrap(), "{jti:?}");
            assert!(hosts.see(1, "app-2", jti, 0).await.unwrap(), "{jti:?}");
        }
        // The longest, which differ at the end.
        let start = "x".repeat(ClientId::MAX_LENGTH - 1);
        for client in ["a", "b"].map(|end| format!("{start}{end}")) {
            assert!(hosts.see(0, &client, "1", 0).await.unwrap(), "{store:?}");
            assert!(!hosts.see(1, &client, "1", 0).await.unwrap(), "{store:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_is_the_first() {
    for store in Store::DATABASES {
        let hosts = Hosts::of(store).await;
        for round in 0..20 {
            let barrier = Arc::new(Barrier::new(16));
            let mut tasks = JoinSet::new();
            for task in 0..16 {
                let (host, barrier) = (hosts.0[task % 2].clone(), barrier.clone());
                tasks.spawn(async move {
                    barrier.wait().await;
                    see(host, "app-1", &round.to_string(), 0).await.unwrap()
                });
            }
            let firsts = tasks.join_all().await;
            let firsts = firsts.into_iter().filter(|first| *first).count();
            assert_eq!(firsts, 1, "{store:?}");
        }
    }
}

/// Inserts 2,500 assertions. The client is named after `end`, the time until which they are kept.
fn long_over(end: &str) -> String {
    format!(
        "INSERT INTO oauth_client_assertions (client_id, digest, kept_until) \
        SELECT '{end}', CONCAT('', n), {end} FROM (\
        SELECT a.d * 1000 + b.d * 100 + c.d * 10 + d.d AS n \
        FROM {DIGITS} a, {DIGITS} b, {DIGITS} c, {DIGITS} d) numbers WHERE n < 2500"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_is_cleared_away_and_nothing_before() {
    for store in Store::DATABASES {
        let hosts = Hosts::of(store).await;
        assert!(hosts.see(0, "app-1", "old", 0).await.unwrap());
        // Late calls and slow clocks must not matter.
        for jti in 0..500 {
            let now = 9 * MINUTE;
            let first = hosts.see(0, "app-2", &format!("{jti}"), now).await;
            assert!(first.unwrap(), "{store:?}");
        }
        assert!(!hosts.see(1, "app-1", "old", 0).await.unwrap(), "{store:?}");
        assert_eq!(hosts.kept().await, 501, "{store:?}");
        clears_away(&hosts, &format!("{store:?}")).await;
    }
}

async fn clears_away(hosts: &Hosts, place: &str) {
    // More expired assertions than one call clears, with different and with equal times.
    hosts.1.execute(&[&long_over("1"), &long_over("n")]).await;
    // One in 64 calls clears: with this many calls, enough do.
    let mut calls = 0;
    while hosts.kept().await > calls {
        for _ in 0..50 {
            let jti = format!("{calls} later");
            let first = hosts.see(1, "app-2", &jti, 30 * MINUTE).await;
            assert!(first.unwrap(), "{place}");
            calls += 1;
        }
        assert!(calls < 5_000, "{place}: nothing is cleared away");
    }
}

/// Assertions that other hosts still need are kept, since the database's clock counts, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_host_whose_clock_is_ahead_clears_nothing_early() {
    for store in Store::DATABASES {
        let hosts = Hosts::of(store).await;
        let present = (SystemClock.now().as_micros() - at(0).as_micros()) / 1_000_000;
        assert!(hosts.see(0, "app-1", "old", 0).await.unwrap());
        assert!(hosts.see(0, "app-1", "new", present).await.unwrap());
        let mut calls = 0;
        while hosts.kept().await > calls + 1 {
            for _ in 0..50 {
                let (jti, ahead) = (format!("{calls}"), present + 365 * 24 * 60 * MINUTE);
                assert!(hosts.see(1, "app-2", &jti, ahead).await.unwrap());
                calls += 1;
            }
            assert!(calls < 5_000, "{store:?}: nothing is cleared away");
        }
        let again = hosts.see(0, "app-1", "new", present).await;
        assert!(!again.unwrap(), "{store:?}");
    }
}

/// Default pools send a query to test the connection before each use.
#[tokio::test(flavor = "multi_thread")]
async fn pools_with_their_default_settings_clear_away_too() {
    for store in Store::SERVERS {
        for pool in DefaultPool::ALL {
            let (repository, place) = Repository::open_on(pool, store).await;
            let hosts = Hosts([repository.clone(), repository], place);
            clears_away(&hosts, &format!("{store:?} {pool:?}")).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_fails_says_so() {
    for store in Store::DATABASES {
        let hosts = Hosts::of(store).await;
        let gone = ["DROP TABLE oauth_client_assertions"];
        hosts.1.execute(&gone).await;
        let error = hosts.see(0, "app-1", "1", 0).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{store:?}");
        assert!(std::error::Error::source(&error).is_some(), "{store:?}");
    }
}

/// Whether it is a replay is unknown then: it is refused, but not as a replay.
#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_that_cannot_be_remembered_is_nobody_s_fault() {
    for store in Store::DATABASES {
        let app = App::new(store).await;
        let keys: Value = serde_json::from_str(include_str!("../data/keys/jwks.json")).unwrap();
        assert_eq!(keys["keys"][1]["kid"], "p256");
        let mut body = base();
        body["client_auth_methods"] = json!(["private_key_jwt"]);
        body["jwks"] = json!({"keys": [keys["keys"][1]]}).to_string().into();
        let created = app.create(&body).await;
        let verifier = AssertionVerifier::builder(ISSUER);
        let verifier = match app.repository.clone() {
            Repository::Memory(_) => panic!("memory is one host's own"),
            Repository::Sqlite(it) => verifier.with_replay_store(it),
            Repository::Postgres(it) => verifier.with_replay_store(it),
            Repository::Mysql(it) => verifier.with_replay_store(it),
        };
        let host = app.repository.authenticator().with_clock(app.clock.clone());
        let host = host.with_assertions(verifier.build().unwrap());
        let host = host.build().unwrap();
        let now = app.clock.now().as_seconds();
        let assertion = Assertion::new().about(created["client_id"].as_str().unwrap());
        let assertion = assertion.claim("iat", now).claim("exp", now + 60).text();
        let present = async || {
            let presented = Presented::Assertion {
                client_id: None,
                assertion: assertion.clone(),
            };
            let peer = Some([192, 0, 2, 1].into());
            let done = host.authenticate_presented(presented, peer).await;
            done.map(drop).map_err(|error| error.status().as_u16())
        };
        let rename = "ALTER TABLE oauth_client_assertions RENAME TO away";
        app.place.execute(&[rename]).await;
        // More than the budget of failures.
        for _ in 0..150 {
            assert_eq!(present().await, Err(503), "{store:?}");
        }
        let rename = "ALTER TABLE away RENAME TO oauth_client_assertions";
        app.place.execute(&[rename]).await;
        assert_eq!(present().await, Ok(()), "{store:?}");
        assert_eq!(present().await, Err(401), "{store:?}: a second time");
    }
}

/// The first caller is told so or gets an error, and no later one is told to be the first.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_makes_no_replay_and_allows_none() {
    for store in Store::SERVERS {
        let hosts = Hosts::of(store).await;
        let Place::Database(database) = &hosts.1 else {
            panic!("a server's");
        };
        let proxy = Proxy::before(database.url());
        let behind = connect(proxy.url()).await;
        let mut errors = 0;
        for messages in 0..20 {
            for after in [false, true] {
                let place = format!("{store:?}, {messages}, {after}");
                match after {
                    false => proxy.cut_instead_of(messages),
                    true => proxy.cut_after(messages + 1),
                }
                let first = see(behind.clone(), "app-1", &place, 0).await;
                proxy.do_not_cut();
                let again = see(behind.clone(), "app-1", &place, 0).await.unwrap();
                match first {
                    Ok(first) => assert!(first && !again, "{place}: {first}, {again}"),
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::Unavailable, "{place}");
                        errors += 1;
                    }
                }
                let elsewhere = hosts.see(0, "app-1", &place, 0).await.unwrap();
                assert!(!elsewhere, "{place}");
            }
        }
        assert!(errors > 0, "{store:?}: nothing was lost");
    }
}
