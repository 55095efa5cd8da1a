//! A secret that was issued with an expiry is accepted until then, from the cache and without.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use tower_oauth_clients::authentication::{ClientAuthenticatorBuilder, ErrorKind};
use tower_oauth_clients::domain::{Clock, Id};
use tower_oauth_clients::secrets::{Plaintext, SecretHasher};

use crate::costs::import;
use support::world::{Counting, Host, Member};
use support::{App, CLIENTS};

const HOUR: Duration = Duration::from_secs(60 * 60);
const INSTANT: Duration = Duration::from_micros(1);

/// Times on the wire are whole seconds.
fn to_next_second(app: &App) {
    let micros = app.clock.now().as_micros() % 1_000_000;
    let rest = u64::try_from(1_000_000 - micros).unwrap();
    app.clock.advance(Duration::from_micros(rest));
}

fn in_an_hour(app: &App) -> Value {
    (app.clock.now() + HOUR).to_string().into()
}

/// Asserts that a secret is accepted now, and refused an instant later at the cost of one hash.
async fn ends_now(host: &Host, app: &App, member: &Member, place: &str) {
    for sent in [member.basic(), member.post()] {
        let (outcome, _) = host.outcome(&sent).await;
        assert_eq!(outcome, Ok(member.id.clone()), "{place}");
    }
    app.clock.advance(INSTANT);
    for sent in [member.basic(), member.post()] {
        let (outcome, hashes) = host.outcome(&sent).await;
        let refused = Err(ErrorKind::InvalidClient);
        assert_eq!((outcome, hashes), (refused, 1), "{place}");
    }
}

#[tokio::test]
async fn an_expired_secret_is_refused_from_one_instant_to_the_next() {
    type Settle = fn(ClientAuthenticatorBuilder) -> ClientAuthenticatorBuilder;
    let cached: Settle = |builder| builder.with_insecure_no_limiter();
    let uncached: Settle = |builder| builder.without_cache().with_insecure_no_limiter();
    for app in App::each().await {
        for (settle, what) in [(cached, "cached"), (uncached, "uncached")] {
            let place = format!("{:?}, {what}", app.store);
            let host = Host::with(&app, settle);
            to_next_second(&app);
            let options = json!({"expires_at": in_an_hour(&app)});
            let first = Member::new(&app, json!({"client_secret_options": options})).await;
            app.clock.advance(HOUR - INSTANT);
            ends_now(&host, &app, &first, &place).await;

            // Added, and by a rotation, which leaves nothing of the grace period.
            to_next_second(&app);
            let options = json!({"expires_at": in_an_hour(&app)});
            let path = format!("{CLIENTS}/{}/secrets", first.id);
            let added = app.call(Method::POST, &path, Some(&options)).await.data();
            let added = first.with(added["secret_value"].as_str().unwrap());
            app.clock.advance(Duration::from_secs(1));
            let path = format!("{CLIENTS}/{}/rotate-secret", first.id);
            let new = app.call(Method::POST, &path, Some(&options)).await.data();
            let new = first.with(new["new_secret"].as_str().unwrap());
            app.clock.advance(HOUR - Duration::from_secs(1) - INSTANT);
            assert!(host.send(&added.basic()).await.is_ok(), "{place}");
            ends_now(&host, &app, &new, &place).await;
            let (outcome, hashes) = host.outcome(&added.basic()).await;
            assert_eq!((outcome, hashes), (Err(ErrorKind::InvalidClient), 1));
        }
    }
}

/// A secret without a lookup id is verified against the oldest live one: not against one that has
/// expired.
#[tokio::test]
async fn an_expired_one_is_not_the_oldest() {
    for app in App::each().await {
        let host = Host::unlimited(&app);
        let options = json!({"expires_at": in_an_hour(&app)});
        let member = Member::new(&app, json!({"client_secret_options": options})).await;
        app.clock.advance(Duration::from_secs(1));
        let hash = Counting::new(8).hash(&Plaintext::new("hunter2"));
        let id = Id::generate(app.clock.now());
        import(&app, &member, id, hash.unwrap()).await;
        let imported = member.with("hunter2");
        let refused = Err(ErrorKind::InvalidClient);
        assert_eq!(host.outcome(&imported.basic()).await, (refused, 1));
        app.clock.advance(HOUR);
        let accepted = Ok(member.id.clone());
        assert_eq!(host.outcome(&imported.basic()).await, (accepted, 1));
        let refused = Err(ErrorKind::InvalidClient);
        assert_eq!(host.outcome(&member.basic()).await, (refused, 1));
    }
}
