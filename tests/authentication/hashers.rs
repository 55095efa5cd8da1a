//! Wrong credentials are refused alike and counted, whatever the hasher is.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tower_oauth_clients::authentication::{ClientAuthenticator, ErrorKind};
use tower_oauth_clients::domain::{Clock, Id, SecretHash};
use tower_oauth_clients::secrets::SimdArgon2id;
use tower_oauth_clients::secrets::{
    AnyHash, Argon2id, HashPool, HmacSha256, Pepper, Plaintext, SecretHasher,
};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::costs::{import, long_ago};
use support::presented::Sent;
use support::world::{Member, secret_of};
use support::{App, Store};

/// The log of the current thread.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub fn of_this_thread(&self) -> DefaultGuard {
        let subscriber = tracing_subscriber::fmt().with_writer(self.clone());
        subscriber.with_ansi(false).set_default()
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
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

type Hasher = Arc<dyn SecretHasher>;

fn peppered(id: &str) -> HmacSha256 {
    let pepper = Pepper::new(id, [7; 32]).unwrap();
    HmacSha256::builder(pepper).build().unwrap()
}

fn argon2id() -> Argon2id {
    let cheap = Argon2id::builder().with_memory(8).with_iterations(1);
    cheap.with_insecure_cost().build().unwrap()
}

fn simd() -> SimdArgon2id {
    let cheap = Argon2id::builder().with_memory(8).with_iterations(1);
    cheap.with_insecure_cost().build_simd().unwrap()
}

/// Every hasher of the crate, alone and in combination with imported formats.
fn each() -> Vec<(&'static str, Hasher)> {
    let mut all: Vec<(_, Hasher)> = vec![
        ("Argon2id", Arc::new(argon2id())),
        ("HmacSha256", Arc::new(peppered("a"))),
        ("AnyHash of Argon2id", Arc::new(AnyHash::new(argon2id()))),
        (
            "AnyHash of HmacSha256",
            Arc::new(AnyHash::new(peppered("a"))),
        ),
    ];
    all.extend::<[(_, Hasher); 2]>([
        ("SimdArgon2id", Arc::new(simd())),
        ("AnyHash of SimdArgon2id", Arc::new(AnyHash::new(simd()))),
    ]);
    all
}

fn pool(hasher: &Hasher) -> HashPool {
    let pool = HashPool::builder(Arc::clone(hasher)).with_threads(2);
    pool.build().unwrap()
}

/// A host that issues and verifies with this hasher.
async fn host(hasher: &Hasher) -> (App, ClientAuthenticator) {
    let pool = pool(hasher);
    let shared = pool.clone();
    let app = App::with(Store::Memory, |manager| manager.with_hash_pool(shared)).await;
    let builder = app.repository.authenticator().with_hash_pool(pool);
    let authenticator = builder.with_clock(app.clock.clone()).build().unwrap();
    (app, authenticator)
}

async fn present(authenticator: &ClientAuthenticator, sent: &Sent) -> Result<(), ErrorKind> {
    let peer = Some([192, 0, 2, 1].into());
    let done = authenticator.authenticate(&sent.head, &sent.form, peer);
    done.await.map(drop).map_err(|error| error.kind())
}

/// Asserts that ten attempts (the budget) are refused, and the next one is limited.
async fn assert_counted(authenticator: &ClientAuthenticator, sent: &Sent, what: &str) {
    for time in 0..10 {
        let refused = present(authenticator, sent).await;
        assert_eq!(
            refused,
            Err(ErrorKind::InvalidClient),
            "{what}, time {time}"
        );
    }
    let limited = present(authenticator, sent).await;
    assert_eq!(limited, Err(ErrorKind::TooManyFailures), "{what}");
}

#[tokio::test]
async fn every_secret_that_is_not_right_is_refused_and_counted() {
    for (name, hasher) in each() {
        let (app, authenticator) = host(&hasher).await;
        let nobody = Id::generate(app.clock.now());
        let mut cases = vec![
            (
                "an unknown client",
                Sent::basic("app-a", &secret_of(nobody)),
            ),
            (
                "a malformed secret of nobody",
                Sent::post("app-b", "hunter2"),
            ),
            ("an empty secret of nobody", Sent::basic("app-c", "")),
        ];
        // Each client has its own budget.
        let member = async || Member::confidential(&app).await;
        cases.push(("a guess", member().await.guessed(&app).await.basic()));
        cases.push((
            "a secret that nobody issued",
            member().await.with(secret_of(nobody)).basic(),
        ));
        cases.push(("a malformed secret", member().await.with("hunter2").post()));
        cases.push(("no secret", member().await.with("").basic()));
        let keyed = Member::keyed(&app).await;
        cases.push(("another method", keyed.with(secret_of(nobody)).basic()));
        let suspended = member().await;
        suspended.update(&app, json!({"status": "suspended"})).await;
        cases.push(("a suspended client", suspended.basic()));
        for (what, sent) in &cases {
            // Refill the budget of the address, which is not tested here.
            app.clock.advance(Duration::from_secs(60));
            assert_counted(&authenticator, sent, &format!("{name}: {what}")).await;
        }
        app.clock.advance(Duration::from_secs(60));
        assert_eq!(
            present(&authenticator, &member().await.basic()).await,
            Ok(())
        );
    }
}

/// It is the operator's fault, which only the log tells; the response is the usual one.
#[tokio::test]
async fn a_hash_whose_pepper_is_missing_is_refused_and_counted() {
    let hash = |text: &str| -> SecretHash {
        let issued = Plaintext::new(text);
        peppered("lost").hash(&issued).unwrap()
    };
    for (name, hasher) in each() {
        let (app, authenticator) = host(&hasher).await;
        let member = Member::confidential(&app).await;
        let id = long_ago();
        let secret = secret_of(id);
        import(&app, &member, id, hash(&secret)).await;
        let sent = member.with(&secret).basic();
        let log = Log::default();
        let _logged = log.of_this_thread();
        assert_counted(&authenticator, &sent, name).await;

        let log = log.text();
        let told: Vec<_> = log.lines().filter(|line| line.contains("ERROR")).collect();
        assert_eq!(told.len(), 1, "{name}: {log}");
        assert!(told[0].contains(&id.to_string()), "{name}: {log}");
        if name.ends_with("HmacSha256") {
            assert!(told[0].contains("pepper"), "{name}: {log}");
        }
        assert!(!log.contains("$hmac-sha256$") && !log.contains(&secret));
    }
}
