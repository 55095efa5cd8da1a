//! Times and their ratios.

use std::time::{Duration, Instant};

/// The times of one side for each operation, one per round.
pub struct Side {
    pub name: &'static str,
    pub times: Vec<(&'static str, Vec<Duration>)>,
}

impl Side {
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            times: Vec::new(),
        }
    }

    pub fn add(&mut self, operation: &'static str, time: Duration) {
        let found = self.times.iter_mut().find(|(name, _)| *name == operation);
        match found {
            Some((_, times)) => times.push(time),
            None => self.times.push((operation, vec![time])),
        }
    }

    fn of(&self, operation: &str) -> Option<&Vec<Duration>> {
        let mut times = self.times.iter();
        times.find_map(|(name, times)| (*name == operation).then_some(times))
    }
}

/// Prints one line for each operation, and for each driver that does it.
pub fn report(repository: &Side, drivers: &[Side]) {
    for (operation, ours) in &repository.times {
        println!("  {operation}: {:.1?}", median(ours.clone()));
        for driver in drivers {
            if let Some(theirs) = driver.of(operation) {
                let ratios = ours
                    .iter()
                    .zip(theirs)
                    .map(|(ours, theirs)| ours.as_secs_f64() / theirs.as_secs_f64());
                let mut ratios: Vec<f64> = ratios.collect();
                ratios.sort_by(f64::total_cmp);
                let [low, middle, high] = [1, 2, 3].map(|part| quantile(&ratios, part));
                let theirs = median(theirs.clone());
                println!(
                    "    {middle:.2} x {}, {theirs:.1?} [{low:.2} to {high:.2}]",
                    driver.name
                );
            }
        }
    }
}

/// The quantile that `quarters` of four parts are below.
fn quantile(sorted: &[f64], quarters: usize) -> f64 {
    sorted[(sorted.len() - 1) * quarters / 4]
}

pub fn median(times: Vec<Duration>) -> Duration {
    percentile(times, 50)
}

/// The time that so many percent of the times are below.
pub fn percentile(mut times: Vec<Duration>, percent: usize) -> Duration {
    times.sort();
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

/// A stopwatch for a number of equal operations.
pub struct Watch(Instant);

impl Watch {
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The average time of one operation.
    pub fn each(&self, times: usize) -> Duration {
        self.0.elapsed() / u32::try_from(times).unwrap()
    }
}
