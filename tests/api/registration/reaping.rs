//! Clients that nobody uses are deleted, and no others.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use support::presented::Sent;
use support::registrant::{Door, Registered, confidential, public};
use support::world::{Heard, Host, eventually};
use support::{App, Repository, Store, TestClock, base, call};
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::domain::{
    Client, ClientEventKind, ClientId, ClientStatus, Clock, Operator, Patch, RegistrationState,
};
use tower_oauth_clients::manager::Expected;
use tower_oauth_clients::registration::{
    BoxError, LiveGrants, Reaper, RegistrationLimits, RegistrationMode,
};
use tower_oauth_clients::repository::CredentialRepository as _;

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const SECOND: Duration = Duration::from_secs(1);

/// What the host knows of grants.
#[derive(Default)]
struct Known {
    live: Mutex<HashSet<String>>,
    is_down: AtomicBool,
    asked: AtomicUsize,
}

#[derive(Clone, Default)]
struct Grants(Arc<Known>);

impl Grants {
    fn give(&self, client: &Registered) {
        self.0.live.lock().unwrap().insert(client.id().to_owned());
    }

    fn asked(&self) -> usize {
        self.0.asked.swap(0, Ordering::SeqCst)
    }
}

impl LiveGrants for Grants {
    async fn any(&self, client: &Client) -> Result<bool, BoxError> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        if self.0.is_down.load(Ordering::SeqCst) {
            return Err("the tokens are out of reach".into());
        }
        Ok(self
            .0
            .live
            .lock()
            .unwrap()
            .contains(client.client_id.as_str()))
    }
}

fn reaper(door: &Door<'_>, grants: impl LiveGrants) -> Reaper {
    Reaper::builder(&door.registrar, grants).build().unwrap()
}

/// How many clients a whole pass removes and keeps.
async fn pass(reaper: &mut Reaper) -> (usize, usize) {
    let (mut removed, mut kept) = (0, 0);
    loop {
        let reaped = reaper.step().await.unwrap();
        (removed, kept) = (removed + reaped.removed, kept + reaped.kept);
        if !reaped.has_more {
            return (removed, kept);
        }
    }
}

fn open(app: &App) -> Door<'_> {
    let limits = RegistrationLimits::new().with_tenant_budget(1_000, DAY);
    Door::with(app, "tenant_a", |registrar| registrar.with_limits(limits))
}

fn queue(app: &App) -> Door<'_> {
    Door::with(app, "tenant_a", |registrar| {
        registrar.with_mode(RegistrationMode::Approval)
    })
}

fn id(client: &Registered) -> ClientId {
    ClientId::parse(client.id()).unwrap()
}

async fn is_there(door: &Door<'_>, client: &Registered) -> bool {
    let manager = &door.app.manager;
    manager.get(&door.operator(), &id(client)).await.is_ok()
}

async fn set(manager: &ClientManager, operator: &Operator, id: &ClientId, status: ClientStatus) {
    let patch = Patch::new().with_status(status);
    let updated = manager.update(operator, id, patch, &Expected::Any).await;
    updated.unwrap();
}

async fn touch(door: &Door<'_>, client: &Registered) {
    let (repository, now) = (&door.app.repository, door.app.clock.now());
    call!(*repository, touch_client(&door.tenant, &id(client), now)).unwrap();
}

/// F11: whom the host still knows, whom an administrator decided on, and whom one made stays.
#[tokio::test]
async fn only_what_nobody_needs_is_reaped() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let (door, grants) = (open(&app), Grants::default());
        let f = Registered(app.create(&base()).await);
        let b = door.registered(&public()).await;
        grants.give(&b);
        touch(&door, &b).await;
        app.clock.advance(32 * DAY);
        let a = door.registered(&public()).await;
        let c = door.registered(&public()).await;
        grants.give(&c);
        let d = queue(&app).registered(&public()).await;
        let e = door.registered(&public()).await;
        let suspended = ClientStatus::Suspended;
        set(&app.manager, &door.operator(), &id(&e), suspended).await;
        app.clock.advance(8 * DAY);
        let mut reaper = reaper(&door, grants);
        assert_eq!(pass(&mut reaper).await, (2, 2), "{store:?}");
        for (name, client, stays) in [
            ("A", &a, false),
            ("B", &b, true),
            ("C", &c, true),
            ("D", &d, false),
            ("E", &e, true),
            ("F", &f, true),
        ] {
            assert_eq!(is_there(&door, client).await, stays, "{store:?} {name}");
        }
        assert_eq!(pass(&mut reaper).await, (0, 2), "{store:?}");
    }
}

