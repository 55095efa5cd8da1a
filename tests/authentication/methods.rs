//! The authentication methods: only registered ones, and only one at a time.

use std::time::Duration;

use serde_json::json;
use tower_oauth_clients::authentication::{ErrorKind, MAX_SECRET_LENGTH};
use tower_oauth_clients::domain::AuthMethod;

use support::presented::{FORM, Sent, basic, basic_of, encode};
use support::world::{Host, Member, app};
use support::{App, Store};

#[tokio::test]
async fn a_client_authenticates_in_the_way_it_registered() {
    for app in App::each().await {
        let host = Host::new(&app);
        let member = Member::confidential(&app).await;
        let secret_id = Some(member.record(&app).await.id);
        for (sent, method) in [
            (member.basic(), AuthMethod::ClientSecretBasic),
            (member.post(), AuthMethod::ClientSecretPost),
        ] {
            let authenticated = host.send(&sent).await.unwrap();
            let mut stored = app.stored("tenant_a", &member.id).await;
            // It is written in the background.
            stored.last_used_at = authenticated.client.last_used_at;
            assert_eq!(authenticated.client, stored);
            assert_eq!(authenticated.method, method);
            assert_eq!(authenticated.secret_id, secret_id);
        }
        let public = Member::public(&app).await;
        let named = Sent::form(&[("client_id", &public.id)]);
        let authenticated = host.send(&named).await.unwrap();
        assert_eq!(authenticated.client.client_id.as_str(), public.id);
        assert_eq!(authenticated.method, AuthMethod::None);
        assert_eq!(authenticated.secret_id, None);
    }
}

#[tokio::test]
async fn another_way_than_a_registered_one_is_refused() {
    for app in App::each().await {
        let host = Host::unlimited(&app);
        let only =
            async |method: &str| Member::new(&app, json!({"client_auth_methods": [method]})).await;
        let basic = only("client_secret_basic").await;
        let post = only("client_secret_post").await;
        assert!(host.send(&basic.basic()).await.is_ok());
        assert!(host.send(&post.post()).await.is_ok());
        // Even if the other method has just verified the secret.
        let public = Member::public(&app).await.with(&basic.secret);
        let keyed = Member::keyed(&app).await.with(&basic.secret);
        let name_only = |member: &Member| Sent::form(&[("client_id", &member.id)]);
        for sent in [
            basic.post(),
            post.basic(),
            name_only(&basic),
            name_only(&keyed),
            public.basic(),
            public.post(),
            keyed.basic(),
            keyed.post(),
            Sent::form(&[("client_id", "app-absent")]),
        ] {
            let error = host.send(&sent).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidClient);
        }
    }
}

#[tokio::test]
async fn an_assertion_is_refused_where_none_is_accepted() {
    let app = App::new(Store::Memory).await;
    let host = Host::new(&app);
    let keyed = Member::keyed(&app).await;
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let sent = Sent::form(&[
        ("client_id", &keyed.id),
        ("client_assertion", "a.b.c"),
        ("client_assertion_type", kind),
    ]);
    let error = host.send(&sent).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidClient);
}

