//! The `Debug` output of public types.

use std::fmt::Debug;

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;
use tower_oauth_clients::authorization::jwt::{JwtAuthorizer, Keys};
use tower_oauth_clients::domain::{Draft, Operator, Patch, Role, TenantId};
use tower_oauth_clients::handlers::Body;
use tower_oauth_clients::manager::transfer::ClientImport;
use tower_oauth_clients::secrets::{Argon2id, Plaintext, SecretFormat};

use crate::{Secrets, private_key};
use support::{App, CLIENTS, KEY, Repository, admin, base, request};

/// Asserts that the output of public types contains no secrets.
pub(super) async fn nothing(app: &App, secrets: &mut Secrets) {
    let tenant = TenantId::parse("tenant_a").unwrap();
    let operator = Operator::new("alice", Role::Admin, tenant);
    let draft = Draft::new("n", ["https://app.example.com/cb"]);
    let issued = app.manager.create(&operator, draft).await.unwrap();
    secrets.add("an issued secret", issued.secret.as_ref().unwrap().expose());
    let client_id = issued.client.client_id.as_str();
    let records = app.secret_records("tenant_a", client_id).await;
    let trail = app.trail("tenant_a", client_id).await;
    let keys = || Keys::from_secret(KEY).unwrap();
    let authorizer = JwtAuthorizer::builder(keys());
    secrets.add(
        "bytes of the key",
        &format!("{KEY:?}").replace(['[', ']'], ""),
    );

    let plaintext = Plaintext::new("S3CR3T-CANARY");
    let created = created(app, secrets).await;
    let form = Body::from(Bytes::from_static(b"client_secret=S3CR3T-CANARY"));
    let (jwks, d) = private_key();
    secrets.add("a private key", &d);
    let draft = || Draft::new("n", ["https://app.example.com/cb"]).with_jwks(Some(&jwks));
    let print = |what: &str, value: &dyn Debug| {
        let text = format!("{value:?}\n{value:#?}");
        secrets.assert_absent(text.as_bytes(), what);
        assert!(!text.contains("$argon2id$"), "{what}");
    };
    print("Issued", &issued);
    print("SecretRecord", &records);
    print("SecretHash", &records[0].hash);
    print("AuditEntry", &trail);
    print("Plaintext", &plaintext);
    print("Body", created.body());
    print("a response", &created);
    print("a request", &Request::new(form));
    print("Draft", &draft());
    print("Patch", &Patch::new().with_jwks(Some(&jwks)));
    let client_id = issued.client.client_id.clone();
    print("ClientImport", &ClientImport::new(client_id, draft()));
    print("ClientManager", &app.manager);
    print("Handlers", &app.handlers);
    print("ManagementService", &app.service());
    print("Keys", &keys());
    print("the builder of a JwtAuthorizer", &authorizer);
    print("JwtAuthorizer", &authorizer.build().unwrap());
    print("Argon2id", &Argon2id::default());
    print("SecretFormat", &SecretFormat::default());
    print("HashPool", &support::cheap_pool());
    match &app.repository {
        Repository::Memory(memory) => print("MemoryRepository", memory),
        Repository::Sqlite(sqlite) => print("SqliteRepository", sqlite),
        Repository::Postgres(postgres) => print("PostgresRepository", postgres),
        Repository::Mysql(mysql) => print("MysqlRepository", mysql),
    }
}

/// A response that contains a secret.
async fn created(app: &App, secrets: &mut Secrets) -> http::Response<Body> {
    let create = request(&admin("tenant_a"), Method::POST, CLIENTS, Some(&base()));
    let response = app.service().oneshot(create).await.unwrap();
    let body = response.body().clone().collect().await.unwrap().to_bytes();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let secret = body["data"]["client_secret"].as_str().unwrap();
    secrets.add("the secret of an answer", secret);
    response
}
