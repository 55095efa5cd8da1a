//! Searches: many at the same time, and their effect on reads; with an index of names, and without.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::sleep;
use tower_oauth_clients::domain::{ClientId, Page, TenantId};
use tower_oauth_clients::repository::{ClientFilter, ClientRepository, ErrorKind};

use super::Plan;
use super::lists::TENANT;
use super::measure::{Side, Watch, report};
use super::operations::{Repository, round};

/// How many searches run at the same time.
const SEARCHERS: usize = 16;

/// How long searches for one text are repeated.
const LONGEST: Duration = Duration::from_secs(20);

/// Rounds of operations with an index of names, and without.
const ROUNDS: usize = 5;

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

/// Searches by name and other operations, before and after an index of names is made.
pub async fn with_index<R: ClientRepository>(
    plan: Plan,
    repository: &mut Repository<R>,
    index: impl AsyncFnOnce(&R),
) {
    let [plain, indexed] = plan.named;
    if plain == 0 {
        return;
    }
    let mut without = Side::new("without an index");
    let mut with = Side::new("with an index of names");
    by_name(plan, &repository.0, without.name, plain).await;
    for _ in 0..ROUNDS {
        round(plan, &mut without, repository).await;
    }
    let watch = Watch::start();
    index(&repository.0).await;
    println!("  making the index: {:.1?}", watch.each(1));
    by_name(plan, &repository.0, with.name, indexed).await;
    for _ in 0..ROUNDS {
        round(plan, &mut with, repository).await;
    }
    println!("  {}:", with.name);
    report(&with, &[without]);
}

/// Searches for parts of names among all listed clients, one at a time.
async fn by_name<R: ClientRepository>(plan: Plan, repository: &R, how: &str, times: usize) {
    println!("  searches by name in a list of {}, {how}:", plan.listed);
    let texts = [
        ("a few digits", "{}"),
        ("a whole name", "application {}"),
        ("a part of none", "no such name"),
        ("a part of all", "APPLICATION"),
        ("one letter of all", "a"),
    ];
    let by_number = Page::Number {
        number: 1,
        size: 20,
    };
    let by_id = Page::After { id: None, size: 20 };
    let tenant = TenantId::parse(TENANT).unwrap();
    for (what, text) in texts {
        for (kind, page) in [("keyset", by_id), ("number", by_number)] {
            let mut took = Vec::new();
            let mut cut_off = 0;
            let begun = Instant::now();
            for round in 0..times {
                if begun.elapsed() > LONGEST {
                    break;
                }
                let digits = (round + 1) * 7_919 % plan.listed;
                let name = text.replace("{}", &digits.to_string());
                let filter = ClientFilter::new().with_name(name);
                let start = Instant::now();
                let found = repository.list(&tenant, &filter, page).await;
                took.push(start.elapsed());
                if let Err(error) = found {
                    assert_eq!(error.kind(), ErrorKind::Unavailable);
                    cut_off += 1;
                }
            }
            println!("    {what}, by {kind}: {}, {cut_off} cut off", spread(took));
        }
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
