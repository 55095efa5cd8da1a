//! Refusals and token introspection, tested with a handwritten client.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::domain::{
    AuthMethod, ClientId, Draft, GrantType, Operator, Role, SecretHash, TenantId,
};
use tower_oauth_clients::manager::transfer::ClientImport;
use tower_oauth_clients::repository::SqliteRepository;

use super::TOKEN_ENDPOINT;
use super::client::{CLIENTS, Client, issuer, post};
use support::example::{Host, Settings, send};

/// The token of an administrator of this tenant, signed with the key that the tests set.
fn admin_of(tenant: &str) -> String {
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    let claims =
        json!({"sub": "bob", "tenant_id": tenant, "role": "admin", "exp": 9_999_999_999_u64});
    let key = EncodingKey::from_secret(b"a key of a test, and nothing else");
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap()
}

fn introspect(host: &Host, caller: &Client, token: &str) -> Value {
    let answer = caller.post(host, "/introspect", &[("token", token)]);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

#[test]
fn a_token_is_as_good_as_its_client_and_in_its_tenant_only() {
    let folder = TempDir::new().unwrap();
    let host = Settings::of(&TOKEN_ENDPOINT, &folder).start();
    let [client, api] = [(); 2].map(|()| Client::register(&host, &json!({})));
    let elsewhere = Client::register_as(&host, &admin_of("elsewhere"), &json!({}));
    let issued = client.token(&host, &[("scope", "")]);
    assert_eq!(issued.status, 200, "{}", issued.body);
    assert_eq!(issued.header("cache-control"), Some("no-store"));
    let issued = issued.json();
    assert_eq!(issued["scope"], "orders.read orders.write");
    let token = issued["access_token"].as_str().unwrap();

    let told = introspect(&host, &api, token);
    assert_eq!(
        (&told["active"], &told["sub"]),
        (&json!(true), &json!(client.id))
    );
    let nothing = json!({"active": false});
    assert_eq!(introspect(&host, &elsewhere, token), nothing);
    // The token of an administrator is not an access token.
    for other in ["", "x", &format!("{token}x"), &host.token] {
        assert_eq!(introspect(&host, &api, other), nothing, "{other}");
    }

    let path = format!("{CLIENTS}/{}", client.id);
    for (status, good) in [("suspended", false), ("active", true)] {
        let changed = host.ask("PUT", &path, &host.token, &json!({"status": status}));
        assert_eq!(changed.status, 200);
        assert_eq!(introspect(&host, &api, token)["active"], good);
        assert_eq!(
            client.token(&host, &[]).status,
            if good { 200 } else { 401 }
        );
    }
    host.ask("DELETE", &path, &host.token, &Value::Null);
    assert_eq!(introspect(&host, &api, token), nothing);
    assert_eq!(client.token(&host, &[]).status, 401);
    host.stop();
}

/// The other system hashed its secret with bcrypt.
#[tokio::test]
async fn a_client_of_another_system_gets_a_token() {
    let folder = TempDir::new().unwrap();
    let host = Settings::of(&TOKEN_ENDPOINT, &folder).start();
    let repository = SqliteRepository::open(folder.path().join("clients.db")).await;
    let manager = ClientManager::builder(repository.unwrap()).build().unwrap();
    let operator = Operator::new("alice", Role::Admin, TenantId::parse("demo").unwrap());
    let draft = Draft::new("Payroll", ["https://payroll.example.com/callback"])
        .with_grant_types([GrantType::ClientCredentials])
        .with_client_auth_methods([AuthMethod::ClientSecretPost]);
    let hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    let import = ClientImport::new(ClientId::parse("payroll").unwrap(), draft)
        .with_secret(SecretHash::new(hash), "");
    manager.import(&operator, import).await.unwrap();

    let with_secret = |secret: &str| {
        let client = Client {
            id: "payroll".to_owned(),
            secret: secret.to_owned(),
        };
        client.token(&host, &[])
    };
    assert_eq!(with_secret("U*V").status, 401);
    let issued = with_secret("U*U");
    assert_eq!(issued.status, 200, "{}", issued.body);
    host.stop();
}

#[test]
fn who_does_not_authenticate_learns_nothing() {
    let folder = TempDir::new().unwrap();
    let host = Settings::of(&TOKEN_ENDPOINT, &folder).start();
    let client = Client::register(&host, &json!({}));
    let token = client.token(&host, &[]).json()["access_token"].clone();
    let token = token.as_str().unwrap();
    let public = json!({"is_confidential": false, "client_auth_methods": ["none"],
        "grant_types": ["authorization_code"]});
    let public = Client::register(&host, &public);
    let refused = [
        post(&host, "/introspect", &[("token", token)]),
        public.post(&host, "/introspect", &[("token", token)]),
        post(
            &host,
            "/token",
            &[
                ("grant_type", "client_credentials"),
                ("client_id", &client.id),
            ],
        ),
    ];
    for refused in refused {
        assert_eq!(
            (refused.status, &refused.json()["error"]),
            (401, &"invalid_client".into())
        );
        assert!(
            refused
                .header("www-authenticate")
                .unwrap()
                .starts_with("Basic ")
        );
    }
    let asked = public.token(&host, &[]);
    assert_eq!(
        (asked.status, &asked.json()["error"]),
        (400, &"unauthorized_client".into())
    );
    host.stop();
}

#[test]
fn an_assertion_is_for_this_issuer_alone_and_once() {
    let folder = TempDir::new().unwrap();
    let host = Settings::of(&TOKEN_ENDPOINT, &folder).start();
    let client = Client::register(&host, &json!({}));
    let good = client.assertion(&host, &json!({}));
    assert_eq!(client.with_assertion(&host, &good).status, 200);
    let other = Client::register(
        &host,
        &json!({"jwks": null, "client_auth_methods": ["client_secret_basic"]}),
    );
    for refused in [
        good,
        client.assertion(&host, &json!({"aud": format!("{}/token", issuer(&host))})),
        client.assertion(&host, &json!({"aud": "https://id.example.com"})),
        client.assertion(&host, &json!({"exp": 1})),
        other.assertion(&host, &json!({})),
    ] {
        let answer = client.with_assertion(&host, &refused);
        assert_eq!(
            (answer.status, &answer.json()["error"]),
            (401, &"invalid_client".into())
        );
    }
    host.stop();
}

#[test]
fn a_request_that_is_wrong_is_told_what_is_wrong() {
    let folder = TempDir::new().unwrap();
    let host = Settings::of(&TOKEN_ENDPOINT, &folder).start();
    let client = Client::register(&host, &json!({}));
    let twice = [
        ("grant_type", "client_credentials"),
        ("grant_type", "client_credentials"),
    ];
    for (pairs, error) in [
        (&[("scope", "orders.read")][..], "invalid_request"),
        (&[("grant_type", "")], "invalid_request"),
        (&twice, "invalid_request"),
        (&[("grant_type", "password")], "unsupported_grant_type"),
        (
            &[
                ("grant_type", "client_credentials"),
                ("scope", "orders.read admin"),
            ],
            "invalid_scope",
        ),
    ] {
        let answer = client.post(&host, "/token", pairs);
        assert_eq!(
            (answer.status, &answer.json()["error"]),
            (400, &error.into()),
            "{pairs:?}"
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let answer = client.post(&host, "/introspect", &[]);
    assert_eq!(
        (answer.status, &answer.json()["error"]),
        (400, &"invalid_request".into())
    );
    let answer = send(host.address, "GET", "/token", "", "").unwrap();
    assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
    host.stop();
}

/// RFC 9110 §8.3.1.
#[test]
fn a_media_type_is_the_same_in_any_case() {
    let folder = TempDir::new().unwrap();
    let host = Settings::of(&TOKEN_ENDPOINT, &folder).start();
    let client = Client::register(&host, &json!({}));
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        client.id, client.secret
    );
    for media_type in [
        "Application/X-WWW-Form-Urlencoded",
        "application/x-www-form-urlencoded",
    ] {
        let head = format!("Content-Type: {media_type}\r\n");
        let answer = send(host.address, "POST", "/token", &head, &form).unwrap();
        assert_eq!(answer.status, 200, "{media_type}: {}", answer.body);
    }
}

#[test]
fn the_log_says_whose_authentication_failed() {
    let folder = TempDir::new().unwrap();
    let settings = Settings::of(&TOKEN_ENDPOINT, &folder).with("NO_COLOR", "1");
    let host = settings.start();
    let client = Client::register(&host, &json!({}));
    for claimed in [&*client.id, "app-absent", &client.secret] {
        let pairs = [
            ("grant_type", "client_credentials"),
            ("client_id", claimed),
            ("client_secret", "a guess"),
        ];
        assert_eq!(post(&host, "/token", &pairs).status, 401);
    }
    host.stop();
    let log = String::from_utf8(settings.log()).unwrap();
    for claimed in [&*client.id, "app-absent"] {
        assert!(log.contains(&format!("client_id=\"{claimed}\"")), "{log}");
    }
    assert!(
        !log.contains(&client.secret) && !log.contains("a guess"),
        "{log}"
    );
}

#[test]
fn a_page_gets_a_token_on_an_origin_that_is_registered() {
    let folder = TempDir::new().unwrap();
    let host = Settings::of(&TOKEN_ENDPOINT, &folder).start();
    let origin = "https://spa.example.com";
    let client = Client::register(&host, &json!({"allowed_cors_origins": [origin]}));
    let call = |method, origin, head, body: &str| {
        let head = format!("Origin: {origin}\r\n{head}");
        let answer = send(host.address, method, "/token", &head, body).unwrap();
        let allowed = answer.header("access-control-allow-origin");
        (answer.status, allowed.map(str::to_owned))
    };
    let asks = "Access-Control-Request-Method: POST\r\n";
    let allowed = Some(origin.to_owned());
    assert_eq!(call("OPTIONS", origin, asks, ""), (200, allowed.clone()));
    let other = "https://other.example.com";
    assert_eq!(call("OPTIONS", other, asks, "").1, None);

    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let wrong = format!("grant_type=client_credentials&client_id={}", client.id);
    let right = format!("{wrong}&client_secret={}", client.secret);
    assert_eq!(call("POST", origin, form, &right), (200, allowed.clone()));
    // The page may read why it gets none.
    assert_eq!(call("POST", origin, form, &wrong), (401, allowed));
    assert_eq!(call("POST", other, form, &right).1, None);
}
