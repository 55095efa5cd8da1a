//! Failures have a budget, and nobody but the cause has to wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tower_oauth_clients::authentication::assertion::AssertionVerifier;
use tower_oauth_clients::authentication::{
    Attempt, ErrorKind, FailureLimiter, LocalLimiter, LocalLimiterBuilder,
    Outcome as LimiterOutcome,
};
use tower_oauth_clients::domain::{ClientId, SecretHash};
use tower_oauth_clients::secrets::{AnyHash, Argon2id, HashPool, Plaintext};

use crate::costs::{import, long_ago};
use crate::hashers::Log;
use support::presented::Sent;
use support::world::{Host, Member, eventually, outcome};
use support::{App, CLIENTS, Store, TestClock};

const MINUTE: Duration = Duration::from_secs(60);

fn limited(app: &App, settle: impl FnOnce(LocalLimiterBuilder) -> LocalLimiterBuilder) -> Host {
    let limiter = LocalLimiter::builder().with_clock(app.clock.clone());
    let limiter = settle(limiter).build().unwrap();
    Host::with(app, |builder| builder.with_limiter(limiter).without_cache())
}

async fn fail(host: &Host, peer: &str, sent: &Sent, times: usize) {
    for time in 0..times {
        let outcome = outcome(host.send_from(peer, sent).await);
        assert_eq!(
            outcome,
            Err(ErrorKind::InvalidClient),
            "{peer}, time {time}"
        );
    }
}

async fn is_limited(host: &Host, peer: &str, sent: &Sent) -> bool {
    host.hasher.spent();
    match host.send_from(peer, sent).await {
        Err(error) if error.kind() == ErrorKind::TooManyFailures => {
            assert_eq!(host.hasher.spent(), 0, "a hash for nothing");
            assert!(error.retry_after().unwrap() > Duration::ZERO);
            assert_eq!(error.to_response().status(), 429);
            true
        }
        other => {
            assert_eq!(host.hasher.spent(), 1, "{other:?}");
            false
        }
    }
}

#[tokio::test]
async fn who_fails_often_waits_from_there() {
    for app in App::each().await {
        let host = Host::with(&app, |builder| builder.without_cache());
        let member = Member::confidential(&app).await;
        let guess = member.guessed(&app).await.basic();
        fail(&host, "192.0.2.1", &guess, 10).await;
        let error = host.send_from("192.0.2.1", &guess).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooManyFailures);
        assert_eq!(error.to_response().headers()["retry-after"], "6");
        // The secret is not checked. Other addresses and other clients are not affected.
        assert!(is_limited(&host, "192.0.2.1", &member.basic()).await);
        assert!(!is_limited(&host, "192.0.2.2", &member.basic()).await);
        let other = Member::confidential(&app).await;
        assert!(!is_limited(&host, "192.0.2.1", &other.basic()).await);

        app.clock.advance(Duration::from_secs(6));
        assert!(!is_limited(&host, "192.0.2.1", &guess).await);
        assert!(is_limited(&host, "192.0.2.1", &guess).await);
        app.clock.advance(MINUTE);
        fail(&host, "192.0.2.1", &guess, 10).await;
        assert!(is_limited(&host, "192.0.2.1", &member.basic()).await);
    }
}

#[tokio::test]
async fn a_client_that_does_not_exist_is_limited_alike() {
    let app = App::new(Store::Memory).await;
    let host = Host::new(&app);
    let nobody = Sent::basic("app-absent", "hunter2");
    fail(&host, "192.0.2.1", &nobody, 10).await;
    assert!(is_limited(&host, "192.0.2.1", &nobody).await);
}

#[tokio::test]
async fn success_is_never_counted() {
    for app in App::each().await {
        let host = Host::with(&app, |builder| builder.without_cache());
        let member = Member::confidential(&app).await;
        for _ in 0..100 {
            assert!(!is_limited(&host, "192.0.2.1", &member.basic()).await);
        }
    }
}

#[tokio::test]
async fn what_is_remembered_is_let_through() {
    for app in App::each().await {
        let host = Host::new(&app);
        let member = Member::confidential(&app).await;
        assert!(host.send(&member.basic()).await.is_ok());
        let guess = member.guessed(&app).await.basic();
        fail(&host, "192.0.2.1", &guess, 10).await;
        assert!(is_limited(&host, "192.0.2.1", &guess).await);
        let (outcome, hashes) = host.outcome(&member.basic()).await;
        assert_eq!((outcome, hashes), (Ok(member.id.clone()), 0));
    }
}