#[tokio::test]
async fn several_ways_at_once_are_malformed_though_each_be_right() {
    for app in App::each().await {
        let host = Host::new(&app);
        let member = Member::confidential(&app).await;
        let (id, secret) = (member.id.as_str(), member.secret.as_str());
        let header = basic(id, secret);
        let header = ("authorization", header.as_str());
        let with_header = |pairs: &[_]| Sent::new(&[FORM, header], &encode(pairs));
        let jwt = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let (asserted, kind) = (
            ("client_assertion", "a.b.c"),
            ("client_assertion_type", jwt),
        );
        for sent in [
            with_header(&[("client_id", id), ("client_secret", secret)]),
            with_header(&[("client_secret", secret)]),
            with_header(&[("client_id", id), asserted, kind]),
            with_header(&[asserted]),
            with_header(&[kind]),
            Sent::form(&[("client_id", id), ("client_secret", secret), asserted, kind]),
            Sent::form(&[("client_id", id), ("client_secret", secret), kind]),
            // The same method twice.
            Sent::new(&[FORM, header, header], ""),
            Sent::form(&[
                ("client_id", id),
                ("client_id", id),
                ("client_secret", secret),
            ]),
            Sent::form(&[
                ("client_id", id),
                ("client_secret", secret),
                ("client_secret", secret),
            ]),
            Sent::form(&[
                ("client_id", id),
                ("client_secret", ""),
                ("client_secret", secret),
            ]),
            // Incomplete credentials.
            Sent::form(&[("client_secret", secret)]),
            Sent::form(&[("client_id", id), asserted]),
            Sent::form(&[("client_id", id), kind]),
            // Not a form, or a compressed one.
            Sent::new(&[], &encode(&[("client_id", id)])),
            Sent::new(&[("content-type", "application/json"), header], ""),
            Sent::new(
                &[
                    (
                        "content-type",
                        "application/x-www-form-urlencoded; charset=utf-16",
                    ),
                    header,
                ],
                "grant_type=x",
            ),
            Sent::new(&[FORM, FORM, header], ""),
        ] {
            let form = String::from_utf8_lossy(&sent.form).into_owned();
            let (outcome, hashes) = host.outcome(&sent).await;
            assert_eq!(
                (outcome, hashes),
                (Err(ErrorKind::InvalidRequest), 0),
                "{form}"
            );
        }
    }
}

#[tokio::test]
async fn a_compressed_form_is_not_read() {
    let app = App::new(Store::Memory).await;
    let host = Host::new(&app);
    let member = Member::confidential(&app).await;
    let header = basic(&member.id, &member.secret);
    let header = ("authorization", header.as_str());
    for (coding, taken) in [("gzip", false), ("identity, br", false), ("Identity", true)] {
        let sent = Sent::new(&[FORM, ("content-encoding", coding), header], "");
        let (outcome, _) = host.outcome(&sent).await;
        let expected = match taken {
            true => Ok(member.id.clone()),
            false => Err(ErrorKind::UnsupportedMediaType),
        };
        assert_eq!(outcome, expected, "{coding}");
    }
    let sent = Sent::new(&[FORM, ("content-encoding", "gzip"), header], "");
    let response = host.send(&sent).await.unwrap_err().to_response();
    assert_eq!(response.status(), 415);
    assert_eq!(response.headers()["accept-encoding"], "identity");
    let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(body["error"], "invalid_request");
    assert_eq!(body["error_description"], "the body must not be compressed");
}

#[tokio::test]
async fn what_is_beside_the_point_does_not_matter() {
    let app = App::new(Store::Memory).await;
    let host = Host::new(&app);
    let member = Member::confidential(&app).await;
    let (id, secret) = (member.id.as_str(), member.secret.as_str());
    let header = basic(id, secret);
    let lower = header.replace("Basic", "bASIC ");
    let header = ("authorization", header.as_str());
    let upper = (
        "content-type",
        "Application/X-WWW-Form-URLEncoded; charset=UTF-8",
    );
    for sent in [
        // The client names itself twice.
        Sent::new(&[FORM, header], &encode(&[("client_id", id)])),
        // A parameter without a value counts as absent.
        Sent::new(
            &[FORM, header],
            "client_secret=&client_assertion&client_id=",
        ),
        Sent::new(&[FORM, header], "resource=a&resource=b&client_secrets=x"),
        Sent::new(&[header], ""),
        Sent::new(&[upper, header], "grant_type=x"),
        Sent::new(&[FORM, ("authorization", &lower)], ""),
        // The query is ignored.
        Sent::to("/token?client_id=b&client_secret=c", &[FORM, header], ""),
    ] {
        assert!(host.send(&sent).await.is_ok(), "{:?}", sent.head);
    }
}

