use std::fmt;
use std::sync::Arc;
use std::thread::available_parallelism;

use super::worker::{self, Jobs};
use super::{HashPool, SecretHasher};
use crate::error::{BuildError, BuildErrorKind};

/// Builder of a [`HashPool`].
#[must_use]
pub struct HashPoolBuilder {
    hasher: Arc<dyn SecretHasher>,
    threads: usize,
    queue: Option<usize>,
}

impl HashPoolBuilder {
    const MAX_THREADS: usize = 1_024;
    const MAX_QUEUE: usize = 65_536;
    const QUEUE_PER_THREAD: usize = 32;

    pub(super) fn new(hasher: impl SecretHasher) -> Self {
        Self {
            hasher: Arc::new(hasher),
            threads: available_parallelism().map_or(1, usize::from),
            queue: None,
        }
    }

    /// Sets the number of hashing threads: 1 to 1024. By default, one per CPU available to the
    /// process.
    ///
    /// Each uses the memory of one hash, 19 MiB by default. Half of the threads also verify hashes
    /// that [cost more](SecretHasher::work) than two new ones; a pool of one thread gets a second
    /// one just for them.
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Sets how many jobs may wait for a thread: 1 to 65536. By default, 32 per thread. A quarter
    /// as many expensive jobs wait in a separate queue.
    ///
    /// The last job in a queue of the default length waits for about half a second at the default
    /// cost: a longer queue makes callers wait longer, without serving more of them.
    pub fn with_queue(mut self, length: usize) -> Self {
        self.queue = Some(length);
        self
    }

    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// [`BuildErrorKind::Setting`] if a number is out of range, [`BuildErrorKind::System`] if a
    /// thread can't be started.
    pub fn build(self) -> Result<HashPool, BuildError> {
        let refused = |reason| Err(BuildError::setting(reason));
        if !(1..=Self::MAX_THREADS).contains(&self.threads) {
            return refused("a hash pool has 1 to 1024 threads");
        }
        let queue = self.queue.unwrap_or(self.threads * Self::QUEUE_PER_THREAD);
        if !(1..=Self::MAX_QUEUE).contains(&queue) {
            return refused("a hash pool's queue holds 1 to 65536 jobs");
        }
        let (costly, costly_jobs) = crossbeam_channel::bounded(queue.div_ceil(4));
        let (queue, jobs) = crossbeam_channel::bounded(queue);
        let start = |number, jobs| {
            worker::start(number, jobs, Arc::clone(&self.hasher)).map_err(|error| {
                BuildError::because(BuildErrorKind::System, "a hashing thread did not start")
                    .with_source(error)
            })
        };
        for number in 0..self.threads {
            let (jobs, costly) = (jobs.clone(), costly_jobs.clone());
            start(
                number,
                match number < self.threads / 2 {
                    true => Jobs::Both(jobs, costly),
                    false => Jobs::Usual(jobs),
                },
            )?;
        }
        if self.threads == 1 {
            start(self.threads, Jobs::Costly(costly_jobs))?;
        }
        Ok(HashPool {
            queue,
            costly,
            hasher: self.hasher,
        })
    }
}

impl fmt::Debug for HashPoolBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashPoolBuilder")
            .field("threads", &self.threads)
            .field("queue", &self.queue)
            .finish_non_exhaustive()
    }
}
