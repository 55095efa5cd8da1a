//! Background writes after the response: the last use of a secret, and the rehash of an outdated
//! hash. Also the events for uses of retired secrets.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use tower_oauth_clients::domain::{
    ClientEvent, ClientEventKind, ClientEvents, Clock, Timestamp, Version,
};

use support::console::path;
use support::presented::Sent;
use support::world::{Counting, Host, Member, app, eventually};
use support::{App, Store};

async fn last_used(app: &App, member: &Member) -> Option<Timestamp> {
    member.record(app).await.last_used_at
}

#[tokio::test]
async fn when_a_secret_was_used_is_written_once_a_minute() {
    for app in App::each().await {
        let hosts = [Host::new(&app), Host::new(&app)];
        let member = Member::confidential(&app).await;
        let first = app.clock.now();
        assert!(hosts[0].send(&member.basic()).await.is_ok());
        eventually("a first use", async || {
            last_used(&app, &member).await == Some(first)
        })
        .await;

        // A write now would prevent the one a second later.
        app.clock.advance(Duration::from_secs(59));
        for host in &hosts {
            assert!(host.send(&member.basic()).await.is_ok());
        }
        app.clock.advance(Duration::from_secs(1));
        let second = app.clock.now();
        assert!(hosts[1].send(&member.basic()).await.is_ok());
        eventually("a second use", async || {
            let last = last_used(&app, &member).await;
            assert!(last == Some(first) || last == Some(second), "{last:?}");
            last == Some(second)
        })
        .await;
    }
}

/// Whatever it authenticates with; also a public client, which only names itself.
#[tokio::test]
async fn when_a_client_was_used_is_written_once_an_hour() {
    for app in App::each().await {
        let hosts = [Host::new(&app), Host::new(&app)];
        let (member, public) = (Member::confidential(&app).await, Member::public(&app).await);
        let named = Sent::form(&[("client_id", &public.id)]);
        for (id, sent) in [(&member.id, member.post()), (&public.id, named)] {
            let last = async || app.stored("tenant_a", id).await.last_used_at;
            let first = app.clock.now();
            assert!(hosts[0].send(&sent).await.is_ok());
            eventually("a first use", async || last().await == Some(first)).await;
            app.clock.advance(Duration::from_secs(3599));
            for host in &hosts {
                assert!(host.send(&sent).await.is_ok());
            }
            app.clock.advance(Duration::from_secs(1));
            let second = app.clock.now();
            assert!(hosts[1].send(&sent).await.is_ok());
            eventually("a second use", async || {
                let last = last().await;
                assert!(last == Some(first) || last == Some(second), "{last:?}");
                last == Some(second)
            })
            .await;
            let whole = path(id, "?view=full");
            let whole = app.call(Method::GET, &whole, None).await.data();
            assert_eq!(whole["last_used_at"], second.to_string());
            assert_eq!(app.stored("tenant_a", id).await.version, Version::FIRST);
        }
    }
}

#[tokio::test]
async fn what_failed_is_no_use() {
    for app in App::each().await {
        let host = Host::unlimited(&app);
        let member = Member::confidential(&app).await;
        let before = app.stored("tenant_a", &member.id).await;
        for sent in [
            member.guessed(&app).await.basic(),
            member.with("hunter2").post(),
        ] {
            assert!(host.send(&sent).await.is_err());
        }
        member
            .update(&app, serde_json::json!({"status": "suspended"}))
            .await;
        assert!(host.send(&member.basic()).await.is_err());
        member
            .update(&app, serde_json::json!({"status": "active"}))
            .await;
        app.clock.advance(Duration::from_secs(1));
        assert!(host.send(&member.basic()).await.is_ok());
        let now = app.clock.now();
        eventually("a use", async || {
            let last = last_used(&app, &member).await;
            assert!(last.is_none() || last == Some(now));
            last.is_some()
        })
        .await;
        let used = async || app.stored("tenant_a", &member.id).await.last_used_at;
        eventually("a use of the client", async || used().await == Some(now)).await;
        // A use does not count as a change of the client.
        let after = app.stored("tenant_a", &member.id).await;
        assert_eq!(after.version, before.version.next().next());
    }
}

