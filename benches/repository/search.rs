//! Many concurrent searches, and their effect on reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::sleep;
use tower_oauth_clients::domain::{ClientId, Page, TenantId};
use tower_oauth_clients::repository::{ClientFilter, ClientRepository};

use super::Plan;
use super::lists::TENANT;

/// How many searches run at the same time.
const SEARCHERS: usize = 16;

pub async fn measure<R: ClientRepository + Clone + 'static>(plan: Plan, repository: &R) {
    println!(
        "  {SEARCHERS} who search a list of {} at the same time:",
        plan.searched
    );
    for name in ["a", "no such name"] {
        let done = Arc::new(AtomicBool::new(false));
        let reader = tokio::spawn(read(repository.clone(), done.clone()));
        let mut searchers = JoinSet::new();
        for _ in 0..SEARCHERS {
            searchers.spawn(search(repository.clone(), name, plan.searches));
        }
        let searches = searchers.join_all().await.concat();
        done.store(true, Ordering::Relaxed);
        println!("    {name:?}: {}", spread(searches));
        println!("    a read beside them: {}", spread(reader.await.unwrap()));
    }
}

async fn search<R: ClientRepository>(repository: R, name: &str, times: usize) -> Vec<Duration> {
    let tenant = TenantId::parse(TENANT).unwrap();
    let filter = ClientFilter::new().with_name(name);
    let page = Page::Number {
        number: 1,
        size: 20,
    };
    let mut took = Vec::new();
    for _ in 0..times {
        let start = Instant::now();
        repository.list(&tenant, &filter, page).await.unwrap();
        took.push(start.elapsed());
    }
    took
}

/// Reads until `done` is set.
async fn read<R: ClientRepository>(repository: R, done: Arc<AtomicBool>) -> Vec<Duration> {
    let tenant = TenantId::parse(TENANT).unwrap();
    let id = ClientId::parse(&format!("app-{:026}", 0)).unwrap();
    let mut took = Vec::new();
    while !done.load(Ordering::Relaxed) {
        let start = Instant::now();
        repository.get(&tenant, &id).await.unwrap();
        took.push(start.elapsed());
        sleep(Duration::from_millis(1)).await;
    }
    took
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |percent| times[(times.len() - 1) * percent / 100];
    format!("median {:.1?}, p99 {:.1?}", at(50), at(99))
}
