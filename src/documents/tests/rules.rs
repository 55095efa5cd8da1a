//! What a document, its URL and the settings must be.

use std::error::Error as _;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::documents::{ErrorKind, ResolvedFrom};
use crate::domain::{AuthMethod, GrantType, Policy};

/// Why a document with this member is refused, if it is.
async fn reason(member: &str, value: Value) -> Option<String> {
    let mut changed = document(URL);
    changed[member] = value;
    let stage = Stage::with(vec![served(&changed)]).await;
    let (builder, _) = stage.builder(Domains::all());
    let methods = [AuthMethod::None, AuthMethod::PrivateKeyJwt];
    let resolver = builder.with_client_auth_methods(methods).build().unwrap();
    let error = resolve(&resolver, URL).await.err()?;
    assert_eq!(error.kind(), ErrorKind::InvalidDocument, "{member}");
    assert_eq!(
        error.to_string(),
        "the client's metadata document is not valid"
    );
    Some(error.source().unwrap().to_string())
}

#[tokio::test]
async fn the_longest_client_id_is_the_url_of_a_document() {
    let start = "https://client.example.net/";
    let url = format!("{start}{}", "x".repeat(ClientId::MAX_LENGTH - start.len()));
    let stage = Stage::with(vec![served(&document(&url))]).await;
    let (resolver, _) = stage.resolver();
    let resolved = resolve(&resolver, &url).await.unwrap();
    assert_eq!(resolved.client.client_id.as_str(), url);
}

#[tokio::test]
async fn a_reason_names_the_member() {
    for (member, value) in [
        ("client_id", json!(1)),
        ("client_id", json!(null)),
        ("client_id", json!("")),
        ("client_secret", json!("abc")),
        ("client_secret", json!("")),
        ("client_secret", json!(null)),
        ("redirect_uris", json!([])),
        ("redirect_uris", json!("https://client.example.net/cb")),
        ("redirect_uris", json!([1])),
        ("redirect_uris", json!(["http://client.example.net/cb"])),
        ("redirect_uris", json!(["myapp:/cb"])),
        (
            "redirect_uris",
            json!(["cursor://anysphere.cursor-mcp/oauth/callback"]),
        ),
        ("token_endpoint_auth_method", json!(1)),
        ("token_endpoint_auth_method", json!("private_key_jwt")),
        ("token_endpoint_auth_method", json!("tls_client_auth")),
        ("grant_types", json!(["client_credentials"])),
        ("response_types", json!(["token"])),
        ("client_name", json!(1)),
        ("client_name", json!("a\u{202e}b")),
        ("client_name", json!("x".repeat(129))),
        ("client_uri", json!("javascript:alert(1)")),
        ("logo_uri", json!("data:image/svg+xml,<svg>")),
        ("jwks", json!([])),
        ("jwks_uri", json!({})),
    ] {
        let reason = reason(member, value.clone()).await.unwrap();
        let names = match member {
            "client_name" => "name",
            "client_uri" => "client_uri",
            "token_endpoint_auth_method" => "",
            other => other,
        };
        assert!(reason.contains(names), "{member} {value}: {reason}");
    }
    let expires = reason("client_secret_expires_at", json!(0)).await.unwrap();
    assert!(expires.starts_with("client_secret"));
    for private in [
        json!({"keys": [{"kty": "oct", "k": "AAAA"}]}),
        json!({"keys": [{"kty": "new", "priv": "AAAA"}]}),
        json!({"kty": "OKP", "d": "AAAA"}),
        json!({"keys": [{"x": [[[[[[[[[[[[[[[[{"d": "AAAA"}]]]]]]]]]]]]]]]]}]}),
    ] {
        let reason = reason("jwks", private).await.unwrap();
        assert_eq!(reason, "jwks: must hold public keys only");
    }
}

#[tokio::test]
async fn what_is_not_used_is_ignored() {
    for (member, value) in [
        ("software_statement", json!("a.b.c")),
        ("client_id_issued_at", json!(1)),
        (
            "registration_client_uri",
            json!("https://client.example.net/r"),
        ),
        ("scope", json!("admin everything")),
        ("client_uri", json!("http://client.example.net")),
        ("client_name#de", json!("Beispiel")),
        ("tenant_id", json!("other")),
        ("status", json!("suspended")),
        ("jwks_uri", json!("https://client.example.net/jwks.json")),
        ("contacts", json!(["a@example.net"])),
    ] {
        assert_eq!(reason(member, value).await, None, "{member}");
    }
}

