//! What to measure.

use std::thread::available_parallelism;

use super::Outcome;

/// OWASP's parameter sets for one lane: KiB of memory, and iterations.
const OWASP: [(u32, u32); 5] = [(19456, 2), (47104, 1), (12288, 3), (9216, 4), (7168, 5)];

pub(super) struct Options {
    pub(super) rounds: u32,
    /// Hashes per engine, thread and round.
    pub(super) hashes: u32,
    pub(super) threads: Vec<u32>,
    pub(super) costs: Vec<(u32, u32)>,
    /// Only to see that it works.
    pub(super) is_test: bool,
}

impl Options {
    pub(super) fn read() -> Outcome<Self> {
        let processors = available_parallelism().map_or(1, usize::from);
        let mut options = Self {
            rounds: 11,
            hashes: 4,
            threads: vec![1, u32::try_from(processors)?],
            costs: Vec::new(),
            is_test: false,
        };
        options.threads.dedup();
        let (mut bench, mut test) = (false, false);
        let environment = std::env::var("HASHING").unwrap_or_default();
        let environment = environment.split_whitespace().map(str::to_owned);
        let mut arguments = environment.chain(std::env::args().skip(1));
        while let Some(argument) = arguments.next() {
            let mut numbers = || -> Outcome<Vec<u32>> {
                let value = arguments.next().ok_or("a number is missing")?;
                let numbers = value.split(',').map(|number| match number.parse() {
                    Ok(0) | Err(_) => Err(format!("{number} is not a number from 1").into()),
                    Ok(number) => Ok(number),
                });
                numbers.collect()
            };
            match argument.as_str() {
                "--cost" => match numbers()?[..] {
                    [memory, iterations] => options.costs.push((memory, iterations)),
                    _ => return Err("a cost is KiB of memory and iterations: 19456,2".into()),
                },
                "--threads" => options.threads = numbers()?,
                "--rounds" => options.rounds = one(&numbers()?)?,
                "--hashes" => options.hashes = one(&numbers()?)?,
                "--bench" => bench = true,
                "--test" => test = true,
                _ => return Err(format!("unknown argument {argument}").into()),
            }
        }
        // `cargo test --benches` gives no argument, `cargo bench` does.
        if test || !bench {
            (options.rounds, options.hashes, options.is_test) = (1, 1, true);
            options.costs = vec![(64, 1)];
        }
        if options.costs.is_empty() {
            options.costs = OWASP.to_vec();
        }
        Ok(options)
    }
}

fn one(numbers: &[u32]) -> Outcome<u32> {
    match *numbers {
        [number] => Ok(number),
        _ => Err("one number is wanted".into()),
    }
}