#[tokio::test]
async fn an_address_has_a_budget_over_all_clients() {
    let app = App::new(Store::Memory).await;
    let host = limited(&app, |limiter| limiter.with_peer_budget(20, MINUTE));
    for client in 0..20 {
        fail(
            &host,
            "192.0.2.1",
            &Sent::basic(&format!("app-{client}"), "x"),
            1,
        )
        .await;
    }
    let member = Member::confidential(&app).await;
    assert!(is_limited(&host, "192.0.2.1", &member.basic()).await);
    assert!(!is_limited(&host, "192.0.2.2", &member.basic()).await);
}

#[tokio::test]
async fn a_network_of_ipv6_is_one_address() {
    let app = App::new(Store::Memory).await;
    let host = Host::with(&app, |builder| builder.without_cache());
    let member = Member::confidential(&app).await;
    let guess = member.guessed(&app).await.basic();
    for host_part in 0..10 {
        fail(&host, &format!("2001:db8:0:1::{host_part}"), &guess, 1).await;
    }
    assert!(is_limited(&host, "2001:db8:0:1:ffff::1", &member.basic()).await);
    assert!(!is_limited(&host, "2001:db8:0:2::1", &member.basic()).await);
}

/// An attacker who knows only a `client_id` and has many addresses.
#[tokio::test]
async fn who_authenticated_lately_is_not_locked_out_from_elsewhere() {
    for app in App::each().await {
        let host = limited(&app, |limiter| limiter.with_client_budget(30, MINUTE));
        let member = Member::confidential(&app).await;
        assert!(!is_limited(&host, "192.0.2.1", &member.basic()).await);
        let guess = member.guessed(&app).await.basic();
        for peer in 0..30 {
            fail(&host, &format!("198.51.100.{peer}"), &guess, 1).await;
        }
        // A new address has to wait. A known one does not, for a day, and has its own budget.
        assert!(is_limited(&host, "198.51.100.99", &guess).await);
        assert!(is_limited(&host, "192.0.2.2", &member.basic()).await);
        assert!(!is_limited(&host, "192.0.2.1", &member.basic()).await);
        fail(&host, "192.0.2.1", &guess, 10).await;
        assert!(is_limited(&host, "192.0.2.1", &member.basic()).await);

        app.clock.advance(Duration::from_secs(24 * 60 * 60));
        for peer in 0..30 {
            fail(&host, &format!("198.51.100.{peer}"), &guess, 1).await;
        }
        assert!(is_limited(&host, "192.0.2.1", &member.basic()).await);
    }
}

/// It costs neither the sender nor the host a hash or a signature.
#[tokio::test]
async fn an_assertion_that_is_none_locks_no_client_out() {
    const BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    for app in App::each().await {
        let limiter = LocalLimiter::builder().with_clock(app.clock.clone());
        let limiter = limiter.with_client_budget(5, MINUTE).build().unwrap();
        let verifier = AssertionVerifier::builder("https://id.example.com");
        let verifier = verifier.build().unwrap();
        let host = Host::with(&app, |builder| {
            let builder = builder.with_limiter(limiter).without_cache();
            builder.with_assertions(verifier)
        });
        let member = Member::confidential(&app).await;
        let keyed = Member::keyed(&app).await;
        // Well-formed, but for another audience and without a valid signature.
        let unsigned = "eyJhbGciOiJFZERTQSJ9.eyJhdWQiOiJ4In0.AAAA";
        for (victim, assertion) in [(&member, "x"), (&keyed, "x"), (&keyed, unsigned)] {
            let sent = Sent::form(&[
                ("client_id", &victim.id),
                ("client_assertion_type", BEARER),
                ("client_assertion", assertion),
            ]);
            for peer in 0..20 {
                fail(&host, &format!("198.51.100.{peer}"), &sent, 1).await;
            }
            // It is charged to the address.
            fail(&host, "198.51.100.0", &sent, 9).await;
            let waits = host.send_from("198.51.100.0", &sent).await.unwrap_err();
            assert_eq!(waits.kind(), ErrorKind::TooManyFailures);
            app.clock.advance(MINUTE);
        }
        assert!(!is_limited(&host, "192.0.2.1", &member.basic()).await);
    }
}