#[tokio::test]
async fn what_the_request_alone_shows_to_be_wrong_costs_no_hash() {
    let app = App::new(Store::Memory).await;
    let host = Host::new(&app);
    let member = Member::confidential(&app).await;
    let (id, secret) = (member.id.as_str(), member.secret.as_str());
    let long = "x".repeat(MAX_SECRET_LENGTH + 1);
    let by = |header: &str| Sent::new(&[FORM, ("authorization", header)], "");
    for sent in [
        Sent::new(&[FORM], "grant_type=client_credentials"),
        Sent::new(&[], ""),
        Sent::post(id, &long),
        Sent::basic(id, &long),
        Sent::post("no client\nat all", secret),
        Sent::post(&"a".repeat(257), secret),
        Sent::basic("", secret),
        by("Bearer abc"),
        by("Basic"),
        by("Basic !!!"),
        by(&basic_of("no-colon")),
        by(&basic_of("a:%ff")),
        // An unknown type of assertion.
        Sent::form(&[("client_assertion", "a"), ("client_assertion_type", "saml")]),
        // The secret in the URL.
        Sent::to(
            &format!("/token?client_id={id}&client_secret={secret}"),
            &[FORM],
            "",
        ),
    ] {
        let (outcome, hashes) = host.outcome(&sent).await;
        assert_eq!(
            (outcome, hashes),
            (Err(ErrorKind::InvalidClient), 0),
            "{:?}",
            sent.head
        );
    }
    // A client other than the header's.
    let header = ("authorization", &*basic(id, secret));
    let other = Sent::new(&[FORM, header], "client_id=app-other");
    let malformed = (Err(ErrorKind::InvalidRequest), 0);
    assert_eq!(host.outcome(&other).await, malformed);
    assert!(
        host.send(&Sent::post(id, &"x".repeat(MAX_SECRET_LENGTH)))
            .await
            .is_err()
    );
    assert_eq!(host.hasher.spent(), 1);
}

#[tokio::test]
async fn only_an_active_client_authenticates() {
    for store in Store::ALL {
        let app = app(store, Duration::from_secs(3600)).await;
        let host = Host::new(&app);
        for status in ["suspended", "inactive", "deleted"] {
            let member = Member::confidential(&app).await;
            let old = member.clone();
            let member = member.rotate(&app).await;
            assert!(host.send(&member.basic()).await.is_ok());
            assert!(host.send(&old.basic()).await.is_ok(), "in grace");
            if status == "deleted" {
                member.delete(&app).await;
            } else {
                member.update(&app, json!({"status": status})).await;
            }
            for sent in [member.basic(), member.post(), old.basic()] {
                let (outcome, hashes) = host.outcome(&sent).await;
                assert_eq!(
                    (outcome, hashes),
                    (Err(ErrorKind::InvalidClient), 1),
                    "{status}"
                );
            }
            if status != "deleted" {
                member.update(&app, json!({"status": "active"})).await;
                assert!(host.send(&member.basic()).await.is_ok());
            }
        }
        let public = Member::public(&app).await;
        let named = Sent::form(&[("client_id", &public.id)]);
        assert!(host.send(&named).await.is_ok());
        public.update(&app, json!({"status": "suspended"})).await;
        assert!(host.send(&named).await.is_err());
    }
}

#[tokio::test]
async fn a_retired_secret_authenticates_to_the_end_of_its_grace() {
    for store in Store::ALL {
        let app = app(store, Duration::from_secs(60)).await;
        let host = Host::unlimited(&app);
        let old = Member::confidential(&app).await;
        let new = old.rotate(&app).await;
        app.clock.advance(Duration::from_secs(59));
        assert!(host.send(&old.basic()).await.is_ok());
        assert!(host.send(&new.basic()).await.is_ok());
        app.clock.advance(Duration::from_secs(1));
        let (outcome, hashes) = host.outcome(&old.basic()).await;
        assert_eq!((outcome, hashes), (Err(ErrorKind::InvalidClient), 1));
        assert!(host.send(&new.basic()).await.is_ok());
    }
}
