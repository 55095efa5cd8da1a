//! Those of clients that register themselves.

use tower_oauth_clients::domain::{
    ClientId, ClientOrigin, Id, InitialAccessToken, Page, Registration, RegistrationState,
    TenantId, TokenHash,
};
use tower_oauth_clients::repository::{
    ClientUpdate, MysqlRepository, NewClient, NewRegistration, PostgresRepository,
    RegistrationRepository, RegistrationUpdate,
};

use super::{Trips, at, client, entry, secret};
use support::servers::{Database, Proxy};

#[tokio::test(flavor = "multi_thread")]
async fn to_postgres() {
    let database = Database::postgres().await;
    let proxy = Proxy::before(database.url());
    let repository = PostgresRepository::connect(proxy.url()).await.unwrap();
    repository.migrate().await.unwrap();
    walk(&repository, &proxy, 0).await;
    let trips = walk(&repository, &proxy, 1_000).await;
    let documented = [
        ("issue a token", 3),
        ("register", 1),
        ("register with a token", 4),
        ("registration", 1),
        ("list by number", 1),
        ("list after", 1),
        ("count", 1),
        ("first unused", 1),
        ("next unused", 2),
        ("touch", 1),
        ("update", 4),
        ("update with the registration", 7),
        ("delete an unused one", 4),
        ("revoke a token", 1),
    ];
    assert_eq!(trips, documented);
}

#[tokio::test(flavor = "multi_thread")]
async fn to_mysql() {
    let database = Database::mysql().await;
    let proxy = Proxy::before(database.url());
    let repository = MysqlRepository::connect(proxy.url()).await.unwrap();
    repository.migrate().await.unwrap();
    walk(&repository, &proxy, 0).await;
    let trips = walk(&repository, &proxy, 1_000).await;
    let documented = [
        ("issue a token", 5),
        ("register", 6),
        ("register with a token", 7),
        ("registration", 1),
        ("list by number", 1),
        ("list after", 1),
        ("count", 1),
        ("first unused", 1),
        ("next unused", 2),
        ("touch", 1),
        ("update", 5),
        ("update with the registration", 8),
        ("delete an unused one", 6),
        ("revoke a token", 4),
    ];
    assert_eq!(trips, documented);
}

async fn walk<R: RegistrationRepository>(repository: &R, proxy: &Proxy, start: u64) -> Trips {
    let tenant = TenantId::parse("tenant_a").unwrap();
    let mut trips = Vec::new();
    let mut before = proxy.round_trips();
    let mut note = |what| {
        let now = proxy.round_trips();
        trips.push((what, now - before));
        before = now;
    };

    let (id, hash) = (Id::generate(at(start)), TokenHash::new("hash"));
    let token = InitialAccessToken::new(id, tenant.clone(), hash, "alice", at(start));
    let token_id = ClientId::parse(&id.to_string()).unwrap();
    let audit = entry(&token_id, start);
    let issued = repository.create_initial_access_token(&tenant, &token, &audit);
    issued.await.unwrap();
    note("issue a token");

    let mut registered = Vec::new();
    for (second, token, what) in [
        (1, None, "register"),
        (2, Some(id), "register with a token"),
    ] {
        let mut client = client(start + second);
        client.origin = ClientOrigin::Dynamic;
        let mut registration = Registration::new(RegistrationState::Approved);
        registration.initial_access_token_id = token;
        let new = NewClient::new(client.clone()).with_secret(secret(start + second));
        let new = NewRegistration::new(new, registration);
        let audit = entry(&client.client_id, start + second);
        repository.register(&tenant, &new, &audit).await.unwrap();
        note(what);
        registered.push(client);
    }
    let [first, second] = &registered[..] else {
        panic!("two clients")
    };
    let read = repository.registration(&tenant, &first.client_id).await;
    let read = read.unwrap();
    note("registration");
    let numbered = Page::Number {
        number: 1,
        size: 20,
    };
    for (page, what) in [
        (numbered, "list by number"),
        (Page::After { id: None, size: 20 }, "list after"),
    ] {
        let listed = repository.registrations(&tenant, None, page);
        listed.await.unwrap();
        note(what);
    }
    repository.count_registrations(&tenant, 100).await.unwrap();
    note("count");
    let later = at(start + 10);
    let unused = repository.unused_registrations(later, None, 100);
    unused.await.unwrap();
    note("first unused");
    let unused = repository.unused_registrations(later, Some(&read), 100);
    unused.await.unwrap();
    note("next unused");
    let touched = repository.touch_client(&tenant, &first.client_id, later);
    touched.await.unwrap();
    note("touch");
    let update = ClientUpdate::new(first.clone()).with_changes_cors_origins(false);
    let audit = entry(&first.client_id, start + 11);
    let updated = repository.update(&tenant, &update, &audit).await;
    note("update");
    let update = ClientUpdate::new(updated.unwrap());
    let update = RegistrationUpdate::new(update, read.registration);
    let audit = entry(&first.client_id, start + 12);
    let updated = repository.update_registration(&tenant, &update, &audit);
    updated.await.unwrap();
    note("update with the registration");
    let audit = entry(&second.client_id, start + 13);
    let (name, version) = (&second.client_id, second.version);
    let deleted = repository.delete_unused(&tenant, name, version, None, &audit);
    deleted.await.unwrap();
    note("delete an unused one");
    let audit = entry(&token_id, start + 14);
    let revoked = repository.revoke_initial_access_token(&tenant, id, &audit);
    revoked.await.unwrap();
    note("revoke a token");
    trips
}