/// A verified failure is charged to the client, even from a known address, which is never refused
/// for it.
#[tokio::test]
async fn what_was_verified_spends_the_budget_of_the_client_and_nothing_else_does() {
    let client = ClientId::parse("app-1").unwrap();
    let failed = LimiterOutcome::Failed { work: 1 };
    for (outcome, is_spent) in [(failed, true), (LimiterOutcome::FailedUnverified, false)] {
        for is_known in [false, true] {
            let limiter = LocalLimiter::builder().with_clock(TestClock::new());
            let limiter = limiter.with_client_budget(2, MINUTE).build().unwrap();
            let from = |last| Attempt::new(&client, Some([192, 0, 2, last].into()));
            let end = async |outcome| {
                let admitted = limiter.admit(from(1)).await.unwrap();
                limiter.ended(from(1), admitted, outcome).await;
            };
            if is_known {
                end(LimiterOutcome::Succeeded).await;
            }
            end(outcome).await;
            end(outcome).await;
            let elsewhere = limiter.admit(from(2)).await;
            assert_eq!(elsewhere.is_err(), is_spent, "{outcome:?}, {is_known}");
        }
    }
}

/// A site with a /48 has 65,536 networks of the size that counts as one address.
#[tokio::test]
async fn the_networks_of_a_site_have_a_budget_together() {
    let app = App::new(Store::Memory).await;
    let host = limited(&app, |limiter| limiter.with_peer_budget(5, MINUTE));
    for network in 0..20 {
        let nobody = Sent::basic(&format!("app-{network}"), "x");
        fail(&host, &format!("2001:db8:0:{network:x}::1"), &nobody, 1).await;
    }
    let member = Member::confidential(&app).await;
    assert!(is_limited(&host, "2001:db8:0:ffff::1", &member.basic()).await);
    assert!(!is_limited(&host, "2001:db8:1::1", &member.basic()).await);
    // A recently authenticated client does not wait because of its neighbours.
    for network in 0..20 {
        let nobody = Sent::basic(&format!("app-{network}"), "x");
        fail(&host, &format!("2001:db8:1:{network:x}::1"), &nobody, 1).await;
    }
    assert!(is_limited(&host, "2001:db8:1:ffff::1", &member.basic()).await);
    assert!(!is_limited(&host, "2001:db8:1::1", &member.basic()).await);
}

#[tokio::test]
async fn without_an_address_there_is_the_budget_of_the_client() {
    let app = App::new(Store::Memory).await;
    let host = limited(&app, |limiter| limiter.with_client_budget(3, MINUTE));
    let guess = Sent::basic("app-absent", "hunter2");
    let log = Log::default();
    let _logged = log.of_this_thread();
    let mut kinds = Vec::new();
    for _ in 0..4 {
        let sent = host
            .authenticator
            .authenticate(&guess.head, &guess.form, None);
        kinds.push(sent.await.unwrap_err().kind());
    }
    assert_eq!(kinds[..3], [ErrorKind::InvalidClient; 3]);
    assert_eq!(kinds[3], ErrorKind::TooManyFailures);
    assert_eq!(log.text().matches("WARN").count(), 1, "{}", log.text());
}

#[tokio::test]
async fn hosts_may_count_together() {
    let app = App::new(Store::Memory).await;
    let limiter = LocalLimiter::builder().with_clock(app.clock.clone());
    let limiter = Arc::new(limiter.build().unwrap());
    let [one, other] = [(); 2].map(|()| {
        let limiter = Arc::clone(&limiter);
        Host::with(&app, |builder| builder.with_limiter(limiter))
    });
    let guess = Sent::basic("app-absent", "hunter2");
    fail(&one, "192.0.2.1", &guess, 5).await;
    fail(&other, "192.0.2.1", &guess, 5).await;
    assert!(is_limited(&one, "192.0.2.1", &guess).await);
    assert!(is_limited(&other, "192.0.2.1", &guess).await);
}

