//! How pages grow with the clients: of one tenant that has them all, and of as many again who have
//! 100 each.

use std::ops::Range;
use std::time::Duration;

use tower_oauth_clients::domain::{ClientId, ClientStatus, Page, TenantId};
use tower_oauth_clients::repository::{ClientFilter, ClientRepository};

use super::Plan;
use super::lists::{self, Dialect};
use super::measure::{Watch, median, percentile};

const SMALLEST: usize = 10_000;

const SIZE: u32 = 20;

/// The tenant that has all, and the one of many that is asked.
const ONE: &str = "grown";
const OF_MANY: &str = "many-7";

/// The times of each query, for each size.
#[derive(Default)]
pub struct Growth(Vec<(&'static str, Vec<[Duration; 2]>)>);

/// The numbers of clients, each with the statements that lead to it from the one before.
pub fn steps(plan: Plan, dialect: &Dialect) -> Vec<(usize, Vec<[String; 2]>)> {
    let mut steps = Vec::new();
    let mut start = 0;
    let mut size = SMALLEST.min(plan.grown);
    while start < plan.grown {
        let loads = lists::portions(start..size).map(|portion| load(portion, dialect));
        steps.push((size, loads.collect()));
        start = size;
        size = plan.grown.min(size * 10);
    }
    steps
}

fn load(clients: Range<usize>, dialect: &Dialect) -> [String; 2] {
    let one = format!("'{ONE}'");
    [
        lists::clients(clients.clone(), dialect, &one, "grown-"),
        lists::clients(clients, dialect, dialect.one_of_many, "many-"),
    ]
}

impl Growth {
    pub async fn measure(&mut self, plan: Plan, size: usize, repository: &impl ClientRepository) {
        let all = ClientFilter::default();
        let suspended = ClientFilter::new().with_status(ClientStatus::Suspended);
        let of_one = ClientId::parse(&format!("grown-{:026}", size / 2)).unwrap();
        let one = ClientFilter::new().with_client_ids([of_one.clone()]);
        let after = |id| Page::After { id, size: SIZE };
        let first = after(None);
        let middle = after(Some(lists::id(size / 2)));
        let last = after(Some(lists::id(SIZE as usize)));
        let counted = Page::Number {
            number: 1,
            size: SIZE,
        };
        let (grown, many) = [ONE, OF_MANY]
            .map(|name| TenantId::parse(name).unwrap())
            .into();
        let lists = [
            ("first page", &grown, &all, first, plan.pages),
            ("page in the middle", &grown, &all, middle, plan.pages),
            ("last page", &grown, &all, last, plan.pages),
            (
                "suspended, first page",
                &grown,
                &suspended,
                first,
                plan.pages,
            ),
            ("by its client_id", &grown, &one, first, plan.pages),
            (
                "first page with the total",
                &grown,
                &all,
                counted,
                plan.scans,
            ),
            ("of 100, first page", &many, &all, first, plan.pages),
            ("of 100, with the total", &many, &all, counted, plan.pages),
        ];
        for (name, tenant, filter, page, times) in lists {
            let mut took = Vec::new();
            for _ in 0..times {
                let watch = Watch::start();
                let slice = repository.list(tenant, filter, page).await.unwrap();
                took.push(watch.each(1));
                assert!(!slice.items.is_empty(), "{name}");
            }
            self.add(name, took);
        }
        let mut took = Vec::new();
        for _ in 0..plan.pages {
            let watch = Watch::start();
            repository.get(&grown, &of_one).await.unwrap();
            took.push(watch.each(1));
        }
        self.add("a client", took);
        println!("  {size} clients of one tenant, and {size} of many:");
        for (name, times) in &self.0 {
            let [first, now] = [times[0], times[times.len() - 1]];
            let ratio = now[0].as_secs_f64() / first[0].as_secs_f64();
            println!(
                "    {name}: {:.1?}, p99 {:.1?}, {ratio:.2} x among the fewest",
                now[0], now[1]
            );
        }
    }

    fn add(&mut self, name: &'static str, took: Vec<Duration>) {
        let times = [median(took.clone()), percentile(took, 99)];
        match self.0.iter_mut().find(|(other, _)| *other == name) {
            Some((_, all)) => all.push(times),
            None => self.0.push((name, vec![times])),
        }
    }
}
