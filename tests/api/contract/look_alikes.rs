//! Names and URLs that look different from what they are can't be registered; the message says why.

use http::Method;
use serde_json::{Value, json};

use support::{App, CLIENTS, Store, base};

/// The status and the message of the response.
async fn register(app: &App, field: &str, value: impl Into<Value>) -> (u16, String) {
    let mut body = base();
    body[field] = value.into();
    let answer = app.call(Method::POST, CLIENTS, Some(&body)).await;
    let message = answer.json()["message"].as_str().unwrap().to_owned();
    (answer.status.as_u16(), message)
}

#[tokio::test]
async fn a_name_reads_as_it_is() {
    let app = App::new(Store::Memory).await;
    let unseen = "name: must not contain invisible, deprecated or unassigned characters";
    for c in [
        '\u{ad}',
        '\u{61c}',
        '\u{200b}',
        '\u{200f}',
        '\u{206a}',
        '\u{3164}',
        '\u{feff}',
        '\u{fff9}',
        '\u{ffff}',
        '\u{378}',
        '\u{e0061}',
    ] {
        let refused = register(&app, "name", format!("Pay{c}Pal")).await;
        assert_eq!(
            refused,
            (400, unseen.to_owned()),
            "{:?}",
            c.escape_unicode()
        );
    }
    let marks = format!("a{}", "\u{301}\u{301}\u{301}\u{301}\u{200d}".repeat(2));
    assert_eq!(register(&app, "name", marks).await.0, 400);
    // Clients do send blanks at the ends.
    for name in [
        "  PayPal  ",
        "PayPal\u{a0}",
        "می\u{200c}خواهم",
        "👩‍👩‍👧 ❤️",
        "PayPal\u{e000}",
    ] {
        assert_eq!(register(&app, "name", name).await.0, 201, "{name}");
    }
}

/// The truncation must not leave a joiner without the character that it joined.
#[tokio::test]
async fn the_name_of_a_clone_is_cut_where_it_reads_as_it_is() {
    let app = App::new(Store::Memory).await;
    let long = "x".repeat(118);
    for (end, kept) in [
        ("👩\u{200d}👩", "👩"),
        ("1\u{fe0f}\u{20e3}", "1"),
        ("éé!", "éé"),
    ] {
        let mut body = base();
        body["name"] = format!("{long}{end}").into();
        let client_id = app.create(&body).await["client_id"].clone();
        let cloned = app.clone_client(client_id.as_str().unwrap()).await;
        assert_eq!(cloned.status, 201, "{:?}", cloned.body);
        assert_eq!(cloned.data()["name"], format!("{long}{kept} (clone)"));
    }
}

#[tokio::test]
async fn keys_are_not_fetched_from_inside_a_cluster_or_a_cloud() {
    let app = App::new(Store::Memory).await;
    for host in [
        "kubernetes.default",
        "keys.default",
        "kube-dns.kube-system",
        "168.63.129.16",
        "metadata.goog",
        "app.flycast",
    ] {
        let refused = register(&app, "jwks_uri", format!("https://{host}/k")).await;
        let message = "jwks_uri: must name a host on the public internet";
        assert_eq!(refused, (400, message.to_owned()), "{host}");
    }
    let public = "https://default.example.com/k";
    assert_eq!(register(&app, "jwks_uri", public).await.0, 201);
}

#[tokio::test]
async fn a_redirect_uri_is_refused_in_words_that_help() {
    let app = App::new(Store::Memory).await;
    let ascii = "must hold ASCII characters only: write the host in Punycode and percent-encode \
                 the rest";
    let encode = "must percent-encode the characters that RFC 3986 does not allow";
    for (uri, message) in [
        ("https://masełkowski.pl/cb", ascii),
        ("https://app.example.com/{123}/", encode),
        ("https://app.example.com/cb?a[b]=c", encode),
        ("https://app.example.com/a|b", encode),
        (
            "https://app.example.com?x=1",
            "must have a path before the query",
        ),
        (
            "urn:ietf:wg:oauth:2.0:oob",
            "must not be a URN: it is no place to redirect to",
        ),
        (
            "https://app.example.com/cb?x;code=1",
            "must not hold a parameter of the authorization response",
        ),
        (
            "https://app.example.com/cb?x;c%6fde=1",
            "must not hold a parameter of the authorization response",
        ),
    ] {
        let refused = register(&app, "redirect_uris", json!([uri])).await;
        assert_eq!(
            refused,
            (400, format!("redirect_uris[0]: {message}")),
            "{uri}"
        );
    }
}
