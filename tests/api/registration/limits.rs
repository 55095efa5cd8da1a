//! How many may register.

use std::net::IpAddr;
use std::time::Duration;

use http::Method;
use support::registrant::{Door, REGISTER, Registered, public};
use support::{Answer, App, Store};
use tower_oauth_clients::handlers::PeerIp;
use tower_oauth_clients::registration::{
    InitialAccessTokenOptions, RegistrationLimits, RegistrationMode,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[track_caller]
fn assert_refused(answer: &Answer) -> u64 {
    assert_eq!(answer.status, 429, "{answer:?}");
    assert_eq!(answer.json()["error"], "temporarily_unavailable");
    answer.header("retry-after").unwrap().parse().unwrap()
}

#[tokio::test]
async fn an_address_has_a_budget_that_comes_back() {
    let app = App::new(Store::Memory).await;
    let door = Door::open(&app);
    for _ in 0..10 {
        assert_eq!(door.post_from("192.0.2.1", &public()).await.status, 201);
    }
    let wait = assert_refused(&door.post_from("192.0.2.1", &public()).await);
    assert_eq!(wait, 180);
    assert_eq!(door.post_from("192.0.2.2", &public()).await.status, 201);
    app.clock.advance(Duration::from_secs(wait));
    assert_eq!(door.post_from("192.0.2.1", &public()).await.status, 201);
    assert_refused(&door.post_from("192.0.2.1", &public()).await);

    for n in 0..10 {
        let ip = format!("2001:db8::{n}");
        assert_eq!(door.post_from(&ip, &public()).await.status, 201);
    }
    assert_refused(&door.post_from("2001:db8::ffff", &public()).await);
    assert_eq!(
        door.post_from("2001:db8:0:1::1", &public()).await.status,
        201
    );
}

#[tokio::test]
async fn a_refused_request_counts_for_the_address_alone() {
    let app = App::new(Store::Memory).await;
    let limits = RegistrationLimits::new().with_tenant_budget(2, DAY);
    let door = Door::with(&app, "tenant_a", |registrar| registrar.with_limits(limits));
    let mut bad = public();
    bad["grant_types"] = serde_json::json!(["implicit"]);
    for _ in 0..10 {
        assert_eq!(door.post_from("192.0.2.1", &bad).await.status, 400);
    }
    assert_refused(&door.post_from("192.0.2.1", &bad).await);
    assert_eq!(door.post_from("192.0.2.2", &public()).await.status, 201);
    assert_eq!(door.post_from("192.0.2.3", &public()).await.status, 201);
    assert_refused(&door.post_from("192.0.2.4", &public()).await);
}

#[tokio::test]
async fn a_tenant_has_a_budget_of_its_own() {
    let app = App::new(Store::Memory).await;
    let limits = RegistrationLimits::new().with_tenant_budget(3, DAY);
    let door = Door::with(&app, "tenant_a", |registrar| {
        registrar.with_limits(limits.clone())
    });
    let other = Door::with(&app, "tenant_b", |registrar| registrar.with_limits(limits));
    for _ in 0..3 {
        assert_eq!(door.post(&public()).await.status, 201);
    }
    assert_eq!(assert_refused(&door.post(&public()).await), 8 * 60 * 60);
    assert_eq!(other.post(&public()).await.status, 201);
}

#[tokio::test]
async fn strangers_lock_out_nobody_who_has_a_token() {
    let app = App::new(Store::Memory).await;
    let limits = RegistrationLimits::new().with_tenant_budget(3, DAY);
    let door = Door::with(&app, "tenant_a", |registrar| registrar.with_limits(limits));
    for _ in 0..3 {
        assert_eq!(door.post(&public()).await.status, 201);
    }
    assert_refused(&door.post(&public()).await);
    let token = door.issue(InitialAccessTokenOptions::new()).await;
    let post = async |token: &str| {
        door.call(token, Method::POST, REGISTER, Some(&public()))
            .await
    };
    for _ in 0..3 {
        assert_eq!(post(&token).await.status, 201);
    }
    assert_refused(&post(&token).await);
    let other = door.issue(InitialAccessTokenOptions::new()).await;
    assert_eq!(post(&other).await.status, 201);
    assert_eq!(post("guess").await.status, 401);
}

#[tokio::test]
async fn a_tenant_has_so_many_clients_and_no_more() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let limits = RegistrationLimits::new().with_max_clients(2);
        let door = Door::with(&app, "tenant_a", |registrar| registrar.with_limits(limits));
        let first = door.registered(&public()).await;
        door.registered(&public()).await;
        assert_refused(&door.post(&public()).await);
        let deleted = door
            .call(first.token(), Method::DELETE, &first.path(), None)
            .await;
        assert_eq!(deleted.status, 204);
        app.clock.advance(Duration::from_secs(10));
        door.registered(&public()).await;
        assert_refused(&door.post(&public()).await);
        assert_eq!(door.count().await, 2);

        let token = door.issue(InitialAccessTokenOptions::new()).await;
        let body = public();
        let invited = door.call(&token, Method::POST, REGISTER, Some(&body));
        assert_eq!(invited.await.status, 201);
    }
}

#[tokio::test]
async fn nothing_is_there_when_it_is_off() {
    let app = App::new(Store::Memory).await;
    let open = Door::open(&app);
    let client = open.registered(&public()).await;
    let door = Door::with(&app, "tenant_a", |registrar| {
        registrar.with_mode(RegistrationMode::Off)
    });
    for method in [Method::POST, Method::GET, Method::OPTIONS] {
        for path in ["/oauth/register", &*client.path()] {
            let answer = door.call(client.token(), method.clone(), path, None).await;
            assert_eq!(answer.status, 404);
        }
    }
}

#[tokio::test]
async fn a_client_changes_so_often_and_no_more() {
    let app = App::new(Store::Memory).await;
    let door = Door::open(&app);
    let (client, other) = (
        door.registered(&public()).await,
        door.registered(&public()).await,
    );
    let put = async |client: &Registered| {
        let (path, body) = (client.path(), client.body(&public()));
        door.call(client.token(), Method::PUT, &path, Some(&body))
            .await
    };
    for _ in 0..30 {
        assert_eq!(put(&client).await.status, 200);
    }
    assert_eq!(assert_refused(&put(&client).await), 120);
    assert_eq!(put(&other).await.status, 200);
    let path = client.path();
    let read = door.call(client.token(), Method::GET, &path, None).await;
    assert_eq!(read.status, 200);
}

#[tokio::test]
async fn guesses_are_limited_and_lock_out_no_other_client() {
    let app = App::new(Store::Memory).await;
    let door = Door::open(&app);
    let (client, other) = (
        door.registered(&public()).await,
        door.registered(&public()).await,
    );
    let ask = async |token: &str, path: &str| {
        let mut request = support::request(token, Method::GET, path, None);
        let ip: IpAddr = "192.0.2.1".parse().unwrap();
        request.extensions_mut().insert(PeerIp(ip));
        door.send(request).await
    };
    let path = client.path();
    for _ in 0..100 {
        assert_eq!(ask(client.token(), &path).await.status, 200);
    }
    for _ in 0..60 {
        assert_eq!(ask(other.token(), &path).await.status, 401);
    }
    assert_refused(&ask(other.token(), &path).await);
    assert_eq!(ask(other.token(), &other.path()).await.status, 200);

    // From one address, guesses at many clients end, too.
    for n in 0..540 {
        let path = format!("{REGISTER}/app-{n}");
        assert_eq!(ask(other.token(), &path).await.status, 401);
    }
    assert_refused(&ask(other.token(), &format!("{REGISTER}/app-x")).await);
}
