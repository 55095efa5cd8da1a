//! A secret is shown once: in the response that issues it. It is in no log of any level, in no
//! other response, in no `Debug` output, in no metric label and not in the database.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod authentication;
mod printed;
mod registration;

use std::collections::BTreeMap;
use std::error::Error as _;
use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex, OnceLock};

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use metrics_util::debugging::DebuggingRecorder;
use serde_json::{Value, json};
use tower::{ServiceBuilder, ServiceExt};
use tower_http::LatencyUnit;
use tower_http::trace::{DefaultMakeSpan, DefaultOnRequest, DefaultOnResponse, TraceLayer};
use tower_oauth_clients::handlers;
use tracing::Level;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

use support::{
    Answer, App, CLIENTS, KEY, Store, admin, base, claims, request, sign_with, super_admin,
};

/// The log of all crates.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Captures the log of this process at the most verbose level.
    fn of_everything() -> Self {
        static LOG: OnceLock<Log> = OnceLock::new();
        let log = LOG.get_or_init(|| {
            let log = Self::default();
            tracing_subscriber::fmt()
                .with_max_level(Level::TRACE)
                .with_span_events(FmtSpan::FULL)
                .with_ansi(false)
                .with_writer(log.clone())
                .init();
            log
        });
        log.clone()
    }

    fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Texts that must not be visible, by description.
#[derive(Default)]
struct Secrets(BTreeMap<String, String>);

impl Secrets {
    fn add(&mut self, what: &str, secret: &str) {
        assert!(secret.len() >= 8, "{what}");
        self.0.insert(secret.to_owned(), what.to_owned());
    }

    /// A token, and each of its meaningful parts.
    fn add_token(&mut self, what: &str, token: &str) {
        self.add(what, token);
        for segment in token.split('.').skip(1) {
            self.add(&format!("a segment of {what}"), segment);
        }
    }

    fn assert_absent(&self, from: &[u8], place: &str) {
        for (secret, what) in &self.0 {
            assert!(!contains(from, secret.as_bytes()), "{what} is in {place}");
        }
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

/// Requests to a service with all logging enabled, and their results.
struct Caller<'a> {
    app: &'a App,
    /// The responses that issue no secret, and the reasons for refusals.
    told: String,
}

impl Caller<'_> {
    async fn send(&mut self, request: Request<Full<Bytes>>) -> Answer {
        let level = Level::TRACE;
        let trace = TraceLayer::new_for_http()
            .make_span_with(DefaultMakeSpan::new().level(level))
            .on_request(DefaultOnRequest::new().level(level))
            .on_response(
                DefaultOnResponse::new()
                    .level(level)
                    .include_headers(true)
                    .latency_unit(LatencyUnit::Micros),
            );
        let service = ServiceBuilder::new()
            .layer(trace)
            .service(self.app.service());
        let response = service.oneshot(request).await.unwrap();
        if let Some(error) = response.extensions().get::<Arc<handlers::Error>>() {
            write!(self.told, "{error} {error:?}").unwrap();
            let mut source = error.source();
            while let Some(cause) = source {
                write!(self.told, "{cause} {cause:?}").unwrap();
                source = cause.source();
            }
        }
        writeln!(self.told, "{:?}", response.headers()).unwrap();
        let answer = Answer::read(response).await;
        if answer.status != 201 {
            writeln!(self.told, "{}", String::from_utf8_lossy(&answer.body)).unwrap();
        }
        answer
    }

    async fn call(
        &mut self,
        token: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        self.send(request(token, method, path, body.as_ref())).await
    }
}

/// The key set in the case about a private key, and its private part.
fn private_key() -> (String, String) {
    let cases: Value = serde_json::from_str(include_str!("../data/hostile.json")).unwrap();
    let case = cases
        .as_array()
        .unwrap()
        .iter()
        .find(|case| case["id"] == "LK-012")
        .unwrap();
    let jwks = case["input"]["set"]["jwks"].as_str().unwrap();
    let set: Value = serde_json::from_str(jwks).unwrap();
    (
        jwks.to_owned(),
        set["keys"][0]["d"].as_str().unwrap().to_owned(),
    )
}

