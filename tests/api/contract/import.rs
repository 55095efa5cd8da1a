//! Importing a client over HTTP, with a chosen `client_id` and a secret that is brought along.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use tower_oauth_clients::authentication::{ClientAuthenticator, Presented};
use tower_oauth_clients::domain::{ClientId, Operator, Role, SecretHash, TenantId};
use tower_oauth_clients::secrets::{
    AnyHash, Argon2id, Error, ErrorKind, HashPool, HmacSha256, Pepper, Plaintext, SecretHasher,
};

use super::shape::assert_error;
use support::console::{path, text};
use support::{Answer, App, CLIENTS, Repository, Store, admin, base, request, super_admin};

/// The hash of `U*U`, from the tests of crypt_blowfish.
const BCRYPT: &str = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
const SECRET: &str = "a secret of the old system, %+";

/// Apps that allow imports, with the default hasher.
async fn each() -> Vec<App> {
    let mut apps = Vec::new();
    for store in Store::ALL {
        apps.push(App::with(store, |it| it.with_hash_pool(pool()).with_http_import()).await);
    }
    apps
}

fn pool() -> HashPool {
    let cheap = Argon2id::builder().with_memory(8).with_iterations(1);
    let cheap = cheap.with_insecure_cost().build().unwrap();
    HashPool::builder(AnyHash::new(cheap)).build().unwrap()
}

async fn import_as(app: &App, token: &str, body: &str) -> Answer {
    let path = format!("{CLIENTS}/import");
    let mut request = request(token, Method::POST, &path, Some(&json!({})));
    *request.body_mut() = body.to_owned().into();
    let tenant = "tenant_a".parse().unwrap();
    request.headers_mut().insert("x-tenant-id", tenant);
    app.send(request).await
}

async fn import(app: &App, body: &Value) -> Answer {
    import_as(app, &super_admin(), &body.to_string()).await
}