#[tokio::test]
async fn hanging_up_before_the_answer_counts() {
    for app in App::each().await {
        let host = limited(&app, |limiter| limiter.with_budget(1, MINUTE));
        let member = Member::confidential(&app).await;
        let guess = member.guessed(&app).await;
        host.hasher.pause(true);
        let authenticator = host.authenticator.clone();
        let attempt = tokio::spawn(async move {
            let (sent, peer) = (guess.basic(), Some([192, 0, 2, 1].into()));
            let done = authenticator.authenticate(&sent.head, &sent.form, peer);
            done.await.map(drop).map_err(drop)
        });
        eventually("a hash", async || host.hasher.started() > 0).await;
        attempt.abort();
        assert!(attempt.await.unwrap_err().is_cancelled());
        host.hasher.pause(false);
        // Requests with the right secret are not counted.
        eventually("a count", async || {
            is_limited(&host, "192.0.2.1", &member.basic()).await
        })
        .await;
    }
}

/// Whatever the number of concurrent guesses, and each time that a part of the budget is refilled.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_at_the_same_time_are_as_many_as_the_budget_allows() {
    for app in App::each().await {
        let host = Arc::new(Host::with(&app, |builder| builder.without_cache()));
        let member = Member::confidential(&app).await;
        let guesses: [Sent; 2] = [
            member.guessed(&app).await.basic(),
            Sent::basic(&member.id, "hunter2"),
        ];
        for guess in guesses {
            let mut judged = Vec::new();
            for _ in 0..5 {
                judged.push(pulse(&host, &guess, "192.0.2.1", 100).await);
                app.clock.advance(Duration::from_millis(6_300));
            }
            assert_eq!(judged, [10, 1, 1, 1, 1], "{:?}", app.store);
            app.clock.advance(MINUTE * 2);
        }
        // Each guess is a different one.
        let mut judged = Vec::new();
        for pulse in 0..3 {
            let mut guesses = JoinSet::new();
            for number in 0..50 {
                let guess = Sent::basic(&member.id, &format!("guess {pulse} {number}"));
                guesses.spawn(judge(host.clone(), guess, "192.0.2.2"));
            }
            judged.push(guesses.join_all().await.into_iter().sum::<usize>());
            app.clock.advance(Duration::from_millis(6_300));
        }
        assert_eq!(judged, [10, 1, 1]);
    }
}

/// One if the secret was checked, zero if the caller has to wait.
async fn judge(host: Arc<Host>, sent: Sent, peer: &'static str) -> usize {
    match outcome(host.send_from(peer, &sent).await) {
        Err(ErrorKind::InvalidClient) => 1,
        Err(ErrorKind::TooManyFailures) => 0,
        other => panic!("{other:?}"),
    }
}

async fn pulse(host: &Arc<Host>, sent: &Sent, peer: &'static str, times: usize) -> usize {
    let mut attempts = JoinSet::new();
    for _ in 0..times {
        attempts.spawn(judge(host.clone(), sent.clone(), peer));
    }
    attempts.join_all().await.into_iter().sum()
}

/// Concurrent requests with the right secret wait at most until earlier ones are verified.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_right_ones_at_once_are_all_let_in() {
    for app in App::each().await {
        let host = Arc::new(Host::with(&app, |builder| builder.without_cache()));
        let member = Member::confidential(&app).await;
        let mut attempts = JoinSet::new();
        for _ in 0..40 {
            let (host, sent) = (host.clone(), member.basic());
            attempts.spawn(async move { host.send_from("192.0.2.1", &sent).await.is_ok() });
        }
        assert_eq!(attempts.join_all().await, [true; 40]);
    }
}

