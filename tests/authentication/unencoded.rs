//! Imported secrets that clients send in the `Authorization` header without encoding them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tower_oauth_clients::authentication::{
    Attempt, ErrorKind, FailureLimiter, Outcome as LimiterOutcome,
};
use tower_oauth_clients::domain::{
    Action, AuditEntry, ClientId, Clock, Operator, Role, SecretRecord,
};
use tower_oauth_clients::repository::{ClientRepository, NewSecret};
use tower_oauth_clients::secrets::{Plaintext, SecretHasher};

use crate::costs::{import, long_ago};
use support::presented::{FORM, Sent, basic_of};
use support::world::{Counting, Host, Member, Outcome, eventually};
use support::{App, call};

const REFUSED: Outcome = Err(ErrorKind::InvalidClient);

/// The header as many clients write it.
fn raw(member: &Member, secret: &str) -> Sent {
    let header = basic_of(&format!("{}:{secret}", member.id));
    Sent::new(&[FORM, ("authorization", &header)], "grant_type=x")
}

/// A client with this imported secret, whose last characters are not known, besides its own.
async fn imported(app: &App, secret: &str) -> Member {
    let member = Member::confidential(app).await;
    let hash = Counting::new(8).hash(&Plaintext::new(secret)).unwrap();
    import(app, &member, long_ago(), hash).await;
    member
}

#[tokio::test]
async fn a_secret_is_accepted_as_it_was_sent() {
    for app in App::each().await {
        let host = Host::unlimited(&app);
        for secret in ["a+b/c==", "a+b", "p%41ss", "+", "é+%"] {
            let member = imported(&app, secret).await;
            let accepted = || Ok(member.id.clone());
            let sent = raw(&member, secret);
            assert_eq!(host.outcome(&sent).await, (accepted(), 2), "{secret}");
            assert_eq!(
                host.outcome(&sent).await,
                (accepted(), 0),
                "{secret}: cached"
            );
            // As the standard says, it costs one. The text that was verified is known by now.
            let encoded = member.with(secret);
            assert_eq!(host.outcome(&encoded.basic()).await, (accepted(), 0));
            assert_eq!(host.outcome(&encoded.post()).await, (accepted(), 0));
            let fresh = Host::unlimited(&app);
            assert_eq!(fresh.outcome(&encoded.basic()).await, (accepted(), 1));
            assert_eq!(
                fresh.outcome(&member.basic()).await,
                (accepted(), 1),
                "the issued one"
            );
        }
    }
}

/// What a raw secret decodes to is another secret.
#[tokio::test]
async fn the_decoded_form_is_not_accepted_in_its_place() {
    for app in App::each().await {
        let host = Host::unlimited(&app);
        let member = imported(&app, "a+b").await;
        assert!(host.send(&raw(&member, "a+b")).await.is_ok());
        for _ in 0..2 {
            for other in [
                member.with("a b").post(),
                raw(&member, "a%20b"),
                raw(&member, "a b"),
                // Other texts that decode to the same.
                Sent::new(
                    &[FORM],
                    &format!("client_id={}&client_secret=a+b", member.id),
                ),
            ] {
                assert_eq!(host.outcome(&other).await, (REFUSED, 1));
            }
            assert_eq!(host.outcome(&raw(&member, "%61+b")).await, (REFUSED, 2));
        }
        assert!(host.send(&raw(&member, "a+b")).await.is_ok());
    }
}

#[tokio::test]
async fn a_secret_that_cannot_be_an_imported_one_costs_one_hash() {
    for app in App::each().await {
        let host = Host::unlimited(&app);
        let issued = Member::confidential(&app).await;
        let imported = imported(&app, "a+b/c==").await;
        let suspended = self::imported(&app, "a+b/c==").await;
        suspended.update(&app, json!({"status": "suspended"})).await;
        let public = Member::public(&app).await;
        let absent = Member {
            id: "app-absent".into(),
            secret: String::new(),
        };
        for (what, sent) in [
            ("an issued secret", raw(&issued, "a+b/c==")),
            ("one that looks encoded", raw(&imported, "a%2Bb%2Fc")),
            ("one that reads the same", raw(&imported, "a-b/c==")),
            ("a suspended client", raw(&suspended, "a+b/c==")),
            ("a public client", raw(&public, "a+b/c==")),
            ("an unknown client", raw(&absent, "a+b/c==")),
        ] {
            assert_eq!(host.outcome(&sent).await, (REFUSED, 1), "{what}");
        }
        // A guess that may be right is verified in both ways.
        assert_eq!(host.outcome(&raw(&imported, "x+b/c==")).await, (REFUSED, 2));
        // An issued one that is encoded where that is not needed.
        let (first, rest) = issued.secret.split_at(1);
        let encoded = format!("%{:02X}{rest}", first.as_bytes()[0]);
        let accepted = Ok(issued.id.clone());
        assert_eq!(host.outcome(&raw(&issued, &encoded)).await, (accepted, 1));
    }
}

