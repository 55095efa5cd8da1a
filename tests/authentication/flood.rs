//! More wrong secrets than can be verified: the excess is refused with a `Retry-After`, and no
//! additional threads, and so no additional memory, are used.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::timeout;
use tower_oauth_clients::authentication::{Error, ErrorKind};

use support::App;
use support::case::Case;
use support::world::{Counting, Host, Member, eventually};

/// Longer than all of it takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

const QUEUE: usize = 4;

fn attempt(host: &Host, member: &Member) -> JoinHandle<Result<(), Error>> {
    let (authenticator, member) = (host.authenticator.clone(), member.clone());
    tokio::spawn(async move {
        let (sent, peer) = (member.basic(), Some([192, 0, 2, 1].into()));
        let done = authenticator.authenticate(&sent.head, &sent.form, peer);
        done.await.map(drop)
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_flood_of_wrong_secrets_is_bounded() {
    let case = Case::by_id("TM-006");
    let flood = usize::try_from(case.input["concurrency"].as_u64().unwrap()).unwrap();
    for app in App::each().await {
        let host = Host::hashing(&app, Counting::new(8), QUEUE, |builder| builder);
        let known = Member::confidential(&app).await;
        assert!(host.send(&known.basic()).await.is_ok());
        let member = Member::confidential(&app).await;
        let guess = member.guessed(&app).await;
        host.hasher.spent();

        // All running hashes are paused, so that everything beyond the queue is refused.
        host.hasher.pause(true);
        let attempts: Vec<_> = (0..flood).map(|_| attempt(&host, &guess)).collect();
        let fits = QUEUE + 2;
        eventually("the rest is refused", async || {
            let done = attempts.iter().filter(|attempt| attempt.is_finished());
            done.count() >= flood - fits
        })
        .await;
        // A client with a cached secret does not wait.
        let (sent, patience) = (known.basic(), PATIENCE);
        assert!(timeout(patience, host.send(&sent)).await.unwrap().is_ok());
        host.hasher.pause(false);

        let (mut wrong, mut busy) = (0, 0);
        for attempt in attempts {
            let done = timeout(PATIENCE, attempt).await.expect("it hangs").unwrap();
            let error = done.expect_err("a wrong secret is right");
            let response = error.to_response();
            case.assert_status(response.status().as_u16(), "flood");
            match error.kind() {
                ErrorKind::InvalidClient => wrong += 1,
                ErrorKind::Overloaded | ErrorKind::TooManyFailures => {
                    let wait = &response.headers()["retry-after"];
                    assert!(wait.to_str().unwrap().parse::<u32>().unwrap() > 0);
                    busy += 1;
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(wrong + busy, flood);
        assert!((1..=fits).contains(&wrong), "{wrong}");
        assert_eq!(host.hasher.spent(), wrong, "a hash for nobody");
        assert!(host.hasher.most_at_once() <= 2);

        // After the budget is spent, further attempts cost no hash.
        let wave = async || {
            let wave: Vec<_> = (0..flood).map(|_| attempt(&host, &guess)).collect();
            let mut kinds = Vec::new();
            for attempt in wave {
                let done = timeout(PATIENCE, attempt).await.expect("it hangs").unwrap();
                kinds.push(done.unwrap_err().kind());
            }
            kinds
        };
        while host.send(&guess.basic()).await.unwrap_err().kind() != ErrorKind::TooManyFailures {
            wave().await;
        }
        host.hasher.spent();
        assert_eq!(wave().await, vec![ErrorKind::TooManyFailures; flood]);
        assert_eq!(host.hasher.spent(), 0);
    }
}