/// A forgotten deployment presents an ended secret five times a second. Its healthy neighbour
/// behind the same address never has to wait, even if the host has seen neither before.
#[tokio::test]
async fn an_ended_secret_locks_out_nobody_but_itself() {
    for app in App::each().await {
        let member = Member::confidential(&app).await;
        let old = member.record(&app).await.id;
        let renewed = member.rotate(&app).await;
        let stop = format!("{CLIENTS}/{}/secrets/{old}/deactivate", member.id);
        let stopped = app.call(http::Method::PUT, &stop, None).await;
        assert_eq!(stopped.status, 200);
        // Like an imported secret, which names no record.
        let imported = Sent::basic(&member.id, "an imported one, which has ended");
        for forgotten in [member.basic(), imported] {
            let host = Host::with(&app, |builder| builder.without_cache());
            let mut judged = 0;
            for tick in 0..600 {
                let looked = host.send_from("192.0.2.7", &forgotten).await.unwrap_err();
                judged += usize::from(looked.kind() == ErrorKind::InvalidClient);
                if tick % 15 == 14 {
                    let right = host.send_from("192.0.2.7", &renewed.basic()).await;
                    assert_eq!(outcome(right), Ok(member.id.clone()), "{tick}");
                }
                app.clock.advance(Duration::from_millis(200));
            }
            // Its own budget, and what was refilled within two minutes.
            assert!((29..=31).contains(&judged), "{judged}");
        }
    }
}

/// With an old and a new imported secret. Neither names a record, and their hashes cost more.
#[tokio::test]
async fn an_ended_imported_secret_locks_out_nobody_but_itself() {
    let app = App::new(Store::Memory).await;
    let member = Member::confidential(&app).await;
    let hash = bcrypt::hash_with_salt("the new one", 10, [7; 16]).unwrap();
    import(&app, &member, long_ago(), SecretHash::new(hash.to_string())).await;
    let builder = app.repository.authenticator().without_cache();
    let builder = builder.with_clock(app.clock.clone());
    let authenticator = builder.with_hash_pool(imports()).build().unwrap();
    let send = async |secret: &str| {
        let (sent, peer) = (Sent::basic(&member.id, secret), [192, 0, 2, 7]);
        let sent = authenticator.authenticate(&sent.head, &sent.form, Some(peer.into()));
        sent.await
    };
    let mut judged = 0;
    for tick in 0..300 {
        let looked = send("the old one").await.unwrap_err();
        judged += usize::from(looked.kind() == ErrorKind::InvalidClient);
        if tick == 149 {
            // The first use replaces the hash by one of the current kind.
            assert_eq!(outcome(send("the new one").await), Ok(member.id.clone()));
        }
        app.clock.advance(Duration::from_millis(200));
    }
    assert!((19..=21).contains(&judged), "{judged}");
}

/// A pool that verifies imported hashes; its own ones are cheap.
fn imports() -> HashPool {
    let own = Argon2id::builder().with_memory(8).with_iterations(1);
    let own = AnyHash::new(own.with_insecure_cost().build().unwrap());
    HashPool::builder(own).with_threads(2).build().unwrap()
}

#[tokio::test]
async fn what_costs_more_to_tell_counts_more() {
    let app = App::new(Store::Memory).await;
    let member = Member::confidential(&app).await;
    let hash = bcrypt::hash_with_salt("the right one", 10, [7; 16]).unwrap();
    import(&app, &member, long_ago(), SecretHash::new(hash.to_string())).await;
    let limiter = LocalLimiter::builder().with_clock(app.clock.clone());
    let limiter = limiter.build().unwrap();
    let builder = app.repository.authenticator().with_limiter(limiter);
    let authenticator = builder.with_hash_pool(imports()).build().unwrap();
    // Each guess comes from another network of one site, which has a budget of 240.
    let mut judged = 0;
    for network in 0..80 {
        let peer = format!("2001:db8:1:{network:x}::1").parse().unwrap();
        let sent = Sent::basic(&member.id, &format!("guess {network}"));
        let failed = authenticator.authenticate(&sent.head, &sent.form, Some(peer));
        judged += usize::from(failed.await.unwrap_err().kind() == ErrorKind::InvalidClient);
    }
    // The budget of the client is 120, and each of these guesses costs four.
    assert_eq!(judged, 30);
}

