//! The hostile cases about client authentication. Those with an assertion are in `assertions`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use tower_oauth_clients::domain::SecretHash;
use tower_oauth_clients::secrets::{Plaintext, SecretHasher};

use crate::costs::{import, long_ago};
use support::case::{Case, Names, base, patch};
use support::presented::{FORM, Sent, basic, basic_of};
use support::world::{Counting, Host, Member, app};
use support::{App, CLIENTS, Store, admin, request};

fn is_ours(case: &Case) -> bool {
    case.id.starts_with("CA-") && case.input.get("assertion").is_none()
}

/// Creates the client of the cases: it has registered both secret methods, rotated its secret, and
/// imported an old secret with characters that need encoding.
async fn cast(app: &App, hash: SecretHash) -> Names {
    let mut fields = base();
    fields["client_auth_methods"] = json!(["client_secret_basic", "client_secret_post"]);
    let rotated = Member::new(app, fields).await;
    import(app, &rotated, long_ago(), hash).await;
    let current = rotated.rotate(app).await;
    let answer = app
        .call_as(&admin("tenant_b"), Method::POST, CLIENTS, Some(&base()))
        .await;
    let other = answer.data()["client_id"].as_str().unwrap().to_owned();
    let many = Member::confidential(app).await;
    Names(BTreeMap::from([
        ("client_id", current.id.clone()),
        ("secret", current.secret.clone()),
        ("rotated_secret", rotated.secret),
        ("other_tenant_client_id", other),
        ("pkjwt_client_id", Member::keyed(app).await.id),
        ("any", many.secret),
    ]))
}

/// A text of the case, with its placeholders replaced.
fn text(value: &Value, names: &Names) -> String {
    names.write(value.as_str().unwrap())
}

fn sent(case: &Case, names: &Names) -> Sent {
    let pair = |value: &Value| (text(&value[0], names), text(&value[1], names));
    let by_header = |header: String| Sent::new(&[FORM, ("authorization", &header)], "");
    let input = &case.input;
    if let Some(halves) = input.get("basic_form_encoded") {
        let (client_id, secret) = pair(halves);
        return by_header(basic_of(&format!("{client_id}:{secret}")));
    }
    if let Some(halves) = input.get("basic") {
        let (client_id, secret) = pair(halves);
        return by_header(basic(&client_id, &secret));
    }
    if let Some(query) = input.get("query") {
        return Sent::to(&format!("/token?{}", text(query, names)), &[FORM], "");
    }
    let form = input.get("form");
    let form = form.unwrap_or_else(|| panic!("{}: nobody runs it", case.id));
    Sent::new(&[FORM], &text(form, names))
}

#[tokio::test]
async fn every_case_gets_its_answer() {
    let cases: Vec<_> = Case::all().iter().filter(|case| is_ours(case)).collect();
    assert!(cases.len() >= 9, "{}", cases.len());
    for store in Store::ALL {
        for case in &cases {
            let app = app(store, Duration::from_secs(4 * 60 * 60)).await;
            let host = Host::unlimited(&app);
            let hash = Counting::new(8).hash(&Plaintext::new("a:b+c")).unwrap();
            let mut names = cast(&app, hash).await;
            let client_id = names.0["client_id"].clone();
            let member = |secret: &str| Member {
                id: client_id.clone(),
                secret: secret.to_owned(),
            };
            match case.input.get("setup").and_then(Value::as_str) {
                None => {}
                Some("suspended") => {
                    let change = json!({"status": "suspended"});
                    member("").update(&app, change).await;
                }
                Some(other) => panic!("{}: nobody sets up {other}", case.id),
            }
            if case
                .input
                .to_string()
                .contains("{secret_after_100_rotations}")
            {
                let mut last = member("");
                for _ in 0..100 {
                    app.clock.advance(Duration::from_secs(36));
                    last = last.rotate(&app).await;
                }
                names.0.insert("secret_after_100_rotations", last.secret);
            }
            if let Some(clock) = case.input.get("clock").and_then(Value::as_str) {
                let seconds = clock.trim_start_matches('+').trim_end_matches('s');
                app.clock
                    .advance(Duration::from_secs(seconds.parse().unwrap()));
            }
            host.hasher.spent();
            let answer = host.send(&sent(case, &names)).await;
            assert!(host.hasher.spent() <= 1, "{}: more than one hash", case.id);
            let status = match answer {
                Ok(authenticated) => {
                    assert_eq!(authenticated.client.client_id.as_str(), client_id);
                    200
                }
                Err(error) => {
                    let response = error.to_response();
                    let body = String::from_utf8_lossy(response.body()).into_owned();
                    let said = format!("{body} {error} {error:?} {:?}", response.headers());
                    for name in ["secret", "rotated_secret", "any", "client_id"] {
                        assert!(!said.contains(&names.0[name]), "{}: {said}", case.id);
                    }
                    response.status().as_u16()
                }
            };
            case.assert_status(status, &format!("{store:?}"));
        }
    }
}

