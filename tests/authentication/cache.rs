//! Verified secrets are cached, and no change in storage is missed, by whichever host it was made.

use std::time::Duration;

use http::Method;
use serde_json::json;
use tower_oauth_clients::authentication::ErrorKind;

use support::world::{Counting, Host, Member, app, eventually};
use support::{App, CLIENTS, Store};

const REFUSED: (Result<String, ErrorKind>, usize) = (Err(ErrorKind::InvalidClient), 1);

/// A host that has cached the secret of a client, on each repository. The apps are those of another
/// host.
async fn each(grace: Duration) -> Vec<(App, Host, Member)> {
    let mut hosts = Vec::new();
    for store in Store::ALL {
        let app = app(store, grace).await;
        let host = Host::unlimited(&app);
        let member = Member::confidential(&app).await;
        assert_eq!(
            host.outcome(&member.basic()).await,
            (Ok(member.id.clone()), 1)
        );
        assert_eq!(
            host.outcome(&member.basic()).await,
            (Ok(member.id.clone()), 0)
        );
        hosts.push((app, host, member));
    }
    hosts
}

#[tokio::test]
async fn each_client_is_remembered_beside_others() {
    for (app, host, member) in each(Duration::ZERO).await {
        let other = Member::confidential(&app).await;
        for (client, hashes) in [(&other, 1), (&member, 0), (&other, 0), (&member, 0)] {
            let outcome = host.outcome(&client.basic()).await;
            assert_eq!(outcome, (Ok(client.id.clone()), hashes));
        }
    }
}

#[tokio::test]
async fn a_rotation_without_grace_is_seen() {
    for (app, host, member) in each(Duration::ZERO).await {
        let new = member.rotate(&app).await;
        assert_eq!(host.outcome(&member.basic()).await, REFUSED);
        assert_eq!(host.outcome(&new.basic()).await, (Ok(new.id.clone()), 1));
    }
}

#[tokio::test]
async fn the_end_of_the_grace_is_seen() {
    for (app, host, member) in each(Duration::from_secs(60)).await {
        member.rotate(&app).await;
        assert_eq!(
            host.outcome(&member.basic()).await,
            (Ok(member.id.clone()), 0)
        );
        app.clock.advance(Duration::from_secs(60));
        assert_eq!(host.outcome(&member.basic()).await, REFUSED);
    }
}

#[tokio::test]
async fn a_deactivation_and_a_deletion_of_a_secret_are_seen() {
    for delete in [false, true] {
        for (app, host, member) in each(Duration::from_secs(60)).await {
            let path = format!("{CLIENTS}/{}/secrets", member.id);
            let old = member.record(&app).await.id;
            assert_eq!(app.call(Method::POST, &path, None).await.status, 201);
            let answer = if delete {
                app.call(Method::DELETE, &format!("{path}/{old}"), None)
                    .await
            } else {
                let path = format!("{path}/{old}/deactivate");
                app.call(Method::PUT, &path, None).await
            };
            assert!(answer.status.is_success());
            assert_eq!(host.outcome(&member.basic()).await, REFUSED);
        }
    }
}

#[tokio::test]
async fn what_becomes_of_the_client_is_seen() {
    for change in [
        json!({"status": "suspended"}),
        json!({"status": "inactive"}),
        json!({"is_confidential": false}),
        json!({"client_auth_methods": ["client_secret_post"]}),
        json!({"client_auth_methods": ["private_key_jwt"], "jwks": support::world::JWKS}),
    ] {
        for (app, host, member) in each(Duration::from_secs(60)).await {
            member.update(&app, change.clone()).await;
            assert_eq!(host.outcome(&member.basic()).await, REFUSED, "{change}");
        }
    }
}