#[tokio::test]
async fn a_secret_is_shown_once() {
    let log = Log::of_everything();
    let recorder = DebuggingRecorder::new();
    let recorded = recorder.snapshotter();
    recorder.install().unwrap();
    for store in Store::ALL {
        let app = App::with(store, |manager| {
            manager.with_audited_values().with_http_import()
        })
        .await;
        let mut secrets = Secrets::default();
        let mut caller = Caller {
            app: &app,
            told: String::new(),
        };
        everything(&mut caller, &mut secrets).await;
        let told = caller.told + &authentication::everything(&app, &mut secrets).await;
        let told = told + &registration::everything(&app, &mut secrets).await;

        let place = |place: &str| format!("{place} over {store:?}");
        secrets.assert_absent(&app.database_bytes(), &place("the database"));
        let hashes = hashes(&app, &mut secrets).await;
        secrets.assert_absent(told.as_bytes(), &place("another answer, or an error"));
        secrets.assert_absent(&log.bytes(), &place("the log"));
        assert!(
            !contains(&log.bytes(), b"$argon2id$"),
            "{}",
            place("a hash is in the log")
        );
        authentication::assert_numbers_tell_nothing(&recorded, &secrets);
        if store != Store::Memory {
            let bytes = app.database_bytes();
            assert!(hashes.iter().all(|hash| contains(&bytes, hash.as_bytes())));
        }
        printed::nothing(&app, &mut secrets).await;
    }

    // The log is not empty.
    let log = String::from_utf8(log.bytes()).unwrap();
    for expected in [
        "finished processing request",
        "refused",
        "TRACE",
        "DEBUG",
        "oauth_clients.authenticate{method=\"private_key_jwt\" outcome=\"success\"}",
        "oauth_clients.hash{work=\"verify\"}",
        "the assertion was presented before",
    ] {
        assert!(log.contains(expected), "{expected} is not logged");
    }
    // Characters that could reorder a line of the log are escaped.
    assert!(!log.contains('\u{202e}') && log.contains("%E2%80%AE"));
}

/// Every operation, successful and not.
async fn everything(caller: &mut Caller<'_>, secrets: &mut Secrets) {
    let token = admin("tenant_a");
    secrets.add_token("a token", &token);
    secrets.add("the key of the tokens", std::str::from_utf8(KEY).unwrap());

    let created = caller
        .call(&token, Method::POST, CLIENTS, Some(base()))
        .await;
    assert_eq!(created.status, 201);
    let issued = created.data();
    secrets.add(
        "an issued secret",
        issued["client_secret"].as_str().unwrap(),
    );
    let one = format!("{CLIENTS}/{}", issued["client_id"].as_str().unwrap());
    let clone = format!("{one}/clone");

    let cloned = caller.call(&token, Method::POST, &clone, None).await;
    assert_eq!(cloned.status, 201);
    secrets.add(
        "a clone's secret",
        cloned.data()["client_secret"].as_str().unwrap(),
    );
    assert!(!contains(
        &cloned.body,
        issued["client_secret"].as_str().unwrap().as_bytes()
    ));

    import(caller, secrets).await;

    let (jwks, d) = private_key();
    secrets.add("a private key", &d);
    let with_key = json!({"client_auth_methods": ["private_key_jwt"], "jwks": jwks});
    let mut draft = base();
    draft
        .as_object_mut()
        .unwrap()
        .extend(with_key.as_object().unwrap().clone());
    secrets.add("a member that nobody asked for", "S3CR3T-CANARY");
    let canary = json!({"name": "B", "client_secret": "S3CR3T-CANARY", "redirect_uris": 7});
    let kept_out = json!({
        "name": "n2",
        "client_secret": "S3CR3T-CANARY",
        "registration_access_token": "S3CR3T-CANARY",
    });
    let refused = [
        (Method::POST, CLIENTS, Some(draft)),
        (Method::PUT, one.as_str(), Some(with_key)),
        (Method::POST, CLIENTS, Some(canary)),
        (Method::GET, "/admin/oauth/clients/%E2%80%AE", None),
        (
            Method::DELETE,
            "/admin/oauth/clients/a/unknown/S3CR3T",
            None,
        ),
    ];
    for (method, path, body) in refused {
        let answer = caller.call(&token, method, path, body).await;
        assert!(answer.status.is_client_error(), "{path}");
    }
    let answer = caller.call(&token, Method::PUT, &one, Some(kept_out)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        caller.call(&token, Method::GET, &one, None).await.status,
        200
    );

    for (what, header, key) in [
        (
            "a forged token",
            json!({"alg": "HS256"}),
            &b"a key that nobody trusts"[..],
        ),
        (
            "a token with a bad header",
            json!({"alg": "HS256", "kid": ["S3CR3T-CANARY"]}),
            KEY,
        ),
        ("a token without a signature", json!({"alg": "none"}), KEY),
    ] {
        let forged = sign_with(&header, &claims(what), key);
        secrets.add_token(what, &forged);
        assert_eq!(
            caller.call(&forged, Method::GET, &one, None).await.status,
            401
        );
    }
    let broken = format!("{token}.S3CR3T-CANARY");
    assert_eq!(
        caller.call(&broken, Method::GET, &one, None).await.status,
        401
    );
    let mut basic = request("", Method::GET, &one, None);
    let value = "Basic UzNDUjNULUNBTkFSWTpTM0NSM1QtQ0FOQVJZ"
        .parse()
        .unwrap();
    basic.headers_mut().insert("authorization", value);
    secrets.add("Basic credentials", "UzNDUjNULUNBTkFSWTpTM0NSM1QtQ0FOQVJZ");
    assert_eq!(caller.send(basic).await.status, 401);
    caller
        .app
        .delete_stored("tenant_a", issued["client_id"].as_str().unwrap())
        .await
        .unwrap();
    assert_eq!(
        caller.call(&token, Method::GET, &one, None).await.status,
        404
    );
}