#[tokio::test]
async fn an_old_secret_is_told_of_once_a_minute() {
    for store in Store::ALL {
        let app = app(store, Duration::from_secs(3600)).await;
        let host = Host::new(&app);
        let old = Member::confidential(&app).await;
        let secret_id = old.record(&app).await.id;
        let new = old.rotate(&app).await;
        for sent in [
            new.basic(),
            old.basic(),
            old.basic(),
            old.post(),
            new.post(),
        ] {
            assert!(host.send(&sent).await.is_ok());
        }
        let [event] = &host.heard.events()[..] else {
            panic!("not one event")
        };
        assert_eq!(event.kind, ClientEventKind::RetiredSecretUsed { secret_id });
        assert_eq!(event.tenant_id.as_str(), "tenant_a");
        assert_eq!(event.client_id.as_str(), old.id);
        assert_eq!(event.operator, None);
        assert_eq!(event.at, app.clock.now());

        app.clock.advance(Duration::from_secs(59));
        assert!(host.send(&old.basic()).await.is_ok());
        assert_eq!(host.heard.kinds(), []);
        app.clock.advance(Duration::from_secs(1));
        assert!(host.send(&old.basic()).await.is_ok());
        assert_eq!(host.heard.kinds().len(), 1);
        // A failed attempt emits no event.
        app.clock.advance(Duration::from_secs(60));
        let guess = old.with(support::world::secret_of(secret_id));
        assert!(host.send(&guess.basic()).await.is_err());
        assert_eq!(host.heard.kinds(), []);
    }
}

struct Panicking;

impl ClientEvents for Panicking {
    fn on_event(&self, _: &ClientEvent) {
        panic!("as listeners may");
    }
}

#[tokio::test]
async fn a_listener_that_panics_hurts_nobody() {
    let app = app(Store::Memory, Duration::from_secs(3600)).await;
    let host = Host::with(&app, |builder| builder.with_events(Arc::new(Panicking)));
    let old = Member::confidential(&app).await;
    old.rotate(&app).await;
    assert!(host.send(&old.basic()).await.is_ok());
    assert!(host.send(&old.basic()).await.is_ok());
}

#[tokio::test]
async fn an_old_hash_is_made_anew_once() {
    for app in App::each().await {
        let member = Member::confidential(&app).await;
        let before = member.record(&app).await;
        let host = Host::hashing(&app, Counting::new(16), 1024, |builder| builder);
        for _ in 0..4 {
            assert!(host.send(&member.basic()).await.is_ok());
        }
        eventually("a new hash", async || {
            member.record(&app).await.hash.expose().contains("m=16,")
        })
        .await;
        let after = member.record(&app).await;
        assert_eq!((after.id, after.status), (before.id, before.status));
        assert_eq!(app.trail("tenant_a", &member.id).await.len(), 1);

        // The next request verifies against the new hash and does not rehash again.
        host.hasher.spent();
        for _ in 0..4 {
            app.clock.advance(Duration::from_secs(600));
            assert!(host.send(&member.basic()).await.is_ok());
        }
        assert_eq!(host.hasher.spent(), 4);
        let last = member.record(&app).await;
        assert_eq!(last.hash.expose(), after.hash.expose());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_at_once_one_makes_the_hash_anew() {
    for app in App::each().await {
        let member = Member::confidential(&app).await;
        let host = Host::hashing(&app, Counting::new(16), 1024, |builder| {
            builder.without_cache()
        });
        // All of them read the old hash before any is verified.
        host.hasher.pause(true);
        let attempts: Vec<_> = (0..8)
            .map(|_| {
                let (authenticator, sent) = (host.authenticator.clone(), member.basic());
                tokio::spawn(async move {
                    let done = authenticator.authenticate(&sent.head, &sent.form, None);
                    done.await.is_ok()
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(100)).await;
        host.hasher.pause(false);
        for attempt in attempts {
            assert!(attempt.await.unwrap());
        }
        eventually("a new hash", async || {
            member.record(&app).await.hash.expose().contains("m=16,")
        })
        .await;
        assert_eq!(host.hasher.spent(), 9);
    }
}

#[tokio::test]
async fn what_failed_makes_no_hash_anew() {
    for app in App::each().await {
        let member = Member::confidential(&app).await;
        let host = Host::hashing(&app, Counting::new(16), 1024, |builder| {
            builder.with_insecure_no_limiter()
        });
        assert!(
            host.send(&member.guessed(&app).await.basic())
                .await
                .is_err()
        );
        member
            .update(&app, serde_json::json!({"status": "suspended"}))
            .await;
        assert!(host.send(&member.basic()).await.is_err());
        // This one would queue behind rehashes of the failed attempts.
        let other = Member::confidential(&app).await;
        assert!(host.send(&other.basic()).await.is_ok());
        eventually("a new hash", async || {
            other.record(&app).await.hash.expose().contains("m=16,")
        })
        .await;
        assert!(member.record(&app).await.hash.expose().contains("m=8,"));
        assert_eq!(host.hasher.spent(), 4);
    }
}
