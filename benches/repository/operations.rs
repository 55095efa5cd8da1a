//! The operations that are compared, of a repository and of a driver.

use std::hint::black_box;

use tower_oauth_clients::domain::{Action, Client, Page};
use tower_oauth_clients::repository::{
    ClientFilter, ClientRepository, ClientUpdate, MAX_RETIRED_SECRETS, SecretRotation, Write,
};

use super::Plan;
use super::driver::Driver;
use super::measure::{Side, Watch};
use super::sample::{self, Sample};
use super::sql;

/// How often each client of a round is rotated: often enough to exceed the retired secrets.
const ROTATIONS: usize = 4;

/// The operations that both sides implement.
pub trait Operations: Send {
    fn create(&mut self, sample: &Sample) -> impl Future<Output = ()> + Send;
    fn get(&mut self, client: &Client) -> impl Future<Output = ()> + Send;
    fn page(&mut self) -> impl Future<Output = ()> + Send;
    fn update(&mut self, update: &ClientUpdate, write: &Write) -> impl Future<Output = ()> + Send;
    fn rotate(
        &mut self,
        client: &Client,
        rotation: &SecretRotation,
        write: &Write,
    ) -> impl Future<Output = ()> + Send;
}

/// Runs one round on one side.
pub async fn round(plan: Plan, side: &mut Side, operations: &mut impl Operations) {
    let mut samples: Vec<Sample> = (0..plan.clients).map(|_| sample::client()).collect();
    let watch = Watch::start();
    for sample in &samples {
        operations.create(sample).await;
    }
    side.add("create", watch.each(plan.clients));

    let first = &samples[0].0.client;
    let watch = Watch::start();
    for _ in 0..plan.reads {
        operations.get(first).await;
    }
    side.add("point read", watch.each(plan.reads));

    let watch = Watch::start();
    for _ in 0..plan.pages {
        operations.page().await;
    }
    side.add("page of 20", watch.each(plan.pages));

    let updates = samples
        .iter()
        .map(|(new, _)| ClientUpdate::new(new.client.clone()).with_changes_cors_origins(false));
    let updates: Vec<_> = updates
        .zip(writes(&samples, Action::ClientUpdate))
        .collect();
    let watch = Watch::start();
    for (update, write) in &updates {
        operations.update(update, write).await;
    }
    side.add("update", watch.each(plan.clients));

    let mut changes = Vec::new();
    for _ in 0..ROTATIONS {
        let writes = writes(&samples, Action::SecretRotate);
        for ((new, _), write) in samples.iter_mut().zip(writes) {
            let version = new.client.version.next();
            new.client.version = version;
            let rotation = SecretRotation::new(version, sample::secret(), sample::grace_ends());
            changes.push((new.client.clone(), rotation, write));
        }
    }
    let watch = Watch::start();
    for (client, rotation, write) in &changes {
        operations.rotate(client, rotation, write).await;
    }
    side.add("rotate", watch.each(changes.len()));
}

fn writes(samples: &[Sample], action: Action) -> Vec<Write> {
    let clients = samples.iter().map(|(new, _)| &new.client.client_id);
    clients
        .map(|id| sample::write(id.clone(), action.clone()))
        .collect()
}

pub struct Repository<R>(pub R);

impl<R: ClientRepository> Operations for Repository<R> {
    async fn create(&mut self, (new, write): &Sample) {
        let tenant = &new.client.tenant_id;
        self.0.create(tenant, new, write).await.unwrap();
    }

    async fn get(&mut self, client: &Client) {
        let read = self.0.get(&client.tenant_id, &client.client_id).await;
        black_box(read.unwrap());
    }

    async fn page(&mut self) {
        let page = Page::After { id: None, size: 20 };
        let filter = ClientFilter::default();
        let slice = self.0.list(&sample::tenant(), &filter, page).await;
        black_box(slice.unwrap());
    }

    async fn update(&mut self, update: &ClientUpdate, write: &Write) {
        let tenant = &update.client.tenant_id;
        let updated = self.0.update(tenant, update, write).await;
        black_box(updated.unwrap());
    }

    async fn rotate(&mut self, client: &Client, rotation: &SecretRotation, write: &Write) {
        let (tenant, id) = (&client.tenant_id, &client.client_id);
        self.0
            .rotate_secret(tenant, id, rotation, write)
            .await
            .unwrap();
    }
}

/// Every statement waits for the previous one.
impl<D: Driver> Operations for D {
    async fn create(&mut self, (new, write): &Sample) {
        let client = &new.client;
        self.control("BEGIN").await;
        self.execute(sql::INSERT_CLIENT, &sql::client(client)).await;
        let secret = sql::first_secret(new);
        self.execute(sql::INSERT_SECRET, &secret).await;
        let audit = sql::audit(client, &write.audit);
        self.execute(sql::INSERT_AUDIT, &audit).await;
        self.control("COMMIT").await;
    }

    async fn get(&mut self, client: &Client) {
        let rows = self.clients(sql::GET, &sql::key(client)).await;
        assert_eq!(black_box(rows).len(), 1);
    }

    async fn page(&mut self) {
        let tenant = sample::tenant();
        let values = [tenant.as_str().into()];
        black_box(self.clients(sql::FIRST_PAGE, &values).await);
    }

    async fn update(&mut self, ClientUpdate { client, .. }: &ClientUpdate, write: &Write) {
        self.control("BEGIN").await;
        let changed = self
            .execute(sql::UPDATE, &sql::update(client, &write.audit))
            .await;
        assert_eq!(changed, 1);
        let audit = sql::audit(client, &write.audit);
        self.execute(sql::INSERT_AUDIT, &audit).await;
        self.control("COMMIT").await;
    }

    async fn rotate(&mut self, client: &Client, rotation: &SecretRotation, write: &Write) {
        let at = write.audit.at.as_micros();
        self.control("BEGIN").await;
        let version = client.version.as_i64().into();
        let advance = sql::about([at], client, [version]);
        assert_eq!(self.execute(sql::ADVANCE, &advance).await, 1);
        let retire = sql::about([at, rotation.grace_ends.as_micros()], client, []);
        self.execute(sql::RETIRE, &retire).await;
        let end = sql::about([at], client, [at.into()]);
        self.execute(sql::END_EXPIRED, &end).await;
        let retired = self.texts(sql::RETIRED, &sql::key(client)).await;
        if let Some(id) = retired.get(MAX_RETIRED_SECRETS) {
            let end = sql::about([at], client, [id.as_str().into()]);
            self.execute(sql::END_OUTDATED, &end).await;
        }
        let secret = sql::secret(client, &rotation.secret);
        self.execute(sql::INSERT_SECRET, &secret).await;
        let [tenant, id] = sql::key(client);
        let show = sql::about([], client, [tenant, id]);
        self.execute(sql::SHOW_LAST_FOUR, &show).await;
        let audit = sql::audit(client, &write.audit);
        self.execute(sql::INSERT_AUDIT, &audit).await;
        self.control("COMMIT").await;
    }
}