/// Where a case requires equal times, the same number of hashes is computed, namely one.
#[tokio::test]
async fn what_must_take_the_same_time_costs_the_same() {
    for app in App::each().await {
        let host = Host::unlimited(&app);
        let active = Member::confidential(&app).await;
        let suspended = Member::confidential(&app).await;
        assert!(
            host.send(&suspended.basic()).await.is_ok(),
            "it is remembered"
        );
        suspended.update(&app, json!({"status": "suspended"})).await;
        let wrong = active.guessed(&app).await;
        let short = active.with("tocs_short");
        let cut = active.secret.split_at(active.secret.len() - 1).0;
        let misspelt = active.with(format!("{cut}~"));

        for (id, a) in [
            ("TM-002", vec![&suspended]),
            ("TM-004", vec![&short, &misspelt]),
        ] {
            let case = Case::by_id(id);
            for side in a.into_iter().chain([&wrong]) {
                for _ in 0..case.input["n"].as_u64().unwrap() {
                    host.hasher.spent();
                    let error = host.send(&side.basic()).await.unwrap_err();
                    case.assert_status(error.status().as_u16(), "either side");
                    assert_eq!(host.hasher.spent(), 1, "{id}");
                }
            }
        }
    }
}

/// The authentication check of a case about an update.
#[tokio::test]
async fn a_suspended_client_fails_like_a_wrong_one() {
    let case = Case::by_id("FI-094");
    for app in App::each().await {
        let host = Host::unlimited(&app);
        let member = Member::confidential(&app).await;
        assert!(host.send(&member.basic()).await.is_ok());
        let answer = app.update(&member.id, &patch(&case.input)).await;
        case.assert_status(answer.status.as_u16(), "update");
        let mut answers = Vec::new();
        for sent in [member.basic(), member.guessed(&app).await.basic()] {
            host.hasher.spent();
            let response = host.send(&sent).await.unwrap_err().to_response();
            let (head, body) = response.into_parts();
            answers.push((head.status, head.headers, body, host.hasher.spent()));
        }
        assert_eq!(answers[0], answers[1]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_success_starts_after_a_suspension_was_answered() {
    let case = Case::by_id("RC-014");
    let (change, race) = (&case.input["parallel"][0], &case.input["parallel"][1]);
    let times = race["times"].as_u64().unwrap();
    for app in App::each().await {
        let app = Arc::new(app);
        // One with a cache, and one without.
        let hosts = [
            Host::unlimited(&app),
            Host::with(&app, |builder| {
                builder.with_insecure_no_limiter().without_cache()
            }),
        ];
        let (mut before, mut after) = (0, 0);
        for round in 0..case.input["repeat"].as_u64().unwrap() {
            let member = Member::confidential(&app).await;
            let host = &hosts[usize::from(round % 2 == 0)];
            let suspended = Arc::new(AtomicBool::new(false));
            let attempts: Vec<_> = (0..times)
                .map(|number| {
                    let authenticator = host.authenticator.clone();
                    let (member, suspended) = (member.clone(), Arc::clone(&suspended));
                    tokio::spawn(async move {
                        for _ in 0..number {
                            tokio::task::yield_now().await;
                        }
                        let is_late = suspended.load(Ordering::SeqCst);
                        let (sent, peer) = (member.basic(), Some([192, 0, 2, 1].into()));
                        let done = authenticator.authenticate(&sent.head, &sent.form, peer);
                        (is_late, done.await)
                    })
                })
                .collect();
            let path = change["path"]
                .as_str()
                .unwrap()
                .replace("{client_id}", &member.id);
            let method: Method = change["method"].as_str().unwrap().parse().unwrap();
            let request = request(&admin("tenant_a"), method, &path, Some(&change["body"]));
            let answer = app.send(request).await;
            case.assert_status(answer.status.as_u16(), "update");
            suspended.store(answer.status == 200, Ordering::SeqCst);
            for attempt in attempts {
                match attempt.await.unwrap() {
                    (true, done) => {
                        after += 1;
                        assert_eq!(done.unwrap_err().status(), 401);
                    }
                    (false, Ok(_)) => before += 1,
                    (false, Err(error)) => assert!([401, 503].contains(&error.status().as_u16())),
                }
            }
            assert_eq!(host.send(&member.basic()).await.unwrap_err().status(), 401);
        }
        // Otherwise there was no race.
        assert!(before > 0 && after > 0, "{before} before, {after} after");
    }
}
