use std::sync::Arc;

use jsonwebtoken::Algorithm::ES256;
use tower_oauth_clients::authentication::assertion::{
    AssertionVerifier, Error, ErrorKind, MemoryReplayStore, ReplayStore,
};
use tower_oauth_clients::domain::{Client, ClientId, Timestamp};

use super::{ISSUER, NOW, at, client, verifier};
use support::forge::{Assertion, other_key};

fn over(store: impl ReplayStore) -> AssertionVerifier {
    let builder = AssertionVerifier::builder(ISSUER).with_replay_store(store);
    builder.build().unwrap()
}

async fn kind(
    verifier: &AssertionVerifier,
    client: &Client,
    text: &str,
    now: Timestamp,
) -> Option<ErrorKind> {
    let verified = verifier.verify(client, text, now).await;
    verified.err().map(|error| error.kind())
}

#[tokio::test]
async fn an_assertion_authenticates_once() {
    let (verifier, client) = (verifier(), client("app-1"));
    let text = Assertion::new().text();
    let replayed = Some(ErrorKind::Replayed);
    assert_eq!(kind(&verifier, &client, &text, at(0)).await, None);
    assert_eq!(kind(&verifier, &client, &text, at(0)).await, replayed);
    assert_eq!(
        kind(&verifier.clone(), &client, &text, at(89)).await,
        replayed
    );
    // The id is used, even if other claims differ.
    let other = Assertion::new().claim("exp", NOW + 120).text();
    assert_eq!(kind(&verifier, &client, &other, at(0)).await, replayed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_at_once_one_passes() {
    for _ in 0..20 {
        let (verifier, client) = (verifier(), client("app-1"));
        let text = Assertion::new().text();
        let barrier = Arc::new(tokio::sync::Barrier::new(64));
        let tasks: Vec<_> = (0..64)
            .map(|_| {
                let (verifier, client) = (verifier.clone(), client.clone());
                let (text, barrier) = (text.clone(), Arc::clone(&barrier));
                tokio::spawn(async move {
                    barrier.wait().await;
                    kind(&verifier, &client, &text, at(0)).await
                })
            })
            .collect();
        let mut passed = 0;
        for task in tasks {
            match task.await.unwrap() {
                None => passed += 1,
                refused => assert_eq!(refused, Some(ErrorKind::Replayed)),
            }
        }
        assert_eq!(passed, 1);
    }
}

#[tokio::test]
async fn it_is_remembered_for_as_long_as_it_would_pass() {
    let (verifier, client) = (verifier(), client("app-1"));
    let text = Assertion::new().text();
    assert_eq!(kind(&verifier, &client, &text, at(0)).await, None);
    let replayed = Some(ErrorKind::Replayed);
    assert_eq!(kind(&verifier, &client, &text, at(89)).await, replayed);
    assert_eq!(
        kind(&verifier, &client, &text, at(90)).await,
        Some(ErrorKind::Expired)
    );
    // Another assertion makes the store forget this one; then the clock is set back.
    let next = Assertion::new()
        .claim("exp", NOW + 300)
        .claim("jti", "2")
        .text();
    assert_eq!(kind(&verifier, &client, &next, at(200)).await, None);
    assert_eq!(kind(&verifier, &client, &text, at(0)).await, replayed);
    // An id may be reused after its assertion has expired.
    let again = Assertion::new()
        .claim("iat", NOW + 200)
        .claim("exp", NOW + 300)
        .text();
    assert_eq!(kind(&verifier, &client, &again, at(200)).await, None);
}

#[tokio::test]
async fn only_what_is_right_in_all_else_is_remembered() {
    let store = MemoryReplayStore::new(2);
    let (verifier, client) = (over(store.clone()), client("app-1"));
    let forged = Assertion::new().signed_with(ES256, other_key());
    let wrong = [
        forged.clone(),
        Assertion::new().header("kid", "nobody's"),
        Assertion::new().claim("aud", "https://evil.example"),
        Assertion::new().claim("exp", NOW - 60),
    ];
    for assertion in wrong {
        let text = assertion.text();
        assert!(kind(&verifier, &client, &text, at(0)).await.is_some());
    }
    for jti in 0..10 {
        let text = forged.clone().claim("jti", jti.to_string()).text();
        let refused = kind(&verifier, &client, &text, at(0)).await;
        assert_eq!(refused, Some(ErrorKind::BadSignature));
    }
    assert!(format!("{store:?}").contains("remembered: 0"), "{store:?}");
    let text = Assertion::new().text();
    assert_eq!(kind(&verifier, &client, &text, at(0)).await, None);
}

#[tokio::test]
async fn a_full_store_refuses_one_client_and_not_the_other() {
    let verifier = over(MemoryReplayStore::new(4));
    let present = async |id: &str, jti: &str, now: u64| {
        let assertion = Assertion::new().about(id).claim("jti", jti);
        let text = assertion.claim("exp", NOW + 60 + now as i64).text();
        kind(&verifier, &client(id), &text, at(now)).await
    };
    assert_eq!(present("app-1", "1", 0).await, None);
    assert_eq!(present("app-1", "2", 0).await, None);
    assert_eq!(present("app-1", "3", 0).await, Some(ErrorKind::Overloaded));
    assert_eq!(present("app-1", "1", 0).await, Some(ErrorKind::Replayed));
    assert_eq!(present("app-2", "1", 0).await, None);
    assert_eq!(present("app-1", "3", 90).await, None);
}

#[tokio::test]
async fn processes_that_share_a_store_share_what_they_remember() {
    let store = Arc::new(MemoryReplayStore::default());
    let (one, other) = (over(Arc::clone(&store)), over(store));
    let text = Assertion::new().text();
    assert_eq!(kind(&one, &client("app-1"), &text, at(0)).await, None);
    let replayed = Some(ErrorKind::Replayed);
    assert_eq!(kind(&other, &client("app-1"), &text, at(0)).await, replayed);
}

struct Broken;

impl ReplayStore for Broken {
    async fn remember(
        &self,
        client_id: &ClientId,
        jti: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Error> {
        assert_eq!((client_id.as_str(), jti), ("app-1", "1"));
        assert_eq!((until, now), (at(90), at(0)));
        Err(Error::new(ErrorKind::Unavailable).with_source("the connection is gone"))
    }
}

#[tokio::test]
async fn a_store_that_fails_lets_nobody_in() {
    let text = Assertion::new().text();
    let refused = kind(&over(Broken), &client("app-1"), &text, at(0)).await;
    assert_eq!(refused, Some(ErrorKind::Unavailable));
}
