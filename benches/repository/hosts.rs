//! Ten hosts on one PostgreSQL, compared with one host and with bare drivers, with as many
//! connections each.

use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod, bb8,
};
use tokio::task::JoinSet;
use tower_oauth_clients::repository::PostgresRepository;

use super::Plan;
use super::measure::{Side, Watch, report};
use super::operations::{Operations, Repository};
use super::postgres::TokioPostgres;
use super::sample;

const HOSTS: usize = 10;

/// Those of a host, and its connections.
const CALLERS: u32 = 2;

/// How often each new client is read.
const READS: usize = 9;

/// In a schema with tables.
pub async fn compare(plan: Plan, url: &str) {
    let mut hosts = Vec::new();
    let mut drivers = Vec::new();
    for _ in 0..HOSTS {
        let host = Repository(host(url, CALLERS).await);
        for _ in 0..CALLERS {
            hosts.push(Repository(host.0.clone()));
            drivers.push(TokioPostgres::connect(url).await);
        }
    }
    let all = u32::try_from(hosts.len()).unwrap();
    let one = host(url, all).await;
    let mut one: Vec<_> = hosts.iter().map(|_| Repository(one.clone())).collect();

    let mut side = Side::new("ten hosts");
    let mut others = [Side::new("one host"), Side::new("bare drivers")];
    for _ in 0..plan.rounds {
        hosts = turn(plan, &mut side, hosts).await;
        one = turn(plan, &mut others[0], one).await;
        drivers = turn(plan, &mut others[1], drivers).await;
    }
    println!("  {HOSTS} hosts with {CALLERS} callers each");
    report(&side, &others);
}

async fn host(url: &str, connections: u32) -> PostgresRepository {
    let mut config = ManagerConfig::<AsyncPgConnection>::default();
    config.recycling_method = RecyclingMethod::Fast;
    let manager = AsyncDieselConnectionManager::new_with_config(url, config);
    let pool = bb8::Pool::builder().max_size(connections);
    PostgresRepository::from_bb8(pool.build(manager).await.unwrap())
}

/// All callers at once. Notes the time divided by the operations of all.
async fn turn<O>(plan: Plan, side: &mut Side, callers: Vec<O>) -> Vec<O>
where
    O: Operations + 'static,
{
    let done = callers.len() * plan.clients * (1 + READS);
    let watch = Watch::start();
    let mut tasks = JoinSet::new();
    for mut caller in callers {
        tasks.spawn(async move {
            for _ in 0..plan.clients {
                let sample = sample::client();
                caller.create(&sample).await;
                for _ in 0..READS {
                    caller.get(&sample.0.client).await;
                }
            }
            caller
        });
    }
    let callers = tasks.join_all().await;
    side.add(
        "an operation, of which one in ten creates",
        watch.each(done),
    );
    callers
}
