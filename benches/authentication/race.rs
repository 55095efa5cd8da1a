//! Contestants that take turns.

use std::time::Instant;

use super::Outcome;

/// Contestants that take turns. The others are compared with the first one.
pub struct Race<'a> {
    /// Operations per round and contestant.
    operations: u32,
    contestants: Vec<Contestant<'a>>,
}

struct Contestant<'a> {
    name: &'static str,
    run: Box<dyn FnMut() -> Outcome + 'a>,
    rounds: Vec<Usage>,
}

/// Microseconds per operation.
#[derive(Clone, Copy)]
pub struct Usage {
    pub wall: f64,
    pub cpu: f64,
}

impl<'a> Race<'a> {
    pub fn new(operations: u32) -> Self {
        Self {
            operations,
            contestants: Vec::new(),
        }
    }

    /// `run` does all operations of one round.
    pub fn enter(&mut self, name: &'static str, run: impl FnMut() -> Outcome + 'a) {
        self.contestants.push(Contestant {
            name,
            run: Box::new(run),
            rounds: Vec::new(),
        });
    }

    /// Measures the rounds, after a warm-up round, and prints the results.
    pub fn run(mut self, title: &str, rounds: usize) -> Outcome<Vec<Usage>> {
        let operations = f64::from(self.operations);
        for round in 0..=rounds {
            for contestant in &mut self.contestants {
                let (start, cpu) = (Instant::now(), cpu_seconds());
                (contestant.run)()?;
                let usage = Usage {
                    wall: start.elapsed().as_secs_f64() * 1e6 / operations,
                    cpu: (cpu_seconds() - cpu) * 1e6 / operations,
                };
                if round > 0 {
                    contestant.rounds.push(usage);
                }
            }
        }
        println!(
            "{title:<36} {:>10} {:>10} {:>8} {:>8}",
            "µs", "CPU µs", "ratio", "of CPU"
        );
        let first = self.contestants.first().map(|first| first.rounds.clone());
        let first = first.unwrap_or_default();
        let printed = self.contestants.iter().map(|contestant| {
            let of = |what: fn(&Usage) -> f64| median(contestant.rounds.iter().map(what));
            let to_first = |what: fn(&Usage) -> f64| {
                let pairs = contestant.rounds.iter().zip(&first);
                median(pairs.map(|(own, first)| what(own) / what(first)))
            };
            let (wall, cpu) = (of(|usage| usage.wall), of(|usage| usage.cpu));
            println!(
                "  {:<34} {wall:>10.2} {cpu:>10.2} {:>8.2} {:>8.2}",
                contestant.name,
                to_first(|usage| usage.wall),
                to_first(|usage| usage.cpu),
            );
            Usage { wall, cpu }
        });
        let printed = printed.collect();
        println!();
        Ok(printed)
    }
}

pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The CPU time that all threads of this process have used.
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
