//! How long documents are kept, and what stands for them while they can't be fetched.

use super::*;
use crate::documents::{ErrorKind, Pin, ResolvedFrom};

fn failing(status: u16) -> Answer {
    Answer::of(status, &[], "")
}

#[tokio::test]
async fn a_stale_copy_is_validated() {
    let date = "Mon, 30 Nov 2026 11:00:00 GMT";
    let stage = Stage::with(vec![
        Answer::of(
            200,
            &[JSON, ("etag", "\"a\""), ("last-modified", date)],
            &document(URL).to_string(),
        ),
        Answer::of(304, &[("etag", "\"b\"")], ""),
        Answer::of(304, &[("cache-control", "max-age=600")], ""),
        served(&document(URL)),
    ])
    .await;
    let (resolver, _) = stage.resolver();
    let first = resolve(&resolver, URL).await.unwrap().client;
    for wait in [300, 300, 600] {
        stage.clock.pass(seconds(wait - 1));
        let count = stage.server.heads().len();
        resolve(&resolver, URL).await.unwrap();
        assert_eq!(stage.server.heads().len(), count, "it is fresh");
        stage.clock.pass(seconds(1));
        assert_eq!(
            resolve(&resolver, URL).await.unwrap().client,
            first,
            "nothing changed"
        );
        assert_eq!(stage.server.heads().len(), count + 1);
    }
    let heads = stage.server.heads();
    assert!(!heads[0].contains("if-none-match") && !heads[0].contains("if-modified-since"));
    let validators = |etag| format!("if-none-match: \"{etag}\"\r\nif-modified-since: {date}\r\n");
    assert!(heads[1].contains(&validators("a")), "{}", heads[1]);
    assert!(heads[2].contains(&validators("b")), "{}", heads[2]);
}

#[tokio::test]
async fn a_changed_document_is_the_new_one() {
    let mut changed = document(URL);
    changed["client_name"] = "Changed".into();
    let stage = Stage::with(vec![served(&document(URL)), served(&changed)]).await;
    let (resolver, _) = stage.resolver();
    let first = resolve(&resolver, URL).await.unwrap().client;
    stage.clock.pass(seconds(300));
    let second = resolve(&resolver, URL).await.unwrap().client;
    assert_eq!(
        (&*first.metadata.name, &*second.metadata.name),
        ("Example", "Changed")
    );
    assert_eq!((first.id, first.created_at), (second.id, second.created_at));
    assert_eq!(second.updated_at, first.updated_at + seconds(300));
    assert_ne!(
        first.facts("").metadata_hash,
        second.facts("").metadata_hash
    );
}

#[tokio::test]
async fn an_older_copy_will_do_for_tokens_of_that_day() {
    for trouble in [failing(503), failing(403), failing(302), Answer::Silence] {
        let stage = Stage::with(vec![served(&document(URL)), trouble]).await;
        let (resolver, _) = stage.resolver();
        resolve(&resolver, URL).await.unwrap();
        stage.clock.pass(seconds(900));
        let error = resolve(&resolver, URL).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        let authenticator = stage.authenticator(&resolver);
        assert!(alone(&authenticator, URL).await.is_ok());
        stage.clock.pass(seconds(86_400 - 901));
        assert!(alone(&authenticator, URL).await.is_ok());
        stage.clock.pass(seconds(1));
        assert_eq!(alone(&authenticator, URL).await.unwrap_err().status(), 503);
    }
}

#[tokio::test]
async fn for_a_listed_host_it_will_do_for_an_hour() {
    let stage = Stage::with(vec![served(&document(URL)), failing(500)]).await;
    let (builder, route) = stage.builder(Domains::none().with_allowed([HOST]));
    let resolver = builder.build().unwrap();
    resolve(&resolver, URL).await.unwrap();
    stage.clock.pass(seconds(300 + 3_599));
    for _ in 0..3 {
        let resolved = resolve(&resolver, URL).await.unwrap();
        assert_eq!(resolved.from, ResolvedFrom::OlderCopy);
    }
    assert_eq!(route.dialled().len(), 2, "it is not tried again at once");
    stage.clock.pass(seconds(1));
    assert_eq!(resolve(&resolver, URL).await.unwrap_err().status(), 503);
}

