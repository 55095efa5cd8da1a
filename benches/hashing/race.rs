//! Contestants that take turns, and the resources that each of them used.

use std::fs::read_to_string;
use std::time::Instant;

use super::Outcome;

/// Contestants that take turns. The others are compared with the first one.
pub(super) struct Race<'a> {
    threads: u32,
    /// Hashes per round and contestant, on all threads.
    hashes: u32,
    contestants: Vec<Contestant<'a>>,
    start: Instant,
}

struct Contestant<'a> {
    name: &'static str,
    /// MiB per thread.
    memory: Option<f64>,
    run: Box<dyn FnMut() -> Outcome + 'a>,
    rounds: Vec<Usage>,
}

impl<'a> Race<'a> {
    pub(super) fn new(threads: u32, hashes: u32) -> Self {
        Self {
            threads,
            hashes,
            contestants: Vec::new(),
            start: Instant::now(),
        }
    }

    /// `run` computes all hashes of one round.
    pub(super) fn enter(
        &mut self,
        name: &'static str,
        memory: Option<f64>,
        run: impl FnMut() -> Outcome + 'a,
    ) {
        self.contestants.push(Contestant {
            name,
            memory,
            run: Box::new(run),
            rounds: Vec::new(),
        });
    }

    /// Warms up each contestant, then measures the rounds.
    pub(super) fn run(&mut self, rounds: u32) -> Outcome {
        for contestant in &mut self.contestants {
            (contestant.run)()?;
        }
        for _ in 0..rounds {
            for contestant in &mut self.contestants {
                let start = Usage::now(self.start);
                (contestant.run)()?;
                contestant.rounds.push(Usage::now(self.start).since(&start));
            }
        }
        Ok(())
    }

    pub(super) fn print(&self, title: &str) {
        println!(
            "{title:<34} {:>9} {:>9} {:>9} {:>7} {:>12} {:>9} {:>9}",
            "ms/hash", "CPU ms", "hashes/s", "MiB", "faults/hash", "time / C", "CPU / C"
        );
        let hashes = f64::from(self.hashes);
        let Some(first) = self.contestants.first() else {
            return;
        };
        for contestant in &self.contestants {
            let of = |what: fn(&Usage) -> f64| median(contestant.rounds.iter().map(what));
            let to_first = |what: fn(&Usage) -> f64| {
                let pairs = contestant.rounds.iter().zip(&first.rounds);
                median(pairs.map(|(own, first)| what(own) / what(first)))
            };
            let seconds = of(|usage| usage.seconds);
            println!(
                "  {:<32} {:>9.2} {:>9.2} {:>9.1} {:>7.1} {:>12.1} {:>9.2} {:>9.2}",
                contestant.name,
                seconds * 1e3 * f64::from(self.threads) / hashes,
                of(|usage| usage.cpu) * 1e3 / hashes,
                hashes / seconds,
                contestant.memory.unwrap_or(f64::NAN),
                of(|usage| usage.faults) / hashes,
                to_first(|usage| usage.seconds),
                to_first(|usage| usage.cpu),
            );
        }
        println!();
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The resources that this process used so far, or in one round.
struct Usage {
    seconds: f64,
    /// Seconds of CPU time of all threads.
    cpu: f64,
    /// Minor page faults.
    faults: f64,
}

impl Usage {
    fn now(epoch: Instant) -> Self {
        Self {
            faults: page_faults(),
            cpu: cpu_seconds(),
            seconds: epoch.elapsed().as_secs_f64(),
        }
    }

    fn since(&self, earlier: &Self) -> Self {
        Self {
            seconds: self.seconds - earlier.seconds,
            cpu: self.cpu - earlier.cpu,
            faults: self.faults - earlier.faults,
        }
    }
}

#[cfg(target_os = "linux")]
fn cpu_seconds() -> f64 {
    use rustix::time::{ClockId, clock_gettime};

    std::time::Duration::try_from(clock_gettime(ClockId::ProcessCPUTime))
        .map_or(f64::NAN, |used| used.as_secs_f64())
}

#[cfg(not(target_os = "linux"))]
fn cpu_seconds() -> f64 {
    f64::NAN
}

/// `minflt`, the tenth field of `/proc/self/stat`.
fn page_faults() -> f64 {
    let stat = read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is a name in parentheses, which may contain spaces.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let minor = fields.split_whitespace().nth(7);
    minor.and_then(|text| text.parse().ok()).unwrap_or(f64::NAN)
}
