//! At most one hash per request, and exactly one if the secret might have been right.

use std::time::Duration;

use serde_json::json;
use tower_oauth_clients::authentication::ErrorKind;
use tower_oauth_clients::domain::{
    Action, AuditEntry, ClientId, Clock, Id, Operator, Role, SecretHash, SecretRecord, Timestamp,
};
use tower_oauth_clients::repository::{ClientRepository, NewSecret};
use tower_oauth_clients::secrets::{Plaintext, SecretHasher};

use support::presented::Sent;
use support::world::{Counting, Host, Member, secret_of};
use support::{App, Store, admin, call};

#[tokio::test]
async fn every_secret_that_is_not_right_costs_one_hash_and_gets_one_answer() {
    for app in App::each().await {
        let host = Host::unlimited(&app);
        let member = Member::confidential(&app).await;
        let sibling = Member::confidential(&app).await;
        let body = json!({"name": "Other", "redirect_uris": ["https://b.example/cb"]});
        let token = admin("tenant_b");
        let other = app
            .call_as(&token, http::Method::POST, support::CLIENTS, Some(&body))
            .await
            .data();
        let other = other["client_secret"].as_str().unwrap();
        let public = Member::public(&app).await;
        let keyed = Member::keyed(&app).await;
        let suspended = Member::confidential(&app).await;
        suspended.update(&app, json!({"status": "suspended"})).await;
        let deleted = Member::confidential(&app).await;
        deleted.delete(&app).await;
        let ended = Member::confidential(&app).await;
        let path = format!(
            "{}/{}/secrets/{}/deactivate",
            support::CLIENTS,
            ended.id,
            ended.record(&app).await.id
        );
        assert_eq!(app.call(http::Method::PUT, &path, None).await.status, 200);
        let only_basic = Member::new(
            &app,
            json!({"client_auth_methods": ["client_secret_basic"]}),
        );
        let only_basic = only_basic.await;

        let nobody = Id::generate(app.clock.now());
        let cases = [
            (
                "an unknown client",
                Sent::basic("app-absent", &member.secret),
            ),
            (
                "an unknown client, malformed",
                Sent::post("app-absent", "hunter2"),
            ),
            ("a guess", member.guessed(&app).await.basic()),
            ("a sibling's secret", member.with(&sibling.secret).basic()),
            ("another tenant's secret", member.with(other).basic()),
            (
                "a secret that nobody issued",
                member.with(secret_of(nobody)).post(),
            ),
            ("a malformed secret", member.with("hunter2").basic()),
            (
                "a secret with a newline",
                member.with(format!("{}\n", member.secret)).basic(),
            ),
            ("no secret in the header", member.with("").basic()),
            ("a public client", public.with(&member.secret).post()),
            ("a client with a key", keyed.with(&member.secret).basic()),
            ("a suspended client", suspended.basic()),
            (
                "a suspended client, a guess",
                suspended.guessed(&app).await.basic(),
            ),
            ("a deleted client", deleted.basic()),
            ("a deactivated secret", ended.basic()),
            (
                "a deactivated secret, malformed",
                ended.with("hunter2").basic(),
            ),
            ("another method", only_basic.post()),
        ];
        let mut answers = Vec::new();
        for (what, sent) in &cases {
            host.hasher.spent();
            let error = host.send(sent).await.expect_err(what);
            assert_eq!(host.hasher.spent(), 1, "{what}");
            assert_eq!(error.kind(), ErrorKind::InvalidClient, "{what}");
            let response = error.to_response();
            answers.push((
                error.to_string(),
                response.status(),
                response.headers().clone(),
                response.into_body(),
            ));
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert!(!format!("{answers:?}").contains(&member.id));
    }
}

#[tokio::test]
async fn the_right_secret_costs_one_hash_then_none() {
    for app in App::each().await {
        let host = Host::new(&app);
        let member = Member::confidential(&app).await;
        for (sent, cost) in [(member.basic(), 1), (member.basic(), 0), (member.post(), 0)] {
            let (outcome, hashes) = host.outcome(&sent).await;
            assert_eq!((outcome, hashes), (Ok(member.id.clone()), cost));
        }
        // The cache contains the right secret, not the client.
        let (outcome, hashes) = host.outcome(&member.guessed(&app).await.basic()).await;
        assert_eq!((outcome, hashes), (Err(ErrorKind::InvalidClient), 1));
    }
}

#[tokio::test]
async fn each_of_many_secrets_costs_one_hash() {
    for store in Store::ALL {
        let app = support::world::app(store, Duration::from_secs(3600)).await;
        let host = Host::with(&app, |builder| {
            builder.without_cache().with_insecure_no_limiter()
        });
        let first = Member::confidential(&app).await;
        let second = first.rotate(&app).await;
        let third = second.rotate(&app).await;
        for member in [&first, &second, &third] {
            let (outcome, hashes) = host.outcome(&member.basic()).await;
            assert_eq!((outcome, hashes), (Ok(first.id.clone()), 1));
        }
        let fourth = third.rotate(&app).await;
        let (outcome, hashes) = host.outcome(&first.basic()).await;
        assert_eq!((outcome, hashes), (Err(ErrorKind::InvalidClient), 1));
        assert!(host.send(&fourth.basic()).await.is_ok());
        assert!(host.send(&second.basic()).await.is_ok());
    }
}

/// Imports a secret, as the second one or, with an id from long ago, as the oldest one.
pub async fn import(app: &App, member: &Member, id: Id, hash: SecretHash) {
    let client = app.stored("tenant_a", &member.id).await;
    let now = app.clock.now();
    let operator = Operator::new("alice", Role::Admin, client.tenant_id.clone());
    let client_id = ClientId::parse(&member.id).unwrap();
    let record = SecretRecord::new(id, hash, "", now);
    let audit = AuditEntry::new(&operator, client_id.clone(), Action::SecretCreate, "", now);
    let (tenant, new) = (&client.tenant_id, NewSecret::new(client.version, record));
    call!(
        app.repository,
        add_secret(tenant, &client_id, &new, &audit.into())
    )
    .unwrap();
}

pub fn long_ago() -> Id {
    Id::generate(Timestamp::from_micros(1_000_000))
}

#[tokio::test]
async fn a_secret_without_a_lookup_id_is_the_oldest_or_none() {
    for app in App::each().await {
        let host = Host::unlimited(&app);
        let hash = |text: &str| Counting::new(8).hash(&Plaintext::new(text)).unwrap();
        let oldest = Member::confidential(&app).await;
        import(&app, &oldest, long_ago(), hash("a:b+c")).await;
        let newest = Member::confidential(&app).await;
        app.clock.advance(Duration::from_secs(1));
        let id = Id::generate(app.clock.now());
        import(&app, &newest, id, hash("a:b+c")).await;

        let (outcome, hashes) = host.outcome(&oldest.with("a:b+c").basic()).await;
        assert_eq!((outcome, hashes), (Ok(oldest.id.clone()), 1));
        let (outcome, hashes) = host.outcome(&oldest.with("a:b+d").basic()).await;
        assert_eq!((outcome, hashes), (Err(ErrorKind::InvalidClient), 1));
        assert!(host.send(&oldest.basic()).await.is_ok(), "the issued one");
        let (outcome, hashes) = host.outcome(&newest.with("a:b+c").basic()).await;
        assert_eq!((outcome, hashes), (Err(ErrorKind::InvalidClient), 1));
    }
}

/// A secret that was issued by another installation of this crate has an id that is unknown here.
#[tokio::test]
async fn a_secret_whose_lookup_id_names_no_record_is_the_oldest_or_none() {
    for app in App::each().await {
        let host = Host::unlimited(&app);
        let hash = |text: &str| Counting::new(8).hash(&Plaintext::new(text)).unwrap();
        let elsewhere = || secret_of(Id::generate(Timestamp::from_micros(2_000_000)));
        let member = Member::confidential(&app).await;
        let imported = member.with(elsewhere());
        import(&app, &member, long_ago(), hash(&imported.secret)).await;

        let (outcome, hashes) = host.outcome(&imported.basic()).await;
        assert_eq!((outcome, hashes), (Ok(member.id.clone()), 1));
        let (outcome, hashes) = host.outcome(&imported.basic()).await;
        assert_eq!((outcome, hashes), (Ok(member.id.clone()), 0));
        let other = member.with(elsewhere()).basic();
        let (outcome, hashes) = host.outcome(&other).await;
        assert_eq!((outcome, hashes), (Err(ErrorKind::InvalidClient), 1));
        let (outcome, hashes) = host.outcome(&member.basic()).await;
        assert_eq!((outcome, hashes), (Ok(member.id.clone()), 1), "the issued");

        // If its id names a record, an ended one included, only that record is checked.
        let ended = Member::confidential(&app).await;
        let current = ended.rotate(&app).await;
        app.clock.advance(Duration::from_secs(5 * 60 * 60));
        import(&app, &ended, long_ago(), hash(&ended.secret)).await;
        let (outcome, hashes) = host.outcome(&ended.basic()).await;
        assert_eq!((outcome, hashes), (Err(ErrorKind::InvalidClient), 1));
        assert!(host.send(&current.basic()).await.is_ok());
    }
}

#[tokio::test]
async fn an_empty_secret_matches_nothing_whatever_is_stored() {
    for app in App::each().await {
        let host = Host::unlimited(&app);
        let member = Member::confidential(&app).await;
        let hash = Counting::new(8).hash(&Plaintext::new("")).unwrap();
        import(&app, &member, long_ago(), hash).await;
        let (outcome, hashes) = host.outcome(&member.with("").basic()).await;
        assert_eq!((outcome, hashes), (Err(ErrorKind::InvalidClient), 1));
    }
}

#[tokio::test]
async fn a_stored_hash_that_cannot_be_read_is_no_fault_to_the_client() {
    for app in App::each().await {
        let host = Host::unlimited(&app);
        let member = Member::confidential(&app).await;
        import(&app, &member, long_ago(), SecretHash::new("$2b$10$x")).await;
        let error = host
            .send(&member.with("hunter2").basic())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidClient);
        let reason = std::error::Error::source(&error).unwrap().to_string();
        assert!(reason.contains("hash"), "{reason}");
        assert!(!reason.contains("$2b$"));
    }
}