#[tokio::test]
async fn what_is_gone_or_invalid_has_no_older_copy() {
    let invalid = Answer::of(200, &[JSON], "[]");
    let html = Answer::of(200, &[("content-type", "text/html")], "<html>");
    for word in [
        failing(404),
        failing(410),
        failing(401),
        failing(204),
        invalid,
        html,
    ] {
        let stage = Stage::with(vec![served(&document(URL)), word, failing(503)]).await;
        let (builder, _) = stage.builder(Domains::none().with_allowed([HOST]));
        let pinned = document(URL).to_string();
        let builder = builder.with_pinned_document(URL, pinned, Pin::Fallback);
        let resolver = builder.build().unwrap();
        resolve(&resolver, URL).await.unwrap();
        stage.clock.pass(seconds(300));
        let error = alone(&stage.authenticator(&resolver), URL)
            .await
            .unwrap_err();
        assert_eq!(
            (error.status().as_u16(), error.code()),
            (401, "invalid_client")
        );
        assert!(resolver.0.copies.fresh(URL).is_none());
    }
}

#[tokio::test]
async fn what_was_withdrawn_has_no_fallback_until_it_is_back() {
    let invalid = Answer::of(200, &[JSON], "[]");
    for word in [failing(404), failing(410), invalid] {
        let answers = vec![word, failing(503), served(&document(URL)), failing(503)];
        let stage = Stage::with(answers).await;
        let (builder, route) = stage.builder(Domains::none().with_allowed([HOST]));
        let pinned = document(URL).to_string();
        let builder = builder.with_pinned_document(URL, pinned, Pin::Fallback);
        let resolver = builder.build().unwrap();
        let authenticator = stage.authenticator(&resolver);
        let error = resolve(&resolver, URL).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidDocument);
        // While it pauses, and after a failure that says nothing.
        for pause in [0, 10] {
            stage.clock.pass(seconds(pause));
            let error = resolve(&resolver, URL).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unavailable);
            assert_eq!(alone(&authenticator, URL).await.unwrap_err().status(), 503);
        }
        stage.clock.pass(seconds(20));
        let resolved = resolve(&resolver, URL).await.unwrap();
        assert_eq!(resolved.from, ResolvedFrom::Document);
        assert_eq!(route.dialled().len(), 3);
        stage.clock.pass(seconds(86_400));
        let resolved = resolve(&resolver, URL).await.unwrap();
        assert_eq!(resolved.from, ResolvedFrom::Pinned);
    }
}

#[tokio::test]
async fn a_failure_is_tried_again_after_a_pause() {
    let stage = Stage::with(vec![failing(500), failing(404), served(&document(URL))]).await;
    let (resolver, route) = stage.resolver();
    for (pause, status) in [(10, 503), (20, 400)] {
        assert_eq!(resolve(&resolver, URL).await.unwrap_err().status(), status);
        stage.clock.pass(seconds(pause - 1));
        let error = resolve(&resolver, URL).await.unwrap_err();
        // No verdict is kept: what is there now is not known.
        assert_eq!(error.status(), 503);
        assert_eq!(error.retry_after(), Some(seconds(1)));
        stage.clock.pass(seconds(1));
    }
    assert!(resolve(&resolver, URL).await.is_ok());
    assert_eq!(route.dialled().len(), 3);
}