/// Costly verifications come last and do not get all threads.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_flood_of_costly_guesses_holds_nobody_else_up() {
    let app = App::new(Store::Memory).await;
    let member = Member::confidential(&app).await;
    let hash = bcrypt::hash_with_salt("the right one", 12, [7; 16]).unwrap();
    import(&app, &member, long_ago(), SecretHash::new(hash.to_string())).await;
    let pool = imports();
    let builder = app.repository.authenticator().with_hash_pool(pool.clone());
    let authenticator = builder.without_cache().build().unwrap();
    let mut flood = JoinSet::new();
    for host in 0..12 {
        let (authenticator, id) = (authenticator.clone(), member.id.clone());
        flood.spawn(async move {
            let sent = Sent::basic(&id, &format!("guess {host}"));
            let peer = Some([198, 51, 100, host].into());
            let done = authenticator.authenticate(&sent.head, &sent.form, peer);
            done.await.unwrap_err().kind()
        });
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    // An uncached client, and the hash of a creation.
    for _ in 0..8 {
        let other = Member::confidential(&app).await.basic();
        let peer = Some([192, 0, 2, 1].into());
        authenticator
            .authenticate(&other.head, &other.form, peer)
            .await
            .unwrap();
        pool.hash(Plaintext::new("a new secret")).await.unwrap();
    }
    let mut waiting = 0;
    while let Some(ended) = flood.try_join_next() {
        assert_eq!(ended.unwrap(), ErrorKind::InvalidClient);
        waiting += 1;
    }
    assert!(waiting < 6, "{waiting} of 12 guesses went before them");
    for ended in flood.join_all().await {
        assert_eq!(ended, ErrorKind::InvalidClient);
    }
}

/// A caller that is over its budget is refused without a query.
#[tokio::test]
async fn what_is_over_its_budget_costs_no_query() {
    let app = App::new(Store::Sqlite).await;
    let host = Host::new(&app);
    let member = Member::confidential(&app).await;
    let public = Member::public(&app).await;
    let guess = member.guessed(&app).await.basic();
    let nobody = Sent::form(&[("client_id", "app-absent")]);
    fail(&host, "192.0.2.1", &guess, 10).await;
    fail(&host, "192.0.2.1", &nobody, 10).await;

    let broken = rusqlite::Connection::open(app.place.file()).unwrap();
    let rename = "ALTER TABLE oauth_clients RENAME TO not_to_be_found";
    broken.execute(rename, []).unwrap();
    for sent in [&guess, &nobody] {
        let waits = host.send_from("192.0.2.1", sent).await.unwrap_err();
        assert_eq!(waits.kind(), ErrorKind::TooManyFailures);
        let asks = host.send_from("192.0.2.2", sent).await.unwrap_err();
        assert_eq!(asks.kind(), ErrorKind::Internal);
    }
    let asks = host.send_from("192.0.2.1", &public.post()).await;
    assert_eq!(outcome(asks), Err(ErrorKind::Internal));
}

/// A limiter of the host's own, which is slow.
#[derive(Default)]
struct Slow {
    admitted: AtomicUsize,
    ended: AtomicUsize,
}

impl FailureLimiter for Slow {
    type Admission = ();

    async fn admit(&self, _: Attempt<'_>) -> Result<(), Duration> {
        tokio::time::sleep(Duration::from_millis(2)).await;
        self.admitted.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    async fn ended(&self, _: Attempt<'_>, (): (), outcome: LimiterOutcome) {
        assert_eq!(outcome, LimiterOutcome::Failed { work: 1 });
        tokio::time::sleep(Duration::from_millis(10)).await;
        self.ended.fetch_add(1, Ordering::SeqCst);
    }
}

/// Whenever the caller disconnects: while the limiter is asked, during the hash, or while the
/// limiter is notified.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_attempt_is_told_of_once_whenever_its_caller_hangs_up() {
    let app = App::new(Store::Memory).await;
    let limiter = Arc::new(Slow::default());
    let host = Host::with(&app, |builder| builder.with_limiter(limiter.clone()));
    let member = Member::confidential(&app).await;
    let guess = member.guessed(&app).await.basic();
    let mut attempts = JoinSet::new();
    for number in 0..300 {
        let (authenticator, sent) = (host.authenticator.clone(), guess.clone());
        attempts.spawn(async move {
            let peer = Some([192, 0, 2, 1].into());
            let done = authenticator.authenticate(&sent.head, &sent.form, peer);
            let patience = Duration::from_micros(number * 100);
            drop(tokio::time::timeout(patience, done).await);
        });
    }
    attempts.join_all().await;
    let counted = || limiter.ended.load(Ordering::SeqCst);
    let admitted = || limiter.admitted.load(Ordering::SeqCst);
    eventually("all of them", async || counted() == admitted()).await;
    assert!(admitted() > 150, "{}", admitted());
    // And none of them twice.
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(counted(), admitted());
}