/// A secret that is brought along, accepted and not.
async fn import(caller: &mut Caller<'_>, secrets: &mut Secrets) {
    const BROUGHT: &str = "brought along, and nobody's business";
    const HASH: &str = "$2a$05$S3CR3T.CANARY.OF.A.HASH";
    let token = super_admin();
    secrets.add("a secret that was brought along", BROUGHT);
    secrets.add("a hash that was brought along", HASH);
    let ask = |token: &str, members: Value| {
        let mut body = base();
        body["client_id"] = "brought-along".into();
        for (name, value) in members.as_object().unwrap() {
            body[name] = value.clone();
        }
        let path = format!("{CLIENTS}/import");
        let mut request = request(token, Method::POST, &path, Some(&body));
        let tenant = "tenant_a".parse().unwrap();
        request.headers_mut().insert("x-tenant-id", tenant);
        request
    };
    let whole = json!({"client_secret": BROUGHT});
    let answer = caller.send(ask(&token, whole.clone())).await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    assert!(!contains(&answer.body, BROUGHT.as_bytes()));
    assert!(!contains(&answer.body, b"$argon2id$"));
    for (token, members) in [
        (&token, whole.clone()),
        (&admin("tenant_a"), whole),
        (&token, json!({"client_secret": format!("{BROUGHT}é")})),
        (&token, json!({"client_secret": {BROUGHT: 1}})),
        (
            &token,
            json!({"client_secret": BROUGHT, "client_secret_hash": HASH}),
        ),
        (&token, json!({"client_secret": BROUGHT, "name": 7})),
        (&token, json!({"client_secret_hash": HASH})),
        (&token, json!({"secrets": BROUGHT})),
        (
            &token,
            json!({"secrets": [{"hash": HASH, "last_four": BROUGHT}]}),
        ),
    ] {
        let answer = caller.send(ask(token, members)).await;
        assert!(answer.status.is_client_error(), "{:?}", answer.body);
    }
}

/// The stored hashes, which are secret everywhere but in the database.
async fn hashes(app: &App, secrets: &mut Secrets) -> Vec<String> {
    let mut hashes = Vec::new();
    for client in app.stored_clients("tenant_a").await {
        for record in app
            .secret_records("tenant_a", client.client_id.as_str())
            .await
        {
            let hash = record.hash.expose();
            assert!(hash.starts_with("$argon2id$v=19$"));
            secrets.add("a hash", hash);
            hashes.push(hash.to_owned());
        }
    }
    assert!(!hashes.is_empty());
    hashes
}
