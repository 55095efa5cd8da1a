//! After a clock that was a year ahead is corrected, everything that stores a time works again.

use std::time::Duration;

use tower_oauth_clients::authentication::assertion::{MemoryReplayStore, ReplayStore};
use tower_oauth_clients::authentication::{ErrorKind, LocalLimiter};
use tower_oauth_clients::domain::{ClientEventKind, ClientId, Clock, Operator, Role, TenantId};

use support::world::{Host, Member, eventually, outcome};
use support::{App, Repository, Store};

const MINUTE: Duration = Duration::from_secs(60);
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
const HERE: &str = "192.0.2.1";

async fn is_in(host: &Host, member: &Member) -> bool {
    let outcome = outcome(host.send_from(HERE, &member.basic()).await);
    assert!(matches!(
        outcome,
        Ok(_) | Err(ErrorKind::InvalidClient | ErrorKind::TooManyFailures)
    ));
    outcome.is_ok()
}

/// Guesses until the limiter refuses; returns the number of guesses that were checked.
async fn exhaust(host: &Host, peer: &str, guess: &Member) -> usize {
    let guess = guess.basic();
    for failed in 0..1_000 {
        match outcome(host.send_from(peer, &guess).await) {
            Err(ErrorKind::InvalidClient) => {}
            Err(ErrorKind::TooManyFailures) => return failed,
            other => panic!("{other:?}"),
        }
    }
    panic!("there is no limit");
}

/// Rotates through the manager: an administrator's token would expire when the clock jumps.
async fn rotate(app: &App, member: &Member) -> Member {
    let tenant = TenantId::parse("tenant_a").unwrap();
    let operator = Operator::new("alice", Role::Admin, tenant);
    let id = ClientId::parse(&member.id).unwrap();
    let issued = app.manager.rotate_secret(&operator, &id).await.unwrap();
    member.with(issued.plaintext.expose())
}

async fn last_use_is_now(app: &App, member: &Member) {
    let now = app.clock.now();
    eventually("a use", async || {
        member.record(app).await.last_used_at == Some(now)
    })
    .await;
}

#[tokio::test]
async fn nothing_is_refused_prolonged_or_written_for_ever() {
    for app in App::each().await {
        let place = format!("{:?}", app.store);
        let host = Host::new(&app);
        let member = Member::confidential(&app).await;
        let leaked = Member::confidential(&app).await;
        assert!(is_in(&host, &member).await && is_in(&host, &leaked).await);
        last_use_is_now(&app, &member).await;
        last_use_is_now(&app, &leaked).await;

        app.clock.advance(YEAR);
        // Verified, with the use recorded, known to the limiter and cached.
        assert!(is_in(&host, &member).await);
        last_use_is_now(&app, &member).await;
        host.hasher.spent();
        assert!(is_in(&host, &member).await);
        assert_eq!(host.hasher.spent(), 0, "{place}: the cache");
        // And retired, with a grace period of four hours.
        let rotated = rotate(&app, &leaked).await;
        assert!(is_in(&host, &leaked).await, "{place}");
        assert!(is_in(&host, &rotated).await, "{place}");
        let guess = member.guessed(&app).await;
        let failed = exhaust(&host, HERE, &guess).await;
        host.heard.events();

        app.clock.turn_back(YEAR);
        app.clock.advance(Duration::from_secs(1));
        host.hasher.spent();
        assert!(is_in(&host, &member).await, "{place}");
        assert_eq!(host.hasher.spent(), 1, "{place}: the cache");
        last_use_is_now(&app, &member).await;
        app.clock.advance(MINUTE);
        assert!(is_in(&host, &member).await, "{place}");
        last_use_is_now(&app, &member).await;
        // The budgets are full again, and enforced.
        let guess = member.guessed(&app).await;
        assert_eq!(exhaust(&host, HERE, &guess).await, failed, "{place}");
        app.clock.advance(MINUTE);
        assert!(is_in(&host, &member).await, "{place}");

        // The grace period is over, since its beginning is unknown.
        assert!(!is_in(&host, &leaked).await, "{place}");
        assert!(is_in(&host, &rotated).await, "{place}");
        let again = rotate(&app, &rotated).await;
        assert!(is_in(&host, &again).await, "{place}");
        app.clock.advance(MINUTE);
        assert!(is_in(&host, &rotated).await, "{place}: in grace");
        let told = host.heard.kinds();
        let is_of_grace =
            |kind: &&ClientEventKind| matches!(kind, ClientEventKind::RetiredSecretUsed { .. });
        assert_eq!(told.iter().filter(is_of_grace).count(), 1, "{place}");
        app.clock.advance(Duration::from_secs(4 * 60 * 60));
        assert!(!is_in(&host, &rotated).await, "{place}");
    }
}

/// A success that was recorded in the future is not remembered longer than others.
#[tokio::test]
async fn a_success_is_remembered_for_a_day() {
    let app = App::new(Store::Memory).await;
    let limiter = LocalLimiter::builder().with_clock(app.clock.clone());
    let limiter = limiter.with_client_budget(3, MINUTE).build().unwrap();
    let host = Host::with(&app, |builder| {
        builder.with_limiter(limiter).without_cache()
    });
    let member = Member::confidential(&app).await;
    assert!(is_in(&host, &member).await);
    let guess = member.guessed(&app).await;
    assert_eq!(exhaust(&host, "203.0.113.1", &guess).await, 3);
    assert!(is_in(&host, &member).await, "known");

    app.clock.advance(YEAR);
    assert!(is_in(&host, &member).await);
    app.clock.turn_back(YEAR);
    app.clock.advance(MINUTE);
    assert_eq!(exhaust(&host, "203.0.113.2", &guess).await, 3);
    assert!(!is_in(&host, &member).await, "known for a year");
    app.clock.advance(MINUTE);
    assert!(is_in(&host, &member).await);
}

/// Assertions are accepted once, and live as long as before.
#[tokio::test]
async fn assertions_are_new_again_and_only_once() {
    async fn once(store: &impl ReplayStore, app: &App, jti: &str) {
        let client = ClientId::parse("app-1").unwrap();
        let now = app.clock.now();
        let until = now + MINUTE;
        let first = store.remember(&client, jti, until, now).await;
        assert!(first.unwrap(), "{jti}");
        let again = store.remember(&client, jti, until, now).await;
        assert!(!again.unwrap(), "{jti}");
    }
    async fn all(store: &impl ReplayStore, app: &App) {
        for number in 0..4 {
            once(store, app, &format!("before {number}")).await;
        }
        app.clock.advance(YEAR);
        for number in 0..4 {
            once(store, app, &format!("ahead {number}")).await;
            // Some of them expire by the wrong clock.
            app.clock.advance(MINUTE);
        }
        app.clock.turn_back(YEAR + 3 * MINUTE);
        for number in 0..4 {
            once(store, app, &format!("after {number}")).await;
        }
    }
    for app in App::each().await {
        match &app.repository {
            Repository::Memory(_) => all(&MemoryReplayStore::new(8), &app).await,
            Repository::Sqlite(store) => all(store, &app).await,
            Repository::Postgres(store) => all(store, &app).await,
            Repository::Mysql(store) => all(store, &app).await,
        }
    }
}