/// If the last characters are known, they decide.
#[tokio::test]
async fn the_last_four_characters_rule_secrets_out() {
    for app in App::each().await {
        let host = Host::unlimited(&app);
        let member = Member::confidential(&app).await;
        let client = app.stored("tenant_a", &member.id).await;
        let now = app.clock.now();
        let operator = Operator::new("alice", Role::Admin, client.tenant_id.clone());
        let client_id = ClientId::parse(&member.id).unwrap();
        let hash = Counting::new(8).hash(&Plaintext::new("a+b/c==")).unwrap();
        let record = SecretRecord::new(long_ago(), hash, "/c==", now);
        let audit = AuditEntry::new(&operator, client_id.clone(), Action::SecretCreate, "", now);
        let (tenant, new) = (&client.tenant_id, NewSecret::new(client.version, record));
        let write = audit.into();
        call!(app.repository, add_secret(tenant, &client_id, &new, &write)).unwrap();

        let accepted = Ok(member.id.clone());
        assert_eq!(host.outcome(&raw(&member, "a+b/c==")).await, (accepted, 2));
        assert_eq!(host.outcome(&raw(&member, "a+b/c=x")).await, (REFUSED, 1));
        assert_eq!(host.outcome(&raw(&member, "x+b/c==")).await, (REFUSED, 2));
    }
}

/// A limiter that admits everyone and notes the outcomes.
#[derive(Default)]
struct Noting(Mutex<Vec<LimiterOutcome>>);

impl FailureLimiter for Noting {
    type Admission = ();

    async fn admit(&self, _: Attempt<'_>) -> Result<(), Duration> {
        Ok(())
    }

    async fn ended(&self, _: Attempt<'_>, (): (), outcome: LimiterOutcome) {
        self.0.lock().unwrap().push(outcome);
    }
}

#[tokio::test]
async fn it_is_one_attempt_at_its_true_cost() {
    for app in App::each().await {
        let limiter = Arc::new(Noting::default());
        let host = Host::with(&app, |builder| builder.with_limiter(Arc::clone(&limiter)));
        let member = imported(&app, "a+b/c==").await;
        for (secret, outcome) in [
            ("a+b/c==", LimiterOutcome::Succeeded),
            ("x+b/c==", LimiterOutcome::Failed { work: 2 }),
            ("x-b/c==", LimiterOutcome::Failed { work: 1 }),
        ] {
            let _ = host.send(&raw(&member, secret)).await;
            assert_eq!(
                std::mem::take(&mut *limiter.0.lock().unwrap()),
                [outcome],
                "{secret}"
            );
        }
        // Within the budgets of one secret, in whichever way it is written.
        let host = Host::new(&app);
        for time in 0..11 {
            let error = host.send(&raw(&member, "x+b/c==")).await.unwrap_err();
            let limited = error.kind() == ErrorKind::TooManyFailures;
            assert_eq!(limited, time == 10, "{time}");
        }
        let accepted = Ok(member.id.clone());
        assert_eq!(host.outcome(&raw(&member, "a+b/c==")).await, (accepted, 2));
    }
}

/// The new hash is one of the text that verified.
#[tokio::test]
async fn an_outdated_hash_is_replaced_by_one_of_what_was_sent() {
    for app in App::each().await {
        let host = Host::hashing(&app, Counting::new(16), 1024, |builder| {
            builder.without_cache().with_insecure_no_limiter()
        });
        let member = imported(&app, "a+b").await;
        let oldest = async || app.repository.secrets(&member.id).await.pop().unwrap();
        let old = oldest().await.hash;
        assert!(host.send(&raw(&member, "a+b")).await.is_ok());
        eventually("a rehash", async || {
            oldest().await.hash.expose() != old.expose()
        })
        .await;
        let accepted = Ok(member.id.clone());
        assert_eq!(host.outcome(&raw(&member, "a+b")).await, (accepted, 2));
        let accepted = Ok(member.id.clone());
        assert_eq!(
            host.outcome(&member.with("a+b").basic()).await,
            (accepted, 1)
        );
        assert_eq!(host.outcome(&member.with("a b").post()).await, (REFUSED, 1));
    }
}
