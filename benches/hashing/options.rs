//! The command-line options.

use std::thread::available_parallelism;

use tower_oauth_clients::secrets::Argon2idBuilder;

use super::Outcome;

pub(super) const HELP: &str = "\
Usage: cargo bench --bench hashing -- [OPTIONS]

  --cost KIB,ITERATIONS  memory and passes of a hash; again for more of them (OWASP's sets)
  --threads N[,N...]     on how many threads (1, and as many as there are processors)
  --rounds N             how often each engine runs (11)
  --hashes N             hashes per engine, thread and round (4)
  --test                 a smoke test: one round of one hash of the least cost, unless given
  --help                 this

The environment variable HASHING holds options, too; those of the command line replace them.
Without cargo, and without any option, it is a smoke test.";

pub(super) struct Options {
    pub(super) rounds: u32,
    /// Hashes per engine, thread and round.
    pub(super) hashes: u32,
    pub(super) threads: Vec<u32>,
    pub(super) costs: Vec<(u32, u32)>,
    /// Whether to run one quick round only, as a test.
    pub(super) is_test: bool,
    /// Whether to print the usage only.
    pub(super) is_help: bool,
}

/// The options as given.
#[derive(Default)]
struct Asked {
    rounds: Option<u32>,
    hashes: Option<u32>,
    threads: Option<Vec<u32>>,
    costs: Option<Vec<(u32, u32)>>,
    bench: bool,
    test: bool,
    help: bool,
}

impl Options {
    pub(super) fn read() -> Outcome<Self> {
        let environment = std::env::var("HASHING").unwrap_or_default();
        let mut asked = Asked::default();
        asked.read(environment.split_whitespace().map(str::to_owned))?;
        asked.read(std::env::args().skip(1))?;

        // `cargo test --benches` passes no argument, `cargo bench` passes `--bench`. Explicit
        // options ask for a full measurement, too.
        let is_test = asked.test || !(asked.bench || asked.is_explicit());
        let (rounds, hashes, costs) = match is_test {
            true => (1, 1, &[(64, 1)][..]),
            false => (11, 4, Argon2idBuilder::RECOMMENDED),
        };
        let processors = available_parallelism().map_or(1, usize::from);
        let mut threads = vec![1, u32::try_from(processors)?];
        threads.dedup();
        Ok(Self {
            rounds: asked.rounds.unwrap_or(rounds),
            hashes: asked.hashes.unwrap_or(hashes),
            threads: asked.threads.unwrap_or(threads),
            costs: asked.costs.unwrap_or_else(|| costs.to_vec()),
            is_test,
            is_help: asked.help,
        })
    }
}

impl Asked {
    /// Later options override earlier ones.
    fn read(&mut self, mut arguments: impl Iterator<Item = String>) -> Outcome {
        let mut costs = Vec::new();
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
                    [memory, iterations] => costs.push((memory, iterations)),
                    _ => return Err("a cost is KiB of memory and iterations: 19456,2".into()),
                },
                "--threads" => self.threads = Some(numbers()?),
                "--rounds" => self.rounds = Some(one(&numbers()?)?),
                "--hashes" => self.hashes = Some(one(&numbers()?)?),
                "--bench" => self.bench = true,
                "--test" => self.test = true,
                "--help" | "-h" => self.help = true,
                _ => return Err(format!("unknown argument {argument}; see --help").into()),
            }
        }
        if !costs.is_empty() {
            self.costs = Some(costs);
        }
        Ok(())
    }

    fn is_explicit(&self) -> bool {
        self.rounds.is_some()
            || self.hashes.is_some()
            || self.threads.is_some()
            || self.costs.is_some()
    }
}

fn one(numbers: &[u32]) -> Outcome<u32> {
    match *numbers {
        [number] => Ok(number),
        _ => Err("one number is wanted".into()),
    }
}