#[tokio::test]
async fn a_document_is_short_and_in_utf_8() {
    let mut long = document(URL);
    long["x"] = "x".repeat(5 * 1_024).into();
    for (text, max) in [
        (long.to_string(), 5 * 1_024),
        ("{\"\u{1}\":0}".into(), 5 * 1_024),
    ] {
        let stage = Stage::with(vec![Answer::of(200, &[JSON], &text)]).await;
        let (builder, _) = stage.builder(Domains::all());
        let resolver = builder.with_max_document_length(max).build().unwrap();
        let error = resolve(&resolver, URL).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidDocument);
    }
    let stage = Stage::with(vec![served(&long)]).await;
    let (builder, _) = stage.builder(Domains::all());
    let resolver = builder
        .with_max_document_length(64 * 1_024)
        .build()
        .unwrap();
    assert!(resolve(&resolver, URL).await.is_ok());
    let mut bytes = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"a\":\"".to_vec();
    bytes.extend(b"\xff\"}");
    let stage = Stage::with(vec![Answer::Bytes(bytes)]).await;
    let error = resolve(&stage.resolver().0, URL).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidDocument);
}

#[tokio::test]
async fn a_host_may_ask_for_more_or_allow_more() {
    let mut unnamed = document(URL);
    unnamed.as_object_mut().unwrap().remove("client_name");
    unnamed["redirect_uris"] = json!(["cursor://anysphere.cursor-mcp/oauth/callback"]);
    let stage = Stage::with(vec![served(&unnamed)]).await;
    let uris = ["cursor://anysphere.cursor-mcp/oauth/callback"];
    let (builder, _) = stage.builder(Domains::all());
    let resolver = builder.with_private_use_uris(uris).build().unwrap();
    assert!(resolve(&resolver, URL).await.is_ok());
    let (builder, _) = stage.builder(Domains::all());
    let resolver = builder.with_private_use_uris(uris).with_required_name();
    assert!(resolve(&resolver.build().unwrap(), URL).await.is_err());

    let query = "https://client.example.net/m.json?v=1";
    let stage = Stage::with(vec![served(&document(query))]).await;
    let (builder, _) = stage.builder(Domains::all());
    assert!(
        resolve(&builder.with_queries().build().unwrap(), query)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn settings_have_bounds() {
    let stage = Stage::with(vec![Answer::Silence]).await;
    let new = || stage.builder(Domains::all()).0;
    for refused in [
        new().with_client_auth_methods([]),
        new().with_client_auth_methods([AuthMethod::ClientSecretBasic]),
        new().with_grant_types([]),
        new().with_policy(
            Policy::default().with_allowed_grant_types([GrantType::ClientCredentials]),
        ),
        new().with_policy(Policy::default().with_allowed_scopes(["other"])),
        new().with_private_use_uris(["https://app.example.com/cb"]),
        new().with_max_document_length(1_023),
        new().with_max_document_length(64 * 1_024 + 1),
        new().with_max_copies(9),
        new().with_freshness(Duration::ZERO, seconds(60)),
        new().with_freshness(seconds(61), seconds(60)),
        new().with_freshness(seconds(60), seconds(86_401)),
        new().with_stale_if_error(seconds(3_601)),
        new().with_insecure_loopback_documents("https://id.example.com"),
        new().with_insecure_loopback_documents("http://10.0.0.1"),
    ] {
        assert!(refused.build().is_err());
    }
}

#[tokio::test]
async fn documents_on_loopback_are_for_development() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "http://localhost:{}/m.json",
        listener.local_addr().unwrap().port()
    );
    let body = document(&url).to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 1_024]).await.unwrap();
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
            let answer = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let stage = Stage::with(vec![Answer::Silence]).await;
    let (resolver, _) = stage.resolver();
    let error = resolve(&resolver, &url).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidUrl);
    assert_eq!(
        alone(&stage.authenticator(&resolver), &url)
            .await
            .unwrap_err()
            .status(),
        401
    );

    let (builder, route) = stage.builder(Domains::all().with_denied(["localhost"]));
    let builder = builder.with_insecure_loopback_documents("http://127.0.0.1:8080");
    let untrusted = resolve(&builder.build().unwrap(), &url).await.unwrap_err();
    assert_eq!(untrusted.kind(), ErrorKind::Untrusted);

    let (builder, other_route) = stage.builder(Domains::all());
    let resolver = builder
        .with_insecure_loopback_documents("http://127.0.0.1:8080")
        .build()
        .unwrap();
    assert_eq!(
        resolve(&resolver, &url).await.unwrap().from,
        ResolvedFrom::Document
    );
    assert!(alone(&stage.authenticator(&resolver), &url).await.is_ok());
    for bad in [
        "http://10.0.0.1/m.json",
        "http://127.0.0.2/m.json",
        "http://client.example.net/m.json",
        "http://localhost/",
        "http://localhost:80/m.json",
        "http://localhost/m.json?v=1",
        "http://localhost/a/../m.json",
        "http://u@localhost/m.json",
        "http://LOCALHOST/m.json",
    ] {
        let error = resolve(&resolver, bad).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidUrl, "{bad}");
    }
    assert!(route.dialled().is_empty() && other_route.dialled().is_empty());
    let unknown = resolve(&resolver, "app-1").await.unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::Unknown);
}