fn with(members: Value) -> Value {
    let mut body = base();
    body["client_id"] = "legacy".into();
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

async fn authenticates(app: &App, secret: &str) -> bool {
    let builder = match app.repository.clone() {
        Repository::Memory(it) => ClientAuthenticator::builder(it),
        Repository::Sqlite(it) => ClientAuthenticator::builder(it),
        Repository::Postgres(it) => ClientAuthenticator::builder(it),
        Repository::Mysql(it) => ClientAuthenticator::builder(it),
    };
    let authenticator = builder.with_hash_pool(app.manager.hash_pool());
    let authenticator = authenticator.with_clock(app.clock.clone()).build().unwrap();
    let presented = Presented::SecretBasic {
        client_id: ClientId::parse("legacy").unwrap(),
        secret: Plaintext::new(secret),
    };
    let outcome = authenticator.authenticate_presented(presented, None).await;
    outcome.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_imported_with_its_id_and_its_secret() {
    for app in each().await {
        let body = with(json!({"client_secret": SECRET, "status": "active", "contacts": ["a"]}));
        let answer = import(&app, &body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        assert_eq!(answer.header("etag"), Some("\"1\""));
        let location = answer.header("location");
        assert_eq!(location, Some(&*format!("{CLIENTS}/legacy")));
        let data = answer.data();
        assert_eq!(data["client_id"], "legacy");
        assert_eq!(data["secret_last_four"], ", %+");
        assert!(!String::from_utf8_lossy(&answer.body).contains(SECRET));
        assert_eq!(app.get("legacy").await.data(), data);
        assert!(authenticates(&app, SECRET).await);
        assert!(!authenticates(&app, &SECRET.replace("old", "new")).await);
        let full = format!("{}?view=full", path("legacy", ""));
        let full = app.call(Method::GET, &full, None).await.data();
        assert_eq!(
            (&full["origin"], &full["contacts"]),
            (&json!("import"), &json!(["a"]))
        );
        let logs = app.audit_logs("legacy", "").await.json();
        assert_eq!(logs["total"], 1);
        assert_eq!(logs["items"][0]["action"], "client.create");
        let message = text(&logs["items"][0]["message"]);
        assert!(message.starts_with("imported"), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_comes_as_a_foreign_hash_or_not_at_all() {
    for app in each().await {
        let hashed = json!({"client_secret_hash": BCRYPT, "secret_last_four": "U*U"});
        let answer = import(&app, &with(hashed)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        assert_eq!(answer.data()["secret_last_four"], "U*U");
        assert!(!String::from_utf8_lossy(&answer.body).contains(BCRYPT));
        assert!(authenticates(&app, "U*U").await);

        let without = json!({"client_id": "later", "status": "suspended"});
        let answer = import(&app, &with(without)).await;
        assert_eq!(answer.data()["status"], "suspended");
        assert!(app.secrets("later").await.is_empty());
        assert_eq!(app.add_secret("later").await.status, StatusCode::CREATED);
    }
}

/// A secret that this crate issued elsewhere has the id of a record there.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_another_installation_works() {
    let (_, secret) = App::new(Store::Memory).await.client().await;
    for app in each().await {
        let answer = import(&app, &with(json!({"client_secret": secret}))).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        assert!(authenticates(&app, &secret).await);
    }
}

#[tokio::test]
async fn a_transfer_document_is_imported_once() {
    let source = &each().await[0];
    source
        .create(&with(
            json!({"jwks_uri": "https://a.example/jwks", "metadata": {"a": "b"}}),
        ))
        .await;
    let tenant = TenantId::parse("tenant_a").unwrap();
    let operator = Operator::new("root", Role::SuperAdmin, tenant);
    let page = source.manager.export(&operator, None).await.unwrap();
    let document = serde_json::to_value(&page.clients[0]).unwrap();
    // Earlier versions named no origin: all clients were created by administrators.
    let mut older = document.clone();
    older.as_object_mut().unwrap().remove("origin");
    for app in each().await.into_iter().skip(1) {
        let answer = import(&app, &older).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        assert_eq!(answer.data()["id"], document["id"]);
        let full = path(text(&answer.data()["client_id"]), "?view=full");
        let full = app.call(Method::GET, &full, None).await.data();
        assert_eq!(full["metadata"], json!({"a": "b"}));
        assert_eq!(full["origin"], "administrator");
        let again = import(&app, &document).await;
        assert_eq!(again.status, StatusCode::OK, "{:?}", again.body);
        assert_eq!(again.data(), answer.data());
        assert_eq!(again.header("location"), answer.header("location"));
        let mut other = document.clone();
        other["version"] = 7.into();
        assert_error(&import(&app, &other).await, 409);
    }
    let app = &each().await[0];
    for (member, value, fault) in [
        (
            "version",
            json!("7"),
            "version: must be as an export writes it",
        ),
        (
            "scopes",
            json!([7]),
            "scopes: must be as an export writes it",
        ),
        (
            "created_at",
            json!("evil"),
            "created_at: must be as an export writes it",
        ),
        ("evil", json!(1), "evil: is not a known member"),
        (
            "tenant_id",
            json!("evil"),
            "tenant_id: must be the operator's tenant",
        ),
        (
            "secrets",
            json!([{"hash": "evil"}]),
            "secrets[0].secret_id: is required",
        ),
        ("secrets", json!(["evil"]), "secrets[0]: must be an object"),
        (
            "secrets",
            json!("evil"),
            "secrets: must be as an export writes it",
        ),
    ] {
        let mut wrong = document.clone();
        wrong[member] = value;
        let answer = import(app, &wrong).await;
        assert_error(&answer, 400);
        assert!(answer.message().contains(fault), "{}", answer.message());
        let told = answer.message().replace("evil: is not", "");
        assert!(!told.contains("evil"), "{told}");
    }
    let mut less = document.clone();
    less.as_object_mut().unwrap().remove("name");
    assert!(
        import(app, &less)
            .await
            .message()
            .contains("name: is required")
    );
}

#[tokio::test]
async fn every_fault_is_named_and_no_value() {
    let app = &each().await[0];
    let evil = "evil-evil-evil-evil";
    for (members, faults) in [
        (json!({"client_id": null}), "client_id: is required"),
        (json!({"client_id": 7}), "client_id: must be a string"),
        (
            json!({"client_id": "evil evil"}),
            "client_id: must be 1 to 256 visible ASCII characters",
        ),
        (
            json!({"client_secret": "evil-evil-evil-"}),
            "client_secret: must be 16 to 1024 characters long",
        ),
        (
            json!({"client_secret": "e".repeat(1025)}),
            "client_secret: must be 16 to 1024 characters long",
        ),
        (
            json!({"client_secret": "evil-evil-evil-evil-é"}),
            "client_secret: must be printable ASCII characters",
        ),
        (
            json!({"client_secret": ["evil"]}),
            "client_secret: must be a string",
        ),
        (
            json!({"client_secret": evil, "client_secret_hash": BCRYPT}),
            "client_secret_hash: must not be set together with client_secret",
        ),
        (
            json!({"client_secret_hash": "evil"}),
            "client_secret_hash: must have a format that the hasher reads, within its limits",
        ),
        (
            json!({"client_secret_hash": "evil evil"}),
            "client_secret_hash: must be at most 1024 visible ASCII characters",
        ),
        (
            json!({"client_secret_hash": BCRYPT, "secret_last_four": "evil!"}),
            "secret_last_four: must be at most 4 printable ASCII characters",
        ),
        (
            json!({"client_secret": evil, "secret_last_four": "evil"}),
            "secret_last_four: must not be set without client_secret_hash",
        ),
        (
            json!({"client_secret": evil, "is_confidential": false}),
            "client_secret: must not be set for a client that can't use a secret",
        ),
        (
            json!({"client_secret": evil, "name": "", "client_id": ""}),
            "client_id: must be 1 to 256 visible ASCII characters; \
          name: must be 1 to 128 characters long",
        ),
        (
            json!({"status": "evil"}),
            "status: must be one of active, suspended, inactive",
        ),
        (
            json!({"clientSecret": evil}),
            "clientSecret: is not a known member, use client_secret",
        ),
        (
            json!({"client_secret_options": {}}),
            "client_secret_options: is not a known member",
        ),
    ] {
        let answer = import(app, &with(members)).await;
        assert_error(&answer, 400);
        assert_eq!(answer.message(), faults);
        assert!(!answer.message().contains("evil"));
    }
    for (body, fault) in [
        (
            "[]",
            "body: must be one JSON object without duplicate members",
        ),
        (
            "{\"client_secret\":\"a\",\"client_secret\":\"b\"}",
            "body: must be one JSON object without duplicate members",
        ),
        (
            "{\"secrets\":[{\"a\":1,\"a\":2}]}",
            "body: must be one JSON object without duplicate members",
        ),
        (
            "{\"client_secret\":",
            "body: must be valid JSON: it is not at line 1, column 17",
        ),
    ] {
        let answer = import_as(app, &super_admin(), body).await;
        assert_error(&answer, 400);
        assert_eq!(answer.message(), fault);
    }
    assert_error(&app.get("legacy").await, 404);
}

#[tokio::test]
async fn a_taken_id_is_a_conflict() {
    for app in each().await {
        let body = with(json!({"client_secret": SECRET}));
        assert_eq!(import(&app, &body).await.status, StatusCode::CREATED);
        let answer = import(&app, &body).await;
        assert_error(&answer, 409);
        assert_eq!(answer.message(), "the id is taken");
        app.delete("legacy").await;
        assert_error(&import(&app, &body).await, 409);
        assert_eq!(app.audit_logs("legacy", "").await.json()["total"], 2);
    }
}

#[tokio::test]
async fn only_a_super_admin_may_import_where_the_host_allows_it() {
    let body = with(json!({"client_secret": SECRET})).to_string();
    let app = &each().await[0];
    let refused = import_as(app, &admin("tenant_a"), &body).await;
    assert_error(&refused, 403);
    assert_eq!(refused.message(), "only a super_admin may import clients");
    assert_error(&import_as(app, "", &body).await, 401);
    let app = App::new(Store::Memory).await;
    for token in [admin("tenant_a"), super_admin()] {
        assert_error(&import_as(&app, &token, &body).await, 404);
    }
    assert_error(&app.get("legacy").await, 404);
}

/// A host that hashes only generated secrets.
#[tokio::test]
async fn a_secret_that_the_host_does_not_hash_is_refused() {
    let pepper = Pepper::new("a", [7; 32]).unwrap();
    let hasher = HmacSha256::builder(pepper).build().unwrap();
    let pool = HashPool::builder(hasher).build().unwrap();
    let app = App::with(Store::Memory, |it| {
        it.with_hash_pool(pool).with_http_import()
    })
    .await;
    let answer = import(&app, &with(json!({"client_secret": SECRET}))).await;
    assert_error(&answer, 400);
    let expected = "client_secret: must be a generated secret: the host hashes no others";
    assert_eq!(answer.message(), expected);
}

/// A hasher that always fails.
struct Failing(ErrorKind);

impl SecretHasher for Failing {
    fn hash(&self, _: &Plaintext) -> Result<SecretHash, Error> {
        Err(Error::new(self.0))
    }

    fn verify(&self, _: &Plaintext, _: &SecretHash) -> Result<bool, Error> {
        Err(Error::new(self.0))
    }
}

#[tokio::test]
async fn a_hasher_that_fails_is_no_fault_of_the_secret() {
    for (kind, status) in [(ErrorKind::Other, 500), (ErrorKind::Overloaded, 503)] {
        let pool = HashPool::builder(Failing(kind)).build().unwrap();
        let app = App::with(Store::Memory, |it| {
            it.with_hash_pool(pool).with_http_import()
        })
        .await;
        let answer = import(&app, &with(json!({"client_secret": SECRET}))).await;
        assert_error(&answer, status);
        assert_error(&app.get("legacy").await, 404);
    }
}
