//! Clients from another system, with a chosen `client_id` and a hashed secret.

use std::time::Duration;

use tower_oauth_clients::authentication::Presented;
use tower_oauth_clients::domain::{
    Action, AuthMethod, Draft, Operator, Page, Role, SecretHash, SecretStatus,
};
use tower_oauth_clients::manager::transfer::{ClientImport, Imported};
use tower_oauth_clients::manager::{ErrorKind, Expected};
use tower_oauth_clients::secrets::Plaintext;

use super::host::{BCRYPT, Host, draft, id, operator, said, tenant};

#[tokio::test]
async fn a_client_of_another_system_keeps_its_id_and_its_secret() {
    for host in Host::each().await {
        let import = ClientImport::new(id("payroll"), draft());
        let import = import.with_secret(SecretHash::new(BCRYPT), "");
        let imported = host.manager.import(&operator(), import).await.unwrap();
        let Imported::Created(client) = imported else {
            panic!("it was not there before")
        };
        assert_eq!(client.client_id, id("payroll"));
        assert_eq!(host.seen(&client.client_id).await.0, client);
        assert_eq!(
            host.verifies(&client.client_id, "U*U").await,
            [SecretStatus::Active]
        );
        assert!(host.verifies(&client.client_id, "U*V").await.is_empty());

        let first = Page::After { id: None, size: 10 };
        let operator = operator();
        let trail = host
            .manager
            .audit_entries(&operator, &client.client_id, first);
        let trail = trail.await.unwrap().items;
        let told: Vec<_> = trail
            .iter()
            .map(|e| (e.action.clone(), e.message.as_str()))
            .collect();
        assert_eq!(told, [(Action::ClientCreate, "imported")]);
    }
}

/// With default settings. The secret is rehashed at its first use, in the background.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_another_system_authenticates_as_it_did_there() {
    for host in Host::each().await {
        let import = ClientImport::new(id("payroll"), draft());
        let import = import.with_secret(SecretHash::new(BCRYPT), "");
        host.manager.import(&operator(), import).await.unwrap();

        let authenticator = host.authenticator().build().unwrap();
        let present = |secret: &str| {
            let presented = Presented::SecretBasic {
                client_id: id("payroll"),
                secret: Plaintext::new(secret),
            };
            authenticator.authenticate_presented(presented, None)
        };
        assert!(present("U*V").await.is_err());
        let authenticated = present("U*U").await.unwrap();
        assert_eq!(authenticated.client.client_id, id("payroll"));

        let rehashed = async || {
            let secrets = host.secrets(&id("payroll")).await;
            secrets[0].hash.expose().starts_with("$argon2id$")
        };
        for _ in 0..1_000 {
            if rehashed().await {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(rehashed().await);
        present("U*U").await.unwrap();
        assert!(present("U*V").await.is_err());
    }
}

/// bcrypt reads 72 bytes only. Of the secrets with the same beginning, the first one presented must
/// not become the registered one.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_cut_off_is_not_hashed_anew() {
    // Hashes by crypt_blowfish, of 72 times `A` and of 71 times.
    let cut_off = "$2b$04$CCCCCCCCCCCCCCCCCCCCC.HoJqhO5Va/3zNmgkk3WEVDvGKIYilPC";
    let whole = "$2b$04$CCCCCCCCCCCCCCCCCCCCC.gJshL0B0g4V7bS2SxhVQb5EXEaJWc7C";
    for host in Host::each().await {
        for (name, hash) in [("cut-off", cut_off), ("whole", whole)] {
            let import = ClientImport::new(id(name), draft());
            let import = import.with_secret(SecretHash::new(hash), "");
            host.manager.import(&operator(), import).await.unwrap();
        }
        let (exact, shorter) = ("A".repeat(72), "A".repeat(71));
        let [right, another] = ["-the-right-end", "-another"].map(|end| exact.clone() + end);
        let present = async |name: &str, secret: &str| {
            // Without a cache.
            let authenticator = host.authenticator().build().unwrap();
            let presented = Presented::SecretBasic {
                client_id: id(name),
                secret: Plaintext::new(secret),
            };
            authenticator
                .authenticate_presented(presented, None)
                .await
                .is_ok()
        };
        let is_old = async |name: &str| {
            let secrets = host.secrets(&id(name)).await;
            secrets[0].hash.expose().starts_with("$2b$")
        };
        for _ in 0..3 {
            for secret in [&another, &exact, &right] {
                assert!(present("cut-off", secret).await);
                tokio::time::sleep(Duration::from_millis(100)).await;
                assert!(is_old("cut-off").await);
            }
        }
        assert!(!present("cut-off", &shorter).await);
        assert!(present("whole", &shorter).await);
        for _ in 0..1_000 {
            if !is_old("whole").await {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(!is_old("whole").await);
        assert!(present("whole", &shorter).await && !present("whole", &exact).await);
    }
}

#[tokio::test]
async fn an_import_keeps_the_rules_of_a_creation() {
    for host in Host::each().await {
        let manager = &host.manager;
        let hash = || SecretHash::new(BCRYPT);
        let import = |import: ClientImport| async { manager.import(&operator(), import).await };
        let bad = Draft::new("", ["https://app.example.com/cb#x"]);
        let error = import(ClientImport::new(id("a"), bad)).await.unwrap_err();
        assert!(said(&error).contains("redirect_uris[0]: must not contain a fragment"));

        let public = draft().with_is_confidential(false);
        let public = ClientImport::new(id("a"), public);
        let error = import(public.clone().with_secret(hash(), ""))
            .await
            .unwrap_err();
        assert!(said(&error).contains("secrets[0].status"));

        let secretless = draft().with_client_auth_methods([AuthMethod::PrivateKeyJwt]);
        let secretless = secretless.with_jwks_uri(Some("https://app.example.com/jwks"));
        let secretless = ClientImport::new(id("a"), secretless).with_secret(hash(), "");
        assert!(said(&import(secretless).await.unwrap_err()).contains("secrets[0].status"));

        for unreadable in [
            "",
            "hunter2",
            "$2b$15$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        ] {
            let hash = SecretHash::new(unreadable);
            let error = import(ClientImport::new(id("a"), draft()).with_secret(hash, "")).await;
            assert!(said(&error.unwrap_err()).contains("secrets[0].hash: must have a format"));
        }
        let plaintext = ClientImport::new(id("a"), draft()).with_secret(hash(), "hunter2");
        let error = import(plaintext).await.unwrap_err();
        assert!(said(&error).contains("secrets[0].last_four"));
        assert!(!said(&error).contains("hunter2"));

        assert!(import(public).await.is_ok());
    }
}

#[tokio::test]
async fn a_taken_id_is_a_conflict() {
    for host in Host::each().await {
        let manager = &host.manager;
        let import = || ClientImport::new(id("payroll"), draft());
        manager.import(&operator(), import()).await.unwrap();
        let other = Operator::new("bob", Role::Admin, tenant("other"));
        for operator in [operator(), other] {
            let error = manager.import(&operator, import()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Conflict);
        }
        manager
            .delete(&operator(), &id("payroll"), &Expected::Any)
            .await
            .unwrap();
        let error = manager.import(&operator(), import()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
    }
}