/// The client is used, or changed, when the host is asked about it.
struct Meanwhile {
    repository: Repository,
    manager: ClientManager,
    operator: Operator,
    clock: TestClock,
    changed: ClientId,
}

impl LiveGrants for Meanwhile {
    async fn any(&self, client: &Client) -> Result<bool, BoxError> {
        let (tenant, name) = (&client.tenant_id, &client.client_id);
        if *name == self.changed {
            set(&self.manager, &self.operator, name, ClientStatus::Active).await;
        } else {
            call!(
                self.repository,
                touch_client(tenant, name, self.clock.now())
            )?;
        }
        Ok(false)
    }
}

/// F12: a token is issued between the question and the deletion.
#[tokio::test]
async fn a_client_that_is_used_or_changed_meanwhile_stays() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = open(&app);
        let clients = [
            door.registered(&public()).await,
            door.registered(&public()).await,
        ];
        app.clock.advance(2 * DAY);
        let meanwhile = Meanwhile {
            repository: app.repository.clone(),
            manager: app.manager.clone(),
            operator: door.operator(),
            clock: app.clock.clone(),
            changed: id(&clients[1]),
        };
        let mut reaper = reaper(&door, meanwhile);
        assert_eq!(pass(&mut reaper).await, (0, 2), "{store:?}");
        for client in &clients {
            assert!(is_there(&door, client).await, "{store:?}");
            let trail = app.trail("tenant_a", client.id()).await;
            assert!(trail.iter().all(|entry| entry.operator_id != "reaper"));
        }
    }
}

/// Days are no minutes and no seconds.
#[tokio::test]
async fn the_times_are_kept_to_the_second() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let (door, grants) = (open(&app), Grants::default());
        let mut reaper = reaper(&door, grants.clone());
        let used = door.registered(&public()).await;
        touch(&door, &used).await;
        app.clock.advance(29 * DAY);
        let unused = door.registered(&public()).await;
        app.clock.advance(DAY);
        assert_eq!(pass(&mut reaper).await, (0, 0), "{store:?}");
        assert_eq!(grants.asked(), 0, "who is not due is no question");
        app.clock.advance(SECOND);
        assert_eq!(pass(&mut reaper).await, (2, 0), "{store:?}");
        assert!(!is_there(&door, &used).await && !is_there(&door, &unused).await);

        let pending = queue(&app).registered(&public()).await;
        app.clock.advance(7 * DAY);
        assert_eq!(pass(&mut reaper).await, (0, 0), "{store:?}");
        app.clock.advance(SECOND);
        assert_eq!(pass(&mut reaper).await, (1, 0), "{store:?}");
        assert!(!is_there(&door, &pending).await, "{store:?}");
    }
}

/// The token endpoint notes a refresh, too, whatever the method of the client.
#[tokio::test]
async fn a_client_that_authenticates_stays() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let (door, host) = (open(&app), Host::unlimited(&app));
        let mut reaper = reaper(&door, Grants::default());
        let of_none = door.registered(&public()).await;
        let with_secret = door.registered(&confidential()).await;
        let refresh = [
            Sent::form(&[("grant_type", "refresh_token"), ("client_id", of_none.id())]),
            Sent::basic(with_secret.id(), with_secret.text("client_secret")),
        ];
        for round in 0..3 {
            for (sent, client) in refresh.iter().zip([&of_none, &with_secret]) {
                host.send(sent).await.unwrap();
                let now = Some(app.clock.now());
                eventually("the use is noted", async || {
                    door.stored(client.id()).await.client.last_used_at == now
                })
                .await;
            }
            app.clock.advance(20 * DAY);
            assert_eq!(pass(&mut reaper).await, (0, 0), "{store:?} {round}");
        }
        app.clock.advance(11 * DAY);
        assert_eq!(pass(&mut reaper).await, (2, 0), "{store:?}");
        for sent in &refresh {
            assert!(host.send(sent).await.is_err(), "{store:?}");
        }
    }
}

