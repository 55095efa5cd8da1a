//! Initial access tokens.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use support::registrant::{Door, REGISTER, Registered, bounds, public};
use support::{Answer, App, Store};
use tower_oauth_clients::domain::{AuthMethod, ClientStatus, Clock, GrantType, RegistrationState};
use tower_oauth_clients::registration::{InitialAccessTokenOptions, RegistrationMode};

async fn post(door: &Door<'_>, token: &str, body: &Value) -> Answer {
    door.call(token, Method::POST, REGISTER, Some(body)).await
}

fn protected<'a>(app: &'a App) -> Door<'a> {
    Door::with(app, "tenant_a", |registrar| {
        registrar.with_mode(RegistrationMode::Protected)
    })
}

#[track_caller]
fn assert_refused(answer: &Answer) {
    assert_eq!(answer.status, 401, "{answer:?}");
    let challenge = answer.header("www-authenticate");
    assert_eq!(challenge, Some("Bearer error=\"invalid_token\""));
    assert_eq!(answer.json()["error"], "invalid_token");
}

#[tokio::test]
async fn a_token_registers_until_it_is_spent_or_expired() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = protected(&app);
        let options = InitialAccessTokenOptions::new().with_uses(2);
        let twice = door.issue(options).await;
        for _ in 0..2 {
            assert_eq!(post(&door, &twice, &public()).await.status, 201);
        }
        assert_refused(&post(&door, &twice, &public()).await);
        assert_eq!(door.count().await, 2);

        let ends = app.clock.now() + Duration::from_secs(60);
        let options = InitialAccessTokenOptions::new().with_expires_at(ends);
        let brief = door.issue(options).await;
        assert_eq!(post(&door, &brief, &public()).await.status, 201);
        app.clock.advance(Duration::from_secs(60));
        assert_refused(&post(&door, &brief, &public()).await);

        let elsewhere = Door::with(&app, "tenant_b", |registrar| {
            registrar.with_mode(RegistrationMode::Protected)
        });
        let foreign = elsewhere.issue(InitialAccessTokenOptions::new()).await;
        assert_refused(&post(&door, &foreign, &public()).await);
        assert_eq!(post(&elsewhere, &foreign, &public()).await.status, 201);
    }
}

#[tokio::test]
async fn a_refused_body_costs_no_use() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = protected(&app);
        let once = door
            .issue(InitialAccessTokenOptions::new().with_uses(1))
            .await;
        let mut bad = public();
        bad["redirect_uris"] = json!(["javascript:alert(1)"]);
        assert_eq!(post(&door, &once, &bad).await.status, 400);
        assert_eq!(post(&door, &once, &public()).await.status, 201);
    }
}

#[tokio::test]
async fn without_a_token_there_is_a_challenge_and_no_reason() {
    let app = App::new(Store::Memory).await;
    let door = protected(&app);
    let answer = door.post(&public()).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    let client = Door::open(&app).registered(&public()).await;
    for bad in [client.token(), "iat_", "a b", "x.y.z"] {
        assert_refused(&post(&door, bad, &public()).await);
    }
}

#[tokio::test]
async fn the_bounds_hold_for_every_update() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = protected(&app);
        let bounds = bounds(|bounds| {
            bounds.grant_types = Some(vec![GrantType::AuthorizationCode]);
            bounds.client_auth_methods = Some(vec![AuthMethod::None]);
            bounds.scopes = Some(vec!["mcp:read".to_owned()]);
            bounds.redirect_hosts = Some(vec!["app.example.net".to_owned()]);
        });
        let options = InitialAccessTokenOptions::new().with_bounds(bounds);
        let token = door.issue(options).await;
        let answer = post(&door, &token, &public()).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let client = Registered(answer.json());
        assert_eq!(client.0["grant_types"], json!(["authorization_code"]));
        assert_eq!(client.0["scope"], "mcp:read");
        for (member, value, error) in [
            (
                "redirect_uris",
                json!(["https://b.example/cb"]),
                "invalid_redirect_uri",
            ),
            (
                "redirect_uris",
                json!(["https://app.example.net.evil.test/cb"]),
                "invalid_redirect_uri",
            ),
            (
                "redirect_uris",
                json!(["https://x.app.example.net/cb"]),
                "invalid_redirect_uri",
            ),
            (
                "redirect_uris",
                json!(["https://app.example.net/cb", "https://b.example/cb"]),
                "invalid_redirect_uri",
            ),
            (
                "redirect_uris",
                json!(["com.evil.app:/cb"]),
                "invalid_redirect_uri",
            ),
            (
                "grant_types",
                json!(["refresh_token"]),
                "invalid_client_metadata",
            ),
            (
                "token_endpoint_auth_method",
                json!("client_secret_basic"),
                "invalid_client_metadata",
            ),
        ] {
            let mut body = public();
            body[member] = value;
            let answer = post(&door, &token, &body).await;
            assert_eq!(answer.json()["error"], error, "{body}");
            let body = client.body(&body);
            let path = client.path();
            let answer = door
                .call(client.token(), Method::PUT, &path, Some(&body))
                .await;
            assert_eq!(answer.json()["error"], error, "{body}");
        }
        let body = client.body(&public());
        let answer = door
            .call(client.token(), Method::PUT, &client.path(), Some(&body))
            .await;
        assert_eq!(answer.json()["grant_types"], json!(["authorization_code"]));
        assert_eq!(answer.json()["scope"], "mcp:read");
    }
}

#[tokio::test]
async fn a_bound_of_hosts_leaves_the_private_use_uris_that_the_host_lists() {
    let app = App::new(Store::Memory).await;
    let cursor = "cursor://anysphere.cursor-mcp/oauth/callback";
    let listed = Door::with(&app, "tenant_a", |registrar| {
        registrar.with_private_use_uris([cursor])
    });
    let bounds = bounds(|bounds| bounds.redirect_hosts = Some(vec!["app.example.net".to_owned()]));
    let options = InitialAccessTokenOptions::new().with_bounds(bounds);
    let token = listed.issue(options).await;
    for (token, uri, status) in [
        (&*token, cursor, 201),
        (&token, "https://app.example.net/cb", 201),
        (&token, "com.evil.app:/cb", 400),
        (&token, "cursor://anysphere.cursor-mcp/other", 400),
        (&token, "http://127.0.0.1/cb", 400),
        ("", "com.evil.app:/cb", 201),
    ] {
        let mut body = public();
        body["redirect_uris"] = json!([uri]);
        let answer = post(&listed, token, &body).await;
        assert_eq!(answer.status, status, "{uri}: {answer:?}");
    }
}

#[tokio::test]
async fn a_token_may_approve_in_advance() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = Door::with(&app, "tenant_a", |registrar| {
            registrar.with_mode(RegistrationMode::Approval)
        });
        let bounds = bounds(|bounds| bounds.is_approved = true);
        let options = InitialAccessTokenOptions::new().with_bounds(bounds);
        let token = door.issue(options).await;
        let answer = post(&door, &token, &public()).await;
        let client = Registered(answer.json());
        let stored = door.stored(client.id()).await;
        assert_eq!(stored.client.status, ClientStatus::Active);
        assert_eq!(stored.registration.state, RegistrationState::Approved);
        let mut body = client.body(&public());
        body["redirect_uris"] = json!(["https://b.example/cb"]);
        let answer = door
            .call(client.token(), Method::PUT, &client.path(), Some(&body))
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}
