//! The claimed client in an authentication error.

use serde_json::json;
use tower_oauth_clients::authentication::ErrorKind;
use tower_oauth_clients::domain::Id;

use support::presented::{FORM, Sent, basic};
use support::world::{Host, Member, secret_of};
use support::{App, Store};

/// An unsigned JWT that claims to be from this client.
fn asserting(id: &str) -> String {
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL;

    let claims = json!({"iss": id, "sub": id}).to_string();
    format!(
        "{}.{}.c2lnbmF0dXJl",
        URL.encode(r#"{"alg":"ES256"}"#),
        URL.encode(claims)
    )
}

const JWT: (&str, &str) = (
    "client_assertion_type",
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
);

#[tokio::test]
async fn an_error_names_the_client_that_was_claimed() {
    for app in App::each().await {
        let host = Host::unlimited(&app);
        let member = Member::confidential(&app).await;
        let keyed = Member::keyed(&app).await;
        let (id, secret) = (&*member.id, &*member.secret);
        let wrong = basic(id, "guess");
        let other = ("authorization", &*wrong);
        for (sent, claimed) in [
            (member.with("guess").post(), Some(id)),
            (member.with("guess").basic(), Some(id)),
            (member.guessed(&app).await.basic(), Some(id)),
            (Sent::post("app-absent", "guess"), Some("app-absent")),
            // A method that the client did not register, and no credentials.
            (Sent::post(&keyed.id, "guess"), Some(&*keyed.id)),
            (Sent::form(&[("client_id", id)]), Some(id)),
            // With and without a `client_id` next to the assertion.
            (
                Sent::form(&[("client_id", &keyed.id), ("client_assertion", "a.b.c"), JWT]),
                Some(&*keyed.id),
            ),
            // Malformed requests, and one that names two clients.
            (
                Sent::form(&[("client_id", id), ("client_assertion", "a.b.c")]),
                Some(id),
            ),
            (Sent::new(&[FORM, other], "client_id=app-2"), Some(id)),
            (
                Sent::new(&[FORM, other], "client_id=app-2&client_secret=x"),
                Some("app-2"),
            ),
            (Sent::form(&[("client_secret", secret)]), None),
            (Sent::form(&[]), None),
        ] {
            let error = host.send(&sent).await.unwrap_err();
            let form = String::from_utf8_lossy(&sent.form).into_owned();
            assert_eq!(error.client_id(), claimed, "{:?}: {form}", app.store);
            assert!(!format!("{error:?}").contains(secret), "{form}");
        }
    }
}

#[tokio::test]
async fn a_claim_that_no_client_can_have_is_harmless() {
    let app = App::new(Store::Memory).await;
    let host = Host::unlimited(&app);
    let secret = secret_of(Id::parse("01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap());
    for (claimed, shown) in [
        ("two\r\nlines", Some("two\\u{d}\\u{a}lines".to_owned())),
        ("\u{1b}[2J", Some("\\u{1b}[2J".to_owned())),
        (&"x".repeat(5_000), Some("x".repeat(256) + "...")),
        // The secret in the wrong field.
        (&secret, None),
        (&format!("{}:{secret}", "app-1"), None),
    ] {
        for sent in [Sent::post(claimed, "x"), Sent::basic(claimed, "x")] {
            let error = host.send(&sent).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidClient, "{claimed}");
            let shows = error
                .client_id()
                .is_some_and(|text| shown.as_deref() == Some(text));
            let colon = claimed.contains(':');
            assert!(shows || shown.is_none() || colon, "{claimed}: {error:?}");
            assert!(!format!("{error:?}").contains(&secret), "{claimed}");
        }
    }
}

#[tokio::test]
async fn an_assertion_names_its_own_client() {
    let app = App::new(Store::Memory).await;
    let verifier =
        tower_oauth_clients::authentication::assertion::AssertionVerifier::builder(support::ISSUER);
    let verifier = verifier.build().unwrap();
    let host = Host::with(&app, |builder| builder.with_assertions(verifier));
    let keyed = Member::keyed(&app).await;
    for id in [&*keyed.id, "app-absent"] {
        let sent = Sent::form(&[("client_assertion", &asserting(id)), JWT]);
        let error = host.send(&sent).await.unwrap_err();
        assert_eq!(error.client_id(), Some(id));
    }
}