#[tokio::test]
async fn an_approval_gives_a_client_its_time() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = queue(&app);
        let mut reaper = reaper(&door, Grants::default());
        let [late, denied] = [
            door.registered(&public()).await,
            door.registered(&public()).await,
        ];
        app.clock.advance(6 * DAY);
        let (registrar, operator) = (&door.registrar, door.operator());
        let (late_id, denied_id) = (id(&late), id(&denied));
        let approved = registrar.approve(&operator, &late_id, &Expected::Any);
        approved.await.unwrap();
        let refused = registrar.deny(&operator, &denied_id, &Expected::Any);
        refused.await.unwrap();
        app.clock.advance(HOUR);
        assert_eq!(pass(&mut reaper).await, (0, 0), "{store:?}");
        app.clock.advance(DAY);
        assert_eq!(pass(&mut reaper).await, (1, 0), "{store:?}");
        assert!(!is_there(&door, &late).await, "{store:?}");
        let state = door.stored(denied.id()).await.registration.state;
        assert_eq!(state, RegistrationState::Denied);
        app.clock.advance(29 * DAY);
        assert_eq!(pass(&mut reaper).await, (1, 0), "{store:?}");
    }
}

#[tokio::test]
async fn whoever_is_kept_is_not_in_the_way() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let (door, grants) = (open(&app), Grants::default());
        for _ in 0..120 {
            let client = door.registered(&public()).await;
            grants.give(&client);
        }
        app.clock.advance(SECOND);
        for _ in 0..20 {
            door.registered(&public()).await;
        }
        app.clock.advance(2 * DAY);
        let mut reaper = reaper(&door, grants.clone());
        let first = reaper.step().await.unwrap();
        assert_eq!((first.removed, first.kept, first.has_more), (0, 100, true));
        let second = reaper.step().await.unwrap();
        assert_eq!(
            (second.removed, second.kept, second.has_more),
            (20, 20, false)
        );
        assert_eq!(grants.asked(), 140);
        assert_eq!(pass(&mut reaper).await, (0, 120), "{store:?}");
        // Of those that were kept, the oldest come first again.
        grants.0.live.lock().unwrap().clear();
        assert_eq!(pass(&mut reaper).await, (120, 0), "{store:?}");
    }
}

#[tokio::test]
async fn if_the_host_does_not_know_a_client_stays() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let (door, grants) = (open(&app), Grants::default());
        let client = door.registered(&public()).await;
        app.clock.advance(100 * DAY);
        grants.0.is_down.store(true, Ordering::SeqCst);
        let mut reaper = reaper(&door, grants.clone());
        assert_eq!(pass(&mut reaper).await, (0, 1), "{store:?}");
        assert!(is_there(&door, &client).await, "{store:?}");
        grants.0.is_down.store(false, Ordering::SeqCst);
        assert_eq!(pass(&mut reaper).await, (1, 0), "{store:?}");
    }
}

#[tokio::test]
async fn a_clock_that_is_turned_back_ends_nothing() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = open(&app);
        let client = door.registered(&public()).await;
        let mut reaper = reaper(&door, Grants::default());
        app.clock.turn_back(40 * DAY);
        assert_eq!(pass(&mut reaper).await, (0, 0), "{store:?}");
        // One that was ahead had noted a use; it counts until the others are there.
        app.clock.advance(60 * DAY);
        touch(&door, &client).await;
        app.clock.turn_back(18 * DAY);
        assert_eq!(pass(&mut reaper).await, (0, 0), "{store:?}");
        app.clock.advance(49 * DAY);
        assert_eq!(pass(&mut reaper).await, (1, 0), "{store:?}");
    }
}