#[tokio::test]
async fn what_must_not_be_stored_is_fetched_each_time() {
    let unstorable = [JSON, ("cache-control", "no-store")];
    let answer = Answer::of(200, &unstorable, &document(URL).to_string());
    let stage = Stage::with(vec![answer]).await;
    let (resolver, route) = stage.resolver();
    for count in 1..4 {
        resolve(&resolver, URL).await.unwrap();
        assert_eq!(route.dialled().len(), count);
    }
    let (builder, route) = stage.builder(Domains::all());
    let resolver = builder.with_unstorable_kept().build().unwrap();
    for _ in 0..3 {
        resolve(&resolver, URL).await.unwrap();
    }
    assert_eq!(route.dialled().len(), 1);
}

#[tokio::test]
async fn a_pinned_document_is_there_always_or_in_need() {
    let mut pinned = document(URL);
    pinned["client_name"] = "Pinned".into();
    let pinned = pinned.to_string();
    for trouble in [failing(403), failing(302), failing(500), Answer::Silence] {
        let stage = Stage::with(vec![trouble]).await;
        let (builder, _) = stage.builder(Domains::all());
        let builder = builder.with_pinned_document(URL, &*pinned, Pin::Fallback);
        let resolved = resolve(&builder.build().unwrap(), URL).await.unwrap();
        assert_eq!(
            (resolved.from, &*resolved.client.metadata.name),
            (ResolvedFrom::Pinned, "Pinned")
        );
    }
    let stage = Stage::with(vec![served(&document(URL))]).await;
    let (builder, _) = stage.builder(Domains::all());
    let builder = builder.with_pinned_document(URL, &*pinned, Pin::Fallback);
    let resolved = resolve(&builder.build().unwrap(), URL).await.unwrap();
    assert_eq!(resolved.from, ResolvedFrom::Document);

    // The host's own, on a name that is not public.
    let own = "https://portal.corp/m.json";
    let text = document(own).to_string();
    let (builder, route) = stage.builder(Domains::all().with_denied(["evil.corp"]));
    let resolver = builder
        .with_pinned_document(own, text, Pin::Always)
        .build()
        .unwrap();
    assert_eq!(
        resolve(&resolver, own).await.unwrap().from,
        ResolvedFrom::Pinned
    );
    assert!(
        resolve(&resolver, "https://portal.corp/other.json")
            .await
            .is_err()
    );
    assert!(route.dialled().is_empty() && stage.names.asked().len() == 1);

    let (builder, _) = stage.builder(Domains::all());
    let other = document(URL).to_string();
    assert!(
        builder
            .with_pinned_document(own, other, Pin::Always)
            .build()
            .is_err()
    );
}

#[tokio::test]
async fn many_urls_of_one_host_are_bounded() {
    let stage = Stage::new(|_, head| {
        let path = head.split(' ').nth(1).unwrap();
        served(&document(&format!("https://{HOST}{path}")))
    })
    .await;
    let url = |number| format!("https://{HOST}/{number}/m.json");
    let (resolver, route) = stage.resolver();
    for number in 0..23 {
        resolve(&resolver, &url(number)).await.unwrap();
    }
    let error = resolve(&resolver, &url(30)).await.unwrap_err();
    assert_eq!(error.status(), 503);
    assert!(error.retry_after().unwrap() <= seconds(3));
    assert_eq!(route.dialled().len(), 23);
    // The URL has not failed: it waits no longer than the budget does.
    stage.clock.pass(seconds(3));
    assert!(resolve(&resolver, &url(30)).await.is_ok());
    assert!(
        resolve(&resolver, &url(0)).await.is_ok(),
        "what is kept costs nothing"
    );
    // The rest of the budget is for what is kept and has to be validated.
    stage.clock.pass(seconds(300));
    for number in 100..123 {
        resolve(&resolver, &url(number)).await.unwrap();
    }
    assert!(resolve(&resolver, &url(123)).await.is_err());
    for number in 0..7 {
        assert!(resolve(&resolver, &url(number)).await.is_ok());
    }
    assert!(resolve(&resolver, &url(7)).await.is_err());
}
