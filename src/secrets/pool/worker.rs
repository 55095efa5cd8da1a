use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Receiver, select};

use super::SecretHasher;

/// A hash or a verification, which sends the result to its caller.
pub(super) type Job = Box<dyn FnOnce(&dyn SecretHasher) + Send>;

/// The queues that a thread takes jobs from.
#[derive(Clone)]
pub(super) enum Jobs {
    Usual(Receiver<Job>),
    Costly(Receiver<Job>),
    /// Whichever has a job first.
    Both(Receiver<Job>, Receiver<Job>),
}

impl Jobs {
    /// `None` once the last sender is gone.
    fn next(&self) -> Option<Job> {
        match self {
            Self::Usual(jobs) | Self::Costly(jobs) => jobs.recv().ok(),
            Self::Both(usual, costly) => select! {
                recv(usual) -> job => job.or_else(|_| costly.recv()),
                recv(costly) -> job => job.or_else(|_| usual.recv()),
            }
            .ok(),
        }
    }
}

/// Starts a thread that ends when the last sender is gone.
pub(super) fn start(number: usize, jobs: Jobs, hasher: Arc<dyn SecretHasher>) -> io::Result<()> {
    thread::Builder::new()
        .name(format!("secret-hash-{number}"))
        .spawn(move || {
            lower_priority();
            while let Some(job) = jobs.next() {
                // A metrics or tracing backend may panic too, and the thread must survive.
                let _ = catch_unwind(AssertUnwindSafe(|| job(&*hasher)));
            }
        })
        .map(drop)
}

/// Gives the threads that serve requests precedence.
///
/// POSIX sets the priority of a process, Linux that of the calling thread. Elsewhere this would
/// slow down the whole host, so the priority is left alone.
#[cfg(target_os = "linux")]
fn lower_priority() {
    use rustix::process::{getpriority_process, setpriority_process};

    const STEP: i32 = 10;

    // If the system forbids it, hashing runs at the host's own priority.
    let _ = getpriority_process(None).and_then(|nice| setpriority_process(None, nice + STEP));
}

#[cfg(not(target_os = "linux"))]
fn lower_priority() {}