#[tokio::test]
async fn a_deletion_is_told_and_in_the_trail() {
    for store in Store::ALL {
        let heard = Arc::new(Heard::default());
        let app = App::with(store, |manager| manager.with_events(heard.clone())).await;
        let (door, queue) = (open(&app), queue(&app));
        let [unused, pending] = [
            door.registered(&public()).await,
            queue.registered(&confidential()).await,
        ];
        app.clock.advance(8 * DAY);
        assert_eq!(pass(&mut reaper(&door, Grants::default())).await, (2, 0));
        let events = heard.events();
        assert_eq!(events.len(), 2);
        for event in events {
            assert_eq!(event.kind, ClientEventKind::Deleted);
            assert_eq!((event.operator, event.at), (None, app.clock.now()));
        }
        for (client, message) in [
            (&unused, "deleted, as nobody used it"),
            (&pending, "deleted, as nobody decided on it"),
        ] {
            let trail = app.trail("tenant_a", client.id()).await;
            assert_eq!(trail.len(), 2, "{store:?}");
            let entry = &trail[0];
            assert_eq!(entry.action.as_str(), "client.delete");
            assert_eq!(
                (&*entry.operator_id, &*entry.operator_type),
                ("reaper", "system")
            );
            assert_eq!((&*entry.message, entry.ip), (message, None));
            let manager = &app.manager;
            manager
                .restore(&door.operator(), &id(client))
                .await
                .unwrap();
        }
        // Who restored it knows why.
        app.clock.advance(40 * DAY);
        assert_eq!(pass(&mut reaper(&door, Grants::default())).await, (0, 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_several_hosts_one_deletes_a_client() {
    for store in Store::ALL {
        let app = App::new(store).await;
        let door = open(&app);
        let mut clients = Vec::new();
        for _ in 0..60 {
            clients.push(door.registered(&public()).await);
        }
        app.clock.advance(2 * DAY);
        let hosts = (0..3).map(|_| {
            let mut reaper = reaper(&door, Grants::default());
            tokio::spawn(async move { pass(&mut reaper).await })
        });
        let mut removed = 0;
        for host in hosts.collect::<Vec<_>>() {
            removed += host.await.unwrap().0;
        }
        assert_eq!(removed, 60, "{store:?}");
        for client in &clients {
            let trail = app.trail("tenant_a", client.id()).await;
            assert_eq!(trail.len(), 2, "{store:?}");
        }
    }
}

#[tokio::test]
async fn it_runs_by_itself() {
    let app = App::new(Store::Memory).await;
    let door = open(&app);
    let task = tokio::spawn(reaper(&door, Grants::default()).run(Duration::ZERO));
    for _ in 0..2 {
        let client = door.registered(&public()).await;
        app.clock.advance(2 * DAY);
        eventually("it is deleted", async || !is_there(&door, &client).await).await;
    }
    assert!(!task.is_finished());
    task.abort();
}

#[tokio::test]
async fn no_time_is_shorter_than_what_is_noted() {
    let app = App::new(Store::Memory).await;
    let door = open(&app);
    let builder = || Reaper::builder(&door.registrar, Grants::default());
    for times in [
        builder().with_idle_time(HOUR),
        builder().with_never_used_time(Duration::ZERO),
        builder().with_pending_time(2 * HOUR - SECOND),
    ] {
        let message = times.build().unwrap_err().to_string();
        assert!(message.contains("at least two hours"), "{message}");
    }
    let shortest = builder()
        .with_idle_time(2 * HOUR)
        .with_never_used_time(2 * HOUR)
        .with_pending_time(2 * HOUR);
    let mut reaper = shortest.build().unwrap();
    let client = door.registered(&public()).await;
    app.clock.advance(2 * HOUR + SECOND);
    assert_eq!(pass(&mut reaper).await, (1, 0));
    let stored = app.manager.get(&door.operator(), &id(&client)).await;
    assert!(stored.is_err(), "{}", json!(client.0));
}
