//! The SQLite driver on a thread with a queue of whole operations, as the repository uses its
//! connections.

use std::thread;

use futures_util::FutureExt;
use tokio::sync::oneshot;
use tower_oauth_clients::domain::Client;
use tower_oauth_clients::repository::{ClientUpdate, SecretRotation, Write};

use super::operations::Operations;
use super::sample::Sample;
use super::sqlite::Rusqlite;

type Job = Box<dyn FnOnce(&mut Rusqlite) + Send>;

pub struct Hop(crossbeam_channel::Sender<Job>);

impl Hop {
    pub fn start(mut driver: Rusqlite) -> Self {
        let (sender, jobs) = crossbeam_channel::unbounded::<Job>();
        thread::spawn(move || jobs.iter().for_each(|job| job(&mut driver)));
        Self(sender)
    }

    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Rusqlite) -> T + Send + 'static,
    ) -> T {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |driver| drop(answer.send(work(driver))));
        self.0.send(job).unwrap();
        answered.await.unwrap()
    }
}

/// The futures are ready at once, since the driver is synchronous.
impl Operations for Hop {
    async fn create(&mut self, sample: &Sample) {
        let sample = sample.clone();
        self.run(move |driver| driver.create(&sample).now_or_never().unwrap())
            .await;
    }

    async fn get(&mut self, client: &Client) {
        let client = client.clone();
        self.run(move |driver| driver.get(&client).now_or_never().unwrap())
            .await;
    }

    async fn page(&mut self) {
        self.run(move |driver| driver.page().now_or_never().unwrap())
            .await;
    }

    async fn update(&mut self, update: &ClientUpdate, write: &Write) {
        let (update, write) = (update.clone(), write.clone());
        self.run(move |driver| driver.update(&update, &write).now_or_never().unwrap())
            .await;
    }

    async fn rotate(&mut self, client: &Client, rotation: &SecretRotation, write: &Write) {
        let (client, rotation, write) = (client.clone(), rotation.clone(), write.clone());
        self.run(move |driver| {
            let rotated = driver.rotate(&client, &rotation, &write);
            rotated.now_or_never().unwrap();
        })
        .await;
    }
}