#[tokio::test]
async fn a_suspension_that_ends_is_seen_too() {
    for (app, host, member) in each(Duration::from_secs(60)).await {
        member.update(&app, json!({"status": "suspended"})).await;
        assert_eq!(host.outcome(&member.basic()).await, REFUSED);
        member.update(&app, json!({"status": "active"})).await;
        assert_eq!(
            host.outcome(&member.basic()).await,
            (Ok(member.id.clone()), 0)
        );
    }
}

#[tokio::test]
async fn a_deletion_is_seen() {
    for (app, host, member) in each(Duration::from_secs(60)).await {
        member.delete(&app).await;
        assert_eq!(host.outcome(&member.basic()).await, REFUSED);
    }
}

#[tokio::test]
async fn a_hash_that_another_host_made_anew_is_seen() {
    for (app, host, member) in each(Duration::from_secs(60)).await {
        let dearer = Host::hashing(&app, Counting::new(16), 1024, |builder| builder);
        assert!(dearer.send(&member.basic()).await.is_ok());
        eventually("a new hash", async || {
            member.record(&app).await.hash.expose().contains("m=16,")
        })
        .await;
        let (outcome, hashes) = host.outcome(&member.basic()).await;
        assert_eq!((outcome, hashes), (Ok(member.id.clone()), 1));
    }
}

#[tokio::test]
async fn it_is_forgotten_after_a_while() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let host = Host::with(&app, |builder| {
            builder.with_cache_ttl(Duration::from_secs(10))
        });
        let member = Member::confidential(&app).await;
        for (pause, cost) in [(0, 1), (9, 0), (1, 1), (9, 0), (0, 0), (10, 1)] {
            app.clock.advance(Duration::from_secs(pause));
            let (outcome, hashes) = host.outcome(&member.basic()).await;
            assert_eq!((outcome, hashes), (Ok(member.id.clone()), cost));
        }
    }
}

#[tokio::test]
async fn without_a_cache_each_costs_its_hash() {
    let app = App::new(Store::Memory).await;
    let host = Host::with(&app, |builder| builder.without_cache());
    let member = Member::confidential(&app).await;
    for _ in 0..3 {
        assert_eq!(
            host.outcome(&member.basic()).await,
            (Ok(member.id.clone()), 1)
        );
    }
}

#[tokio::test]
async fn a_cache_has_room_for_somebody() {
    let app = App::new(Store::Memory).await;
    let memory = tower_oauth_clients::repository::MemoryRepository::new();
    let builder = tower_oauth_clients::authentication::ClientAuthenticator::builder(memory);
    assert!(builder.with_cache_capacity(0).build().is_err());
    let host = Host::with(&app, |builder| builder.with_cache_capacity(1));
    let [one, other] = [(); 2].map(|()| Member::confidential(&app));
    let (one, other) = (one.await, other.await);
    for _ in 0..3 {
        assert!(host.send(&one.basic()).await.is_ok());
        assert!(host.send(&other.basic()).await.is_ok());
    }
}

/// As after a restart: no more hashes are computed than there are threads.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_share_what_one_found_out() {
    for store in Store::ALL {
        let app = app(store, Duration::ZERO).await;
        let host = Host::new(&app);
        let member = Member::confidential(&app).await;
        host.hasher.spent();
        host.hasher.pause(true);
        let together: Vec<_> = (0..32)
            .map(|_| {
                let (authenticator, member) = (host.authenticator.clone(), member.clone());
                tokio::spawn(async move {
                    let sent = member.basic();
                    let done = authenticator.authenticate(&sent.head, &sent.form, None);
                    done.await.map(drop)
                })
            })
            .collect();
        eventually("the threads are busy", async || host.hasher.started() == 2).await;
        // The others must be queued before the first result is known.
        tokio::time::sleep(Duration::from_millis(100)).await;
        host.hasher.pause(false);
        for one in together {
            assert!(one.await.unwrap().is_ok(), "{store:?}");
        }
        assert_eq!(host.hasher.spent(), 2, "{store:?}");
    }
}
